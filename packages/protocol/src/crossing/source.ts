/**
 * The source of a payment across operators: it locks, and its seal of the agreed number says how it ended.
 *
 *   lock ─▶ locked ── the secret, with proof of *reserved*, before it makes the seal `decides` ─▶ committed     (final)
 *              └───── the seal `decides`, witnessed, shows no commit ──────────────────────────▶ returned      (final)
 *
 * It has no timer. `lastSeal` is read in the transaction that writes the step, by a row that making a seal writes too:
 * a commit and the seal that decides exclude each other there.
 */
import { type Bytes, equalBytes, isRefusal, type Refusal, refuse } from "../codec/index.ts";
import { endOf, isReleaseOf, type Movement } from "./machine.ts";
import type { VerifiedQuote } from "./quote.ts";
import type { VerifiedState } from "./shown.ts";
import type { CrossingState } from "./state.ts";

export type Source =
	| { readonly kind: "locked" | "returned"; readonly quote: VerifiedQuote }
	| { readonly kind: "committed"; readonly quote: VerifiedQuote; readonly release: Bytes };

export type SourceEvent =
	/** the payer agreed to it */
	| { readonly kind: "lock"; readonly quote: VerifiedQuote }
	/** the payer's secret, and what a witnessed seal of the destination shows */
	| { readonly kind: "release"; readonly release: Bytes; readonly shown: VerifiedState }
	/** what its own seal of that number shows, once it is witnessed */
	| { readonly kind: "decided"; readonly shown: VerifiedState };

export type SourceMoment = {
	/** unix seconds */
	readonly now: number;
	/** the number of the last seal that it made; 0: none */
	readonly lastSeal: number;
};

export type SourceStep = { readonly kept: Source; readonly movement: Movement };

/** What follows from an event; a repeated one changes nothing. Refusals change nothing either. */
export function stepSource(
	kept: Source | undefined,
	event: SourceEvent,
	moment: SourceMoment,
): SourceStep | Refusal {
	if (event.kind === "lock") return kept === undefined ? lock(event.quote, moment) : stay(kept);
	if (kept === undefined) return refuse("attempt-unknown", "nothing is locked for this transfer");
	switch (event.kind) {
		case "release":
			return commit(kept, event.release, event.shown, moment);
		case "decided":
			return decide(kept, event.shown);
		default:
			return event satisfies never;
	}
}

function stay(kept: Source): SourceStep {
	return { kept, movement: null };
}

/** A lock that no seal before the one that decides would show is of no use. */
function lock(quote: VerifiedQuote, { now, lastSeal }: SourceMoment): SourceStep | Refusal {
	const { expiresAt, decides } = quote.body;
	if (now >= expiresAt) return refuse("quote-expired");
	if (lastSeal + 1 >= decides) return refuse("seal-decided");
	return { kept: { kind: "locked", quote }, movement: "reserve" };
}

/** Proof of the reservation is asked for here: a payer that released too early would else pay nobody. */
function commit(
	kept: Source,
	release: Bytes,
	shown: VerifiedState,
	{ lastSeal }: SourceMoment,
): SourceStep | Refusal {
	const { quote } = kept;
	if (kept.kind === "committed")
		return isReleaseOf(quote.body, release) ? stay(kept) : refuse("release-mismatch");
	if (kept.kind === "returned" || lastSeal >= quote.body.decides) return refuse("seal-decided");
	if (!isReleaseOf(quote.body, release)) return refuse("release-mismatch");
	if (!isReserved(quote, shown)) return refuse("proof-invalid", "not reserved");
	return { kept: { kind: "committed", quote, release }, movement: "post" };
}

function isReserved({ transfer, agreement }: VerifiedQuote, shown: VerifiedState): boolean {
	return (
		equalBytes(shown.operator, agreement.body.destination) &&
		equalBytes(shown.transfer, transfer) &&
		shown.state?.state === "reserved" &&
		equalBytes(shown.state.transfer, transfer)
	);
}

/** Its seal is final for itself too, also where a backup knows less than the seal. */
function decide(kept: Source, shown: VerifiedState): SourceStep | Refusal {
	const { quote } = kept;
	const end = endOf(quote, shown);
	if (isRefusal(end)) return end;
	if (kept.kind === "locked")
		return end.kind === "committed"
			? { kept: { kind: "committed", quote, release: end.release }, movement: "post" }
			: { kept: { kind: "returned", quote }, movement: "void" };
	if ((kept.kind === "committed") !== (end.kind === "committed"))
		throw new Error("the store and the seal that decides say different things of a transfer");
	return stay(kept);
}

/** What its state map holds. */
export function sourceState(kept: Source): CrossingState {
	const release = kept.kind === "committed" ? kept.release : null;
	return { transfer: kept.quote.transfer, state: kept.kind, release };
}
