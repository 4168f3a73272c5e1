/** The tables of `settle-tables.ts`, as steps of `migrations.ts` make them. */
import { deviceRecord, isRefusal, keyId, parse } from "@tenten/protocol";
import { insertMissing } from "./sets.ts";
import type { Transaction } from "./store.ts";

export const settleTables: readonly string[] = [
	`CREATE TABLE IF NOT EXISTS device_records (proof {blob} NOT NULL PRIMARY KEY, record_id {blob} NOT NULL,
		payer {blob} NOT NULL, payee {blob} NOT NULL, asset {blob} NOT NULL, paid_at bigint NOT NULL,
		encoded {blob} NOT NULL)`,
	"CREATE INDEX IF NOT EXISTS device_records_by_id ON device_records (record_id)",
	"CREATE INDEX IF NOT EXISTS device_records_by_payer ON device_records (payer, asset, paid_at)",
	"CREATE INDEX IF NOT EXISTS device_records_by_payee ON device_records (payee, asset, paid_at)",
	`CREATE TABLE IF NOT EXISTS party_claims (claim_id {blob} NOT NULL PRIMARY KEY, party {blob} NOT NULL,
		asset {blob} NOT NULL, direction text NOT NULL, amount bigint NOT NULL CHECK (amount > 0),
		statement {blob} NOT NULL, made_at bigint NOT NULL)`,
	"CREATE INDEX IF NOT EXISTS party_claims_by_party ON party_claims (party)",
	`CREATE TABLE IF NOT EXISTS claimed_records (record_id {blob} NOT NULL, party {blob} NOT NULL,
		claim_id {blob} NOT NULL, PRIMARY KEY (record_id, party))`,
	"CREATE INDEX IF NOT EXISTS claimed_records_by_claim ON claimed_records (claim_id)",
	"CREATE INDEX IF NOT EXISTS claimed_records_by_party ON claimed_records (party)",
	`CREATE TABLE IF NOT EXISTS party_claim_states (claim_id {blob} NOT NULL, turn bigint NOT NULL,
		state text NOT NULL, file_id {blob}, why text, PRIMARY KEY (claim_id, turn))`,
	`CREATE TABLE IF NOT EXISTS party_files (file_id {blob} NOT NULL PRIMARY KEY, name text NOT NULL,
		rail text NOT NULL, asked {blob} NOT NULL, content {blob} NOT NULL, made_at bigint NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS party_file_lines (reference text NOT NULL, file_id {blob} NOT NULL,
		claim_id {blob} NOT NULL, amount bigint NOT NULL, PRIMARY KEY (reference))`,
	"CREATE INDEX IF NOT EXISTS party_file_lines_by_file ON party_file_lines (file_id)",
	`CREATE TABLE IF NOT EXISTS party_results (result_id {blob} NOT NULL PRIMARY KEY, content {blob} NOT NULL,
		read_at bigint NOT NULL)`,
	`CREATE TABLE IF NOT EXISTS party_contradictions (result_id {blob} NOT NULL, place bigint NOT NULL,
		reference text NOT NULL, detail text NOT NULL, PRIMARY KEY (result_id, place))`,
	`CREATE TABLE IF NOT EXISTS party_suspensions (claim_id {blob} NOT NULL, file_id {blob} NOT NULL,
		party {blob} NOT NULL, why text NOT NULL, told_at bigint, PRIMARY KEY (claim_id, file_id))`,
];

/** Records by the device that signed them: another's of the same proof is in nobody's way. */
export const recordedPayments: readonly string[] = [
	`CREATE TABLE IF NOT EXISTS recorded_payments (proof {blob} NOT NULL, device {blob} NOT NULL,
		record_id {blob} NOT NULL, payer {blob} NOT NULL, payee {blob} NOT NULL, asset {blob} NOT NULL,
		paid_at bigint NOT NULL, encoded {blob} NOT NULL, PRIMARY KEY (proof, device))`,
	"CREATE UNIQUE INDEX IF NOT EXISTS recorded_payments_once ON recorded_payments (proof, record_id)",
	"CREATE INDEX IF NOT EXISTS recorded_payments_by_id ON recorded_payments (record_id)",
	"CREATE INDEX IF NOT EXISTS recorded_payments_by_payer ON recorded_payments (payer, asset, paid_at)",
	"CREATE INDEX IF NOT EXISTS recorded_payments_by_payee ON recorded_payments (payee, asset, paid_at)",
];

/** Rows that are held at once. */
const together = 4_096;

/** Moves records of before there: the key id of a device is a hash, which no statement computes. */
export async function moveRecords(transaction: Transaction): Promise<void> {
	for (let after = new Uint8Array(); ; ) {
		const rows = await transaction
			.selectFrom("device_records")
			.selectAll()
			.where("proof", ">", after)
			.orderBy("proof")
			.limit(together)
			.execute();
		const last = rows.at(-1);
		if (last === undefined) break;
		await insertMissing(
			transaction,
			"recorded_payments",
			rows.map((row) => ({ ...row, device: deviceOf(row.encoded) })),
		);
		after = new Uint8Array(last.proof);
	}
	await transaction.deleteFrom("device_records").execute();
}

function deviceOf(encoded: Uint8Array): Uint8Array {
	const read = parse(deviceRecord, encoded);
	if (isRefusal(read)) throw new Error("the database is damaged: a device record does not read");
	return keyId(read.signer);
}
