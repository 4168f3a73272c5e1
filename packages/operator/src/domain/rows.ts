/**
 * Records as rows: every version that one ever had, so that what a seal shows can be opened after it has changed.
 *
 * The next version's number is its guard: whoever changes a record at the same time finds it taken (ADR 0029).
 */
import {
	type Bytes,
	type DomainRecord,
	domainRecord,
	equalBytes,
	isRefusal,
	parse,
	recordKey,
	recordValue,
	serialize,
	toHex,
} from "@tenten/protocol";
import type { Effect } from "../sealing/effects.ts";
import { insertNew } from "../store/insert-new.ts";
import type { Transaction } from "../store/store.ts";

export type KeptRecord = { readonly record: DomainRecord; readonly turn: number };

/** As it is now. */
export async function recordOf(transaction: Transaction, key: Bytes): Promise<KeptRecord | undefined> {
	const row = await transaction
		.selectFrom("domain_records")
		.select(["record", "turn"])
		.where("record_key", "=", key)
		.orderBy("turn", "desc")
		.limit(1)
		.executeTakeFirst();
	return row && { record: read(row.record), turn: Number(row.turn) };
}

/** The version that a state map shows as this value. */
export async function recordShownAs(
	transaction: Transaction,
	key: Bytes,
	value: Bytes,
): Promise<DomainRecord> {
	const rows = await transaction
		.selectFrom("domain_records")
		.select("record")
		.where("record_key", "=", key)
		.orderBy("turn", "desc")
		.execute();
	const found = rows.map(({ record }) => read(record)).find((each) => equalBytes(recordValue(each), value));
	if (found === undefined) throw new Error("the database is damaged: a record that was sealed is gone");
	return found;
}

/** All of them, as they are now. */
export async function everyRecord(transaction: Transaction): Promise<readonly DomainRecord[]> {
	const rows = await transaction
		.selectFrom("domain_records")
		.select(["record_key", "record"])
		.orderBy("record_key")
		.orderBy("turn")
		.execute();
	return [...new Map(rows.map(({ record_key, record }) => [toHex(record_key), read(record)])).values()];
}

/** Writes the next version of each, `before` being the last of the first of them; what the next seal shows of it. */
export async function keepRecords(
	transaction: Transaction,
	records: readonly DomainRecord[],
	before: KeptRecord | undefined,
): Promise<readonly Effect[]> {
	const kept = records.map((record, at) => ({
		record,
		key: recordKey(record),
		turn: at === 0 && before !== undefined ? before.turn + 1 : 0,
	}));
	await insertNew(
		transaction,
		"domain_records",
		kept.map(({ record, key, turn }) => ({ record_key: key, turn, record: serialize(domainRecord, record) })),
	);
	return kept.map(({ record, key, turn }) => ({ kind: "state", key, value: recordValue(record), turn }));
}

function read(encoded: Bytes): DomainRecord {
	const record = parse(domainRecord, encoded);
	if (isRefusal(record)) throw new Error("the database is damaged: a record does not read");
	return record as DomainRecord;
}
