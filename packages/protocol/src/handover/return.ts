/** Sending a direct transfer back: each token whole, by a direct link to the certificate that paid with it. */
import { equalBytes, type Refusal, refuse } from "../codec/index.ts";
import { draftLink, type Spendable, type UnsignedLink, violations } from "../token/index.ts";
import type { Context } from "./machine.ts";
import type { PayeeTerms } from "./payee-state.ts";

/** The links that return what `terms` brought; `tokens` in the order in which they came. */
export function draftReturn(
	terms: PayeeTerms,
	tokens: readonly Spendable[],
	{ now }: Context,
): readonly UnsignedLink[] | Refusal {
	if (terms.lock !== null) return refuse("request-mismatch", "only a direct transfer is sent back");
	const came = tokens.map(({ token }) => token.path.at(-1)?.id);
	const isWhole =
		came.length === terms.links.length &&
		came.every((id, i) => id !== undefined && equalBytes(id, terms.links[i] ?? id.subarray(1)));
	if (!isWhole) return refuse("attempt-decided", "already spent");
	const links: UnsignedLink[] = [];
	for (const { token, after } of tokens) {
		if (now >= token.issue.spendUntil) return refuse("expired");
		if (token.previousOwner === null) return refuse("owner-mismatch");
		const { amount, previousOwner: payee, hops } = token;
		const transfer = { kind: "return", payee, amount, purpose: null, against: null, hops: hops + 1 } as const;
		const [forbidden] = violations(token.rules, { ...transfer, now });
		if (forbidden !== undefined) return forbidden;
		const owner = { certificate: payee, purpose: null, request: terms.attempt };
		links.push(
			draftLink(token, {
				outputs: [{ amount, owner, caveats: [] }],
				lock: null,
				data: null,
				against: null,
				after,
				spent: null,
			}),
		);
	}
	return links;
}
