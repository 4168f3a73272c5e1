/**
 * Locks that another decided: their releases must be with the operator before redeem until.
 *
 * Whoever gave under such a lock holds no secret, and learns of the release from the operator alone. So in grace
 * the operator counts only what it was shown in time, on every path that goes on from there: who keeps such a
 * path shows it, whether the value is already theirs or only reserved for them.
 */
import {
	type Bytes,
	isRefusal,
	parse,
	type Refusal,
	serializeRulingRequest,
	type Token,
	token as tokenShape,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import type { RulingQuestion } from "./ruling.ts";

/** Releases to show to operators while that still counts; the same one as often as it is on a path. */
export function foreignReleases(core: Core): readonly RulingQuestion[] {
	const { tokens, payees } = core.vault;
	const now = core.now();
	const own = [...tokens.entries.values()]
		.filter(({ summary }) => now < summary.redeemUntil)
		.map(({ token }) => kept(parse(tokenShape, token)));
	const reserved = [...payees.entries.values()].flatMap((state) =>
		state.kind === "reserved" || state.kind === "lockedForeign" || state.kind === "resolving"
			? state.tokens
			: [],
	);
	return [...own, ...reserved]
		.filter(({ issue }) => now < issue.issue.redeemUntil)
		.flatMap((token) =>
			releasesOf(token).map((release) => ({
				operator: token.issue.issue.asset.operator,
				request: serializeRulingRequest({ kind: "release", release }),
			})),
		);
}

function kept(token: Token | Refusal): Token {
	if (isRefusal(token)) throw new Error("a kept token that cannot be read");
	return token;
}

function releasesOf({ hops }: Token): readonly Bytes[] {
	return hops.flatMap(({ lock }) => (lock?.state === "releasedPayeeDecides" ? [lock.bytes] : []));
}
