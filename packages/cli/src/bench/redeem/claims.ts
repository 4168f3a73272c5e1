/** Claims to redeem: tokens that passed through five hands, as shops hand them in, made before the clock runs. */
import type { Bytes, VerifiedToken } from "@tenten/protocol";
import type { Holder } from "../../ecosystem.ts";
import { passToken } from "../../passing.ts";
import { claimOf, type Track, toAccount, tokensFor } from "../../races/racer.ts";
import { assetCode } from "../pair.ts";
import type { Draw } from "../popularity.ts";

const hops = 5;
/** tokens that one order to withdraw may ask for */
const drawnTogether = 16;
/** minor units of each token */
export const tokenAmount = 100n;

export type ClaimScene = {
	readonly track: Track;
	/** the tokens go round among them */
	readonly holders: readonly Holder[];
	/** who is the last of a path, and redeems to its account: the place of a holder */
	readonly draw: Draw;
};

/** So many claims of so many tokens each. */
export async function makeClaims(
	{ track, holders, draw }: ClaimScene,
	claims: number,
	tokensEach: number,
): Promise<readonly Bytes[]> {
	const encoded: Bytes[] = [];
	const ready = new Map<Holder, VerifiedToken[]>();
	for (let drawer = 0; encoded.length < claims; drawer++) {
		const first = holders[drawer % holders.length] as Holder;
		const last = holders[draw()] as Holder;
		const amounts = Array.from({ length: drawnTogether }, () => tokenAmount);
		const drawn = await tokensFor(track, first, assetCode, ...amounts);
		const passed = [...(ready.get(last) ?? [])];
		for (const token of drawn) passed.push(await passAlong(token, holders, drawer, last));
		while (passed.length >= tokensEach && encoded.length < claims)
			encoded.push(await claimOf(track, last, passed.splice(0, tokensEach), toAccount(last)));
		ready.set(last, passed);
	}
	return encoded;
}

async function passAlong(
	token: VerifiedToken,
	holders: readonly Holder[],
	drawer: number,
	last: Holder,
): Promise<VerifiedToken> {
	let held = token;
	for (let hop = 0; hop < hops; hop++) {
		const payer = holders[(drawer + hop) % holders.length] as Holder;
		const next = hop === hops - 1 ? last : (holders[(drawer + hop + 1) % holders.length] as Holder);
		const { certificate: payee } = next;
		held = (await passToken(held, payer, { payee, amount: held.amount, way: "twoPhase" })).owned;
	}
	return held;
}
