/** An exchange whose decider is gone: each leg goes back, or on, by what its operator rules, and to one end. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { serializeMessage } from "@tenten/protocol";
import { inProcessChannel } from "@tenten/wallet";
import { deadOperator } from "./support/channels.ts";
import { balanced, codeOf, due, interrupted, openWorld } from "./support/interrupted.ts";
import { ok, asset as yen } from "./support/town.ts";

describe("an exchange whose decider is gone", () => {
	test("before it released: each leg goes back to whoever gave it, by its own statement", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const attempt = await interrupted(world, "exchange", "counterTransfer");
		assert.equal(codeOf(await bob.askRefund(attempt)), "ruling-early");
		town.clock.now += due;
		assert.equal(codeOf(await bob.askRefund(attempt)), "safe");
		assert.equal(ok(await bob.account(town.assetOf("SEAT"))), 4n);
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.equal(ok(await ann.account(town.asset)), 1_000n);
		assert.deepEqual([await town.outstanding("JPY"), await town.outstanding("SEAT")], [0n, 0n]);
		await balanced(world);
	});

	test("that was given its own leg back: its word frees nothing of the other side's, who still states its own", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const attempt = await interrupted(world, "exchange", "counterTransfer");
		town.clock.now += due;
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		// Its last word is the ruling, and it says it again on contact.
		ok(await ann.recover(attempt, inProcessChannel(bob.handle)));
		assert.equal(bob.balance(town.assetOf("SEAT")).available, 0n);
		assert.equal(codeOf(await bob.askRefund(attempt)), "safe");
		assert.equal(ok(await bob.account(town.assetOf("SEAT"))), 4n);
		assert.deepEqual([await town.outstanding("JPY"), await town.outstanding("SEAT")], [0n, 0n]);
		await balanced(world);
	});

	test("that cancels in grace: what that would free is void by then, and comes back by the operator's word", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const attempt = await interrupted(world, "exchange", "counterTransfer");
		town.clock.now += yen.redeemWindow;
		await ann.cancel(attempt, inProcessChannel(bob.handle));
		assert.equal(bob.balance(town.assetOf("SEAT")).locked, 4n);
		town.clock.now += yen.grace;
		assert.equal(codeOf(await bob.askRefund(attempt)), "safe");
		assert.equal(ok(await bob.account(town.assetOf("SEAT"))), 4n);
		await balanced(world);
	});

	test("after it released: the other side completes it by the release that was published", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const attempt = await interrupted(world, "exchange", "release");
		ok(await ann.redeem(town.assetOf("SEAT")));
		assert.equal(codeOf(await bob.resolve(attempt)), "received");
		assert.deepEqual(
			[bob.balance(town.asset).available, bob.balance(town.assetOf("SEAT")).available],
			[300n, 3n],
		);
		await balanced(world);
	});

	test("is given the other leg back, and then takes no cancel that would free it to be spent", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const attempt = await interrupted(world, "exchange", "counterTransfer");
		const [start, { operator }] = [town.clock.now, town];
		town.clock.now += due;
		bob.connect(operator.id, deadOperator);
		assert.equal(codeOf(await bob.askRefund(attempt)), "channel-failed");
		town.clock.now = start;
		await ann.cancel(attempt, inProcessChannel(bob.handle));
		assert.equal(bob.module.payee(attempt), "resolving");
		assert.equal(bob.balance(town.assetOf("SEAT")).locked, 4n);
		town.clock.now += due;
		bob.connect(operator.id, operator);
		assert.equal(codeOf(await bob.askRefund(attempt)), "safe");
		assert.equal(ok(await bob.account(town.assetOf("SEAT"))), 4n);
		await balanced(world);
	});

	test("a forged release neither opens nor is forwarded", async () => {
		const world = await openWorld();
		const { bob } = world;
		const attempt = await interrupted(world, "exchange", "release");
		ok(await bob.module.resolve(attempt));
		await bob.handle([serializeMessage({ kind: "release", attempt, secret: new Uint8Array(32) })]);
		assert.equal(bob.module.payee(attempt), "resolving");
		await balanced(world);
	});
});
