/**
 * What another operator's seals show, taken: each payment's step, with the proof that brought it, in one write.
 *
 *   source's seal        locked ─▶ reserve     the seal `decides` ─▶ credit or void     (this is the destination)
 *   destination's seal   reserved, credited, voided ─▶ kept for the payer and its file  (this is the source)
 *
 * The peer is known by its signature on the message, and its word for nothing beside that: states are proved under a
 * seal that witnesses place, quotes carry both signatures. What was taken before is answered as it stands.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	type OutcomeKeys,
	type Refusal,
	refuse,
	type ShownItem,
	type ShownSeal,
	type StateAnswer,
	sourceState,
	type VerifiedAgreement,
	type VerifiedQuote,
	type VerifiedSeal,
	type VerifiedState,
	verifyQuote,
	verifySealShown,
	verifyStateUnder,
} from "@tenten/protocol";
import type { Store, Transaction } from "../store/store.ts";
import type { CrossingOptions } from "./host.ts";
import { keepPeerSeal, keepPeerState } from "./peer-rows.ts";
import { agreementOf, crossingOf, type KeptCrossing } from "./rows.ts";
import { type CrossingAnswer, destinationIn } from "./steps.ts";

/** A seal of `operator`, by the log that is known of it: the refusals of `verifySealShown`, `authority-unknown`. */
export function sealBy(operator: Bytes, shown: ShownSeal, keys: OutcomeKeys): VerifiedSeal | Refusal {
	const log = keys.logOf(operator, "source");
	if (log === undefined) return refuse("authority-unknown", "no log of this operator is known");
	return verifySealShown(shown, operator, log, keys.verify);
}

/** Takes a seal of `peer`, and what it shows: one answer each; or why none of it is believed. */
export async function hearShown(
	store: Store,
	peer: Bytes,
	{ seal: shown, items }: { readonly seal: ShownSeal; readonly items: readonly ShownItem[] },
	options: CrossingOptions,
): Promise<readonly StateAnswer[] | Refusal> {
	const whole = sealBy(peer, shown, options.keys);
	if (isRefusal(whole)) return whole;
	const kept = items.length === 0 ? null : shown;
	await store.run((transaction) => keepPeerSeal(transaction, whole, kept));
	return Promise.all(items.map(async (item) => told(await hearItem(store, peer, whole, item, options))));
}

function told(answer: CrossingAnswer): StateAnswer {
	return answer.kind === "stands" ? answer : { kind: "refused", code: answer.code };
}

async function hearItem(
	store: Store,
	peer: Bytes,
	whole: VerifiedSeal,
	item: ShownItem,
	options: CrossingOptions,
): Promise<CrossingAnswer> {
	const state = verifyStateUnder(whole, item, item.transfer);
	if (isRefusal(state)) return state;
	const quote = await store.read((transaction) => quoteOf(transaction, item, options));
	if (isRefusal(quote)) return quote;
	const { source, destination } = quote.agreement.body;
	return store.run(async (transaction) => {
		if (equalBytes(source, options.operator) && equalBytes(destination, peer))
			return keepAtSource(transaction, state, item);
		if (!equalBytes(destination, options.operator) || !equalBytes(source, peer))
			return refuse("agreement-unknown", "it is between others");
		const answer = await stepAt(transaction, quote, state, item, options.now());
		if (answer.kind === "stands" && state.state !== null)
			await keepPeerState(transaction, state, state.state, item.proof);
		return answer;
	});
}

/** By what is kept of it already, or by what both signed, which is verified here. */
async function quoteOf(
	transaction: Transaction,
	{ transfer, quote }: ShownItem,
	{ keys }: CrossingOptions,
): Promise<VerifiedQuote | Refusal> {
	const before = await crossingOf(transaction, transfer);
	if (before !== undefined) return before.kept.quote;
	if (quote === null) return refuse("attempt-unknown");
	const agreed = await agreementOf(transaction, quote.body.agreement);
	if (isRefusal(agreed)) return agreed;
	const verified = verifyQuote(quote, agreed as VerifiedAgreement, keys);
	if (isRefusal(verified)) return verified;
	return equalBytes(verified.transfer, transfer)
		? verified
		: refuse("proof-invalid", "the quote of another transfer");
}

/** What the destination shows moves nothing here: the payer's secret does. */
async function keepAtSource(
	transaction: Transaction,
	shown: VerifiedState,
	{ transfer, proof }: ShownItem,
): Promise<CrossingAnswer> {
	const before = await crossingOf(transaction, transfer);
	if (before === undefined || !isSource(before.kept)) return refuse("attempt-unknown", "nothing is locked");
	if (shown.state === null) return refuse("proof-invalid", "it shows nothing");
	await keepPeerState(transaction, shown, shown.state, proof);
	return { kind: "stands", state: sourceState(before.kept) };
}

type SourceKept = Parameters<typeof sourceState>[0];

export function isSource(kept: KeptCrossing["kept"]): kept is SourceKept {
	return kept.kind === "locked" || kept.kind === "committed" || kept.kind === "returned";
}

/** What was not reserved before the seal that decides never will be: asked to reserve it then, it is refused for good. */
async function stepAt(
	transaction: Transaction,
	quote: VerifiedQuote,
	shown: VerifiedState,
	{ transfer, quote: signed }: ShownItem,
	now: number,
): Promise<CrossingAnswer> {
	const before = await crossingOf(transaction, transfer);
	const event =
		before !== undefined && shown.number === quote.body.decides
			? ({ kind: "decided", shown } as const)
			: ({ kind: "reserve", quote, shown } as const);
	return destinationIn(transaction, { transfer, event, signed, now });
}
