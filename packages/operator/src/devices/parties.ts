/**
 * Responsible parties: who answers for devices, and how much they may let them pay.
 *
 *   added ─▶ active ◀── resumed ── suspended
 *              │ granted: a budget under a number of its own
 *
 * A party is the key that it delegates by. One that does not want its devices to be known as one party's has a key, and
 * so a party, for each (docs/spec/devices.md). Who it is stands in no certificate but as a commitment, which somebody
 * opens by an act that is logged. Everything said here with `acting` is in the audit log, in the transaction that does it.
 */
import {
	type Bytes,
	equalBytes,
	keyId,
	type PublicKey,
	partyCommitment,
	type Refusal,
	refuse,
	toHex,
} from "@tenten/protocol";
import type { Acting } from "../access.ts";
import type { OperatorContext } from "../context.ts";
import { type Act, appendAudit } from "../store/audit-log.ts";
import { insertNew } from "../store/insert-new.ts";
import type { Transaction } from "../store/store.ts";
import { devicesOf, type ListedDevice } from "./listing.ts";
import { nextNumber, takeNumber } from "./numbers.ts";
import {
	addEvent,
	type Budget,
	budgetsOf,
	budgetUnder,
	eventsAfter,
	hasCause,
	insertParty,
	type Party,
	type PartyEvent,
	type PartyStanding,
	partiesAfter,
	partyOf,
	touchParty,
} from "./party-rows.ts";
import { setStatus, takePlace } from "./places.ts";

export type KnownParty = {
	readonly party: Party;
	/** newest first */
	readonly budgets: readonly Budget[];
	readonly events: readonly PartyEvent[];
	/** the newest that answer to it */
	readonly devices: readonly ListedDevice[];
	/** the number that the next budget of anybody is granted under */
	readonly nextReset: number;
};

export type OpenedParty = { readonly name: string; readonly opening: Bytes; readonly commitment: Bytes };

const unknownParty = refuse("authority-unknown", "no such party");

type Means = Pick<OperatorContext, "store" | "now" | "entropy">;

export class Parties {
	readonly #means: Means;

	constructor(means: Means) {
		this.#means = means;
	}

	/**
	 * Adds the party that delegates by this key; the same again changes nothing. `owner-mismatch` where the key is another's.
	 * `name`: who it is, in words that say so for ever, such as a number in a register.
	 */
	add(acting: Acting, key: PublicKey, name: string): Promise<Party | Refusal> {
		const { store, now, entropy } = this.#means;
		const [id, opening, at] = [keyId(key), entropy(32), now()];
		return store.run(async (transaction) => {
			const known = await partyOf(transaction, id);
			if (known !== undefined)
				return known.name === name ? known : refuse("owner-mismatch", "a party of another name has this key");
			const place = await takePlace(transaction);
			const party = { id, key, name, opening, place, standing: "active", version: 0n } as const;
			await insertParty(transaction, party);
			await addEvent(transaction, id, { kind: "added", detail: "", cause: null, at });
			await this.#audit(transaction, acting, "partyAdded", id, "");
			return party;
		});
	}

	/**
	 * Grants a party a budget under the next number of all; the same again changes nothing. `authority-unknown` for no party,
	 * `order-mismatch` where another budget has the number, or it is not the next.
	 */
	grant(acting: Acting, id: Bytes, budget: Omit<Budget, "grantedAt">): Promise<Budget | Refusal> {
		const { store, now } = this.#means;
		const { reset, amount } = budget;
		const grantedAt = now();
		return store.run(async (transaction) => {
			const party = await partyOf(transaction, id);
			if (party === undefined) return unknownParty;
			const known = await budgetUnder(transaction, reset);
			if (known !== undefined && equalBytes(known.party, id) && known.amount === amount) return known;
			const next = await nextNumber(transaction, "reset");
			if (known !== undefined || reset !== next)
				return refuse("order-mismatch", `the next budget has number ${next}`);
			await takeNumber(transaction, "reset", reset);
			await insertNew(transaction, "party_budgets", [{ reset, party: id, amount, granted_at: grantedAt }]);
			await touchParty(transaction, party);
			const detail = `${amount} under ${reset}`;
			await addEvent(transaction, id, { kind: "granted", detail, cause: null, at: grantedAt });
			await this.#audit(transaction, acting, "budgetGranted", id, detail);
			return { ...budget, grantedAt };
		});
	}

	/** Suspends a party with all of its devices, or lets it act again; `authority-unknown` for no party. */
	setStanding(acting: Acting, id: Bytes, standing: PartyStanding, why: string): Promise<Party | Refusal> {
		return this.#means.store.run(async (transaction) => {
			const party = await partyOf(transaction, id);
			if (party === undefined) return unknownParty;
			if (party.standing === standing) return party;
			await this.#change(transaction, party, standing, { why, cause: null });
			const act = standing === "suspended" ? "partySuspended" : "partyResumed";
			await this.#audit(transaction, acting, act, id, why);
			return { ...party, standing };
		});
	}

	/**
	 * Suspends a party since a bank refused what it owes. `cause` names that refusal: the same one again changes nothing,
	 * even where the party acts again since. Whoever is no party here has no devices to suspend.
	 */
	suspendFor(id: Bytes, why: string, cause: Bytes): Promise<void> {
		return this.#means.store.run(async (transaction) => {
			const party = await partyOf(transaction, id);
			if (party === undefined || (await hasCause(transaction, id, cause))) return;
			await this.#change(transaction, party, "suspended", { why, cause });
		});
	}

	async #change(
		transaction: Transaction,
		party: Party,
		standing: PartyStanding,
		{ why, cause }: { readonly why: string; readonly cause: Bytes | null },
	): Promise<void> {
		await touchParty(transaction, party, standing);
		await setStatus(transaction, party.place, standing === "suspended" ? "suspended" : "valid");
		const kind = standing === "suspended" ? "suspended" : "resumed";
		await addEvent(transaction, party.id, { kind, detail: why, cause, at: this.#means.now() });
	}

	/** Tells who a party is, and what proves it: an act that stays in the audit log and in the party's own history. */
	open(acting: Acting, id: Bytes, why: string): Promise<OpenedParty | Refusal> {
		const at = this.#means.now();
		return this.#means.store.run(async (transaction) => {
			const party = await partyOf(transaction, id);
			if (party === undefined) return unknownParty;
			await addEvent(transaction, id, { kind: "opened", detail: why, cause: null, at });
			await this.#audit(transaction, acting, "partyOpened", id, why);
			const { name, opening } = party;
			return { name, opening, commitment: partyCommitment(name, opening) };
		});
	}

	/** A party with its budgets, and what happened to it after the event of this number. */
	known(id: Bytes, after: number): Promise<KnownParty | undefined> {
		return this.#means.store.read(async (transaction) => {
			const party = await partyOf(transaction, id);
			if (party === undefined) return undefined;
			const [budgets, events] = [await budgetsOf(transaction, id), await eventsAfter(transaction, id, after)];
			const devices = await devicesOf(transaction, id);
			return { party, budgets, events, devices, nextReset: await nextNumber(transaction, "reset") };
		});
	}

	/** A page of parties by id, after this one. */
	after(id: Bytes): Promise<readonly Party[]> {
		return this.#means.store.read((transaction) => partiesAfter(transaction, id));
	}

	#audit(transaction: Transaction, acting: Acting, act: Act, party: Bytes, detail: string): Promise<unknown> {
		const entry = { ...acting, at: this.#means.now(), act, outcome: "done", detail } as const;
		return appendAudit(transaction, { ...entry, subject: toHex(party) });
	}
}
