/** What each decision writes, says and shows, in this order: written out whole, so that no part of it can go missing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	type Effect,
	lockHash,
	type Manifest,
	type Message,
	type MessageOf,
	type News,
	noChanges,
	type Payee,
	type Payer,
	payerWakesAt,
	type Step,
	stepPayee,
	stepPayer,
	type TokenChanges,
	toHex,
	type VerifiedToken,
} from "@tenten/protocol";
import { bytesOf, epoch, grace, redeemWindow, spendWindow, tickets, trust } from "./support/ecosystem.ts";
import {
	alice,
	bob,
	context,
	defaultInputs,
	direct,
	entropy,
	exchange,
	offering,
	payeeIn,
	payerIn,
	planOf,
	purse,
	received,
	requestOf,
	sentBy,
	signedPayee,
	signedPayer,
	started,
	taken,
	toPayee,
	toPayer,
	twoPhase,
} from "./support/stages.ts";

const two = twoPhase();
const swapped = exchange();
const oneWay = direct();
const inputs = defaultInputs.map(({ token }) => token.outputId);
const release = two.messages.release as MessageOf<"release">;

type Written = { readonly [K in keyof TokenChanges]?: readonly unknown[] };

/** The changes of a write, tokens by amount and owner's certificate. */
function written(effect: Effect | undefined): Written {
	assert.ok(effect?.kind === "persist", "not durable first");
	const { add, remove, hold, free } = effect.changes;
	return { add: add.map(said), remove, hold, free };
}

const said = ({ amount, owner }: VerifiedToken): string =>
	`${amount} ${toHex(owner.certificate.hash).slice(0, 8)}`;
const of = (amount: bigint, { hash }: { readonly hash: Bytes }): string =>
	`${amount} ${toHex(hash).slice(0, 8)}`;
const nothing: Written = { add: [], remove: [], hold: [], free: [] };

/** A decision: one write of exactly this, then the news of it, then this message. */
function assertDecides(
	{ effects, refusal }: Step<Payer | Payee>,
	changes: Written,
	news: News | null,
	message: Message | null,
	manifest: Manifest | null = null,
): void {
	assert.equal(refusal, undefined);
	assert.deepEqual(written(effects[0]), { ...nothing, ...changes });
	assert.deepEqual(effects.slice(1), [
		...(news === null ? [] : [{ kind: "tell", news }]),
		...(message === null ? [] : [{ kind: "send", messages: [message], manifest }]),
	]);
}

function assertQuiet(before: Payer | Payee, { state, effects, refusal }: Step<Payer | Payee>): void {
	assert.equal(refusal, undefined);
	assert.deepEqual([state, effects], [before, []]);
}

const plan = planOf(requestOf(bob));
const locking = signedPayer(started(plan));
const locked = locking.state as Extract<Payer, { kind: "locked" }>;

test("a lock sets its inputs aside, and is told and sent", () => {
	assertDecides(locking, { hold: inputs }, "locked", locked.transfer);
	assert.deepEqual(locked.terms.inputs, inputs);
	assert.equal(locked.cancelAt, context.now + plan.patience);
	assert.deepEqual(locked.secret, entropy.slice(0, 32));
	assert.deepEqual(
		locked.change.map(({ opening }, i) => [opening.purpose, locked.change[i]?.hops.at(-1)?.opening.request]),
		[[null, entropy.slice(32, 64)]],
	);
});

test("a lock's change is not walked again when it is released", () => {
	assert.ok(locked.change.length > 0);
	for (const change of locked.change) assert.ok(trust.recall<VerifiedToken>(change));
});

test("a lock is cancelled after the payer's patience, and not later than spend until", () => {
	assert.equal(payerWakesAt(locked), context.now + 300);
	assert.equal(payerWakesAt({ ...locked, cancelAt: epoch + spendWindow + 5 }), epoch + spendWindow);
	for (const name of ["idle", "signing", "cancelling", "released", "cancelled"])
		assert.equal(payerWakesAt(payerIn(two, name)), undefined);
});

test("terms say how long: all inputs may be spent until the first date, and are kept to the last", () => {
	const [early, late] = [1_000, 2_000].map((by, i) =>
		purse(alice, 60n, `date ${i}`, { spendUntil: epoch + by, redeemUntil: epoch + redeemWindow + by }),
	) as [(typeof defaultInputs)[0], (typeof defaultInputs)[0]];
	for (const inputs of [
		[early, late],
		[late, early],
	]) {
		const step = signedPayer(started(planOf(requestOf(bob), { inputs })));
		const { terms } = step.state as typeof locked;
		assert.equal(terms.spendUntil, epoch + 1_000);
		assert.equal(terms.keepUntil, epoch + redeemWindow + 2_000 + grace);
		const { taken: reserved } = taken(sentBy(step, "transfer"), requestOf(bob));
		assert.equal((reserved.state as Extract<Payee, { kind: "reserved" }>).terms.keepUntil, terms.keepUntil);
	}
});

test("a release takes the inputs, gives the change and shows the secret", () => {
	const step = toPayer(locked, two.messages.answer);
	assertDecides(step, { remove: inputs, add: [of(20n, alice)] }, "released", release);
	const released = step.state as Extract<Payer, { kind: "released" }>;
	assert.equal(released.done, false);
	assert.deepEqual(
		step.effects.flatMap((each) => (each.kind === "persist" ? each.changes.add : []))[0]?.pending,
		null,
	);
	const done = toPayer(released, { kind: "done", attempt: released.terms.attempt });
	assert.deepEqual(done, { state: { ...released, done: true }, effects: [] });
});

test("a release of an exchange takes what is given for it too", () => {
	const step = toPayer(payerIn(swapped, "locked"), swapped.messages.answer);
	const [write] = step.effects;
	assert.deepEqual(written(write).remove, inputs);
	assert.deepEqual(written(write).add?.length, 2);
});

test("a cancel frees the inputs, with nothing that goes on with them", () => {
	const { state } = stepPayer(locked, { kind: "cancel" }, context);
	const step = signedPayer(stepPayer(locked, { kind: "cancel" }, context));
	const free = inputs.map((output) => ({ output, after: null }));
	assertDecides(step, { free }, "cancelled", two.messages.cancel as Message);
	assert.equal(state.kind, "cancelling");
});

test("a direct transfer takes the inputs and gives the change at once", () => {
	const step = signedPayer(started(planOf(oneWay.request)));
	assertDecides(step, { remove: inputs, add: [of(20n, alice)] }, "sent", oneWay.messages.transfer);
});

test("a direct transfer that is answered is told once, and not sent again", () => {
	const sent = payerIn(oneWay, "sent");
	const step = toPayer(sent, oneWay.messages.answer);
	assertDecides(step, {}, "reserved", null);
	assertQuiet(step.state, toPayer(step.state, oneWay.messages.answer));
	assertQuiet(step.state, stepPayer(step.state, { kind: "contact" }, context));
});

test("what comes back of a direct transfer is there to spend", () => {
	const step = toPayer(payerIn(oneWay, "sent"), oneWay.messages.returned as Message);
	const back = [of(100n, alice), of(20n, alice)];
	const { attempt } = oneWay.messages.returned as MessageOf<"returned">;
	assertDecides(step, { add: back }, "returned", { kind: "done", attempt });
	const again = stepPayer(step.state, { kind: "contact" }, context);
	assert.deepEqual(sentBy(again, "done"), { kind: "done", attempt });
});

test("a refund takes the inputs", () => {
	assertDecides(toPayer(locked, two.messages.refunded), { remove: inputs }, "ruled", null);
});

test("a payer in no attempt, or in the middle of a step, has nothing to say again", () => {
	for (const name of ["idle", "signing", "cancelling"]) {
		const state = payerIn(two, name);
		assertQuiet(state, stepPayer(state, { kind: "contact" }, context));
		assertQuiet(state, toPayer(state, { kind: "done", attempt: bytesOf("any") }));
	}
	const about = bytesOf("any");
	const refused: Message = { kind: "refused", about, code: "expired", detail: "" };
	for (const name of ["idle", "released", "cancelled"])
		assertQuiet(payerIn(two, name), toPayer(payerIn(two, name), refused));
});

test("a lock that does not open with its own secret is a bug, and gives nothing", () => {
	const broken = { ...locked, secret: bytesOf("another secret") };
	assert.throws(() => toPayer(broken, two.messages.answer), /does not open/);
	const reserved = payeeIn(two, "waiting") as Extract<Payee, { kind: "reserved" }>;
	const others = payeeIn(swapped, "waiting") as Extract<Payee, { kind: "lockedForeign" }>;
	const secret = bytesOf("own secret");
	const terms = { ...reserved.terms, lock: lockHash(secret) };
	const wrong = { ...reserved, terms, tokens: others.tokens };
	assert.throws(() => toPayee(wrong, { kind: "release", attempt: terms.attempt, secret }), /does not open/);
});

test("a reservation is durable before it is said, and holds nothing of the payee's", () => {
	const { taken: step } = taken(two.messages.transfer, two.request);
	assertDecides(step, {}, "reserved", two.messages.answer);
});

const given = (payeeIn(swapped, "waiting") as Extract<Payee, { kind: "lockedForeign" }>).counter;

test("what is given in an exchange is set aside with the reservation", () => {
	const [ticket] = [purse(bob, 3n, "tickets", { asset: tickets })];
	const consent = { inputs: [ticket] };
	const { taken: step } = taken(swapped.messages.transfer, swapped.request, { consent });
	assertDecides(step, { hold: [ticket?.token.outputId] }, "reserved", swapped.messages.answer);
	assert.deepEqual(given.inputs, [ticket?.token.outputId]);
	const { terms } = step.state as Extract<Payee, { kind: "lockedForeign" }>;
	assert.equal(terms.keepUntil, epoch + redeemWindow + grace);
});

test("a release gives the payee what was paid, and takes what it gave", () => {
	const done = (attempt: Bytes): Message => ({ kind: "done", attempt });
	const { attempt } = (payeeIn(two, "waiting") as Extract<Payee, { kind: "reserved" }>).terms;
	const paid = { add: [of(100n, bob), of(20n, bob)] };
	assertDecides(toPayee(payeeIn(two, "waiting"), release), paid, "owned", done(attempt));
	const { terms } = payeeIn(swapped, "waiting") as Extract<Payee, { kind: "lockedForeign" }>;
	assertDecides(
		toPayee(payeeIn(swapped, "waiting"), swapped.messages.release as Message),
		{ add: [of(100n, bob), of(20n, bob), of(1n, bob)], remove: given.inputs },
		"owned",
		done(terms.attempt),
	);
});

test("a cancel frees what was given, each with the cancel that its next link must carry", () => {
	const cancel = swapped.messages.cancel as MessageOf<"cancel">;
	const step = toPayee(payeeIn(swapped, "waiting"), cancel);
	const [write] = step.effects;
	const { free } = written(write) as { readonly free: TokenChanges["free"] };
	assert.deepEqual(
		free.map(({ output, after }) => [output, after?.lock, after?.signature]),
		given.inputs.map((output) => [output, cancel.lock, cancel.signature]),
	);
	assert.deepEqual(free[0]?.after?.decider.certificate.hash, cancel.certificate);
	assert.deepEqual(written(write), { ...nothing, free });
	const plain = toPayee(payeeIn(two, "waiting"), two.messages.cancel as Message);
	assert.deepEqual(written(plain.effects[0]), nothing);
});

test("a direct transfer is owned at once", () => {
	const { taken: step } = taken(oneWay.messages.transfer, oneWay.request);
	assertDecides(step, { add: [of(100n, bob), of(20n, bob)] }, "owned", oneWay.messages.answer);
});

test("sent back, a direct transfer is gone", () => {
	const { asked, taken: owned } = taken(oneWay.messages.transfer, oneWay.request);
	const tokens = received(asked);
	const returning = stepPayee(owned.state, { kind: "sendBack", tokens }, context);
	const remove = tokens.map(({ token }) => token.outputId);
	assertDecides(signedPayee(returning), { remove }, "returned", oneWay.messages.returned as Message);
});

test("links that cannot be are not sent back: the transfer stays owned", () => {
	const returning = payeeIn(oneWay, "returning") as Extract<Payee, { kind: "returning" }>;
	const links = returning.links.map((link) => ({ ...link, draft: { ...link.draft, outputs: [] } }));
	const step = stepPayee({ ...returning, links }, { kind: "signed", signatures: [] }, context);
	assert.equal(step.refusal?.code, "malformed");
	assert.deepEqual([step.state, step.effects], [returning.owned, []]);
});

test("a refund of what was to be received takes nothing of the payee's", () => {
	const step = toPayee(payeeIn(two, "waiting"), two.messages.refunded);
	assertDecides(step, {}, "ruled", null);
});

test("a refund of what was given takes it", () => {
	const step = toPayee(payeeIn(swapped, "waiting"), swapped.messages.theirs as Message);
	assert.deepEqual(written(step.effects[0]), { ...nothing, remove: given.inputs });
});

test("a payee in no attempt, or in the middle of a step, has nothing to say again", () => {
	for (const state of [
		...["none", "asked", "signing"].map((name) => payeeIn(two, name)),
		payeeIn(oneWay, "returning"),
	])
		assertQuiet(state, stepPayee(state, { kind: "contact" }, context));
	const waiting = payeeIn(two, "waiting");
	assertQuiet(waiting, toPayee(waiting, two.messages.answer));
	assertQuiet(waiting, toPayee(waiting, { kind: "done", attempt: bytesOf("any") }));
});

test("asking the operator is durable, and changes no token", () => {
	const step = stepPayee(payeeIn(two, "waiting"), { kind: "resolve" }, context);
	assert.deepEqual(step.effects, [{ kind: "persist", changes: noChanges }]);
});

test("the app's refusal is sent, its detail cut to what a message holds", () => {
	const { state } = stepPayee(
		{ kind: "none" },
		offering(two.messages.transfer as MessageOf<"transfer">, two.request),
		context,
	);
	const refusal = { kind: "refusal", code: "expired", detail: "x".repeat(300) } as const;
	const step = stepPayee(state, { kind: "declined", refusal }, context);
	const sent = sentBy(step, "refused");
	assert.deepEqual([sent.code, sent.detail], ["expired", "x".repeat(256)]);
});

test("a state without a lock is moved by no release, cancel or ruling", () => {
	const waiting = payeeIn(two, "waiting") as Extract<Payee, { kind: "reserved" }>;
	const state = { ...waiting, terms: { ...waiting.terms, lock: null } };
	for (const [message, code] of [
		[release, "release-mismatch"],
		[two.messages.cancel as Message, "lock-mismatch"],
		[two.messages.refunded, "request-mismatch"],
	] as const) {
		const step = toPayee(state, message);
		assert.equal(step.refusal?.code, code);
		assert.deepEqual([step.state, step.effects], [state, []]);
	}
});
