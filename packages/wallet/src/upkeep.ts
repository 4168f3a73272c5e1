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
	/** and only in this last part of the whole window, e.g. 4 for a quarter: windows may be short */
	readonly windowPart?: number;
	/** free tokens of one asset from which they are merged, in as few orders as bring them below it */
	readonly count: number;
};

export const defaultUpkeep: UpkeepPolicy = {
	links: 24,
	bytes: 12_288,
	time: 7 * 86_400,
	windowPart: 4,
	count: 12,
};

/** What an order adds to each token: a link, and the desk's certificate. */
const bytesOfOneLink = 512;
const signaturesOfOneLink = 2;
/** Left for the order itself, and the cancels that a token may carry on. */
const otherBytes = 8_192;
const otherSignatures = 8;

export type RefreshPlan = { readonly asset: AssetId; readonly inputs: readonly TokenSummary[] };

/** Orders to give, each of tokens of one asset and owner that one message carries; bound tokens go alone. */
export function planUpkeep(
	tokens: readonly TokenSummary[],
	now: number,
	policy: UpkeepPolicy = defaultUpkeep,
): readonly RefreshPlan[] {
	const groups = new Map<string, TokenSummary[]>();
	for (const token of tokens) {
		// Once its time to redeem has passed, an order would only burn it.
		if (now >= token.redeemUntil) continue;
		const alone = token.isBound ? toHex(token.output) : "";
		const key = [toHex(token.asset.operator), token.asset.code, toHex(token.certificate), alone].join("/");
		groups.set(key, [...(groups.get(key) ?? []), token]);
	}
	return [...groups.values()].flatMap((group) => {
		const due = new Set(group.filter((token) => isDue(token, now, policy)));
		if (group.length < policy.count) return batches([...due]);
		// What is due, and the longest of the others: what stays is short, and costs little to merge later.
		const others = group.filter((token) => !due.has(token)).toSorted((a, b) => b.size - a.size);
		let left = group.length;
		return batches([...due, ...others]).filter(({ inputs }) => {
			const isWanted = left >= policy.count || inputs.some((token) => due.has(token));
			if (isWanted) left -= inputs.length - 1;
			return isWanted;
		});
	});
}

function isDue(token: TokenSummary, now: number, policy: UpkeepPolicy): boolean {
	const window = token.spendUntil - token.issuedAt;
	const time =
		policy.windowPart === undefined ? policy.time : Math.min(policy.time, window / policy.windowPart);
	return token.links >= policy.links || token.size >= policy.bytes || token.spendUntil - now <= time;
}

function batches(tokens: readonly TokenSummary[]): readonly RefreshPlan[] {
	const plans: RefreshPlan[] = [];
	for (const token of tokens) {
		const last = plans.at(-1);
		const inputs = [...(last?.inputs ?? []), token];
		if (last === undefined || !fitsOneOrder(inputs)) plans.push({ asset: token.asset, inputs: [token] });
		else plans[plans.length - 1] = { ...last, inputs };
	}
	return plans;
}

/** Redeeming links are irrevocable: they are signed only where their operator can read and verify the claim. */
function fitsOneOrder(tokens: readonly TokenSummary[]): boolean {
	const bytes = tokens.reduce((sum, { size }) => sum + size + bytesOfOneLink, otherBytes);
	const cost = tokens.reduce(
		(sum, { signatures }) => sum + signatures + signaturesOfOneLink,
		otherSignatures,
	);
	return tokens.length <= limits.orderTokens && bytes <= limits.message && cost <= limits.signatures;
}
