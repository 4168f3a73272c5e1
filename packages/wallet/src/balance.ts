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
	};
}

/** A condition may end before the issue does. */
function spendableUntil(module: SecureModule, token: TokenSummary): number {
	const rules = module.rulesOf(token.output);
	return isRefusal(rules) ? token.spendUntil : boundsOf(token, rules).until;
}
