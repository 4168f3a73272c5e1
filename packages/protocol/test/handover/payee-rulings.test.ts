/** An operator's word to a payee: whose leg it settles, and until when a release that it carries opens doors. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, type MessageOf, noChanges, type Payee, stepPayee } from "@tenten/protocol";
import { densha, machi, points, tickets, trust, trustIn, yen } from "./support/ecosystem.ts";
import {
	aliceToo,
	bob,
	context,
	exchange,
	payeeIn,
	person,
	planOf,
	purse,
	requestOf,
	rulingsOn,
	sentBy,
	signedPayer,
	started,
	taken,
	toPayee,
	toPayer,
	twoPhase,
} from "./support/stages.ts";

const two = twoPhase();
const swapped = exchange();
const waiting = payeeIn(two, "waiting") as Extract<Payee, { kind: "reserved" }>;
const foreign = payeeIn(swapped, "waiting") as Extract<Payee, { kind: "lockedForeign" }>;
const late = { trust, now: waiting.terms.keepUntil };
const justInTime = { trust, now: waiting.terms.keepUntil - 1 };
const told = { kind: "tell", news: "ruled" } as const;

test("a release that comes after grace opens no doors to a payee that gave nothing for it", () => {
	const { terms, answer } = waiting;
	const { secret } = two.messages.release as MessageOf<"release">;
	const inTime = two.messages.ruledReleased as MessageOf<"ruling">;
	const tooLate = rulingsOn(terms.lock as Bytes, secret, densha, terms.keepUntil).ruledReleased;
	const listedSince = { trust: trustIn([densha, machi], terms.keepUntil), now: terms.keepUntil };
	for (const state of [waiting, payeeIn(two, "resolving")]) {
		assert.equal(toPayee(state, inTime, justInTime).state.kind, "owned");
		for (const [ruling, at] of [
			[tooLate, late],
			[inTime, listedSince],
		] as const)
			assert.deepEqual(toPayee(state, ruling, at), {
				state: { kind: "ruled", terms, answer, ruling },
				effects: [{ kind: "persist", changes: noChanges }, told],
			});
		// A clock that is ahead gives nothing up, and opens nothing.
		const alone = toPayee(state, inTime, late);
		assert.deepEqual([alone.state, alone.refusal?.code, alone.effects], [state, "redeem-closed", []]);
	}
});

test("once its own came back and its list says that it is over, a payee waits for nothing that nobody would pay", () => {
	const lock = foreign.terms.lock as Bytes;
	const { secret } = swapped.messages.release as MessageOf<"release">;
	const { terms, answer } = foreign;
	const { keepUntil } = terms;
	const ruledAt = (at: number) => rulingsOn(lock, secret, machi, at);
	const ruling = ruledAt(keepUntil - 1).refunded as MessageOf<"ruling">;
	const listed = { trust: trustIn([densha, machi], keepUntil), now: keepUntil };
	const removed = { kind: "persist", changes: { ...noChanges, remove: foreign.counter.inputs } };
	const ended = { kind: "ruled", terms, answer, ruling };
	assert.deepEqual(toPayee(foreign, ruling, listed), { state: ended, effects: [removed, told] });
	// Whoever issued what was given dates nothing that another issued: a release is still taken.
	const dated = toPayee(foreign, ruledAt(keepUntil).refunded as MessageOf<"ruling">);
	assert.deepEqual([dated.state.kind, dated.effects], ["resolving", [removed, told]]);
	const late = ruledAt(keepUntil).ruledReleased;
	assert.equal(toPayee(dated.state, late).state.kind, "owned");
	const inTime = swapped.messages.ruledReleased as MessageOf<"ruling">;
	assert.equal(toPayee(dated.state, inTime).state.kind, "owned");
	// The same word again ends it once a later list says that it is over: a cancel of before may be forgotten.
	assert.deepEqual(toPayee(dated.state, ruling, listed).state, ended);
	const before = { ...listed, trust: trustIn([densha, machi], keepUntil - 1) };
	assert.equal(toPayee(dated.state, ruling, before).refusal?.code, "attempt-decided");
});

test("what was given is paid for, however late, by the word of its operator that the release came in time", () => {
	assert.equal(foreign.terms.keepUntil, late.now);
	const { secret } = swapped.messages.release as MessageOf<"release">;
	const ofTaken = rulingsOn(foreign.terms.lock as Bytes, secret, densha).ruledReleased;
	const ofGiven = rulingsOn(foreign.terms.lock as Bytes, secret, machi).ruledReleased as MessageOf<"ruling">;
	assert.equal(toPayee(foreign, ofGiven, late).state.kind, "owned");
	assert.equal(toPayee(foreign, ofTaken).state.kind, "owned");
	const { state, refusal } = toPayee(foreign, ofTaken, late);
	assert.deepEqual([state, refusal?.code], [foreign, "redeem-closed"]);
});

test("what was given is given up while the operator's word leaves its decider any token of it to claim", () => {
	const until = context.now + 1_000;
	const asset = { asset: tickets };
	const inputs = [
		purse(bob, 1n, "first given", { ...asset, redeemUntil: until }),
		purse(bob, 1n, "last given", { ...asset, redeemUntil: until + 100 }),
	];
	const { locked, state } = exchanged(tickets, aliceToo, inputs);
	const { secret } = locked.state as Extract<typeof locked.state, { kind: "locked" }>;
	const after = (ruledAt: number, now: number): string => {
		const word = rulingsOn(state.terms.lock as Bytes, secret, machi, ruledAt).ruledReleased;
		return toPayee(state, word, { trust, now }).state.kind;
	};
	// Before, any word with the release will do, even one from an operator whose clock is ahead.
	assert.equal(after(until + 500, until - 1), "owned");
	assert.equal(after(until - 1, until), "owned");
	assert.equal(after(until + 99, until + 200), "owned");
	assert.equal(after(until + 100, until + 200), "lockedForeign");
});

test("what was cancelled is owned by its release all the same, until grace is over", () => {
	const { secret } = two.messages.release as MessageOf<"release">;
	const inTime = two.messages.ruledReleased as MessageOf<"ruling">;
	const tooLate = rulingsOn(
		waiting.terms.lock as Bytes,
		secret,
		densha,
		waiting.terms.keepUntil,
	).ruledReleased;
	const state = payeeIn(two, "cancelled");
	assert.equal(toPayee(state, inTime, justInTime).state.kind, "owned");
	for (const [ruling, at] of [
		[tooLate, late],
		[tooLate, justInTime],
		[inTime, late],
	] as const) {
		const step = toPayee(state, ruling, at);
		assert.deepEqual([step.state, step.refusal?.code, step.effects], [state, "redeem-closed", []]);
	}
	const ofTaken = swapped.messages.ruledReleased as MessageOf<"ruling">;
	const freed = toPayee(payeeIn(swapped, "cancelled"), ofTaken, late);
	assert.deepEqual([freed.state.kind, freed.refusal?.code], ["cancelled", "redeem-closed"]);
});

/** An exchange of yen for what Bob gives, from its lock to his answer. */
function exchanged(
	given: typeof points,
	payer = aliceToo,
	inputs = [purse(bob, 3n, "given", { asset: given })],
) {
	const request = requestOf(bob, { mode: "exchange", against: { asset: given, amount: 2n } });
	const against = { asset: yen, amount: 120n };
	const counterRequest = requestOf(payer, { mode: "exchange", asset: given, amount: 2n, against }).signed;
	const locked = signedPayer(started(planOf(request, { counterRequest })));
	const { taken: answered } = taken(sentBy(locked, "transfer"), request, { consent: { inputs } });
	return { locked, answered, state: answered.state as typeof foreign };
}

test("where one operator issued both legs, its refund is of what was given only if it answers for that", () => {
	const { locked, state } = exchanged(points);
	const { lock } = state.terms;
	const { secret } = locked.state as Extract<typeof locked.state, { kind: "locked" }>;
	assert.ok(lock !== null);
	const { refunded: message } = rulingsOn(lock, secret, densha);
	assert.deepEqual(toPayee(state, message), { state, effects: [told] });
	const own = stepPayee(state, { kind: "received", message, isAnswer: true }, context);
	assert.deepEqual(own, {
		state: { kind: "ruled", terms: state.terms, answer: state.answer, ruling: message },
		effects: [{ kind: "persist", changes: { ...noChanges, remove: state.counter.inputs } }, told],
	});
});

test("the refund of the other leg alone takes nothing that was given, whoever asked for it", () => {
	const message = swapped.messages.refunded;
	const step = stepPayee(foreign, { kind: "received", message, isAnswer: true }, context);
	assert.deepEqual(step, { state: foreign, effects: [told] });
});

test("a payer whose list has dropped the other side alone releases nothing to it", () => {
	const { locked, answered } = exchanged(tickets, person("alice of machi", { operator: machi }));
	const answer = sentBy(answered, "counterTransfer");
	const step = toPayer(locked.state, answer, { trust: trustIn([machi]), now: context.now });
	assert.equal(step.refusal?.code, "authority-unknown");
	assert.deepEqual([step.state, step.effects], [locked.state, []]);
});
