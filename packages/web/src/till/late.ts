/** Requests that the counter turned away from, and what is paid on them all the same. */
import type { AttemptView } from "@tenten/wallet/page";

type Paid = Pick<AttemptView, "funds">;

/** The requests to be watched, once the counter turns away from one with that payment: all but what is paid. */
export function watched(requests: readonly string[], request: string, paid?: Paid): readonly string[] {
	// Whoever got its money back can pay the same request again.
	return paid?.funds === "received" ? requests : [...requests, request];
}

/** What came in on these, of payments by the digest of their request. */
export function paidLate<P extends Paid>(
	requests: readonly string[],
	payments: Readonly<Record<string, P>>,
): readonly P[] {
	return requests.flatMap((request) => payments[request] ?? []).filter(({ funds }) => funds === "received");
}
