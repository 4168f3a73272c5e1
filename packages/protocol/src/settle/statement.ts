/**
 * Statements: what a responsible party paid and was paid in a period, with the evidence behind each line.
 *
 *   records of the period ──▶ lines, each with its record's hash, its batch and that batch's place in the log ──▶ sums
 *
 * Whoever has a statement can ask for each line's proof of the log, and add it up again. A file for a bank names the
 * statements behind its amounts by their hashes.
 */
import {
	amount,
	amountOrZero,
	type Bytes,
	bytes32,
	compareBytes,
	enumeration,
	equalBytes,
	integer,
	isRefusal,
	limits,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	unixSeconds,
} from "../codec/index.ts";
import { taggedHash } from "../crypto/index.ts";
import type { VerifiedDeviceRecord } from "./device-record.ts";

/** lines of one statement; a longer one is made of shorter periods */
export const statementLinesMost = 16_384;
/** of its bytes: an operator's own, and its parties' */
export const statementBytesMost = 4_194_304;

export const statementLine = record({
	/** id of the record */
	record: bytes32,
	/** key id of the device that paid */
	device: bytes32,
	side: enumeration({ paid: 1, received: 2 }),
	/** the party on the other side */
	other: bytes32,
	amount,
	paidAt: unixSeconds,
	/** the batch that holds the record: the hash of its leaf, and the leaf's place in the operator's log */
	batch: bytes32,
	place: integer(0, Number.MAX_SAFE_INTEGER),
});
export type StatementLine = TypeOf<typeof statementLine>;

export const partyStatement = record({
	operator: bytes32,
	party: bytes32,
	asset: bytes32,
	/** payments from this moment on, and before the second one */
	from: unixSeconds,
	until: unixSeconds,
	/** by time, then by record */
	lines: list(statementLine, statementLinesMost),
	paid: amountOrZero,
	received: amountOrZero,
});
export type PartyStatement = TypeOf<typeof partyStatement>;

/** A record that a log holds. */
export type PlacedRecord = {
	readonly record: VerifiedDeviceRecord;
	readonly batch: Bytes;
	readonly place: number;
};

export type StatementSubject = Pick<PartyStatement, "operator" | "party" | "asset" | "from" | "until">;

/**
 * The statement over the records that are the party's, of the asset and in the period; others are left out.
 * `too-many` lines, `amount-invalid` where a sum is beyond what an amount can be, `malformed` for an empty period.
 */
export function makePartyStatement(
	subject: StatementSubject,
	records: readonly PlacedRecord[],
): PartyStatement | Refusal {
	const { party, asset, from, until } = subject;
	if (from >= until) return refuse("malformed", "a period without a second");
	const lines = records
		.filter(({ record: { body } }) => equalBytes(body.asset, asset) && isWithin(body.paidAt, subject))
		.flatMap((placed) => lineOf(placed, party))
		.sort(compareLines);
	if (lines.length > statementLinesMost) return refuse("too-many", "take a shorter period");
	const [paid, received] = [sumOf(lines, "paid"), sumOf(lines, "received")];
	if (paid > limits.amount || received > limits.amount) return refuse("amount-invalid", "the sums");
	return { ...subject, lines, paid, received };
}

export function partyStatementHash(statement: PartyStatement): Bytes {
	return taggedHash("party-statement", partyStatement.write(statement));
}

export function serializePartyStatement(statement: PartyStatement): Bytes {
	return serialize(partyStatement, statement);
}

/**
 * A statement that adds up. Refused in this order: the codes of decoding, `malformed` where a line is outside of the
 * period, out of order or there twice, `sum-mismatch` where its lines have other sums.
 */
export function readPartyStatement(encoded: Bytes): PartyStatement | Refusal {
	const statement = parse(partyStatement, encoded, statementBytesMost);
	if (isRefusal(statement)) return statement;
	const { lines, paid, received } = statement as PartyStatement;
	for (const [at, line] of lines.entries()) {
		const before = lines[at - 1];
		if (!isWithin(line.paidAt, statement as PartyStatement))
			return refuse("malformed", "outside of its period");
		if (before !== undefined && compareLines(before, line) >= 0)
			return refuse("malformed", "lines out of order");
	}
	if (sumOf(lines, "paid") !== paid || sumOf(lines, "received") !== received)
		return refuse("sum-mismatch", "lines and sums");
	return statement as PartyStatement;
}

/** Minor units that the party still has to be paid; below zero it has to pay. */
export function statementBalance({ paid, received }: Pick<PartyStatement, "paid" | "received">): bigint {
	return received - paid;
}

function lineOf({ record: kept, batch, place }: PlacedRecord, party: Bytes): readonly StatementLine[] {
	const { id, device, body } = kept;
	const { amount: minor, paidAt } = body;
	const line = { record: id, device, amount: minor, paidAt, batch, place };
	if (equalBytes(body.payer, party)) return [orderedLine({ ...line, side: "paid", other: body.payee })];
	if (equalBytes(body.payee, party)) return [orderedLine({ ...line, side: "received", other: body.payer })];
	return [];
}

function orderedLine({ record: id, device, side, other, ...rest }: StatementLine): StatementLine {
	return { record: id, device, side, other, ...rest };
}

function isWithin(paidAt: number, { from, until }: Pick<PartyStatement, "from" | "until">): boolean {
	return paidAt >= from && paidAt < until;
}

function compareLines(a: StatementLine, b: StatementLine): number {
	return a.paidAt - b.paidAt || compareBytes(a.record, b.record);
}

function sumOf(lines: readonly StatementLine[], side: StatementLine["side"]): bigint {
	return lines.reduce((sum, line) => sum + (line.side === side ? line.amount : 0n), 0n);
}
