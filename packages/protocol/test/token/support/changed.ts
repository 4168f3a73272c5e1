/** Tokens that nobody paid so: what a dishonest owner puts together of one that was. */
import type { Hop, Token, VerifiedToken } from "@tenten/protocol";

export function withHops(token: VerifiedToken, change: (hops: readonly Hop[]) => readonly Hop[]): Token {
	return { ...token.token, hops: change(token.token.hops) };
}

export function withLastHop(token: VerifiedToken, change: Partial<Hop>): Token {
	return withHops(token, (hops) => hops.with(-1, { ...(hops.at(-1) as Hop), ...change }));
}
