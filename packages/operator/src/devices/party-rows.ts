/**
 * Responsible parties in the store.
 *
 * Whatever is decided about a party, or of its budgets, raises its version: of two who decide at once, one is overtaken
 * and looks again (`store.ts`). Everything that happened to it stays, numbered.
 */
import { type Bytes, coseKey, isRefusal, type PublicKey, parse, serialize } from "@tenten/protocol";
import { insertNew } from "../store/insert-new.ts";
import type { Schema } from "../store/schema.ts";
import { mustWrite, type Transaction } from "../store/store.ts";

export type PartyStanding = "active" | "suspended";

export type Party = {
	/** key id of the key that delegates */
	readonly id: Bytes;
	readonly key: PublicKey;
	readonly name: string;
	/** 32 bytes: with the name, what the commitment in its devices' certificates is made of */
	readonly opening: Bytes;
	readonly place: number;
	readonly standing: PartyStanding;
	readonly version: bigint;
};

export type PartyEventKind = "added" | "granted" | "suspended" | "resumed" | "opened";

export type PartyEvent = {
	/** from 1 */
	readonly number: number;
	readonly kind: PartyEventKind;
	readonly detail: string;
	/** unix seconds */
	readonly at: number;
};

export type NewEvent = Omit<PartyEvent, "number"> & { readonly cause: Bytes | null };

/** A budget: `amount` minor units, of whatever asset, under a number that no other has. */
export type Budget = { readonly reset: number; readonly amount: bigint; readonly grantedAt: number };

const pageLength = 100;

export async function partyOf(transaction: Transaction, id: Bytes): Promise<Party | undefined> {
	const row = await transaction.selectFrom("parties").selectAll().where("party", "=", id).executeTakeFirst();
	return row && partyIn(row);
}

function partyIn({ party, party_key, name, opening, place, standing, version }: Schema["parties"]): Party {
	const key = parse(coseKey, party_key);
	if (isRefusal(key)) throw new Error("the database is damaged: the key of a party does not read");
	const known = standing === "suspended" ? "suspended" : "active";
	return { id: party, key, name, opening, place: Number(place), standing: known, version };
}

/** A page of parties by id, after this one. */
export async function partiesAfter(transaction: Transaction, after: Bytes): Promise<readonly Party[]> {
	const rows = await transaction
		.selectFrom("parties")
		.selectAll()
		.where("party", ">", after)
		.orderBy("party")
		.limit(pageLength)
		.execute();
	return rows.map(partyIn);
}

export async function insertParty(
	transaction: Transaction,
	{ id, key, name, opening, place, standing, version }: Party,
): Promise<void> {
	const party_key = serialize(coseKey, key);
	await insertNew(transaction, "parties", [
		{ party: id, party_key, name, opening, place, standing, version },
	]);
}

/** Raises the version that was read; `Overtaken` where another did. */
export async function touchParty(
	transaction: Transaction,
	{ id, version, standing: before }: Party,
	standing: PartyStanding = before,
): Promise<void> {
	const { numUpdatedRows } = await transaction
		.updateTable("parties")
		.set({ version: version + 1n, standing })
		.where("party", "=", id)
		.where("version", "=", version)
		.executeTakeFirstOrThrow();
	mustWrite(numUpdatedRows, 1);
}

export async function addEvent(
	transaction: Transaction,
	party: Bytes,
	{ kind, detail, cause, at }: NewEvent,
): Promise<void> {
	const last = await transaction
		.selectFrom("party_events")
		.select("number")
		.where("party", "=", party)
		.orderBy("number", "desc")
		.limit(1)
		.executeTakeFirst();
	const number = Number(last?.number ?? 0) + 1;
	await insertNew(transaction, "party_events", [{ party, number, kind, detail, cause, at }]);
}

/** Whether this cause has suspended the party already. */
export async function hasCause(transaction: Transaction, party: Bytes, cause: Bytes): Promise<boolean> {
	const row = await transaction
		.selectFrom("party_events")
		.select("number")
		.where("party", "=", party)
		.where("cause", "=", cause)
		.executeTakeFirst();
	return row !== undefined;
}

/** A page of what happened to a party, after this number; of these kinds alone, where some are named. */
export async function eventsAfter(
	transaction: Transaction,
	party: Bytes,
	after: number,
	kinds: readonly PartyEventKind[] = ["added", "granted", "suspended", "resumed", "opened"],
): Promise<readonly PartyEvent[]> {
	const rows = await transaction
		.selectFrom("party_events")
		.select(["number", "kind", "detail", "at"])
		.where("party", "=", party)
		.where("number", ">", after)
		.where("kind", "in", [...kinds])
		.orderBy("number")
		.limit(pageLength)
		.execute();
	return rows.map(({ number, kind, detail, at }) => ({
		number: Number(number),
		kind: kind as PartyEventKind,
		detail,
		at: Number(at),
	}));
}

export async function budgetUnder(
	transaction: Transaction,
	reset: number,
): Promise<(Budget & { readonly party: Bytes }) | undefined> {
	const row = await transaction
		.selectFrom("party_budgets")
		.selectAll()
		.where("reset", "=", reset)
		.executeTakeFirst();
	return row && { reset, party: row.party, amount: row.amount, grantedAt: Number(row.granted_at) };
}

/** The newest budgets of a party, newest first. */
export async function budgetsOf(transaction: Transaction, party: Bytes): Promise<readonly Budget[]> {
	const rows = await transaction
		.selectFrom("party_budgets")
		.select(["reset", "amount", "granted_at"])
		.where("party", "=", party)
		.orderBy("reset", "desc")
		.limit(pageLength)
		.execute();
	return rows.map(({ reset, amount, granted_at }) => ({
		reset: Number(reset),
		amount,
		grantedAt: Number(granted_at),
	}));
}
