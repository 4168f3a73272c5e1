/**
 * This operator's own rule books as rows: every version, for ever, and which of them is in force.
 *
 * A version is written once, after the one before. What it leaves out is quoted no more; what was quoted under it ends
 * as it began.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	type OperatorKeys,
	parse,
	type Rate,
	type Refusal,
	type RuleBook,
	type RuleBookBody,
	refuse,
	ruleBook,
	serialize,
	type VerifiedAgreement,
	verifyRuleBook,
} from "@tenten/protocol";
import { insertNew } from "../store/insert-new.ts";
import type { Transaction } from "../store/store.ts";
import { agreementOf, undamaged } from "./rows.ts";

/** Writes the next version: the refusals of `verifyRuleBook`, `agreement-unknown` where it names one that is not kept. */
export async function adoptRuleBook(
	transaction: Transaction,
	operator: Bytes,
	signed: RuleBook,
	keys: OperatorKeys,
): Promise<RuleBookBody | Refusal> {
	const newest = await newestBook(transaction);
	if (newest !== undefined && equalBytes(serialize(ruleBook, newest), serialize(ruleBook, signed)))
		return newest.body;
	const body = verifyRuleBook(signed, newest?.body ?? null, keys);
	if (isRefusal(body)) return body;
	if (!equalBytes(body.operator, operator)) return refuse("malformed", "another operator's rule book");
	for (const { agreement } of body.agreements) {
		const agreed = await agreementOf(transaction, agreement);
		if (isRefusal(agreed)) return agreed;
	}
	await insertNew(transaction, "crossing_rule_books", [
		{ version: body.version, encoded: serialize(ruleBook, signed) },
	]);
	return body;
}

/** Whether its time has come or not. */
export async function newestBook(transaction: Transaction): Promise<RuleBook | undefined> {
	return (await versionsFrom(transaction, 1))[0];
}

/** Newest first. */
async function versionsFrom(transaction: Transaction, most: number): Promise<readonly RuleBook[]> {
	const rows = await transaction
		.selectFrom("crossing_rule_books")
		.select("encoded")
		.orderBy("version", "desc")
		.limit(most)
		.execute();
	return rows.map(({ encoded }) => undamaged(parse(ruleBook, encoded), "a rule book"));
}

/** Versions that may lie ahead of the one in force. */
const aheadMost = 16;

/** The newest whose time has come. */
export async function bookInForce(transaction: Transaction, now: number): Promise<RuleBook | undefined> {
	return (await versionsFrom(transaction, aheadMost)).find(({ body }) => body.from <= now);
}

export type InForce = { readonly agreed: VerifiedAgreement; readonly rate: Rate | null };

/** An agreement that the book in force names, or `agreement-unknown`. */
export async function agreementInForce(
	transaction: Transaction,
	id: Bytes,
	now: number,
): Promise<InForce | Refusal> {
	const book = await bookInForce(transaction, now);
	const entry = book?.body.agreements.find(({ agreement }) => equalBytes(agreement, id));
	if (entry === undefined) return refuse("agreement-unknown", "the rule book in force does not name it");
	const agreed = await agreementOf(transaction, id);
	return isRefusal(agreed) ? agreed : { agreed: agreed as VerifiedAgreement, rate: entry.rate };
}

/** Agreements in force under which this operator credits. */
export async function creditingIn(
	transaction: Transaction,
	operator: Bytes,
	now: number,
): Promise<readonly VerifiedAgreement[]> {
	const book = await bookInForce(transaction, now);
	const crediting: VerifiedAgreement[] = [];
	for (const { agreement } of book?.body.agreements ?? []) {
		const agreed = await agreementOf(transaction, agreement);
		if (!isRefusal(agreed) && equalBytes((agreed as VerifiedAgreement).body.destination, operator))
			crediting.push(agreed as VerifiedAgreement);
	}
	return crediting;
}

/** The other operators of the agreements in force, each once. */
export async function peersIn(
	transaction: Transaction,
	operator: Bytes,
	now: number,
): Promise<readonly Bytes[]> {
	const book = await bookInForce(transaction, now);
	const peers: Bytes[] = [];
	for (const { agreement } of book?.body.agreements ?? []) {
		const agreed = await agreementOf(transaction, agreement);
		if (isRefusal(agreed)) continue;
		const { source, destination } = agreed.body;
		const peer = equalBytes(source, operator) ? destination : source;
		if (!peers.some((known) => equalBytes(known, peer))) peers.push(peer);
	}
	return peers;
}
