/**
 * Device records at an operator: taken once each, into the log with the next seal, and found again by party and period.
 *
 *   encoded record ─▶ verified, within what was delegated ─▶ a row, and an item for the next batch `records`: one durable write
 *
 * A device has one record of a proof. It owes by what it signed itself, so another's record of the same proof, come
 * first, takes nothing from it; but what two devices of a party say in the same words is one record of that party. Two parties see a record, each on its own statement. The proof stays a hash here; what
 * bounds a record is what its party delegated (`devices/recording.ts`).
 */
import {
	aheadMost_s,
	type Bytes,
	deviceRecord,
	deviceRecordId,
	equalBytes,
	isRefusal,
	keyId,
	leafHash,
	limits,
	type PlacedRecord,
	parse,
	parseLeaf,
	type Refusal,
	refuse,
	type StatementSubject,
	sha256,
	type TakenRecord,
	type VerifiedDeviceRecord,
	type Verify,
	verifyDeviceRecord,
} from "@tenten/protocol";
import type { Answers } from "../devices/recording.ts";
import { isSealed, keepEffects } from "../sealing/effects.ts";
import { insertNew } from "../store/insert-new.ts";
import type { Transaction } from "../store/store.ts";

export type RecordRules = {
	readonly operator: Bytes;
	readonly answers: Answers;
	readonly verify: Verify;
	/** unix seconds */
	readonly now: number;
};

/**
 * Takes a record; the same again changes nothing. The refusals of `verifyDeviceRecord`, `record-known` where its device
 * has another record of this proof or another of its party's said the same, `record-early` where it is dated ahead: it would
 * owe in no period that is over, up to the end of its delegation; and `delegation-expired` or `limit-exceeded` where it is
 * more than was delegated.
 */
export async function takeRecord(
	transaction: Transaction,
	encoded: Bytes,
	{ operator, answers, verify, now }: RecordRules,
): Promise<VerifiedDeviceRecord | Refusal> {
	const read = parse(deviceRecord, encoded, limits.message);
	if (isRefusal(read)) return read;
	const answering = await answers(transaction, read.signer, read.body);
	const record = verifyDeviceRecord(encoded, operator, () => answering?.party, verify);
	if (isRefusal(record) || answering === undefined) return record;
	if (!(await isSealed(transaction)))
		throw new Error("device records go through a log: open its sealer first");
	const { id, body, device } = record;
	const known = await transaction
		.selectFrom("recorded_payments")
		.select(["device", "record_id"])
		.where("proof", "=", body.proof)
		.where((row) => row.or([row("device", "=", device), row("record_id", "=", id)]))
		.executeTakeFirst();
	if (known !== undefined)
		return equalBytes(known.record_id, id) && equalBytes(known.device, device)
			? record
			: refuse(
					"record-known",
					"another record of this device names this proof, or another device said the same",
				);
	if (body.paidAt > now + aheadMost_s) return refuse("record-early", `paid at ${body.paidAt}`);
	const more = await answering.count();
	if (more !== undefined) return more;
	const { proof, payer, payee, asset, paidAt } = body;
	await insertNew(transaction, "recorded_payments", [
		{ proof, device, record_id: id, payer, payee, asset, paid_at: paidAt, encoded },
	]);
	await keepEffects(transaction, [{ kind: "item", batch: "records", asset, id, amount: body.amount }], id);
	return record;
}

/**
 * Takes what a gateway or device brought, each record once, in one durable write, and says of each what became of it: its
 * id, of what is no record the SHA-256 of its bytes, and the code where it is not taken. `not-logged` where no log is kept.
 */
export async function takeRecords(
	transaction: Transaction,
	records: readonly Bytes[],
	rules: RecordRules,
): Promise<readonly TakenRecord[] | Refusal> {
	if (!(await isSealed(transaction))) return refuse("not-logged", "this operator keeps no log");
	const taken: TakenRecord[] = [];
	for (const encoded of records) {
		const record = await takeRecord(transaction, encoded, rules);
		if (!isRefusal(record)) taken.push({ id: record.id, code: null });
		else {
			const read = parse(deviceRecord, encoded, limits.message);
			const id = isRefusal(read) ? sha256(encoded) : deviceRecordId(read.body);
			taken.push({ id, code: record.code });
		}
	}
	return taken;
}

/** Records of a party, of an asset and a period, that the log has or will have: each with its batch and place. */
export async function placedRecords(
	transaction: Transaction,
	{ party, asset, from, until }: StatementSubject,
): Promise<readonly PlacedRecord[]> {
	const rows = await transaction
		.selectFrom("recorded_payments")
		.innerJoin("seal_items", "seal_items.item_id", "recorded_payments.record_id")
		.innerJoin("seal_leaves", "seal_leaves.place", "seal_items.place")
		.select(["encoded", "leaf", "seal_leaves.place"])
		.where("asset", "=", asset)
		.where("paid_at", ">=", from)
		.where("paid_at", "<", until)
		.where((row) => row.or([row("payer", "=", party), row("payee", "=", party)]))
		.execute();
	return rows.flatMap(({ encoded, leaf, place }) => {
		const read = parseLeaf(leaf);
		// An id is that of a record alone; the batch that lists it must be one of records.
		if (isRefusal(read) || read.kind !== "batch")
			throw new Error("the database is damaged: a batch does not read");
		return read.batch.kind === "records"
			? [{ record: recordIn(encoded), batch: leafHash(leaf), place: Number(place) }]
			: [];
	});
}

/** Of a row, which was verified when it was written. */
function recordIn(encoded: Bytes): VerifiedDeviceRecord {
	const read = parse(deviceRecord, encoded);
	if (isRefusal(read)) throw new Error("the database is damaged: a device record does not read");
	const { body, signer } = read;
	return { verified: "device-record", id: deviceRecordId(body), body, device: keyId(signer) };
}

/** Minor units that the records of a claim add up to for a party: what it is owed, below zero where it owes. */
export async function evidenceOf(transaction: Transaction, claim: Bytes, party: Bytes): Promise<bigint> {
	const rows = await transaction
		.selectFrom("claimed_records")
		.innerJoin("recorded_payments", "recorded_payments.record_id", "claimed_records.record_id")
		.select(["encoded", "claimed_records.record_id"])
		.where("claim_id", "=", claim)
		.execute();
	return rows.reduce((sum, { encoded, record_id }) => {
		const { id, body } = recordIn(encoded);
		if (!equalBytes(id, record_id)) return sum;
		if (equalBytes(body.payee, party)) return sum + body.amount;
		return equalBytes(body.payer, party) ? sum - body.amount : sum;
	}, 0n);
}
