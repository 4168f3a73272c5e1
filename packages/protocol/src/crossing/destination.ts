/**
 * The destination of a payment across operators: it reserves once it sees the lock, and the source's seal ends that.
 *
 *   *locked* is shown, in time, within the exposure ─▶ reserved ── the seal `decides` shows a commit ─▶ credited (final)
 *                                                         └─────── it shows anything else, or nothing ─▶ voided (final)
 *
 * It has no timer, takes no word of payer or payee, and the secret alone moves nothing: no event brings any of these.
 */
import { type Bytes, equalBytes, isRefusal, type Refusal, refuse } from "../codec/index.ts";
import { mayReserve, type Positions, withCredited, withReserved, withVoided } from "./exposure.ts";
import { endOf, type Movement } from "./machine.ts";
import type { VerifiedQuote } from "./quote.ts";
import type { VerifiedState } from "./shown.ts";
import type { CrossingState } from "./state.ts";
import { refuseStale } from "./witnessed.ts";

export type Destination =
	| { readonly kind: "reserved" | "voided"; readonly quote: VerifiedQuote }
	| { readonly kind: "credited"; readonly quote: VerifiedQuote; readonly release: Bytes };

export type DestinationEvent =
	/** what a witnessed seal of the source shows */
	| { readonly kind: "reserve"; readonly quote: VerifiedQuote; readonly shown: VerifiedState }
	| { readonly kind: "decided"; readonly shown: VerifiedState };

export type DestinationMoment = {
	/** unix seconds */
	readonly now: number;
	/** the number of the newest seal of the source that it has; 0: none */
	readonly lastSeal: number;
	/** under this agreement, read in the transaction that writes the step */
	readonly positions: Positions;
};

export type DestinationStep = {
	readonly kept: Destination;
	readonly movement: Movement;
	readonly positions: Positions;
};

/** What follows from an event; a repeated one changes nothing. Refusals change nothing either. */
export function stepDestination(
	kept: Destination | undefined,
	event: DestinationEvent,
	moment: DestinationMoment,
): DestinationStep | Refusal {
	switch (event.kind) {
		case "reserve":
			return kept === undefined ? reserve(event.quote, event.shown, moment) : stay(kept, moment);
		case "decided":
			return kept === undefined
				? refuse("attempt-unknown", "nothing is reserved for this transfer")
				: decide(kept, event.shown, moment);
		default:
			return event satisfies never;
	}
}

function stay(kept: Destination, { positions }: DestinationMoment): DestinationStep {
	return { kept, movement: null, positions };
}

function reserve(
	quote: VerifiedQuote,
	shown: VerifiedState,
	{ now, lastSeal, positions }: DestinationMoment,
): DestinationStep | Refusal {
	const { body, agreement } = quote;
	const { exposure, freshness } = agreement.body;
	if (now >= body.expiresAt) return refuse("quote-expired");
	if (!isLocked(quote, shown)) return refuse("proof-invalid", "not locked");
	if (Math.max(shown.number, lastSeal) >= body.decides) return refuse("seal-decided");
	const stale = refuseStale(shown.since, { now, freshness });
	if (stale !== undefined) return stale;
	if (!mayReserve(positions, body.credits, exposure)) return refuse("exposure-exceeded");
	return {
		kept: { kind: "reserved", quote },
		movement: "reserve",
		positions: withReserved(positions, body.credits),
	};
}

function isLocked({ transfer, agreement }: VerifiedQuote, shown: VerifiedState): boolean {
	return (
		equalBytes(shown.operator, agreement.body.source) &&
		equalBytes(shown.transfer, transfer) &&
		shown.state?.state === "locked" &&
		equalBytes(shown.state.transfer, transfer)
	);
}

/** However old the seal is: what it says was said for ever. */
function decide(
	kept: Destination,
	shown: VerifiedState,
	moment: DestinationMoment,
): DestinationStep | Refusal {
	const { quote } = kept;
	const end = endOf(quote, shown);
	if (isRefusal(end)) return end;
	if (kept.kind !== "reserved") return stay(kept, moment);
	const { credits } = quote.body;
	if (end.kind === "aborted")
		return {
			kept: { kind: "voided", quote },
			movement: "void",
			positions: withVoided(moment.positions, credits),
		};
	return {
		kept: { kind: "credited", quote, release: end.release },
		movement: "post",
		positions: withCredited(moment.positions, credits),
	};
}

/** What its state map holds. */
export function destinationState(kept: Destination): CrossingState {
	const release = kept.kind === "credited" ? kept.release : null;
	return { transfer: kept.quote.transfer, state: kept.kind, release };
}
