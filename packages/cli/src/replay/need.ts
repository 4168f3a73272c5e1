/**
 * Need: the least balance with which a wallet can make all its payments in order.
 *
 * What it receives meanwhile counts from then on, at once: a refund pays for the next purchase.
 */
import type { WalletName } from "./plan.ts";

type Passage = { readonly payer: WalletName; readonly payee: WalletName; readonly amount: bigint };

/** `amount` is zero where receipts always came first; `payments` is how often the wallet pays. */
export type Need = { readonly amount: bigint; readonly payments: number };

/** The need of every wallet that pays, in order of first payment. */
export function needs(passages: Iterable<Passage>): ReadonlyMap<WalletName, Need> {
	const running = new Map<WalletName, bigint>();
	const needed = new Map<WalletName, Need>();
	for (const { payer, payee, amount } of passages) {
		const after = (running.get(payer) ?? 0n) - amount;
		running.set(payer, after);
		const before = needed.get(payer) ?? { amount: 0n, payments: 0 };
		needed.set(payer, {
			amount: -after > before.amount ? -after : before.amount,
			payments: before.payments + 1,
		});
		running.set(payee, (running.get(payee) ?? 0n) + amount);
	}
	return needed;
}
