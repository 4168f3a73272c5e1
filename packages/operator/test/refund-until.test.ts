/** Refunds end: to the last day a statement is heard, and after it nothing is paid, ruled or proven. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	lockHash,
	parseRulingReply,
	releaseToken,
	type Saying,
	serializeRulingRequest,
	signStatement,
	type VerifiedToken,
} from "@tenten/protocol";
import { day, expectRefusal, expectValue, type Holder, pay } from "../../module/test/support/world.ts";
import { assertBalanced } from "./support/balanced.ts";
import {
	balance,
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";
import { cases, refundsEnd, refundTo, ruled, show, state } from "./support/rulings.ts";

/** The request for a refund, to be sent as often as one likes. */
async function requestOf(
	{ operator, world, clock }: Ecosystem,
	holder: Holder,
	says: Saying,
	...tokens: readonly VerifiedToken[]
): Promise<Bytes> {
	const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
	const statement = await signStatement(body, holder.certificate.encoded, holder.signer);
	return serializeRulingRequest({
		kind: "statement",
		statement,
		tokens: tokens.map(({ token }) => token),
	});
}

/** Tokens of these amounts, withdrawn three days apart, all locked by one lock that nobody released. */
async function stated(...amounts: readonly bigint[]) {
	const ecosystem = await createEcosystem();
	const { world, clock } = ecosystem;
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const release = world.random();
	const locked: VerifiedToken[] = [];
	const begun = clock.now;
	for (const amount of amounts) {
		const [token] = await withdrawTo(ecosystem, alice, amount);
		const options = { release, released: false };
		locked.push((await pay(world, token as VerifiedToken, alice, bob, amount, options)).paid);
		clock.now += 3 * day;
	}
	const says = { kind: "neverReleased", lock: lockHash(release), ...refundTo(alice) } as const;
	return { ecosystem, alice, bob, release, locked, says, begun };
}

test("a refund is given until its last day, and not a second longer", async () => {
	for (const late of [-1, 0]) {
		const { ecosystem, alice, locked, says, begun } = await stated(60n);
		ecosystem.clock.now = begun + refundsEnd + late;
		const outcome = await state(ecosystem, alice, says, ...locked);
		if (late < 0) expectValue(outcome);
		else expectRefusal(outcome, "refund-closed");
		assert.equal(await balance(ecosystem, alice), late < 0 ? 60n : 0n);
		await assertBalanced(ecosystem, { refunded: late < 0 ? 60n : 0n });
	}
});

test("after the last day nothing is ruled, and a release that is known convicts nobody", async () => {
	const { ecosystem, alice, release, locked, says, begun } = await stated(60n);
	ecosystem.clock.now = begun + refundsEnd;
	await show(ecosystem, release);
	expectRefusal(await state(ecosystem, alice, says, ...locked), "refund-closed");
	assert.deepEqual(await cases(ecosystem), []);
	ecosystem.clock.now -= 1;
	assert.equal(expectValue(await state(ecosystem, alice, says, ...locked)).ruling.body.verdict, "released");
	assert.deepEqual(await cases(ecosystem), ["falseStatement"], "a second before it was a lie");
});

test("what was refunded in time is answered again after the last day, and paid no more", async () => {
	const { ecosystem, alice, locked, says, begun } = await stated(60n);
	const { operator, clock } = ecosystem;
	clock.now = begun + refundsEnd - 1;
	const request = await requestOf(ecosystem, alice, says, ...locked);
	const before = expectValue(await operator.rule(request));
	clock.now += 365 * day;
	assert.deepEqual(
		ruled(expectValue(parseRulingReply(expectValue(await operator.rule(request))))).reply?.results,
		[{ kind: "paid", amount: 60n }],
	);
	assert.deepEqual(expectValue(await operator.rule(request)), before, "byte for byte");
	assert.equal(await balance(ecosystem, alice), 60n);
	await assertBalanced(ecosystem, { refunded: 60n });
});

test("of several tokens each has its own last day", async () => {
	const { ecosystem, alice, locked, says, begun } = await stated(40n, 60n);
	ecosystem.clock.now = begun + refundsEnd;
	const { reply } = expectValue(await state(ecosystem, alice, says, ...locked));
	assert.deepEqual(reply?.results, [
		{ kind: "refused", code: "refund-closed", transient: false },
		{ kind: "paid", amount: 60n },
	]);
	assert.equal(await balance(ecosystem, alice), 60n);
	await assertBalanced(ecosystem, { refunded: 60n });
});

test("a statement that is too late takes no row: who was paid by the link is heard as before", async () => {
	const { ecosystem, alice, bob, release, locked, says, begun } = await stated(60n);
	const [token] = locked;
	const paid = expectValue(releaseToken(token as VerifiedToken, release));
	ecosystem.clock.now = begun + day;
	const reply = await redeem(ecosystem, bob, paid);
	assert.deepEqual(reply.results, [{ kind: "paid", amount: 60n }]);
	ecosystem.clock.now = begun + refundsEnd;
	expectRefusal(await state(ecosystem, alice, says, ...locked), "refund-closed");
	await assertBalanced(ecosystem, { redeemed: 60n, refunded: 0n });
});
