/**
 * What a lost device owned: told and refunded to who answers for the device, by its own key, late, and once (ADR 0085).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	consumedOutputs,
	deniedEvidenceFrom,
	isRefusal,
	parseEnrolled,
	type Saying,
	type Signer,
	type VerifiedToken,
	verifyConsumed,
	verifyEvidence,
} from "@tenten/protocol";
import { closeMeter, openMeter, type TestMeter } from "../../module/test/support/meter.ts";
import { day, expectRefusal, expectValue, type Holder, pay } from "../../module/test/support/world.ts";
import { assertBalanced } from "./support/balanced.ts";
import {
	type Answering,
	addParty,
	administrator,
	application,
	deviceOrder,
	enrolDevice,
	freshDevice,
	sliceOf,
} from "./support/device-scene.ts";
import {
	balance,
	claimed,
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	makeClaim,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";
import {
	ask,
	cases,
	consumedIn,
	doubtUntil,
	refundsEnd,
	refundTo,
	resultsOf,
	stated,
} from "./support/rulings.ts";

/** Grace is a day. */
const due = doubtUntil + day;

type Fleet = {
	readonly ecosystem: Ecosystem;
	readonly company: Answering;
	/** of the company's, with two hundred units of its budget and a token of 100 */
	readonly robot: Holder;
	readonly token: VerifiedToken;
	/** whose account the company claims to */
	readonly office: Holder;
	readonly bob: Holder;
};

async function fleet(): Promise<Fleet> {
	const ecosystem = await createEcosystem();
	const company = await addParty(ecosystem);
	const robot = holderOf(await enrolDevice(ecosystem, company, [0n, 200n]));
	const [office, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, robot, 100n);
	return { ecosystem, company, robot, token: token as VerifiedToken, office, bob };
}

const holderOf = ({ device, certificate }: Awaited<ReturnType<typeof enrolDevice>>): Holder => ({
	signer: device,
	certificate,
});

const lost = (holder: Holder, { outputId: output }: VerifiedToken): Saying => ({
	kind: "lost",
	output,
	...refundTo(holder),
});

const spentOf = ({ reset }: Answering, from: bigint, to: bigint) => ({ spent: sliceOf(reset, from, to) });

test("a lost device's value goes to its party once two graces have passed, and not a second before", async () => {
	const { ecosystem, company, robot, token, office } = await fleet();
	const statement = await stated(ecosystem, company.signer, robot, lost(office, token));
	for (const early of [1, doubtUntil, due - 1 - doubtUntil - 1]) {
		ecosystem.clock.now += early;
		expectRefusal(await ask(ecosystem, statement, token), "ruling-early");
	}
	ecosystem.clock.now += 1;
	const first = expectValue(await ask(ecosystem, statement, token));
	assert.deepEqual(resultsOf(first), [{ kind: "paid", amount: 100n }]);
	assert.deepEqual(await ask(ecosystem, statement, token), first, "the same answer for ever");
	const again = await stated(ecosystem, company.signer, robot, lost(office, token));
	expectRefusal(await ask(ecosystem, again, token), "ruling-taken");
	assert.equal(await balance(ecosystem, office), 100n);
	assert.deepEqual(await cases(ecosystem), []);
	await assertBalanced(ecosystem, { refunded: 100n, outstanding: 0n });
});

test("nobody but the party of the certificate says it: no device, no manager, no other party, nobody of a person", async () => {
	const { ecosystem, company, robot, office, token } = await fleet();
	const other = await addParty(ecosystem);
	const manager = freshDevice(ecosystem);
	const device = freshDevice(ecosystem);
	const terms = { slice: sliceOf(company.reset, 200n, 300n) };
	const applied = await application(ecosystem, { device, by: [company.signer, manager], terms });
	const below = await enrolled(ecosystem, device, applied);
	const [managed] = (await withdrawTo(ecosystem, below, 40n)) as [VerifiedToken];
	const [officeToken] = (await withdrawTo(ecosystem, office, 10n)) as [VerifiedToken];
	ecosystem.clock.now += due;
	const by = async (signer: Signer, owner: Holder, says: Saying, shown: VerifiedToken) =>
		ask(ecosystem, await stated(ecosystem, signer, owner, says), shown);
	for (const signer of [robot.signer, other.signer, manager, office.signer])
		expectRefusal(await by(signer, robot, lost(office, token), token), "signature-invalid");
	for (const signer of [manager, device])
		expectRefusal(await by(signer, below, lost(office, managed), managed), "signature-invalid");
	expectRefusal(await by(company.signer, office, lost(office, officeToken), officeToken), "certificate-role");
	expectRefusal(await by(company.signer, robot, lost(office, managed), managed), "owner-mismatch");
	expectRefusal(await by(company.signer, robot, lost(office, managed), token), "order-mismatch");
	// As the owner itself it does not speak.
	const { kind: _, ...said } = lost(office, token) as Extract<Saying, { kind: "lost" }>;
	expectRefusal(await by(company.signer, robot, { kind: "unclaimed", ...said }, token), "signature-invalid");
	const twice = await stated(ecosystem, company.signer, robot, lost(office, token));
	expectRefusal(await ask(ecosystem, twice, token, token), "malformed");
	await assertBalanced(ecosystem, { refunded: 0n });
	const whole = await by(company.signer, below, lost(office, managed), managed);
	assert.deepEqual(resultsOf(expectValue(whole)), [{ kind: "paid", amount: 40n }]);
});

async function enrolled({ operator, world }: Ecosystem, signer: Signer, applied: Bytes): Promise<Holder> {
	const { certificate } = expectValue(parseEnrolled(expectValue(await operator.devices.apply(applied))));
	return { signer, certificate: expectValue(world.trust.certificate(certificate)) };
}

test("of what the device had spent its party is shown the device's own link, and refunded nothing", async () => {
	const { ecosystem, company, robot, token, office, bob } = await fleet();
	const { paid, change } = await pay(ecosystem.world, token, robot, bob, 60n, spentOf(company, 0n, 60n));
	const statement = await stated(ecosystem, company.signer, robot, lost(office, token));
	expectRefusal(await ask(ecosystem, statement, token), "ruling-early");
	await redeem(ecosystem, bob, paid);
	for (const wait of [0, due]) {
		ecosystem.clock.now += wait;
		const consumed = consumedIn(expectValue(await ask(ecosystem, statement, token)));
		const shown = expectValue(verifyConsumed(consumed, ecosystem.world.trust));
		assert.deepEqual([shown.input, shown.owner.hash], [token.outputId, robot.certificate.hash]);
	}
	// The change is the device's, too.
	assert.ok(change);
	const left = await stated(ecosystem, company.signer, robot, lost(office, change));
	assert.deepEqual(resultsOf(expectValue(await ask(ecosystem, left, change))), [
		{ kind: "paid", amount: 40n },
	]);
	await assertBalanced(ecosystem, { redeemed: 60n, refunded: 40n, outstanding: 0n });
});

test("what its party was refunded no payee, and no backup of the device, is paid once more, nor anybody accused", async () => {
	const { ecosystem, company, robot, token, office, bob } = await fleet();
	const { paid } = await pay(ecosystem.world, token, robot, bob, 100n, spentOf(company, 0n, 100n));
	const backups = await stated(ecosystem, robot.signer, robot, {
		kind: "unclaimed",
		output: token.outputId,
		...refundTo(bob),
	});
	const bobs = await stated(ecosystem, bob.signer, bob, {
		kind: "unclaimed",
		output: paid.outputId,
		...refundTo(bob),
	});
	const late = await makeClaim(ecosystem, bob, [paid], { kind: "account", account: bob.certificate.hash });
	ecosystem.clock.now += due;
	const statement = await stated(ecosystem, company.signer, robot, lost(office, token));
	const reply = expectValue(await ask(ecosystem, statement, token));
	assert.deepEqual(resultsOf(reply), [{ kind: "paid", amount: 100n }]);
	expectRefusal(await ask(ecosystem, backups, token), "ruling-taken");
	expectRefusal(await ask(ecosystem, bobs, paid), "ruling-taken");
	// By a clock that was wrong when the party was paid, the payee still is in time.
	ecosystem.clock.now -= due;
	const [result] = (await claimed(ecosystem, late)).results;
	assert.deepEqual(result, { kind: "refused", code: "ruling-taken", transient: false });
	const [consumed] = consumedOutputs(paid, ecosystem.world.trust);
	assert.ok(consumed);
	const evidence = deniedEvidenceFrom({ consumed, statement }, consumed);
	expectRefusal(verifyEvidence(evidence, ecosystem.world.trust), "not-evidence");
	assert.deepEqual(await cases(ecosystem), []);
	await assertBalanced(ecosystem, { refunded: 100n, outstanding: 0n });
});

test("the party and a backup of the device ask at once: one of them is paid", async () => {
	const { ecosystem, company, robot, token, office } = await fleet();
	const party = await stated(ecosystem, company.signer, robot, lost(office, token));
	const says: Saying = { kind: "unclaimed", output: token.outputId, ...refundTo(robot) };
	const backup = await stated(ecosystem, robot.signer, robot, says);
	ecosystem.clock.now += due;
	const replies = await Promise.all([party, backup].map((statement) => ask(ecosystem, statement, token)));
	const refusals = replies.filter(isRefusal);
	assert.deepEqual(
		refusals.map(({ code }) => code),
		["ruling-taken"],
	);
	await assertBalanced(ecosystem, { refunded: 100n, outstanding: 0n });
	const held = [await balance(ecosystem, office), await balance(ecosystem, robot)];
	assert.deepEqual(held.toSorted(), [0n, 100n]);
});

test("what a device took for one party stays that one's, transferred or suspended", async () => {
	const { ecosystem, company, robot, token, office, bob } = await fleet();
	const { operator } = ecosystem;
	const next = await addParty(ecosystem);
	const transfer = { kind: "transfer", to: next.signer.key } as const;
	expectValue(
		await operator.devices.order(await deviceOrder(ecosystem, company.signer, robot.signer, 2, transfer)),
	);
	const after = holderOf(await enrolDevice(ecosystem, next, [0n, 50n], robot.signer));
	const [theirs] = (await withdrawTo(ecosystem, after, 30n)) as [VerifiedToken];
	const { parties } = operator.devices;
	for (const { party } of [company, next])
		expectValue(await parties.setStanding(administrator, party.id, "suspended", "looked at"));
	ecosystem.clock.now += due;
	const by = async ({ signer }: Answering, owner: Holder, to: Holder, shown: VerifiedToken) =>
		ask(ecosystem, await stated(ecosystem, signer, owner, lost(to, shown)), shown);
	expectRefusal(await by(next, robot, bob, token), "signature-invalid");
	expectRefusal(await by(company, after, office, theirs), "signature-invalid");
	expectRefusal(await by(next, after, bob, token), "owner-mismatch");
	assert.deepEqual(resultsOf(expectValue(await by(company, robot, office, token))), [
		{ kind: "paid", amount: 100n },
	]);
	assert.deepEqual(resultsOf(expectValue(await by(next, after, bob, theirs))), [
		{ kind: "paid", amount: 30n },
	]);
	await assertBalanced(ecosystem, { refunded: 130n, outstanding: 0n });
});

test("after its last day nothing is told, written or paid", async () => {
	const { ecosystem, company, robot, token, office } = await fleet();
	ecosystem.clock.now += refundsEnd;
	const statement = await stated(ecosystem, company.signer, robot, lost(office, token));
	expectRefusal(await ask(ecosystem, statement, token), "refund-closed");
	ecosystem.clock.now -= 1;
	resultsOf(expectValue(await ask(ecosystem, statement, token)));
	await assertBalanced(ecosystem, { refunded: 100n, outstanding: 0n });
});

test("of a meter that a lost device paid its party gets what the payee's claim leaves, or is shown the Close", async () => {
	const { ecosystem, company, robot, token, office, bob } = await fleet();
	const { world, clock } = ecosystem;
	const opened = { ticks: 40 };
	const meter = await openMeter(world, token, robot, bob, opened);
	const [other] = (await withdrawTo(ecosystem, robot, 100n)) as [VerifiedToken];
	const closed = await openMeter(world, other, robot, bob, opened);
	const close = await closeMeter(world, closed, 40, spentOf(company, 0n, 100n).spent);
	const output = meter.token.outputId;
	const preimage = meter.chains.preimage(16).slice();
	const says: Saying = { kind: "ticked", meter: output, ticks: 16, preimage, ...refundTo(bob) };
	const claim = await stated(ecosystem, bob.signer, bob, says);
	assert.equal(expectValue(await ask(ecosystem, claim, meter.token)).kind, "claimed");
	const of = ({ token: shown }: TestMeter) => stated(ecosystem, company.signer, robot, lost(office, shown));
	const [party, partys] = [await of(meter), await of(closed)];
	expectRefusal(await ask(ecosystem, party, meter.token), "ruling-early");
	expectRefusal(await ask(ecosystem, partys, closed.token), "ruling-early");
	await redeem(ecosystem, bob, close.paid as VerifiedToken);
	const consumed = consumedIn(expectValue(await ask(ecosystem, partys, closed.token)));
	const shown = expectValue(verifyConsumed(consumed, world.trust));
	assert.deepEqual([shown.input, shown.owner.hash], [closed.token.outputId, robot.certificate.hash]);
	// The payer's rest would be due now, and is asked for by nobody: its party waits as for all else.
	clock.now += due - 1;
	expectRefusal(await ask(ecosystem, party, meter.token), "ruling-early");
	clock.now += 1;
	expectRefusal(await ask(ecosystem, party, meter.token, closed.token), "too-many");
	expectRefusal(await ask(ecosystem, party, closed.token), "order-mismatch");
	const backups = { kind: "unclaimed", output, ...refundTo(robot) } as const;
	const backup = await stated(ecosystem, robot.signer, robot, backups);
	expectRefusal(await ask(ecosystem, backup, meter.token), "meter-mismatch");
	const first = expectValue(await ask(ecosystem, party, meter.token));
	assert.deepEqual(resultsOf(first), [{ kind: "paid", amount: 60n }]);
	assert.deepEqual(await ask(ecosystem, party, meter.token), first);
	// The payee comes last, and nothing of its own is gone.
	assert.deepEqual(resultsOf(expectValue(await ask(ecosystem, claim, meter.token))), [
		{ kind: "paid", amount: 40n },
	]);
	const rest = await stated(ecosystem, robot.signer, robot, {
		kind: "rest",
		meter: output,
		...refundTo(robot),
	});
	expectRefusal(await ask(ecosystem, rest, meter.token), "ruling-taken");
	assert.deepEqual(await cases(ecosystem), []);
	await assertBalanced(ecosystem, { redeemed: 100n, refunded: 100n, outstanding: 0n });
});
