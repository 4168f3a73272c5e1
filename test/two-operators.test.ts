/** Two ecosystems that list each other: one wallet has an account with each, and pays in what either issued. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, isRefusal, verifyEvidence } from "@tenten/protocol";
import { inProcessChannel } from "@tenten/wallet";
import { payTwice } from "./support/forked.ts";
import { ok, openTown } from "./support/town.ts";
import { openTwoTowns } from "./support/two-towns.ts";

const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;

test("money of either operator is paid, topped up and redeemed with an account at each", async () => {
	const [card, code] = await openTwoTowns();
	const [ann, shop] = [await card.wallet(500n), await code.wallet(200n)];
	assert.equal(await shop.join(card.operator, card.operator.id, asked), undefined);

	const request = ok(await shop.request({ asset: card.asset, amount: 300n }));
	assert.equal(
		ok(await ann.pay({ request: request.encoded }, inProcessChannel(shop.handle))).fundsState,
		"spent",
	);
	assert.equal(ok(await shop.redeem(card.asset)).credited, 300n);
	assert.equal(ok(await shop.redeem(code.asset)).credited, 200n);
	assert.equal(ok(await shop.account(card.asset)), 300n);
	assert.equal(ok(await shop.account(code.asset)), 200n);
	assert.deepEqual(ok(await shop.topUp(card.asset, 100n)).length, 0);
	assert.equal(shop.balance(card.asset).available, 100n);
	await card.close();
	await code.close();
});

test("an operator that the pinned list does not name is not joined", async () => {
	const [card, stranger] = [await openTown(), await openTown()];
	const ann = await card.wallet();
	const refusal = await ann.join(stranger.operator, stranger.operator.id, asked);
	assert.equal(isRefusal(refusal) && refusal.code, "authority-unknown");
	await card.close();
	await stranger.close();
});

test("tokens without an account at their operator are not redeemed into the void", async () => {
	const [card, code] = await openTwoTowns();
	const [ann, shop] = [await card.wallet(500n), await code.wallet()];
	const request = ok(await shop.request({ asset: card.asset, amount: 300n }));
	ok(await ann.pay({ request: request.encoded }, inProcessChannel(shop.handle)));
	shop.connect(card.operator.id, card.operator);
	const refused = await shop.redeem(card.asset);
	assert.equal(isRefusal(refused) && refused.code, "authority-unknown");
	assert.equal(shop.balance(card.asset).available, 300n);
	await card.close();
	await code.close();
});

test("who redeems a forked token is told so, with evidence and what the reserve paid", async () => {
	const town = await openTown();
	const [ann, bob] = [await town.wallet(), await town.wallet()];
	const { mallory } = await payTwice(town, { first: ann, second: bob }, 100n);
	const forked = ok(await bob.redeem(town.asset));
	assert.deepEqual([forked.credited, forked.drawn, forked.evidence.length], [0n, 100n, 1]);
	const [guilty] = mallory.module.certificates();
	const proof = ok(verifyEvidence(forked.evidence[0] as Bytes, ok(bob.module.trust)));
	assert.deepEqual(proof.culprit.hash, guilty?.hash);
	await town.close();
});
