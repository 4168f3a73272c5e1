/** The narrowest bounds of a token: those of its issue, and what its conditions and caveats leave of them. */
import type { TokenSummary } from "@tenten/module";
import { type Caveat, limits } from "@tenten/protocol";

export type Bounds = {
	/** unix seconds; zero: from now on */
	readonly from: number;
	/** unix seconds */
	readonly until: number;
	/** how often it may change hands still */
	readonly handsLeft: number;
};

export function boundsOf({ hops, links, spendUntil }: TokenSummary, rules: readonly Caveat[]): Bounds {
	let [from, until, handsLeft] = [0, spendUntil, Math.max(limits.hops - links, 0)];
	for (const { condition } of rules) {
		if (condition.kind === "notBefore") from = Math.max(from, condition.time);
		if (condition.kind === "expires") until = Math.min(until, condition.time);
		if (condition.kind === "hopLimit") handsLeft = Math.min(handsLeft, Math.max(condition.hops - hops, 0));
	}
	return { from, until, handsLeft };
}
