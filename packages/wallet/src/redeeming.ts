/**
 * Redeeming: tokens back to one's account, as many orders as they need.
 *
 * An operator may answer a token with something else than money: fresh tokens, where the account may not be
 * credited, or proof that the token was spent before. Each is counted apart, so that nobody is told of money
 * that is not there.
 */
import type { SecureModule, TokenSummary } from "@tenten/module";
import {
	type AssetId,
	type Bytes,
	type ClaimResult,
	equalBytes,
	isRefusal,
	type Refusal,
	refuse,
	sameAsset,
	sumOf,
} from "@tenten/protocol";
import { type Operators, reach, runOrder } from "./operators.ts";
import { freeTokens } from "./refreshing.ts";
import { planUpkeep, type UpkeepPolicy } from "./upkeep.ts";

/** Amounts in minor units. */
export type Redeemed = {
	/** now on the account */
	readonly credited: bigint;
	/** what the fork reserve paid for tokens that somebody had spent twice */
	readonly drawn: bigint;
	/** came back as fresh tokens */
	readonly refreshed: bigint;
	/** of each of those tokens, against whoever did it */
	readonly evidence: readonly Bytes[];
	/** why tokens were not taken */
	readonly refused: readonly string[];
};

/** Everything, bound tokens too, in as many orders as their limits ask for. */
const everything: UpkeepPolicy = { links: 0, bytes: 0, time: Number.MAX_SAFE_INTEGER, count: 1 };

/** Returns tokens to one's account; all that are not over by `now` (unix seconds) without an amount (minor units). */
export async function redeem(
	module: SecureModule,
	operators: Operators,
	asset: AssetId,
	now: number,
	amount?: bigint,
): Promise<Redeemed | Refusal> {
	const { trust } = module;
	const grace = isRefusal(trust) ? 0 : (trust.asset(asset)?.grace ?? 0);
	const own = freeTokens(module).filter(
		(token) => sameAsset(token.asset, asset) && now < token.redeemUntil + grace,
	);
	const account = module.certificates().findLast(({ operatorId }) => equalBytes(operatorId, asset.operator));
	if (account === undefined) return refuse("authority-unknown", "no account with the asset's operator");
	let left = amount ?? sumOf(own);
	if (left > sumOf(own)) return refuse("funds-insufficient");
	// Redeeming links are irrevocable: none is signed for an operator that cannot be asked now.
	const unreached = left === 0n ? undefined : await reach(module, operators, asset.operator);
	if (unreached !== undefined) return unreached;
	let redeemed: Redeemed = { credited: 0n, drawn: 0n, refreshed: 0n, evidence: [], refused: [] };
	for (const { inputs } of planUpkeep(own, 0, everything)) {
		if (left === 0n) break;
		const chosen = upTo(inputs, left);
		const part = sumOf(chosen) < left ? sumOf(chosen) : left;
		const results = await runOrder(module, operators, {
			asset,
			action: { kind: "account", account: account.hash, amount: part },
			inputs: chosen.map(({ output }) => output),
		});
		if (isRefusal(results)) return results;
		left -= part;
		redeemed = results.reduce(withResult, redeemed);
	}
	return redeemed;
}

function withResult(so: Redeemed, result: ClaimResult): Redeemed {
	switch (result.kind) {
		case "paid":
			return { ...so, credited: so.credited + result.amount };
		case "refreshed":
			return { ...so, refreshed: so.refreshed + result.amount };
		case "forked":
			return { ...so, drawn: so.drawn + result.drawn, evidence: [...so.evidence, result.evidence] };
		case "refused":
			return { ...so, refused: [...so.refused, result.code] };
		default:
			return result satisfies never;
	}
}

/** The first of these that reach `amount`, or all. */
function upTo(tokens: readonly TokenSummary[], amount: bigint): readonly TokenSummary[] {
	const chosen: TokenSummary[] = [];
	for (const token of tokens) {
		if (sumOf(chosen) >= amount) break;
		chosen.push(token);
	}
	return chosen;
}
