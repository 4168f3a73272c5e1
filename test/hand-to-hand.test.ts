/** Value passes from hand to hand: the whole of it, through the real module, wallet and operator. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inProcessChannel } from "@tenten/wallet";
import { ok, openTown } from "./support/town.ts";

test("what is received is spent onward at once, in any amount, with no operator in between", async () => {
	const town = await openTown();
	const [ann, bob, eve] = [await town.wallet(1_000n), await town.wallet(), await town.wallet()];
	const pay = async (from: typeof ann, to: typeof ann, amount: bigint) => {
		const request = ok(await to.request({ asset: town.asset, amount }));
		return ok(await from.pay({ request: request.encoded }, inProcessChannel(to.handle)));
	};
	assert.equal((await pay(ann, bob, 300n)).fundsState, "spent");
	assert.equal((await pay(bob, eve, 120n)).fundsState, "spent");
	assert.equal((await pay(eve, ann, 7n)).fundsState, "spent");
	assert.deepEqual(
		[ann, bob, eve].map((wallet) => wallet.balance(town.asset).available),
		[707n, 180n, 113n],
	);
	for (const wallet of [ann, bob, eve]) ok(await wallet.redeem(town.asset));
	const totals = await town.operator.totals(town.asset.code);
	assert.equal(totals.outstanding, 0n);
	assert.equal(totals.held, 1_000n);
	await town.close();
});
