/**
 * The one thing to do about a payment that is not over, by where it stands.
 *
 *   payer   locked      show it to the payee again; past its time give it up; past the time for that, ask for a refund
 *           released, sent    show it again: the payee may not have it
 *   payee   reserved    show it to the payer again; past its time ask the operator
 *           resolving   ask the operator again, or for the refund of what was given
 *           returned    show it again: the payer may not have it
 *
 * Unknown is not failed: nothing here says that money is lost, and whatever is done twice moves nothing twice.
 */
import type { AttemptSummary, AwaitedToken } from "@tenten/module";
import { equalBytes } from "@tenten/protocol";

export type NextAction =
	/** nothing: it is over */
	| { readonly kind: "none" }
	/** the two devices say their last words to each other again: `recover` */
	| { readonly kind: "show" }
	/** `cancel`: the money is back at once */
	| { readonly kind: "giveUp" }
	/** `resolve`: it knows what the payer told it */
	| { readonly kind: "askOperator" }
	/** `askRefund`, before `until` (unix seconds) */
	| { readonly kind: "askRefund"; readonly until: number }
	/** nothing can be done before `until`; null where nobody knows the day */
	| { readonly kind: "wait"; readonly until: number | null };

/** `now`: unix seconds. */
export function nextAction(
	attempt: AttemptSummary,
	now: number,
	awaited: readonly AwaitedToken[],
): NextAction {
	if (!attempt.isOpen) return { kind: "none" };
	const due = refundDue(attempt, now);
	switch (attempt.state) {
		case "locked":
			return due ?? ofLock(attempt, now, awaited);
		case "sent":
			return due ?? { kind: "show" };
		case "released":
		case "returned":
			return { kind: "show" };
		case "reserved":
		case "lockedForeign":
			return due ?? { kind: now < (attempt.endsAt ?? 0) ? "show" : "askOperator" };
		case "resolving":
			return due ?? { kind: "askOperator" };
		case "owned":
		case "cancelled":
		case "ruled":
			return { kind: "none" };
		default:
			return attempt satisfies never;
	}
}

function refundDue({ refund }: AttemptSummary, now: number): NextAction | undefined {
	if (refund === null || now < refund.from || now >= refund.until) return undefined;
	return { kind: "askRefund", until: refund.until };
}

function ofLock(
	{ attempt, askedUntil, endsAt, mayCancel, refund }: AttemptSummary,
	now: number,
	awaited: readonly AwaitedToken[],
): NextAction {
	if (mayCancel) return { kind: now < Math.min(askedUntil, endsAt ?? 0) ? "show" : "giveUp" };
	if (refund !== null && now < refund.from) return { kind: "wait", until: refund.from };
	const days = awaited.flatMap(({ heldBy, refundFrom }) =>
		heldBy !== null && equalBytes(heldBy, attempt) ? [refundFrom] : [],
	);
	return { kind: "wait", until: days.length === 0 ? null : Math.max(...days) };
}
