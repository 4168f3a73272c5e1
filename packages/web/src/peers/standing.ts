/**
 * How an operator's witness sees the log of another, as the witness's door tells it (`GET /v1/peers`, docs/operating.md),
 * and what of it is good, waits, or is bad.
 */
export type PeerStanding = {
	/** hexadecimal */
	readonly operator: string;
	readonly origin: string;
	readonly visit: {
		readonly outcome: "none" | "followed" | "unread" | "convicted";
		readonly code: string | null;
	};
	/** `readAt`: unix seconds */
	readonly checkpoint: { readonly size: number; readonly readAt: number } | null;
	readonly quorum: "fresh" | "stale" | "uncosigned" | "unasked";
	readonly lag_s: number | null;
	readonly seal: { readonly number: number; readonly word: "cosignature" | "broken" } | null;
	readonly rules: readonly { readonly rule: string; readonly isKept: boolean | null }[];
	/** `at`: unix seconds */
	readonly evidence: readonly { readonly hash: string; readonly kind: string; readonly at: number }[];
	readonly drills: { readonly count: number; readonly paid: number; readonly p99_ms: number | null };
	readonly others: readonly { readonly url: string; readonly outcome: "agrees" | "unread" | "convicted" }[];
};

export type Verdict = "good" | "wait" | "bad";

/** `bad`: what it signed convicts it, or breaks a rule. `wait`: it cannot be told now, and value waits. */
export function verdictOf({ visit, quorum, rules, evidence, others }: PeerStanding): Verdict {
	if (
		visit.outcome === "convicted" ||
		evidence.length > 0 ||
		rules.some(({ isKept }) => isKept === false) ||
		others.some(({ outcome }) => outcome === "convicted")
	)
		return "bad";
	const isSeen = visit.outcome === "followed" && rules.every(({ isKept }) => isKept === true);
	return isSeen && quorum !== "stale" && quorum !== "uncosigned" ? "good" : "wait";
}

/** The worst of them. */
export function verdictOfAll(standings: readonly PeerStanding[]): Verdict {
	const verdicts = standings.map(verdictOf);
	if (verdicts.includes("bad")) return "bad";
	return verdicts.length === 0 || verdicts.includes("wait") ? "wait" : "good";
}
