/** Where the money of one asset is, as the module has it. */
import type { SecureModule } from "@tenten/module";
import { type AssetId, sameAsset } from "@tenten/protocol";

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
	const free = own.filter(({ heldBy, spendUntil }) => heldBy === null && spendUntil > now);
	const reserved = module.reservations().filter((entry) => sameAsset(entry.asset, asset));
	return {
		available: sum(free),
		reserved: sum(reserved),
		locked: sum(own.filter(({ heldBy }) => heldBy !== null)),
		expiring: sum(free.filter(({ spendUntil }) => spendUntil - now < week)),
		awaited: sum(held) - sum(own),
	};
}

function sum(entries: readonly { readonly amount: bigint }[]): bigint {
	return entries.reduce((total, { amount }) => total + amount, 0n);
}
