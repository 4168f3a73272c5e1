/** The tables of `device-tables.ts`, as steps of `migrations.ts` make them. */
import { deviceApplication, isRefusal, limits, parse } from "@tenten/protocol";
import { insertMissing } from "./sets.ts";
import type { Transaction } from "./store.ts";

export const deviceTables: readonly string[] = [
	`CREATE TABLE IF NOT EXISTS parties (party {blob} NOT NULL PRIMARY KEY, party_key {blob} NOT NULL,
		name text NOT NULL, opening {blob} NOT NULL, place bigint NOT NULL, standing text NOT NULL,
		version bigint NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS party_events (party {blob} NOT NULL, number bigint NOT NULL, kind text NOT NULL,
		detail text NOT NULL, cause {blob}, at bigint NOT NULL, PRIMARY KEY (party, number))`,
	`CREATE TABLE IF NOT EXISTS party_budgets (reset bigint NOT NULL, party {blob} NOT NULL,
		amount bigint NOT NULL CHECK (amount > 0), granted_at bigint NOT NULL, PRIMARY KEY (reset))`,
	"CREATE INDEX IF NOT EXISTS party_budgets_by_party ON party_budgets (party, reset)",
	`CREATE TABLE IF NOT EXISTS device_slices (giver {blob} NOT NULL, reset bigint NOT NULL,
		slice_from bigint NOT NULL, slice_to bigint NOT NULL, given_to {blob} NOT NULL,
		PRIMARY KEY (giver, reset, slice_from, slice_to, given_to))`,
	`CREATE TABLE IF NOT EXISTS device_history (device {blob} NOT NULL, number bigint NOT NULL, kind text NOT NULL,
		stands text NOT NULL, party {blob} NOT NULL, moves_to {blob}, digest {blob} NOT NULL, encoded {blob} NOT NULL,
		certificate {blob}, reason text, at bigint NOT NULL, PRIMARY KEY (device, number))`,
	`CREATE TABLE IF NOT EXISTS device_tenures (device {blob} NOT NULL, first bigint NOT NULL, party {blob} NOT NULL,
		place bigint NOT NULL, since bigint NOT NULL, ended_at bigint, granted bigint NOT NULL,
		recorded bigint NOT NULL CHECK (recorded <= granted), PRIMARY KEY (device, first))`,
	"CREATE INDEX IF NOT EXISTS device_tenures_by_party ON device_tenures (party, device)",
	"CREATE TABLE IF NOT EXISTS device_places (place bigint NOT NULL, status bigint NOT NULL, PRIMARY KEY (place))",
	"CREATE TABLE IF NOT EXISTS device_lost (place_from bigint NOT NULL PRIMARY KEY, place_to bigint NOT NULL)",
	`CREATE TABLE IF NOT EXISTS device_lists (number bigint NOT NULL PRIMARY KEY, revision bigint NOT NULL,
		signed_revision bigint NOT NULL, issued_at bigint NOT NULL, expires_at bigint NOT NULL,
		signer {blob} NOT NULL, encoded {blob} NOT NULL)`,
	"CREATE TABLE IF NOT EXISTS device_numbers (name text NOT NULL PRIMARY KEY, next bigint NOT NULL)",
];

export const deviceNonces: readonly string[] = [
	`CREATE TABLE IF NOT EXISTS device_nonces (device {blob} NOT NULL, nonce {blob} NOT NULL, number bigint NOT NULL,
		PRIMARY KEY (device, nonce))`,
];

/** What parties have kept in a day is counted, and the newest devices of one are found without looking at all of them. */
export const partyDays: readonly string[] = [
	`CREATE TABLE IF NOT EXISTS party_days (party {blob} NOT NULL, day bigint NOT NULL,
		applications bigint NOT NULL, orders bigint NOT NULL, PRIMARY KEY (party))`,
	"CREATE INDEX IF NOT EXISTS device_tenures_newest ON device_tenures (party, place)",
];

/** Applications that are held at once: each is up to a message long. */
const together = 256;

/** Nonces of applications of before: they stand in what devices signed, which no statement reads. */
export async function moveNonces(transaction: Transaction): Promise<void> {
	for (let last = { device: new Uint8Array(), number: 0n as bigint | number }; ; ) {
		const { device, number } = last;
		const rows = await transaction
			.selectFrom("device_history")
			.select(["device", "number", "encoded"])
			.where("kind", "=", "certified")
			.where((where) =>
				where.or([
					where("device", ">", device),
					where.and([where("device", "=", device), where("number", ">", number)]),
				]),
			)
			.orderBy("device")
			.orderBy("number")
			.limit(together)
			.execute();
		const newest = rows.at(-1);
		if (newest === undefined) return;
		await insertMissing(
			transaction,
			"device_nonces",
			rows.map((row) => ({ device: row.device, nonce: nonceIn(row.encoded), number: row.number })),
		);
		last = { device: new Uint8Array(newest.device), number: newest.number };
	}
}

function nonceIn(encoded: Uint8Array): Uint8Array {
	const read = parse(deviceApplication, encoded, limits.message);
	if (isRefusal(read)) throw new Error("the database is damaged: a device's application does not read");
	return read.evidence.body.nonce;
}
