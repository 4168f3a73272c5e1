/**
 * From records to claims: the records of a party and a period that no claim has counted yet become one statement, its
 * balance one claim, in one durable write. What came into the log later is in the next claim of the same period.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	limits,
	makePartyStatement,
	type PartyStatement,
	type PlacedRecord,
	partyClaimId,
	partyStatementHash,
	type Refusal,
	readPartyStatement,
	refuse,
	type StatementSubject,
	serializePartyStatement,
	statementBalance,
	statementLinesMost,
	toHex,
} from "@tenten/protocol";
import { insertNewSet } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";
import { claimOf, type KeptClaim, keepState } from "./claim-rows.ts";
import { placedRecords } from "./device-records.ts";

/** Everything of the party in the period that the log holds, whether it was claimed or not. */
export async function statementIn(
	transaction: Transaction,
	subject: StatementSubject,
): Promise<PartyStatement | Refusal> {
	return makePartyStatement(subject, await placedRecords(transaction, subject));
}

/** The statement behind a claim. */
export async function statementOfClaim(
	transaction: Transaction,
	claim: Bytes,
): Promise<PartyStatement | undefined> {
	const row = await transaction
		.selectFrom("party_claims")
		.select("statement")
		.where("claim_id", "=", claim)
		.executeTakeFirst();
	if (row === undefined) return undefined;
	const read = readPartyStatement(row.statement);
	if (isRefusal(read)) throw new Error("the database is damaged: a statement does not read");
	return read as PartyStatement;
}

/**
 * The claim on what was not claimed before, the oldest first, as much as one statement holds; where there is no such
 * record, the last one of this very period, so that whoever asks again is answered again. `amount-invalid` where there is none, or nothing is owed either way.
 */
export async function claimIn(
	transaction: Transaction,
	subject: StatementSubject,
	now: number,
): Promise<KeptClaim | Refusal> {
	const { party, asset } = subject;
	const placed = await placedRecords(transaction, subject);
	const claimed = await claimedBefore(transaction, party);
	const open = placed.filter(({ record }) => !claimed.has(toHex(record.id)));
	if (open.length === 0)
		return (await lastClaim(transaction, subject)) ?? refuse("amount-invalid", "nothing to claim");
	const statement = makePartyStatement(subject, fitting(subject, open));
	if (isRefusal(statement)) return statement;
	const balance = statementBalance(statement as PartyStatement);
	if (balance === 0n) return refuse("amount-invalid", "nothing is owed either way");
	const hash = partyStatementHash(statement as PartyStatement);
	const id = partyClaimId({ operator: subject.operator, statement: hash });
	const [direction, amount] = balance < 0n ? (["debit", -balance] as const) : (["credit", balance] as const);
	await insertNewSet(transaction, "party_claims", [
		{
			...{ claim_id: id, party, asset, direction, amount, made_at: now },
			statement: serializePartyStatement(statement as PartyStatement),
		},
	]);
	const records = (statement as PartyStatement).lines.map(({ record }) => ({
		record_id: record,
		party,
		claim_id: id,
	}));
	await insertNewSet(
		transaction,
		"claimed_records",
		records.toSorted((a, b) => (toHex(a.record_id) < toHex(b.record_id) ? -1 : 1)),
	);
	await keepState(transaction, id, 0, { kind: "claimed" });
	return { id, party, asset, direction, amount, history: [{ kind: "claimed" }] };
}

/**
 * The oldest of them, as many as one statement holds: what others pay a party must not keep it from claiming. Where that
 * leaves others, it comes to something: a part that is even would be claimed never, and what comes after it neither.
 */
function fitting({ party }: StatementSubject, open: readonly PlacedRecord[]): readonly PlacedRecord[] {
	const oldest = open.toSorted((a, b) => a.record.body.paidAt - b.record.body.paidAt);
	const sums = { paid: 0n, received: 0n };
	let uneven = 0;
	for (const [at, { record }] of oldest.entries()) {
		sums[equalBytes(record.body.payer, party) ? "paid" : "received"] += record.body.amount;
		if (at === statementLinesMost || sums.paid > limits.amount || sums.received > limits.amount)
			return oldest.slice(0, uneven);
		if (sums.paid !== sums.received) uneven = at + 1;
	}
	return oldest;
}

async function claimedBefore(transaction: Transaction, party: Bytes): Promise<ReadonlySet<string>> {
	const rows = await transaction
		.selectFrom("claimed_records")
		.select("record_id")
		.where("party", "=", party)
		.execute();
	return new Set(rows.map(({ record_id }) => toHex(record_id)));
}

async function lastClaim(
	transaction: Transaction,
	{ party, asset, from, until }: StatementSubject,
): Promise<KeptClaim | undefined> {
	const rows = await transaction
		.selectFrom("party_claims")
		.select(["claim_id", "asset", "statement"])
		.where("party", "=", party)
		.orderBy("made_at", "desc")
		.orderBy("claim_id")
		.execute();
	for (const row of rows) {
		const statement = readPartyStatement(row.statement);
		if (isRefusal(statement)) throw new Error("the database is damaged: a statement does not read");
		const { from: first, until: last } = statement as PartyStatement;
		if (equalBytes(row.asset, asset) && first === from && last === until)
			return claimOf(transaction, row.claim_id);
	}
	return undefined;
}
