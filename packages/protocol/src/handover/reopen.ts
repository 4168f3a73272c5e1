/** Tokens that a machine kept, made ready again: verified when they were kept, so their signatures are not. */
import { isRefusal, type Refusal } from "../codec/index.ts";
import type { Trust } from "../identity/index.ts";
import { type Token, type VerifiedToken, verifyParsedToken } from "../token/index.ts";

/** The tokens, or why not: a newer trust list may have dropped an authority on their path. */
export function reopenAll(kept: readonly Token[], trust: Trust): readonly VerifiedToken[] | Refusal {
	const tokens: VerifiedToken[] = [];
	for (const carried of kept) {
		const token = verifyParsedToken(carried, trust, { signatures: false });
		if (isRefusal(token)) return token;
		tokens.push(token);
	}
	return tokens;
}
