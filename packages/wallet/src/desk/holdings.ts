/**
 * What is held, token by token, and who would take it.
 *
 * Both are the module's word: the conditions are those that it verified, and whether somebody would accept a token is
 * judged by the very check that runs when it is paid.
 */
import type { Judged, Supposed, TokenSummary } from "@tenten/module";
import {
	type AssetId,
	type Caveat,
	fromHex,
	isRefusal,
	type Refusal,
	refuse,
	sameAsset,
	sumOf,
	toHex,
} from "@tenten/protocol";
import { boundsOf } from "../bounds.ts";
import { reasonWords, refusalWords } from "../refusal-words.ts";
import { selectTokens } from "../selection.ts";
import type { Wallet } from "../wallet.ts";
import { describeCaveat, type Naming, type Words } from "../words.ts";
import { assetNamed } from "./showing.ts";
import type { HoldingView } from "./views.ts";

/** Tokens of one asset, what expires first before the others. */
export function holdings(
	{ module }: Wallet,
	asset: AssetId,
	timeZone: string,
): readonly HoldingView[] | Refusal {
	const { trust } = module;
	if (isRefusal(trust)) return trust;
	const views: HoldingView[] = [];
	for (const token of module.tokens().filter((held) => sameAsset(held.asset, asset))) {
		const rules = module.rulesOf(token.output);
		if (isRefusal(rules)) return rules;
		const isAwaited = module.isRestored(token.certificate);
		const state = isAwaited ? "awaited" : token.heldBy === null ? "free" : "locked";
		views.push({ ...bounds(token, rules), state, conditions: sentences(rules, { trust, asset, timeZone }) });
	}
	return views.sort((a, b) => a.spendableUntil - b.spendableUntil);
}

function bounds(token: TokenSummary, rules: readonly Caveat[]): Omit<HoldingView, "state" | "conditions"> {
	const { from, until, handsLeft } = boundsOf(token, rules);
	return {
		id: toHex(token.output),
		amount: token.amount,
		spendableFrom: from === 0 ? null : from,
		spendableUntil: until,
		redeemableUntil: token.redeemUntil,
		handsLeft,
	};
}

function sentences(rules: readonly Caveat[], naming: Naming): readonly Words[] {
	return rules.map((rule) => describeCaveat(rule, naming));
}

/** A payment that nobody has asked for yet; `certifiedBy` an operator's id, in hexadecimal. */
export type Supposing = Omit<Supposed, "asset" | "certifiedBy"> & {
	readonly asset: string;
	readonly certifiedBy?: string;
};

export type Acceptance = {
	/** minor units of what was asked about that could be paid */
	readonly payable: bigint;
	/** unix seconds: from then on less could be paid; null where nothing could be */
	readonly until: number | null;
	/** why not all of it in one payment; null where it could be */
	readonly shortfall: Words | null;
	/** what could not be paid with, and why */
	readonly refused: readonly { readonly amount: bigint; readonly reasons: readonly Words[] }[];
};

export function acceptance(
	{ module }: Wallet,
	{ asset, certifiedBy, ...supposing }: Supposing,
	timeZone: string,
): Acceptance | Refusal {
	const id = assetNamed(asset);
	if (id === undefined) return refuse("asset-unknown", asset);
	const operator = certifiedBy === undefined ? undefined : fromHex(certifiedBy);
	if (certifiedBy !== undefined && operator === undefined) return refuse("issuer-unknown", certifiedBy);
	const { trust } = module;
	if (isRefusal(trust)) return trust;
	const judged = module.suppose({ ...supposing, asset: id, ...(operator && { certifiedBy: operator }) });
	if (isRefusal(judged)) return judged;
	const { amount } = supposing;
	const taken = judged.filter(({ reasons }) => reasons.length === 0).map(({ token }) => token);
	const all = sumOf(taken);
	const naming = { trust, asset: id, timeZone };
	const payable = all < amount ? all : amount;
	const lasting = taken.map((token) => {
		const rules = module.rulesOf(token.output);
		return { amount: token.amount, until: boundsOf(token, isRefusal(rules) ? [] : rules).until };
	});
	return {
		payable,
		until: coveredUntil(lasting, payable),
		shortfall: shortfallOf(taken, amount),
		refused: judged.filter(({ reasons }) => reasons.length > 0).map((each) => refusedView(each, naming)),
	};
}

/** Until when tokens together hold an amount, each of them until its own end. */
function coveredUntil(
	lasting: readonly { readonly amount: bigint; readonly until: number }[],
	amount: bigint,
): number | null {
	let held = 0n;
	for (const each of [...lasting].sort((a, b) => b.until - a.until)) {
		held += each.amount;
		if (held >= amount) return each.until;
	}
	return null;
}

function shortfallOf(taken: readonly TokenSummary[], amount: bigint): Words | null {
	if (sumOf(taken) < amount) return refusalWords["funds-insufficient"];
	return selectTokens(taken, amount) === undefined ? refusalWords["too-many"] : null;
}

function refusedView({ token, reasons }: Judged, naming: Naming): Acceptance["refused"][number] {
	return { amount: token.amount, reasons: reasons.map((reason) => reasonWords(reason, naming)) };
}
