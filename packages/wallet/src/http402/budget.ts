/** What a program may pay for calls. Every bound is in minor units of one asset; what is in no line is not paid in. */
import { type AssetId, type Refusal, refuse, sameAsset } from "@tenten/protocol";

export type BudgetLine = {
	readonly asset: AssetId;
	/** for one payment: a call, or a book of them */
	readonly perCall: bigint;
	/** for all calls of one origin; as `inAll` without */
	readonly perHost?: bigint;
	readonly inAll: bigint;
};

export type Budget = readonly BudgetLine[];

/** What is spent already, or promised. */
export type Spent = { readonly atHost: bigint; readonly inAll: bigint };

/** Why this much more is not to be paid. */
export function checkBudget(
	budget: Budget,
	{ asset, amount }: { readonly asset: AssetId; readonly amount: bigint },
	{ atHost, inAll }: Spent,
): Refusal | undefined {
	const line = budget.find((each) => sameAsset(each.asset, asset));
	const exceeded = (what: string): Refusal => refuse("budget-exceeded", `${amount} ${asset.code} ${what}`);
	if (line === undefined) return exceeded("asked, and no budget in this asset");
	if (amount > line.perCall) return exceeded(`asked for one call, at most ${line.perCall} allowed`);
	if (line.perHost !== undefined && atHost + amount > line.perHost)
		return exceeded(`asked, ${line.perHost - atHost} of ${line.perHost} left for this host`);
	if (inAll + amount > line.inAll) return exceeded(`asked, ${line.inAll - inAll} of ${line.inAll} left`);
	return undefined;
}
