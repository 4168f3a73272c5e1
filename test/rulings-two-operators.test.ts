/** An exchange between two ecosystems whose decider is gone: each operator rules its own leg, to one end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal, type Message } from "@tenten/protocol";
import { without } from "./support/channels.ts";
import { ok, type Town, asset as yen } from "./support/town.ts";
import { joinAll, openTwoTowns } from "./support/two-towns.ts";

const due = yen.redeemWindow + yen.grace;

/** Ann pays 120 of the card's money for 3 of the fest's, and one kind of message is lost. */
async function interrupted(lost: Message["kind"]) {
	const policy = { trustListValidity: 365 * 86_400 };
	const [card, fest] = await openTwoTowns({ policy });
	const [ann, bob] = [await card.wallet(500n), await fest.wallet(8n)];
	await joinAll([card, fest], [ann, bob]);
	const against = { asset: fest.asset, amount: 3n };
	const request = ok(await bob.request({ asset: card.asset, amount: 120n, mode: "exchange", against }));
	const { attempt } = ok(await ann.pay({ request: request.encoded }, without(bob.handle, lost)));
	return { card, fest, ann, bob, attempt };
}

async function balanced(...towns: readonly Town[]): Promise<void> {
	for (const town of towns) {
		assert.deepEqual((await town.operator.audit(town.asset.code)).broken, []);
		assert.deepEqual(await town.operator.caseFiles(null), []);
		await town.close();
	}
}

test("before it released: each side gets back what it gave, from whoever issued it", async () => {
	const { card, fest, ann, bob, attempt } = await interrupted("counterTransfer");
	for (const { clock } of [card, fest]) clock.now += due;
	assert.ok(!isRefusal(await bob.askRefund(attempt)));
	assert.equal(ok(await bob.account(fest.asset)), 8n);
	assert.equal(ok(await ann.askRefund(attempt)), "refunded");
	assert.equal(ok(await ann.account(card.asset)), 500n);
	assert.deepEqual([await card.outstanding(), await fest.outstanding()], [0n, 0n]);
	await balanced(card, fest);
});

test("after it released: the release that one operator published completes both legs", async () => {
	const { card, fest, ann, bob, attempt } = await interrupted("release");
	assert.equal(ok(await ann.redeem(fest.asset)).credited, 3n);
	assert.equal(ok(await bob.resolve(attempt)), "received");
	assert.deepEqual([bob.balance(card.asset).available, bob.balance(fest.asset).available], [120n, 5n]);
	assert.equal(ok(await bob.redeem(card.asset)).credited, 120n);
	await balanced(card, fest);
});
