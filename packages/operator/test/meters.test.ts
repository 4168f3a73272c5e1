/**
 * Meters that one side closes alone: nothing before `until` and grace, each part once, and a Close that was shown by
 * then stands. Whoever claims against what it signed is convicted, and gains nothing by it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	isRefusal,
	parseRulingReply,
	type Refusal,
	type RulingReply,
	type Saying,
	type SignedStatement,
	serializeRulingRequest,
	signStatement,
	type VerifiedToken,
	verifyEvidence,
} from "@tenten/protocol";
import { closeMeter, openMeter, type TestMeter } from "../../module/test/support/meter.ts";
import { day, expectRefusal, expectValue, type Holder, pay } from "../../module/test/support/world.ts";
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
import { refundTo, ruled } from "./support/rulings.ts";

/** A meter of two days; grace is one. */
const due = 3 * day;

type Town = {
	readonly ecosystem: Ecosystem;
	readonly alice: Holder;
	readonly bob: Holder;
	readonly carol: Holder;
	readonly meter: TestMeter;
	/** seconds after the meter was opened */
	readonly at: (seconds: number) => void;
};

/** Alice holds 250 yen in a meter of hundred ticks that pays Bob. */
async function town(): Promise<Town> {
	const ecosystem = await createEcosystem();
	const [alice, bob, carol] = [
		await enrolHolder(ecosystem),
		await enrolHolder(ecosystem),
		await enrolHolder(ecosystem),
	];
	const [token] = await withdrawTo(ecosystem, alice, 250n);
	const meter = await openMeter(ecosystem.world, token as VerifiedToken, alice, bob);
	const start = ecosystem.clock.now;
	const at = (seconds: number): void => {
		ecosystem.clock.now = start + seconds;
	};
	return { ecosystem, alice, bob, carol, meter, at };
}

async function stated({ ecosystem: { operator, world, clock } }: Town, holder: Holder, says: Saying) {
	const body = { operator: operator.id, says, nonce: world.random(), issuedAt: clock.now };
	return signStatement(body, holder.certificate.encoded, holder.signer);
}

function ticked({ meter, bob }: Town, ticks: number): Saying {
	const preimage = meter.chains.preimage(ticks).slice();
	return { kind: "ticked", meter: meter.token.outputId, ticks, preimage, ...refundTo(bob) };
}

function rest({ meter, alice }: Town): Saying {
	return { kind: "rest", meter: meter.token.outputId, ...refundTo(alice) };
}

async function ask(
	{ ecosystem: { operator }, meter }: Town,
	statement: SignedStatement,
	token: VerifiedToken = meter.token,
): Promise<RulingReply | Refusal> {
	const request = { kind: "statement", statement, tokens: [token.token] } as const;
	const answer = await operator.rule(serializeRulingRequest(request));
	return isRefusal(answer) ? answer : parseRulingReply(answer);
}

async function show({ ecosystem: { operator } }: Town, { token }: VerifiedToken) {
	const answer = await operator.rule(serializeRulingRequest({ kind: "close", token }));
	return isRefusal(answer) ? answer : parseRulingReply(answer);
}

const resultsIn = (reply: RulingReply) => ruled(reply).reply?.results ?? [];

const paidOn = (reply: RulingReply | Refusal): readonly bigint[] =>
	resultsIn(expectValue(reply)).map((result) => (result.kind === "paid" ? result.amount : -1n));

async function culprits({ ecosystem }: Town) {
	const { operator, world } = ecosystem;
	const files = await Promise.all((await operator.caseFiles(null)).map(({ id }) => operator.evidence(id)));
	return files.map((file) => expectValue(verifyEvidence(file as Bytes, world.trust)).culprit);
}

test("each side is paid its part after until and grace, once, and not a second before", async () => {
	const scene = await town();
	const { ecosystem, alice, bob, at } = scene;
	const [claim, left] = [
		await stated(scene, bob, ticked(scene, 41)),
		await stated(scene, alice, rest(scene)),
	];
	at(due - 1);
	const kept = expectValue(await ask(scene, claim));
	assert.ok(kept.kind === "claimed");
	assert.deepEqual([kept.ticks, kept.from], [41, ecosystem.clock.now + 1]);
	expectRefusal(await ask(scene, left), "ruling-early");
	assert.equal(await balance(ecosystem, bob), 0n);
	at(due);
	for (const _ of [1, 2]) {
		assert.deepEqual(paidOn(await ask(scene, left)), [148n]);
		assert.deepEqual(paidOn(await ask(scene, claim)), [102n]);
	}
	assert.deepEqual([await balance(ecosystem, alice), await balance(ecosystem, bob)], [148n, 102n]);
	assert.deepEqual(await culprits(scene), []);
	await assertBalanced(ecosystem, { refunded: 250n, outstanding: 0n });
});

test("the deepest claim stands; a shallower one, and one that comes late, are paid nothing", async () => {
	const scene = await town();
	const { ecosystem, bob, at } = scene;
	const [low, deep, late] = [
		await stated(scene, bob, ticked(scene, 8)),
		await stated(scene, bob, ticked(scene, 80)),
		await stated(scene, bob, ticked(scene, 90)),
	];
	for (const [claim, stands] of [
		[low, 8],
		[deep, 80],
		[low, 80],
	] as const) {
		const kept = expectValue(await ask(scene, claim));
		assert.ok(kept.kind === "claimed" && kept.ticks === stands);
	}
	at(due);
	expectRefusal(await ask(scene, late), "meter-over");
	expectRefusal(await ask(scene, low), "meter-over");
	assert.deepEqual(paidOn(await ask(scene, deep)), [200n]);
	await assertBalanced(ecosystem, { refunded: 200n, outstanding: 50n });
});

test("a payee that claims nothing leaves all to the payer", async () => {
	const scene = await town();
	scene.at(due);
	assert.deepEqual(paidOn(await ask(scene, await stated(scene, scene.alice, rest(scene)))), [250n]);
	expectRefusal(await ask(scene, await stated(scene, scene.bob, ticked(scene, 100))), "meter-over");
	await assertBalanced(scene.ecosystem, { refunded: 250n, outstanding: 0n });
});

test("a Close shown by then stands, and the payee that claimed no more is paid its part of it", async () => {
	const scene = await town();
	const { ecosystem, alice, bob, meter, at } = scene;
	const claim = await stated(scene, bob, ticked(scene, 41));
	expectValue(await ask(scene, claim));
	const closed = await closeMeter(ecosystem.world, meter, 41);
	const shown = expectValue(await show(scene, closed.rest as VerifiedToken));
	assert.equal(shown.kind, "consumed");
	assert.deepEqual(await show(scene, closed.paid as VerifiedToken), { ...shown });
	at(due);
	assert.deepEqual(kinds(await redeem(ecosystem, alice, closed.rest as VerifiedToken)), ["paid"]);
	for (const _ of [1, 2]) assert.deepEqual(paidOn(await ask(scene, claim)), [102n]);
	assert.deepEqual(await culprits(scene), []);
	// The claim took the payee's part: it is not paid again.
	assert.deepEqual(kinds(await redeem(ecosystem, bob, closed.paid as VerifiedToken)), ["forked"]);
	assert.deepEqual(await culprits(scene), [bob.certificate]);
	assert.deepEqual([await balance(ecosystem, alice), await balance(ecosystem, bob)], [148n, 102n]);
	await assertBalanced(ecosystem, { outstanding: 0n });
});

for (const order of ["claim first", "Close first"] as const)
	test(`signing low and claiming deep convicts the payee, and gains nothing: ${order}`, async () => {
		const scene = await town();
		const { ecosystem, alice, bob, meter, at } = scene;
		const claim = await stated(scene, bob, ticked(scene, 100));
		const closed = await closeMeter(ecosystem.world, meter, 4);
		if (order === "claim first") expectValue(await ask(scene, claim));
		assert.deepEqual(kinds(await redeem(ecosystem, alice, closed.rest as VerifiedToken)), ["paid"]);
		if (order === "Close first") expectRefusal(await ask(scene, claim), "ruling-taken");
		assert.deepEqual(await culprits(scene), [bob.certificate]);
		at(due);
		const late = await ask(scene, claim);
		if (order === "Close first") expectRefusal(late, "meter-over");
		else
			assert.deepEqual(
				resultsIn(expectValue(late)).map(({ kind }) => kind),
				["forked"],
			);
		assert.deepEqual(kinds(await redeem(ecosystem, bob, closed.paid as VerifiedToken)), ["paid"]);
		assert.deepEqual([await balance(ecosystem, alice), await balance(ecosystem, bob)], [240n, 10n]);
		assert.equal((await culprits(scene)).length, 1);
		await assertBalanced(ecosystem, { outstanding: 0n, drawn: 0n });
	});

test("a payer that claims the rest beside a Close is convicted; whoever held the Close is paid", async () => {
	const scene = await town();
	const { ecosystem, alice, carol, meter, at } = scene;
	const closed = await closeMeter(ecosystem.world, meter, 40);
	const onward = await pay(ecosystem.world, closed.rest as VerifiedToken, alice, carol, 150n);
	const left = await stated(scene, alice, rest(scene));
	at(due);
	assert.deepEqual(paidOn(await ask(scene, left)), [250n]);
	const reply = await redeem(ecosystem, carol, onward.paid);
	assert.deepEqual(kinds(reply), ["forked"]);
	assert.deepEqual(await culprits(scene), [alice.certificate]);
	assert.equal(await balance(ecosystem, carol), 150n);
	await assertBalanced(ecosystem, { drawn: 150n });
});

test("a payer that has shown its Close gets no rest on a claim", async () => {
	const scene = await town();
	const { ecosystem, alice, meter, at } = scene;
	const closed = await closeMeter(ecosystem.world, meter, 40);
	expectValue(await show(scene, closed.rest as VerifiedToken));
	at(due);
	const answer = expectValue(await ask(scene, await stated(scene, alice, rest(scene))));
	assert.deepEqual(
		resultsIn(answer).map(({ kind }) => kind),
		["forked"],
	);
	assert.deepEqual(await culprits(scene), [alice.certificate]);
	assert.equal(await balance(ecosystem, alice), 0n);
	assert.deepEqual(kinds(await redeem(ecosystem, alice, closed.rest as VerifiedToken)), ["paid"]);
	await assertBalanced(ecosystem, { outstanding: 100n, drawn: 0n });
});

test("a payee that was paid on its claim, and spent its part of a Close, is convicted", async () => {
	const scene = await town();
	const { ecosystem, alice, bob, carol, meter, at } = scene;
	const claim = await stated(scene, bob, ticked(scene, 40));
	expectValue(await ask(scene, claim));
	const closed = await closeMeter(ecosystem.world, meter, 40);
	const { paid } = await pay(ecosystem.world, closed.paid as VerifiedToken, bob, carol, 100n);
	at(due);
	assert.deepEqual(paidOn(await ask(scene, claim)), [100n]);
	assert.deepEqual(kinds(await redeem(ecosystem, carol, paid)), ["forked"]);
	assert.deepEqual(await culprits(scene), [bob.certificate]);
	// The payer's change of that Close is its own, whatever its payee did.
	assert.deepEqual(kinds(await redeem(ecosystem, alice, closed.rest as VerifiedToken)), ["paid"]);
	assert.deepEqual([await balance(ecosystem, alice), await balance(ecosystem, carol)], [150n, 100n]);
	await assertBalanced(ecosystem, { drawn: 100n, outstanding: 0n });
});

test("a claim is on this very meter, by its own side, for ticks that were paid", async () => {
	const scene = await town();
	const { ecosystem, alice, bob, carol, meter } = scene;
	const says = ticked(scene, 40);
	const [other] = await withdrawTo(ecosystem, alice, 250n);
	const another = await openMeter(ecosystem.world, other as VerifiedToken, alice, bob);
	const locked = await openMeter(ecosystem.world, other as VerifiedToken, alice, bob, { released: false });
	expectRefusal(await ask(scene, await stated(scene, bob, { ...says, ticks: 41 } as Saying)), "tick-invalid");
	expectRefusal(await ask(scene, await stated(scene, carol, says)), "owner-mismatch");
	expectRefusal(await ask(scene, await stated(scene, bob, rest(scene))), "owner-mismatch");
	expectRefusal(await ask(scene, await stated(scene, bob, says), another.token), "order-mismatch");
	expectRefusal(await ask(scene, await stated(scene, bob, says), other as VerifiedToken), "meter-mismatch");
	expectRefusal(await ask(scene, await stated(scene, bob, says), locked.token), "lock-pending");
	expectRefusal(await show(scene, meter.token), "meter-mismatch");
	const unclaimed: Saying = { kind: "unclaimed", output: meter.token.outputId, ...refundTo(alice) };
	expectRefusal(await ask(scene, await stated(scene, alice, unclaimed)), "meter-mismatch");
	await assertBalanced(ecosystem, { outstanding: 500n });
});

test("a claim that comes while another clock has paid the rest already is not kept", async () => {
	const scene = await town();
	const { ecosystem, bob, alice, at } = scene;
	const [claim, left] = [
		await stated(scene, bob, ticked(scene, 41)),
		await stated(scene, alice, rest(scene)),
	];
	at(due);
	assert.deepEqual(paidOn(await ask(scene, left)), [250n]);
	at(due - 1);
	expectRefusal(await ask(scene, claim), "meter-over");
	assert.equal(await balance(ecosystem, alice), 250n);
	await assertBalanced(ecosystem);
});
