/** Where the money of one asset is, as the module has it. */
import type { SecureModule, TokenSummary } from "@tenten/module";
import { type AssetId, isRefusal, sameAsset, sumOf } from "@tenten/protocol";
import { boundsOf } from "./bounds.ts";

/** Amounts in minor units. */
export type Balance = {
	readonly available: bigint;
	/** received, not yet ours to spend */
	readonly reserved: bigint;
	/** set aside for payments whose outcome is open */
	readonly locked: bigint;
	/** of what is available, spendable for less than a week */
	readonly expiring: bigint;
	/** came with a backup: spent since, or refunded in the end */
	readonly awaited: bigint;
	/** set aside in meters that this wallet pays: what their ticks do not come to is back at their Close */
	readonly metered: bigint;
	/** redeemed or being made fresh, and not answered yet by all that it is worth: asked for again */
	readonly ordered: bigint;
};

const week = 7 * 86_400;

/** `now`: unix seconds. */
export function balanceOf(module: SecureModule, asset: AssetId, now: number): Balance {
	const held = module.tokens().filter((token) => sameAsset(token.asset, asset));
	const own = held.filter(({ certificate }) => !module.isRestored(certificate));
	const free = own.flatMap((token) => {
		const until = spendableUntil(module, token);
		return token.heldBy === null && until > now ? [{ amount: token.amount, until }] : [];
	});
	const reserved = module.reservations().filter((entry) => sameAsset(entry.asset, asset));
	return {
		available: sumOf(free),
		reserved: sumOf(reserved),
		locked: sumOf(own.filter(({ heldBy }) => heldBy !== null)),
		expiring: sumOf(free.filter(({ until }) => until - now < week)),
		awaited: sumOf(held) - sumOf(own),
		metered: sumOf(paidByMeter(module, asset)),
		ordered: sumOf(module.ordered().filter((entry) => sameAsset(entry.asset, asset))),
	};
}

/** Meters that were released: until then the token that one is opened from is set aside itself. */
function paidByMeter(module: SecureModule, asset: AssetId): readonly { readonly amount: bigint }[] {
	return module.meters
		.list()
		.filter((each) => each.side === "payer" && each.isOpen && each.state !== "locked")
		.filter((each) => sameAsset(each.asset, asset))
		.map(({ held }) => ({ amount: held }));
}

/** A condition may end before the issue does. */
function spendableUntil(module: SecureModule, token: TokenSummary): number {
	const rules = module.rulesOf(token.output);
	return isRefusal(rules) ? token.spendUntil : boundsOf(token, rules).until;
}
