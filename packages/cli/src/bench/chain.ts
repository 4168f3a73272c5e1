/** Chains: tokens that passed through many hands, the input of several measurements. */
import type { VerifiedToken } from "@tenten/protocol";
import { type Ecosystem, type Holder, issueTokens, random } from "../ecosystem.ts";
import { type Passing, passToken } from "../passing.ts";

export type ChainOptions = {
	readonly way: Passing["way"];
	/** whether each payer keeps change */
	readonly hasChange: boolean;
	/** distinct holders; the token goes round among them */
	readonly holders: number;
	/** issues in the batch: how long the Merkle path is */
	readonly batch?: number;
};

/** The token as its holder owns it after 0, 1, … `hops` links. */
export async function makeChain(
	ecosystem: Ecosystem,
	hops: number,
	{ way, hasChange, holders: count, batch = 1000 }: ChainOptions,
): Promise<readonly VerifiedToken[]> {
	const holders: Holder[] = [];
	for (let i = 0; i < count; i++) holders.push(await ecosystem.newHolder());
	const [first] = holders as [Holder, ...Holder[]];
	const draft = { amount: 1_000_000n, owner: first.certificate, request: random(32), conditions: [] };
	const [issued] = await issueTokens(
		ecosystem,
		Array.from({ length: batch }, () => draft),
	);
	const chain = [issued as VerifiedToken];
	for (let i = 0; i < hops; i++) {
		const token = chain[i] as VerifiedToken;
		const payer = holders[i % count] as Holder;
		const { certificate: payee } = holders[(i + 1) % count] as Holder;
		const amount = hasChange ? token.amount - 1234n : token.amount;
		chain.push((await passToken(token, payer, { payee, amount, way })).owned);
	}
	return chain;
}
