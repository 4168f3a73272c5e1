/** Measurements beside others, run tiny: counts and shapes, never times. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { benchCashu } from "../src/bench/cashu.ts";
import { openCashuMint } from "../src/bench/cashu-peer.ts";
import { makeOutput } from "../src/output.ts";

const silent = { ...makeOutput(true), say: () => {} };

test("the peer pays in as many proofs as the amount has bits, and a proof that was altered does not hold", () => {
	const mint = openCashuMint();
	assert.equal(mint.accept(mint.pay(5n)), 2);
	assert.throws(() => openCashuMint().accept(mint.pay(1n)));
});

test("each amount is paid by us, token alone and handed over, and by the peer", async () => {
	const results = await benchCashu(silent, { amounts: [2n], rounds: 1, hops: 2 });
	assert.deepEqual(
		results.map(({ metric, rounds, unit }) => [metric, rounds, unit]),
		[
			["2 in 1 proof: tokens of 2 hops", 1, "payments/s"],
			["2 in 1 proof: whole hand-over, 2 hops", 1, "payments/s"],
		],
	);
	for (const { ours, peer, ratio } of results) {
		assert.ok(ours > 0 && peer !== null && peer > 0);
		assert.ok(ratio !== null && Math.abs(ratio - ours / peer) < ratio / 1e6);
	}
});
