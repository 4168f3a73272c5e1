/** A party gone for good: what its operator rules, when, and that nothing is paid twice. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, lockHash, parseMessage, serializeRulingRequest } from "@tenten/protocol";
import { inProcessChannel, type Wallet } from "@tenten/wallet";
import { forBooks } from "../packages/operator/test/support/rulings.ts";
import { deadOperator, without } from "./support/channels.ts";
import { balanced, codeOf, due, interrupted, openWorld } from "./support/interrupted.ts";
import { ok, openTown } from "./support/town.ts";

/** The release of an attempt, from its payer's last word. */
async function releaseOf(payer: Wallet, attempt: Bytes): Promise<Bytes> {
	const messages = ok(await payer.module.contact(attempt)).map(parseMessage);
	const release = messages.find(({ kind }) => kind === "release");
	assert.ok(release?.kind === "release" && "secret" in release);
	return release.secret;
}

describe("a payee that is gone", () => {
	test("after its reservation: the payer is refunded once the dates are over, not a second before", async () => {
		const world = await openWorld();
		const { town, ann } = world;
		const attempt = await interrupted(world, "twoPhase", "reserved");
		town.clock.now += due - 1;
		assert.equal(codeOf(await ann.askRefund(attempt)), "ruling-early");
		town.clock.now += 1;
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.deepEqual(ann.balance(town.asset), {
			available: 0n,
			reserved: 0n,
			locked: 0n,
			expiring: 0n,
			awaited: 0n,
			metered: 0n,
			ordered: 0n,
		});
		assert.equal(ok(await ann.account(town.asset)), 1_000n);
		assert.equal(codeOf(await ann.askRefund(attempt)), "attempt-decided");
		assert.equal(ok(await ann.account(town.asset)), 1_000n);
		assert.equal(await town.outstanding(), 0n);
		await balanced(world);
	});

	test("before a direct link reached it: what was paid comes back, the change was never gone", async () => {
		const world = await openWorld();
		const { town, ann } = world;
		const attempt = await interrupted(world, "direct", "transfer");
		ok(await ann.redeem(town.asset));
		assert.equal(ok(await ann.account(town.asset)), 700n);
		assert.equal(codeOf(await ann.askRefund(attempt)), "ruling-early");
		town.clock.now += due;
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.equal(ok(await ann.account(town.asset)), 1_000n);
		await balanced(world);
	});

	test("with several direct links: each is ruled by itself, all come back", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		await town.fund(ann, 500n);
		const request = ok(await bob.request({ asset: town.asset, amount: 1_400n, mode: "direct" }));
		const { attempt } = ok(await ann.start({ request: request.encoded }));
		town.clock.now += due;
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.equal(ok(await ann.account(town.asset)), 1_400n);
		await balanced(world);
	});

	test("but had redeemed: nothing is refunded, and nobody is accused", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const attempt = await interrupted(world, "direct", "reserved");
		assert.equal(ok(await bob.redeem(town.asset)).credited, 300n);
		town.clock.now += due;
		assert.equal(codeOf(await ann.askRefund(attempt)), "ruling-taken");
		assert.equal(ann.module.payer(attempt), "sent");
		assert.deepEqual(await town.operator.caseFiles(null), []);
		await balanced(world);
	});
});

describe("a statement", () => {
	test("asked for too early is not signed: the payment goes on", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const attempt = await interrupted(world, "twoPhase", "reserved");
		assert.equal(codeOf(await ann.askRefund(attempt)), "ruling-early");
		assert.equal(codeOf(await ann.recover(attempt, inProcessChannel(bob.handle))), "spent");
		assert.equal(bob.balance(town.asset).available, 300n);
		await balanced(world);
	});
});

describe("a payer that is gone", () => {
	test("after its lock leaves nothing to claim: the reservation stays, and pays nothing", async () => {
		const world = await openWorld();
		const { town, bob } = world;
		const attempt = await interrupted(world, "twoPhase", "reserved");
		assert.equal(codeOf(await bob.resolve(attempt)), "inFlight");
		assert.equal(bob.module.payee(attempt), "resolving");
		town.clock.now += due;
		assert.equal(codeOf(await bob.resolve(attempt)), "inFlight");
		// It has nothing of its own in it, so it can state nothing.
		assert.equal(codeOf(await bob.askRefund(attempt)), "attempt-decided");
		await bob.module.forget();
		assert.equal(bob.module.payee(attempt), "resolving");
		assert.equal(await town.outstanding(), 1_000n);
		await balanced(world);
	});

	for (const when of ["in time", "by a clock that was ahead, months before"])
		test(`once it was refunded what was asked for ${when}: the payee asks what was ruled, and waits no more`, async () => {
			const { town, bob } = await openWorld();
			const wrong = { seconds: 0 };
			const ann = await town.wallet(1_000n, { now: () => town.clock.now + wrong.seconds });
			const world = { town, ann, bob };
			const attempt = await interrupted(world, "twoPhase", "reserved");
			if (when !== "in time") {
				wrong.seconds = due;
				assert.equal(codeOf(await ann.askRefund(attempt)), "ruling-early");
				wrong.seconds = 0;
				// What was stated stands, although no ruling is due yet.
				assert.equal((await ann.cancel(attempt))?.code, "attempt-decided");
			}
			assert.equal(codeOf(await bob.resolve(attempt)), "inFlight");
			town.clock.now += due;
			assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
			// Ann's module forgets it, once her operator's list says that it is over.
			town.clock.now += 183 * 86_400;
			ok(await ann.module.setTrustList(await town.operator.trustList(), town.operator.id));
			await ann.module.forget();
			assert.equal(ann.module.payer(attempt), undefined);
			await bob.recover(attempt, inProcessChannel(ann.handle));
			assert.equal(bob.module.payee(attempt), "resolving");
			assert.equal(codeOf(await bob.resolve(attempt)), "safe");
			assert.equal(bob.module.payee(attempt), "ruled");
			assert.deepEqual(bob.module.open(), []);
			await balanced(world);
		});

	test("after its release: whoever has seen the release may show it, and the operator's word pays", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const attempt = await interrupted(world, "twoPhase", "release");
		// Ann redeems her change: the release stands on its path, so the operator publishes it.
		ok(await ann.redeem(town.asset));
		assert.equal(codeOf(await bob.resolve(attempt)), "received");
		assert.equal(ok(await bob.redeem(town.asset)).credited, 300n);
		assert.equal(await town.outstanding(), 0n);
		await balanced(world);
	});

	test("for a while: a release that comes in RESOLVING goes to the operator, whose answer stands", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const attempt = await interrupted(world, "twoPhase", "release");
		assert.equal(codeOf(await bob.resolve(attempt)), "inFlight");
		const secret = await releaseOf(ann, attempt);
		await ann.recover(attempt, inProcessChannel(bob.handle));
		assert.equal(bob.module.payee(attempt), "owned");
		assert.deepEqual(ok(await town.operator.release(lockHash(secret))), secret);
		assert.equal(ok(await bob.redeem(town.asset)).credited, 300n);
		await balanced(world);
	});

	test("and whose release comes while the operator is out of reach: it is kept, and shown later", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const attempt = await interrupted(world, "twoPhase", "release");
		ok(await bob.resolve(attempt));
		const { operator } = town;
		bob.connect(operator.id, deadOperator);
		await ann.recover(attempt, inProcessChannel(bob.handle));
		assert.equal(bob.module.payee(attempt), "resolving");
		bob.connect(operator.id, operator);
		assert.equal(codeOf(await bob.resolve(attempt)), "received");
		await balanced(world);
	});
});

describe("the operator's word", () => {
	test("given for the payee stands: a module that has released states nothing, whoever asks", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const attempt = await interrupted(world, "twoPhase", "release");
		const secret = await releaseOf(ann, attempt);
		ok(await town.operator.rule(serializeRulingRequest({ kind: "release", release: secret })));
		town.clock.now += due;
		// Ann's module has released: it states nothing, whoever asks.
		assert.equal(codeOf(await ann.askRefund(attempt)), "attempt-decided");
		// Too late for anybody to be paid, by his clock: the word that it was released makes no owner.
		assert.equal(codeOf(await bob.resolve(attempt)), "inFlight");
		assert.equal(bob.balance(town.asset).available, 0n);
		// A later list of the operator says so, too: now it is over.
		town.clock.now += 183 * 86_400;
		ok(await bob.module.setTrustList(await town.operator.trustList(), town.operator.id));
		assert.equal(codeOf(await bob.resolve(attempt)), "safe");
		assert.equal(bob.module.payee(attempt), "ruled");
		await balanced(world);
	});

	test("on a direct payment is not asked for by a payer that has its payee's word, whoever asks", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const request = ok(await bob.request({ asset: town.asset, amount: 300n, mode: "direct" }));
		const { attempt } = ok(await ann.pay({ request: request.encoded }, inProcessChannel(bob.handle)));
		assert.equal(ann.module.payer(attempt), "sent");
		town.clock.now += due;
		assert.equal(codeOf(await ann.askRefund(attempt)), "attempt-decided");
		await balanced(world);
	});

	test("once asked for keeps a module from ever releasing or cancelling, even where its clock goes back", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const attempt = await interrupted(world, "twoPhase", "reserved");
		const start = town.clock.now;
		town.clock.now += due;
		const { operator } = town;
		ann.connect(operator.id, deadOperator);
		assert.equal(codeOf(await ann.askRefund(attempt)), "channel-failed");
		town.clock.now = start;
		await ann.handle(ok(await bob.module.contact(attempt)));
		assert.equal(ann.module.payer(attempt), "locked");
		// What a cancel freed could be spent, against the statement that nothing was.
		assert.equal((await ann.cancel(attempt))?.code, "attempt-decided");
		assert.deepEqual(await ann.tick(), []);
		town.clock.now += due;
		ann.connect(operator.id, operator);
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.equal(ok(await ann.account(town.asset)), 1_000n);
		await balanced(world);
	});

	test("on each of several direct links brings its fresh tokens, those of the second, too", async () => {
		const town = await openTown({
			conditions: [forBooks],
			policy: { trustListValidity: 365 * 86_400 },
		});
		const [ann, shop] = [await town.wallet(100n), await town.wallet(0n, { class: "books" })];
		await town.fund(ann, 50n);
		const request = ok(await shop.request({ asset: town.asset, amount: 150n, mode: "direct" }));
		const lost = without(shop.handle, "transfer");
		const { attempt } = ok(await ann.pay({ request: request.encoded }, lost));
		assert.equal(ann.balance(town.asset).available, 0n);
		town.clock.now += due;
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.equal(ann.balance(town.asset).available, 150n);
		assert.deepEqual((await town.operator.audit(town.asset.code)).broken, []);
		await town.close();
	});

	test("brings fresh tokens where no account may be credited", async () => {
		const town = await openTown({
			conditions: [forBooks],
			policy: { trustListValidity: 365 * 86_400 },
		});
		const [ann, shop] = [await town.wallet(1_000n), await town.wallet(0n, { class: "books" })];
		const world = { town, ann, bob: shop };
		const attempt = await interrupted(world, "twoPhase", "reserved");
		town.clock.now += due;
		assert.equal(codeOf(await ann.askRefund(attempt)), "refunded");
		assert.equal(ok(await ann.account(town.asset)), 0n);
		assert.equal(ann.balance(town.asset).available, 1_000n);
		const again = ok(await shop.request({ asset: town.asset, amount: 1_000n }));
		ok(await ann.pay({ request: again.encoded }, inProcessChannel(shop.handle)));
		await town.close();
	});
});

describe("a release that reaches nobody before redeem until and grace", () => {
	test("makes no owner, and opens no doors, whatever the operator says of it", async () => {
		const world = await openWorld();
		const { town, ann, bob } = world;
		const attempt = await interrupted(world, "twoPhase", "release");
		town.clock.now += due;
		ok(await ann.recover(attempt, inProcessChannel(bob.handle)));
		assert.equal(bob.module.payee(attempt), "ruled");
		assert.equal(bob.balance(town.asset).available, 0n);
		await balanced(world);
	});
});

describe("a payee whose clock is years ahead", () => {
	test("gives up nothing by it: a release is its own once the clock is mended", async () => {
		const { town, ann } = await openWorld();
		const wrong = { seconds: 0 };
		const bob = await town.wallet(0n, { now: () => town.clock.now + wrong.seconds });
		const world = { town, ann, bob };
		const attempt = await interrupted(world, "twoPhase", "release");
		wrong.seconds = 10 * 365 * 86_400;
		ok(await ann.recover(attempt, inProcessChannel(bob.handle)));
		assert.equal(bob.module.payee(attempt), "reserved");
		wrong.seconds = 0;
		ok(await ann.recover(attempt, inProcessChannel(bob.handle)));
		assert.equal(bob.module.payee(attempt), "owned");
		assert.equal(ok(await bob.redeem(town.asset)).credited, 300n);
		await balanced(world);
	});
});
