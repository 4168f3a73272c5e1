/** Tokens that a machine kept, made ready again: verified when they were kept, so their signatures are not. */
import { type Bytes, isRefusal, type Refusal } from "../codec/index.ts";
import type { Trust } from "../identity/index.ts";
import { releaseToken, type Token, type VerifiedToken, verifyParsedToken } from "../token/index.ts";

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

/** A token that this module verified when it was locked, effective now. */
export function opened(token: VerifiedToken, secret: Bytes): VerifiedToken {
	const effective = releaseToken(token, secret);
	if (isRefusal(effective)) throw new Error(`checked lock does not open: ${effective.detail}`);
	return effective;
}
