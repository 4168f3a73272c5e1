/** Measurements beside others, run tiny: counts and shapes, never times. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { benchCashu } from "../src/bench/cashu.ts";
import { openCashuMint } from "../src/bench/cashu-peer.ts";
import { openExactPair } from "../src/bench/exact-peer.ts";
import { benchMeter } from "../src/bench/meter.ts";
import { openVoucherChannel } from "../src/bench/voucher-peer.ts";
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

test("a voucher pays its sum and no other, and is its payer's", async () => {
	const channel = openVoucherChannel();
	const voucher = await channel.pay(5n);
	channel.accept(voucher);
	assert.throws(() => channel.accept({ ...voucher, cumulativeAmount: 6n }));
	assert.throws(() => openVoucherChannel().accept(voucher));
});

test("a payment of the exact scheme holds as it was signed, and not to another payee", async () => {
	const exact = openExactPair();
	const payment = await exact.pay();
	await exact.accept(payment);
	const { authorization, signature } = payment.payload as { authorization: object; signature: string };
	const altered = { ...authorization, nonce: `0x${"00".repeat(32)}` };
	await assert.rejects(
		exact.accept({ ...payment, payload: { authorization: altered, signature } }),
		/signature/,
	);
});

test("ticks are paid and checked beside bare hashes, a voucher and a payment each", async () => {
	const results = await benchMeter(silent, { ticks: 2_000, rounds: 1, slice_ms: 1 });
	assert.equal(results.filter(({ peer }) => peer !== null && peer > 0).length, 2);
	assert.equal(results.filter(({ limit }) => limit !== null && limit > 0).length, 7);
	const [longest, payer, payee] = results.slice(-4);
	assert.deepEqual([longest?.ours, payer?.ours, payee?.ours], [38, 0, Math.floor(2_000 / 64) / 2_000]);
});
