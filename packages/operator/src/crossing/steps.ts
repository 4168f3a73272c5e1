/**
 * Steps of a payment across operators, each in the transaction of its caller: read, decide, move, write.
 *
 *   last seal ─▶ agreement ─▶ payment ─▶ machine ─▶ ledger ─▶ payment, what is at risk, state map
 *
 * What can go wrong is that something else is decided at once. The row of the last seal comes first: making a seal
 * takes it too, so that a commit and the seal that decides exclude each other. Then, at the destination, the row of what is
 * at risk. A refusal has written nothing but that it looked (`turn`).
 */
import {
	type Bytes,
	type CrossingState,
	type Destination,
	type DestinationEvent,
	destinationState,
	isRefusal,
	type LedgerRefusal,
	type Refusal,
	refuse,
	type SignedQuote,
	type Source,
	type SourceEvent,
	sourceState,
	stateValue,
	stepDestination,
	stepSource,
} from "@tenten/protocol";
import { takeLastSeal } from "../seal/last-seal.ts";
import { changeState } from "../seal/trees.ts";
import { isSealed, keepEffects } from "../sealing/effects.ts";
import type { Transaction } from "../store/store.ts";
import { moveIn } from "./money.ts";
import { crossingOf, type KeptCrossing, keepCrossing, putRisk, takeRisk } from "./rows.ts";
import { refuseTokensIn, refuseTokensOut } from "./token-guard.ts";

/** How it stands now, whether this changed it or not; or why nothing was changed. */
export type CrossingAnswer =
	| { readonly kind: "stands"; readonly state: CrossingState }
	| Refusal
	| LedgerRefusal;

/** `signed` is what begins it; null: it is there */
export type Asked<E> = {
	readonly transfer: Bytes;
	readonly event: E;
	readonly signed: SignedQuote | null;
	/** unix seconds */
	readonly now: number;
};

export async function sourceIn(
	transaction: Transaction,
	{ transfer, event, signed, now }: Asked<SourceEvent>,
): Promise<CrossingAnswer> {
	const { number: lastSeal } = await takeLastSeal(transaction);
	const before = await crossingOf(transaction, transfer);
	if (before !== undefined && !isSource(before.kept)) return refuse("attempt-unknown", "nothing is locked");
	const step = stepSource(before?.kept as Source | undefined, event, { now, lastSeal });
	if (isRefusal(step)) return step;
	const { kept, movement } = step;
	const state = sourceState(kept);
	if (movement === null) return { kind: "stands", state };
	const { kind } = event;
	const missing = kind === "decided" ? undefined : await refuseTokensIn(transaction, kept.quote, kind);
	if (missing !== undefined) return missing;
	const refused = await moveIn(transaction, kept.quote, "source", movement, now);
	if (refused !== null) return refused;
	// What its seal `decides` shows is asked for ever; a later one says nothing more.
	await keepCrossing(transaction, before, quoteOf(before, signed), kept, kept.quote.body.decides);
	await noteState(transaction, state, before);
	return { kind: "stands", state };
}

export async function destinationIn(
	transaction: Transaction,
	{ transfer, event, signed, now }: Asked<DestinationEvent>,
): Promise<CrossingAnswer> {
	const { number: lastSeal } = await takeLastSeal(transaction);
	const before = await crossingOf(transaction, transfer);
	if (before !== undefined && isSource(before.kept)) return refuse("attempt-unknown", "nothing is reserved");
	const agreed = before?.kept.quote.agreement ?? ("quote" in event ? event.quote.agreement : undefined);
	if (agreed === undefined) return refuse("attempt-unknown", "nothing is reserved for this transfer");
	const { positions, peerSeal } = await takeRisk(transaction, agreed.id);
	const moment = { now, lastSeal: peerSeal, positions };
	const step = stepDestination(before?.kept as Destination | undefined, event, moment);
	if (isRefusal(step)) return step;
	const { kept, movement } = step;
	const state = destinationState(kept);
	if (movement === null) return { kind: "stands", state };
	const unfit = movement === "reserve" ? await refuseTokensOut(transaction, kept.quote.body, now) : undefined;
	if (unfit !== undefined) return unfit;
	const refused = await moveIn(transaction, kept.quote, "destination", movement, now);
	if (refused !== null) return refused;
	const proveUntil = kept.kind === "reserved" ? Number.MAX_SAFE_INTEGER : lastSeal + 1;
	await keepCrossing(transaction, before, quoteOf(before, signed), kept, proveUntil);
	const seen = Math.max(peerSeal, event.shown.number);
	await putRisk(transaction, agreed.id, { positions: step.positions, peerSeal: seen });
	await noteState(transaction, state, before);
	return { kind: "stands", state };
}

/** In the map with the next seal; where no log is kept, at once. */
async function noteState(
	transaction: Transaction,
	state: CrossingState,
	before: KeptCrossing | undefined,
): Promise<void> {
	const [key, value] = [state.transfer, stateValue(state)];
	if (!(await isSealed(transaction))) return void (await changeState(transaction, [{ key, entry: value }]));
	const turn = Number(before?.version ?? 0n) + 1;
	await keepEffects(transaction, [{ kind: "state", key, value, turn }]);
}

function isSource(kept: Source | Destination): kept is Source {
	return kept.kind === "locked" || kept.kind === "committed" || kept.kind === "returned";
}

function quoteOf(before: KeptCrossing | undefined, signed: SignedQuote | null): SignedQuote {
	const quote = before?.signed ?? signed;
	if (quote === null) throw new Error("a payment across operators began without its quote");
	return quote;
}
