/** What moves a payee that has reserved, and what it refuses, with its code; nothing changes by that. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Context,
	cancelPayload,
	type Message,
	type MessageOf,
	type Payee,
	type RefusalCode,
	type Spendable,
	stepPayee,
} from "@tenten/protocol";
import {
	bytesOf,
	densha,
	epoch,
	machi,
	redeemWindow,
	spendWindow,
	tickets,
	toySign,
	trust,
	trustIn,
} from "./support/ecosystem.ts";
import { assertRefused } from "./support/refused.ts";
import {
	alice,
	aliceToo,
	bob,
	context,
	direct,
	exchange,
	payeeIn,
	planOf,
	purse,
	received,
	requestOf,
	rulingsOn,
	sentBy,
	signedPayer,
	started,
	taken,
	toPayee,
	twoPhase,
} from "./support/stages.ts";

const two = twoPhase();
const swapped = exchange();
const oneWay = direct();
/** so many seconds after the epoch */
const later = (seconds: number): Context => ({ trust, now: epoch + seconds });

const waiting = payeeIn(two, "waiting");
const foreign = payeeIn(swapped, "waiting");
const release = two.messages.release as MessageOf<"release">;
const cancel = two.messages.cancel as MessageOf<"cancel">;

test("a reservation is left by nothing but its own release, its own cancel and its own operator's ruling", () => {
	const { lock } = cancel;
	const { refunded } = rulingsOn(lock, release.secret) as { readonly refunded: MessageOf<"ruling"> };
	const byBob = toySign(bob.key, "cancel", cancelPayload(lock));
	const cases: Readonly<Record<string, readonly [RefusalCode, Message]>> = {
		"another secret": ["release-mismatch", { ...release, secret: bytesOf("guess") }],
		"a cancel of another lock": ["lock-mismatch", { ...cancel, lock: bytesOf("lock") }],
		"a cancel that nobody signed": ["signature-invalid", { ...cancel, signature: new Uint8Array(64) }],
		"a cancel that the payee signed": ["signature-invalid", { ...cancel, signature: byBob }],
		"a ruling that nobody signed": [
			"signature-invalid",
			{ kind: "ruling", ruling: { ...refunded.ruling, signature: new Uint8Array(64) } },
		],
		"a ruling on another lock": ["request-mismatch", rulingsOn(bytesOf("lock"), release.secret).refunded],
		"a refund by another operator": ["issuer-unknown", rulingsOn(lock, release.secret, machi).refunded],
		"a release ruled by another operator": [
			"issuer-unknown",
			rulingsOn(lock, release.secret, machi).ruledReleased,
		],
		"a ruling with another secret": ["release-mismatch", rulingsOn(lock, bytesOf("guess")).ruledReleased],
	};
	for (const state of [waiting, payeeIn(two, "resolving")])
		for (const [name, [code, message]] of Object.entries(cases))
			assertRefused(state, toPayee(state, message), code, name);
	const other = { ...release, secret: bytesOf("guess") };
	const cancelled = payeeIn(two, "cancelled");
	assertRefused(cancelled, toPayee(cancelled, other), "release-mismatch", "once it was cancelled");
});

test("in an exchange only the certificate that would be paid cancels", () => {
	const { lock } = swapped.messages.cancel as MessageOf<"cancel">;
	for (const wrong of [alice, bob]) {
		const signature = toySign(wrong.key, "cancel", cancelPayload(lock));
		const message = {
			kind: "cancel",
			attempt: bytesOf("any"),
			lock,
			certificate: wrong.hash,
			signature,
		} as const;
		assertRefused(foreign, toPayee(foreign, message), "signature-invalid", "the payer's older certificate");
	}
	assert.equal(toPayee(foreign, swapped.messages.cancel as Message).state.kind, "cancelled");
});

test("a release after redeem until opens no doors: the operator rules on it", () => {
	for (const state of [waiting, payeeIn(two, "cancelled"), foreign]) {
		const message = state === foreign ? (swapped.messages.release as Message) : release;
		assert.equal(toPayee(state, message, later(redeemWindow - 1)).state.kind, "owned");
		const step = toPayee(state, message, { trust, now: epoch + redeemWindow });
		assert.equal(step.refusal?.code, "redeem-closed");
		assert.equal(step.state, state);
		assert.deepEqual(step.effects, [{ kind: "forward", message }]);
	}
});

test("the other side of an exchange is freed by a cancel only while nothing can have been refunded", () => {
	const resolving = payeeIn(swapped, "resolving");
	const message = swapped.messages.cancel as Message;
	assert.equal(toPayee(resolving, message).state.kind, "cancelled");
	const late: Context = { trust, now: epoch + redeemWindow };
	assert.deepEqual(toPayee(resolving, message, late), { state: resolving, effects: [] });
	// What it would free could not be redeemed any more.
	assert.deepEqual(toPayee(foreign, message, late), { state: foreign, effects: [] });
});

test("a release that is not the lock's is not forwarded to anybody", () => {
	const resolving = payeeIn(two, "resolving");
	const wrong = { ...release, secret: bytesOf("guess") };
	assertRefused(resolving, toPayee(resolving, wrong), "release-mismatch", "while resolving");
});

test("what a newer trust list dropped is refused, and taken again under the next one", () => {
	const forgot: Context = { trust: trustIn([machi]), now: context.now };
	assertRefused(waiting, toPayee(waiting, release, forgot), "authority-unknown", "a release");
	assertRefused(waiting, toPayee(waiting, cancel, forgot), "authority-unknown", "a cancel");
	const other = swapped.messages.cancel as Message;
	assertRefused(foreign, toPayee(foreign, other, forgot), "authority-unknown", "a cancel of an exchange");
	const both: Context = { trust: trustIn([densha, machi]), now: context.now };
	assert.equal(toPayee(waiting, release, both).state.kind, "owned");
});

test("only a direct transfer is sent back, whole, and while it may be spent", () => {
	const owned = payeeIn(oneWay, "owned, direct");
	const came = received(taken(oneWay.messages.transfer, oneWay.request).asked);
	const sendBack = (state: Payee, tokens: readonly Spendable[], at = context): ReturnType<typeof stepPayee> =>
		stepPayee(state, { kind: "sendBack", tokens }, at);
	assertRefused(owned, sendBack(owned, came.slice(1)), "attempt-decided", "a part");
	assertRefused(owned, sendBack(owned, came.toReversed()), "attempt-decided", "in another order");
	const [first] = came as [Spendable];
	const issued = purse(bob, 20n, "issued");
	assertRefused(owned, sendBack(owned, [first, issued]), "attempt-decided", "one that it did not bring");
	assertRefused(owned, sendBack(owned, came, later(spendWindow)), "expired", "past its spend until");
	const paid = payeeIn(two, "owned");
	assertRefused(paid, sendBack(paid, came), "request-mismatch", "a two-phase payment");
});

test("an answer that no message holds is not given, and nothing is set aside for it", () => {
	const certificates = Array.from({ length: 64 }, (_, i) =>
		i === 0 ? aliceToo.hash : bytesOf("certificate", i),
	);
	const nothing = { classes: null, merchantCategories: null, regions: null, operators: null };
	const conditions = Array.from({ length: 16 }, () => ({
		kind: "payees" as const,
		...nothing,
		certificates,
	}));
	const inputs = [1n, 1n].map((amount, i) =>
		purse(bob, amount, `heavy ${i}`, { asset: tickets, conditions }),
	);
	const { taken: last } = taken(swapped.messages.transfer, swapped.request, { consent: { inputs } });
	assert.equal(last.refusal?.code, "too-large");
	assert.equal(last.state.kind, "none");
	assert.deepEqual(
		last.effects.map(({ kind }) => kind),
		["send"],
	);
});

test("a late release after a cancel is taken, and told as what it is", () => {
	const step = toPayee(payeeIn(two, "cancelled"), release);
	assert.equal(step.state.kind, "owned");
	assert.ok(step.effects.some((effect) => effect.kind === "tell" && effect.news === "double-decision"));
});

test("a refund of one leg leaves the claim to the other: its release still goes to its operator", () => {
	const { lock } = swapped.messages.cancel as MessageOf<"cancel">;
	const secret = (swapped.messages.release as MessageOf<"release">).secret;
	const half = toPayee(foreign, rulingsOn(lock, secret, machi).refunded);
	assert.equal(half.state.kind, "resolving");
	const removed = half.effects.flatMap((effect) => (effect.kind === "persist" ? effect.changes.remove : []));
	assert.deepEqual(removed, (foreign as Extract<Payee, { kind: "lockedForeign" }>).counter.inputs);
	const forwarded = toPayee(half.state, swapped.messages.release as Message);
	assert.deepEqual(
		forwarded.effects.map(({ kind }) => kind),
		["forward"],
	);
	const owned = toPayee(half.state, rulingsOn(lock, secret, densha).ruledReleased);
	assert.equal(owned.state.kind, "owned");
	assert.equal(toPayee(half.state, rulingsOn(lock, secret, densha).refunded).state.kind, "ruled");
	const again = toPayee(half.state, rulingsOn(lock, secret, machi).refunded);
	assertRefused(half.state, again, "attempt-decided", "the same refund again");
});

test("a payment of several tokens is taken whole: every token of it, by one release", () => {
	const plan = planOf(requestOf(bob, { amount: 130n }), {
		inputs: [purse(alice, 100n, "a"), purse(alice, 20n, "b"), purse(alice, 40n, "c")],
	});
	const locked = signedPayer(started(plan));
	const steps = taken(sentBy(locked, "transfer"), plan.request);
	const owned = toPayee(steps.taken.state, {
		kind: "release",
		attempt: bytesOf("any"),
		secret: (locked.state as Extract<typeof locked.state, { kind: "locked" }>).secret,
	});
	const [write] = owned.effects;
	assert.ok(write?.kind === "persist");
	assert.deepEqual(
		write.changes.add.map(({ amount }) => amount),
		[100n, 20n, 10n],
	);
});
