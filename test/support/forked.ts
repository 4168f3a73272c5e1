/** Money that was spent twice: somebody pays it to two wallets of a town, of which the first redeems it. */
import assert from "node:assert/strict";
import { inProcessChannel, memoryStore, Wallet } from "@tenten/wallet";
import { ok, random, type Town } from "./town.ts";

/** Leaves `second` with a token of `amount`, minor units, whose output `first` was paid too, and has redeemed. */
export async function payTwice(
	town: Town,
	{ first, second }: { readonly first: Wallet; readonly second: Wallet },
	amount: bigint,
	terms: { readonly purpose?: string } = {},
): Promise<{ readonly mallory: Wallet }> {
	const unlock = { kind: "device", key: random(32) } as const;
	const store = memoryStore();
	const mallory = await town.wallet(amount, { store, unlock });
	const copy = memoryStore();
	await copy.commit([...(await store.load())].map(([key, value]) => ({ key, value })));
	const clone = ok(await Wallet.open({ store: copy, unlock, now: () => town.clock.now, random }));
	for (const [payer, payee] of [[mallory, first] as const, [clone, second] as const]) {
		const request = ok(await payee.request({ asset: town.asset, amount, ...terms }));
		const paid = await payer.pay({ request: request.encoded }, inProcessChannel(payee.handle));
		assert.equal(ok(paid).fundsState, "spent");
	}
	assert.deepEqual(ok(await first.redeem(town.asset)), {
		credited: amount,
		drawn: 0n,
		refreshed: 0n,
		evidence: [],
		refused: [],
	});
	await clone.close();
	return { mallory };
}
