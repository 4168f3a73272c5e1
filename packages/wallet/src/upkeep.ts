/** Upkeep: which tokens a wallet refreshes unasked, before their hops, size or time run out. */
import type { TokenSummary } from "@tenten/module";
import { type AssetId, limits, toHex } from "@tenten/protocol";

export type UpkeepPolicy = {
	/** links from which a token is refreshed */
	readonly links: number;
	/** bytes from which a token is refreshed */
	readonly bytes: number;
	/** seconds before spend until */
	readonly time: number;
	/** free tokens of one asset from which they are merged */
	readonly count: number;
};

export const defaultUpkeep: UpkeepPolicy = { links: 20, bytes: 8_192, time: 7 * 86_400, count: 12 };

export type RefreshPlan = { readonly asset: AssetId; readonly inputs: readonly TokenSummary[] };

/** Orders to give, each of at most 16 tokens of one asset and owner; bound tokens go alone. */
export function planUpkeep(
	tokens: readonly TokenSummary[],
	now: number,
	policy: UpkeepPolicy = defaultUpkeep,
): readonly RefreshPlan[] {
	const groups = new Map<string, TokenSummary[]>();
	for (const token of tokens) {
		const alone = token.isBound ? toHex(token.output) : "";
		const key = [toHex(token.asset.operator), token.asset.code, toHex(token.certificate), alone].join("/");
		groups.set(key, [...(groups.get(key) ?? []), token]);
	}
	return [...groups.values()].flatMap((group) => {
		const due = group.filter((token) => isDue(token, now, policy));
		const chosen = group.length >= policy.count ? group : due;
		return batches(chosen);
	});
}

function isDue(token: TokenSummary, now: number, policy: UpkeepPolicy): boolean {
	return token.links >= policy.links || token.size >= policy.bytes || token.spendUntil - now <= policy.time;
}

function batches(tokens: readonly TokenSummary[]): readonly RefreshPlan[] {
	const plans: RefreshPlan[] = [];
	for (const token of tokens) {
		const last = plans.at(-1);
		const size = (last?.inputs ?? []).reduce((sum, { size }) => sum + size + 512, token.size);
		if (last === undefined || last.inputs.length >= limits.orderTokens || size > limits.message - 8_192)
			plans.push({ asset: token.asset, inputs: [token] });
		else plans[plans.length - 1] = { ...last, inputs: [...last.inputs, token] };
	}
	return plans;
}
