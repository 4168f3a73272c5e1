/** Devices in the store: all that each was, and its times under its parties. What guards a decision is the history's number. */
import {
	type Bound,
	type Bytes,
	certificate,
	type DeviceStanding,
	isRefusal,
	type Profile,
	parse,
} from "@tenten/protocol";
import { insertNew } from "../store/insert-new.ts";
import type { Schema } from "../store/schema.ts";
import type { Transaction } from "../store/store.ts";

type HistoryKind = "certified" | "suspend" | "resume" | "transfer" | "end";

/** One application or order of a device's history. */
export type HistoryEntry = {
	/** from 1 */
	readonly number: number;
	readonly kind: HistoryKind;
	/** how the device stands from then on */
	readonly standing: Exclude<DeviceStanding, { readonly kind: "none" }>;
	/** SHA-256 of `encoded` */
	readonly digest: Bytes;
	/** application or order, as it came */
	readonly encoded: Bytes;
	/** what an application was answered with */
	readonly certificate: Bytes | null;
	/** why an application's assurance level is not a higher one */
	readonly reason: string | null;
	/** unix seconds */
	readonly at: number;
};

/** A device's time under one party. */
export type Tenure = {
	/** the number of its first application */
	readonly first: number;
	readonly party: Bytes;
	readonly place: number;
	readonly since: number;
	readonly endedAt: number | null;
	/** units of all slices in its certificates */
	readonly granted: bigint;
	/** of them, what it recorded that it paid */
	readonly recorded: bigint;
};

const pageLength = 20;

/** How a device stands by a row of its history. */
export function standingIn({
	number,
	stands,
	party,
	moves_to,
}: Pick<Schema["device_history"], "number" | "stands" | "party" | "moves_to">): HistoryEntry["standing"] {
	const [counted, known] = [Number(number), stands as "active" | "suspended" | "ended" | "moving"];
	return known === "moving"
		? { kind: known, party, to: moves_to ?? new Uint8Array(), number: counted }
		: { kind: known, party, number: counted };
}

function entryIn(row: Schema["device_history"]): HistoryEntry {
	const { number, kind, digest, encoded, certificate, reason, at } = row;
	return {
		...{ number: Number(number), kind: kind as HistoryKind, standing: standingIn(row) },
		...{ digest, encoded, certificate, reason, at: Number(at) },
	};
}

/** The last of a device's history; undefined for one that nobody enrolled. */
export async function lastEntry(transaction: Transaction, device: Bytes): Promise<HistoryEntry | undefined> {
	const row = await transaction
		.selectFrom("device_history")
		.selectAll()
		.where("device", "=", device)
		.orderBy("number", "desc")
		.limit(1)
		.executeTakeFirst();
	return row && entryIn(row);
}

export async function entryAt(
	transaction: Transaction,
	device: Bytes,
	number: number,
): Promise<HistoryEntry | undefined> {
	const row = await transaction
		.selectFrom("device_history")
		.selectAll()
		.where("device", "=", device)
		.where("number", "=", number)
		.executeTakeFirst();
	return row && entryIn(row);
}

/** A page of a device's history, from the number after `after` up to `until`. */
export async function entriesAfter(
	transaction: Transaction,
	device: Bytes,
	after: number,
	until: number,
): Promise<readonly HistoryEntry[]> {
	const rows = await transaction
		.selectFrom("device_history")
		.selectAll()
		.where("device", "=", device)
		.where("number", ">", after)
		.where("number", "<=", until)
		.orderBy("number")
		.limit(pageLength)
		.execute();
	return rows.map(entryIn);
}

/** The next of a device's history; `Overtaken` where it has this number already. */
export async function addEntry(transaction: Transaction, device: Bytes, entry: HistoryEntry): Promise<void> {
	const { number, kind, standing, digest, encoded, certificate, reason, at } = entry;
	const moves_to = standing.kind === "moving" ? standing.to : null;
	const { kind: stands, party } = standing;
	await insertNew(transaction, "device_history", [
		{ device, number, kind, stands, party, moves_to, digest, encoded, certificate, reason, at },
	]);
}

/** The number of the device's first application that had this nonce. */
export async function applicationWith(
	transaction: Transaction,
	device: Bytes,
	nonce: Bytes,
): Promise<number | undefined> {
	const row = await transaction
		.selectFrom("device_nonces")
		.select("number")
		.where("device", "=", device)
		.where("nonce", "=", nonce)
		.executeTakeFirst();
	return row && Number(row.number);
}

/** The first application with this nonce; `Overtaken` where another was. */
export async function noteNonce(
	transaction: Transaction,
	device: Bytes,
	nonce: Bytes,
	number: number,
): Promise<void> {
	await insertNew(transaction, "device_nonces", [{ device, nonce, number }]);
}

/** A device's times under its parties, the first one first. */
export async function tenuresOf(transaction: Transaction, device: Bytes): Promise<readonly Tenure[]> {
	const rows = await transaction
		.selectFrom("device_tenures")
		.selectAll()
		.where("device", "=", device)
		.orderBy("first")
		.execute();
	return rows.map(({ first, party, place, since, ended_at, granted, recorded }) => ({
		...{ first: Number(first), party, place: Number(place), since: Number(since) },
		...{ endedAt: ended_at === null ? null : Number(ended_at), granted, recorded },
	}));
}

/** The newest certificates of a time, as many as a page holds. */
export async function certificatesIn(
	transaction: Transaction,
	device: Bytes,
	{ first, party }: Pick<Tenure, "first" | "party">,
): Promise<readonly Bytes[]> {
	const rows = await transaction
		.selectFrom("device_history")
		.select("certificate")
		.where("device", "=", device)
		.where("number", ">=", first)
		.where("party", "=", party)
		.where("kind", "=", "certified")
		.orderBy("number", "desc")
		.limit(pageLength)
		.execute();
	return rows.flatMap(({ certificate }) => (certificate === null ? [] : [certificate]));
}

/** The time that goes on: undefined before the first, and between a transfer and the next application. */
export async function openTenure(transaction: Transaction, device: Bytes): Promise<Tenure | undefined> {
	const last = (await tenuresOf(transaction, device)).at(-1);
	return last?.endedAt === null ? last : undefined;
}

export async function beginTenure(
	transaction: Transaction,
	device: Bytes,
	{ first, party, place, since, granted }: Omit<Tenure, "endedAt" | "recorded">,
): Promise<void> {
	await insertNew(transaction, "device_tenures", [
		{ device, first, party, place, since, ended_at: null, granted, recorded: 0n },
	]);
}

export async function changeTenure(
	transaction: Transaction,
	device: Bytes,
	{ first, endedAt, granted }: Pick<Tenure, "first" | "endedAt" | "granted">,
): Promise<void> {
	await transaction
		.updateTable("device_tenures")
		.set({ ended_at: endedAt, granted })
		.where("device", "=", device)
		.where("first", "=", first)
		.execute();
}

/** What a certificate of the operator's own says of its device. */
export function profileIn(encoded: Bytes): Profile & { readonly responsible: Bound } {
	const read = parse(certificate, encoded);
	const profile = isRefusal(read) ? null : read.claims.profile;
	if (profile === null || profile.responsible === null)
		throw new Error("the database is damaged: a device's certificate does not read");
	return { ...profile, responsible: profile.responsible };
}
