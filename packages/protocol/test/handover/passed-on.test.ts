/** Which links of its own a payer finds again on the path of a token that came in, and what they prove. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	hasArrived,
	type MessageOf,
	type Payer,
	stepPayer,
	type VerifiedToken,
} from "@tenten/protocol";
import { onTo, paidBy } from "./support/paid-on.ts";
import {
	alice,
	bob,
	carol,
	context,
	direct,
	exchange,
	payerIn,
	planOf,
	requestOf,
	signedPayer,
	started,
	toPayer,
	twoPhase,
} from "./support/stages.ts";

const oneWay = direct();
const sent = payerIn(oneWay, "sent");

function told(state: Payer, token: VerifiedToken) {
	return stepPayer(state, { kind: "passedOn", token }, context);
}

function passedOn(state: Payer): readonly Bytes[] {
	assert.equal(state.kind, "sent");
	return (state as Extract<Payer, { kind: "sent" }>).passedOn;
}

test("what the payee of a direct link has paid on had arrived, however far it went", () => {
	const [first, second] = paidBy(oneWay) as [VerifiedToken, VerifiedToken];
	const links = [first, second].map(({ path }) => path.at(-1)?.id);
	const one = told(sent, onTo(second, bob, alice));
	assert.deepEqual(one.effects, [{ kind: "persist", changes: { add: [], remove: [], hold: [], free: [] } }]);
	assert.deepEqual(passedOn(one.state), [links[1]]);
	assert.equal(hasArrived(one.state as Extract<Payer, { kind: "sent" }>), false, "of the other no word came");

	const far = onTo(onTo(first, bob, carol), carol, alice);
	const both = told(one.state, far);
	assert.deepEqual(passedOn(both.state), [links[1], links[0]]);
	assert.ok(hasArrived(both.state as Extract<Payer, { kind: "sent" }>));
	const again = told(both.state, far);
	assert.equal(again.state, both.state, "once is enough");
	assert.deepEqual(again.effects, []);
});

test("the payee's own word is still taken, and makes the receipt", () => {
	const [first, second] = paidBy(oneWay) as [VerifiedToken, VerifiedToken];
	const one = told(sent, onTo(first, bob, alice));
	const both = told(one.state, onTo(second, bob, alice));
	const { state } = toPayer(both.state, oneWay.messages.answer);
	assert.ok(state.kind === "sent" && state.acknowledged !== null && state.passedOn.length === 2);
	const back = toPayer(both.state, oneWay.messages.returned as MessageOf<"returned">);
	assert.equal(back.state.kind, "returned", "a lock that Bob cancelled would have shown the same");
});

test("a link that nothing follows, and the change of one, prove nothing", () => {
	const [, second] = paidBy(oneWay) as [VerifiedToken, VerifiedToken];
	const { effects } = signedPayer(started(planOf(requestOf(bob, { mode: "direct" }))));
	const [change] = effects.flatMap((effect) => (effect.kind === "persist" ? effect.changes.add : []));
	assert.ok(change);
	assert.deepEqual(change.path.at(-1)?.id, second.path.at(-1)?.id, "of the same link");
	for (const token of [second, change, onTo(onTo(change, alice, carol), carol, alice)]) {
		const step = told(sent, token);
		assert.equal(step.state, sent);
		assert.deepEqual(step.effects, []);
	}
});

test("one release opens all links of a lock: any of them that went on tells that it arrived", () => {
	for (const stages of [twoPhase(), exchange()]) {
		const released = payerIn(stages, "released");
		const [, second] = paidBy(stages) as [VerifiedToken, VerifiedToken];
		assert.deepEqual(told(released, second).effects, [], "nothing follows");
		const { state, effects } = told(released, onTo(second, bob, alice));
		assert.ok(state.kind === "released" && state.done);
		assert.equal(effects.length, 1);
		for (const name of ["released, done", "locked", "cancelled", "ruled"]) {
			const other = payerIn(stages, name);
			const step = told(other, onTo(second, bob, alice));
			assert.equal(step.state, other, name);
			assert.deepEqual(step.effects, [], name);
		}
	}
});

test("another payment's links change nothing", () => {
	const [token] = paidBy(twoPhase()) as [VerifiedToken];
	assert.equal(told(sent, onTo(token, bob, alice)).state, sent);
});
