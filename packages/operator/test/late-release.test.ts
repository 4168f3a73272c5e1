/**
 * What a decider publishes once redeem until has passed: it gets nothing by it, and holds up nobody's refund.
 * The other side of an exchange, which holds no secret, always has the whole grace to learn of the release.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, lockHash, releaseToken, type Saying, type VerifiedToken } from "@tenten/protocol";
import { day, expectValue, type Holder, pay } from "../../module/test/support/world.ts";
import { assertBalanced } from "./support/balanced.ts";
import {
	balance,
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	kinds,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";
import { cases, doubtUntil, refundTo, show, state } from "./support/rulings.ts";

type Leg = {
	readonly ecosystem: Ecosystem;
	/** gave the token, and holds no secret */
	readonly alice: Holder;
	/** decides */
	readonly dora: Holder;
	/** Dora's, once its release is shown */
	readonly locked: VerifiedToken;
	readonly release: Bytes;
	readonly says: Saying;
};

const untilRedeem = 30 * day;

/** Alice's leg of an exchange that Dora decides. */
async function givenLeg(): Promise<Leg> {
	const ecosystem = await createEcosystem();
	const [alice, dora] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	assert.ok(token);
	const release = ecosystem.world.random();
	const options = { release, released: false, payeeDecides: true };
	const { paid: locked } = await pay(ecosystem.world, token, alice, dora, 100n, options);
	const lock = lockHash(release);
	const says = { kind: "noReleaseReached", lock, ...refundTo(alice), inputs: [token.outputId] } as const;
	return { ecosystem, alice, dora, locked, release, says };
}

async function refundedWhole({ ecosystem, alice, locked, says }: Leg): Promise<void> {
	const outcome = expectValue(await state(ecosystem, alice, says, locked));
	assert.equal(outcome.ruling.body.verdict, "refunded");
	assert.deepEqual(outcome.reply?.results, [{ kind: "paid", amount: 100n }]);
	assert.equal(await balance(ecosystem, alice), 100n);
	assert.deepEqual(await cases(ecosystem), []);
	await assertBalanced(ecosystem, { refunded: 100n, redeemed: 0n });
}

test("a decider that publishes and claims in the last moment of grace gets nothing; the other side is refunded", async () => {
	const leg = await givenLeg();
	const { ecosystem, dora, locked, release } = leg;
	ecosystem.clock.now += doubtUntil - 1;
	await show(ecosystem, release);
	const reply = await redeem(ecosystem, dora, expectValue(releaseToken(locked, release)));
	assert.deepEqual(reply.results, [{ kind: "refused", code: "redeem-closed", transient: false }]);
	ecosystem.clock.now += 1;
	await refundedWhole(leg);
});

test("an accomplice whom the decider pays on gets no grace by a lock of their own", async () => {
	const leg = await givenLeg();
	const { ecosystem, dora, locked, release } = leg;
	const accomplice = await enrolHolder(ecosystem);
	const owned = expectValue(releaseToken(locked, release));
	const second = ecosystem.world.random();
	const { paid } = await pay(ecosystem.world, owned, dora, accomplice, 100n, { release: second });
	await show(ecosystem, second);
	ecosystem.clock.now += doubtUntil - 1;
	await show(ecosystem, release);
	const reply = await redeem(ecosystem, accomplice, paid);
	assert.deepEqual(reply.results, [{ kind: "refused", code: "redeem-closed", transient: false }]);
	ecosystem.clock.now += 1;
	await refundedWhole(leg);
});

for (const [when, late] of [
	["at redeem until", untilRedeem],
	["after grace", doubtUntil],
] as const)
	test(`a release that is handed over ${when} blocks nobody's refund`, async () => {
		const leg = await givenLeg();
		const { ecosystem, release } = leg;
		ecosystem.clock.now += late;
		assert.equal((await show(ecosystem, release)).body.verdict, "released");
		ecosystem.clock.now += doubtUntil - late;
		await refundedWhole(leg);
		assert.equal((await show(ecosystem, release)).body.verdict, "refunded");
	});

test("a release that was published before redeem until counts to the end of grace, and against a statement", async () => {
	const { ecosystem, alice, dora, locked, release, says } = await givenLeg();
	ecosystem.clock.now += untilRedeem - 1;
	const published = ecosystem.clock.now;
	await show(ecosystem, release);
	ecosystem.clock.now += day;
	// Shown again, it is no later than it was.
	assert.equal((await show(ecosystem, release)).body.ruledAt, published);
	assert.deepEqual(kinds(await redeem(ecosystem, dora, expectValue(releaseToken(locked, release)))), [
		"paid",
	]);
	ecosystem.clock.now += 1;
	const { ruling, reply } = expectValue(await state(ecosystem, alice, says, locked));
	assert.deepEqual([ruling.body.verdict, ruling.body.ruledAt, reply], ["released", published, null]);
	assert.deepEqual(await cases(ecosystem), []);
	await assertBalanced(ecosystem, { refunded: 0n, redeemed: 100n });
});

test("an honest holder whom the decider paid on offline shows the release in time, and keeps its grace", async () => {
	const { ecosystem, dora, locked, release } = await givenLeg();
	const zoe = await enrolHolder(ecosystem);
	const owned = expectValue(releaseToken(locked, release));
	const second = ecosystem.world.random();
	const { paid } = await pay(ecosystem.world, owned, dora, zoe, 100n, { release: second });
	ecosystem.clock.now += untilRedeem - 1;
	await show(ecosystem, release);
	ecosystem.clock.now += 1;
	await show(ecosystem, second);
	ecosystem.clock.now += day - 1;
	assert.deepEqual(kinds(await redeem(ecosystem, zoe, paid)), ["paid"]);
	await assertBalanced(ecosystem, { redeemed: 100n });
});

test("what a claim publishes is published when it was judged", async () => {
	const { ecosystem, dora, locked, release } = await givenLeg();
	ecosystem.clock.now += untilRedeem - 1;
	const claimed = ecosystem.clock.now;
	assert.deepEqual(kinds(await redeem(ecosystem, dora, expectValue(releaseToken(locked, release)))), [
		"paid",
	]);
	ecosystem.clock.now += day;
	assert.equal((await show(ecosystem, release)).body.ruledAt, claimed);
});
