/** A holder towards its operator: what it signs, what is durable before it is sent, and which answers it takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type ClaimResult,
	claim,
	type DurableHolderOrder,
	encodeItem,
	type HolderOrder,
	type HolderOrderEvent,
	holderOrder,
	limits,
	lockHash,
	orderDigest,
	order as orderShape,
	parse,
	type Spendable,
	serialize,
	signedOrder,
	stepHolderOrder,
	toHex,
	type VerifiedToken,
	verifyClaim,
	verifyParsedToken,
} from "@tenten/protocol";
import {
	bytesOf,
	densha,
	epoch,
	issueTo,
	machi,
	must,
	toySign,
	trust,
	trustIn,
} from "../handover/support/ecosystem.ts";
import {
	added,
	answer,
	assertRefused,
	effect,
	idle,
	inputs,
	issued,
	ordered,
	own,
	paid,
	planOf,
	refresh,
	reply,
	sign,
	signaturesFor,
	start,
	step,
	withdrawal,
	withdrawing,
} from "./support/ordering.ts";
import { alice, bob, carol, lock, orderOf, owned, pay, toAccount } from "./support/redeeming.ts";

test("redeeming asks for a signature of each input's owner, and for the order's", () => {
	const bobs: Spendable = { token: issueTo(bob, 7n, "bob's"), after: [] };
	const step = start(planOf(refresh, { inputs: [bobs, ...inputs], amount: 130n }));
	const { requests } = effect(step, "sign");
	assert.deepEqual(
		requests.map(({ signer, type }) => [toHex(signer), type]),
		[
			[toHex(bob.hash), "link"],
			[toHex(alice.hash), "link"],
			[toHex(alice.hash), "link"],
			[toHex(alice.hash), "order"],
		],
	);
	assert.deepEqual(requests.at(-1)?.payload, serialize(orderShape, refresh));
	assert.equal(step.refusal, undefined);
});

test("signed, the tokens leave and their change comes in one write, before the claim is sent", () => {
	const after = ordered(planOf(refresh));
	assert.deepEqual(
		after.effects.map(({ kind }) => kind),
		["persist", "ask"],
	);
	const { changes } = effect(after, "persist");
	assert.deepEqual(
		changes.remove,
		inputs.map(({ token }) => token.outputId),
	);
	assert.deepEqual([changes.hold, changes.free], [[], []]);
	assert.deepEqual(
		changes.add.map(({ amount, owner }) => [amount, owner.certificate, owner.purpose, owner.request]),
		[[30n, alice, null, bytesOf("change")]],
	);
	for (const change of changes.add)
		assert.deepEqual(must(verifyParsedToken({ ...change.token }, trust)), change);
});

test("what is asked is a claim that its operator accepts: all but the last token whole", () => {
	const { route, request } = effect(ordered(planOf(refresh)), "ask");
	assert.equal(route, "claim");
	const context = { trust, operator: densha.id, now: epoch, publishedAt: () => undefined };
	const { order, tokens } = must(verifyClaim(must(parse(claim, request)), context));
	assert.deepEqual([order.order, order.signer], [refresh, alice]);
	assert.deepEqual(
		tokens.map((each) => each.kind === "redemption" && each.token.amount),
		[100n, 20n],
	);
});

test("tokens redeemed whole leave no change", () => {
	const { changes } = effect(ordered(planOf(refresh, { amount: 150n })), "persist");
	assert.deepEqual(changes.add, []);
});

test("cancels that freed an input go into its redeeming link", () => {
	const hash = lockHash(bytesOf("cancelled"));
	const decider = owned(bob, "decider");
	const signature = toySign(bob.key, "cancel", encodeItem([hash]));
	const freed = { token: (inputs[0] as Spendable).token, after: [{ lock: hash, decider, signature }] };
	const after = ordered(planOf(refresh, { inputs: [freed], amount: 100n }));
	const { tokens } = after.state as Extract<HolderOrder, { kind: "ordered" }>;
	assert.deepEqual(tokens[0]?.hops.at(-1)?.after[0]?.lock, hash);
	must(verifyParsedToken(tokens[0] as never, trust));
});

test("a withdrawal takes no token and asks for what its order says", () => {
	const signing = start(withdrawing);
	assert.equal(effect(signing, "sign").requests.length, 1);
	const after = sign(signing);
	const { changes } = effect(after, "persist");
	assert.deepEqual(changes, { add: [], remove: [], hold: [], free: [] });
	const { route, request } = effect(after, "ask");
	assert.equal(route, "withdraw");
	const signed = must(parse(signedOrder, request));
	assert.deepEqual(signed.order, withdrawal);
	assert.deepEqual(signed.certificate, alice.encoded);
	assert.deepEqual(signed.signature, toySign(alice.key, "order", serialize(orderShape, withdrawal)));
});

test("only amounts that the tokens hold, and need, are redeemed", () => {
	for (const [amount, code] of [
		[150n, undefined],
		[151n, "amount-invalid"],
		[101n, undefined],
		[100n, "amount-invalid"],
		[1n, "amount-invalid"],
	] as const) {
		const after = start(planOf(refresh, { amount }));
		assert.equal(after.refusal?.code, code, `${amount}`);
		if (code !== undefined) assertRefused(idle, after, code);
	}
});

test("a token that waits for its release is not redeemed, be it one of several", () => {
	const { locked } = lock(issueTo(bob, 5n, "locked"), alice, "locked");
	const among = [{ token: locked, after: [] }, ...inputs];
	assertRefused(idle, start(planOf(refresh, { inputs: among, amount: 125n })), "lock-pending");
});

test("an operator that no list names is asked nothing", () => {
	const plan = planOf(refresh);
	assertRefused(idle, stepHolderOrder(idle, { kind: "start", plan }, trustIn([machi])), "issuer-unknown");
});

test("change that no token may hold is not made: the tokens stay", () => {
	let long = issueTo(alice, 10n, "long");
	for (let hop = 0; hop < limits.hops; hop++) long = pay(long, hop % 2 === 0 ? bob : alice, `long ${hop}`);
	const inputs = [{ token: long, after: [] }];
	const part = start(planOf(refresh, { inputs, amount: 4n }));
	const signatures = signaturesFor(part);
	assertRefused(idle, step(part.state, { kind: "signed", signatures }), "too-many");
	assert.equal(ordered(planOf(refresh, { inputs, amount: 10n })).state.kind, "ordered");
});

test("an order is started once and signed once", () => {
	const signing = start(planOf(refresh));
	const after = sign(signing);
	const again: HolderOrderEvent = { kind: "start", plan: planOf(refresh) };
	for (const state of [signing.state, after.state])
		assertRefused(state, step(state, again), "attempt-decided");
	const signed: HolderOrderEvent = { kind: "signed", signatures: signaturesFor(signing) };
	for (const state of [idle, after.state]) assertRefused(state, step(state, signed), "attempt-decided");
});

test("on contact an order asks again, to the byte, and nothing else does", () => {
	const signing = start(planOf(refresh));
	const after = sign(signing);
	assert.deepEqual(step(after.state, { kind: "contact" }), {
		state: after.state,
		effects: [effect(after, "ask")],
	});
	const settled = answer(after.state, reply(refresh, [paid, paid])).state;
	for (const state of [idle, signing.state, settled])
		assert.deepEqual(step(state, { kind: "contact" }), { state, effects: [] });
});

test("an answer settles an order: its results are told, its own issues are there to spend", () => {
	const { state } = ordered(planOf(refresh));
	const after = answer(state, reply(refresh, [paid, paid], issued("fresh", 120n)));
	assert.deepEqual(after.state, { kind: "settled", digest: orderDigest(refresh), results: [paid, paid] });
	assert.deepEqual(
		after.effects.map(({ kind }) => kind),
		["persist", "tell"],
	);
	assert.deepEqual(effect(after, "tell").results, [paid, paid]);
	assert.deepEqual(added(after), [[120n, toHex(alice.hash)]]);
	const { changes } = effect(after, "persist");
	assert.deepEqual([changes.remove, changes.hold, changes.free], [[], [], []]);
	const [token] = changes.add as [VerifiedToken];
	assert.deepEqual([token.owner.request, token.owner.purpose], [bytesOf("opening", "fresh"), null]);
});

test("a withdrawal takes each of its outputs, and leaves what is another's", () => {
	const { state } = ordered(withdrawing);
	const after = answer(
		state,
		reply(withdrawal, [], issued("new", 30n), issued("bob's", 9n, bob), issued("newer", 5n)),
	);
	assert.deepEqual(added(after), [
		[30n, toHex(alice.hash)],
		[5n, toHex(alice.hash)],
	]);
});

test("outputs whose request another keeps are not one's own", () => {
	const given = { ...own(30n, "given"), ownRequest: null };
	const order = orderOf({ kind: "withdraw", account: alice.hash, outputs: [given] });
	const { state } = ordered(planOf(order, { inputs: [], amount: 30n }));
	assert.deepEqual(added(answer(state, reply(order, [], issued("given", 30n)))), []);
});

test("what could not be credited comes back to the owners that the tokens had", () => {
	const order = toAccount(alice);
	const { state } = ordered(planOf(order));
	const result: ClaimResult = { kind: "paid", amount: 100n };
	const after = answer(state, reply(order, [result, paid], issued("second", 20n)));
	assert.deepEqual(added(after), [[20n, toHex(alice.hash)]]);
});

test("outputs that leave for another certificate of one's own are opened under it", () => {
	const requests = [bytesOf("opening", "moved"), bytesOf("opening", "moved too")];
	const newOwner = { certificate: carol.encoded, requests };
	const { state } = ordered(planOf(refresh, { newOwner }));
	const proofs = [
		issued("moved", 100n, carol),
		issued("moved too", 20n, carol),
		issued("not moved", 1n, carol),
	];
	assert.deepEqual(added(answer(state, reply(refresh, [paid, paid], ...proofs))), [
		[100n, toHex(carol.hash)],
		[20n, toHex(carol.hash)],
	]);
});

test("the answer to another order, or of other tokens, is not taken", () => {
	const { state } = ordered(planOf(refresh));
	assertRefused(state, answer(state, reply(withdrawal, [paid, paid])), "order-mismatch");
	assertRefused(state, answer(state, reply(refresh, [paid])), "malformed");
	assertRefused(state, answer(state, reply(refresh, [paid, paid, paid])), "malformed");
});

test("an answer that is not final for every token changes nothing; the order is asked again", () => {
	const { state } = ordered(planOf(refresh));
	const refusedAs = (transient: boolean): ClaimResult => ({ kind: "refused", code: "expired", transient });
	const early = answer(state, reply(refresh, [paid, refusedAs(true)]));
	assertRefused(state, early, "attempt-pending");
	assert.equal(answer(state, reply(refresh, [paid, refusedAs(false)])).state.kind, "settled");
});

test("an issue that does not verify spoils its answer", () => {
	const { state } = ordered(planOf(refresh));
	const proof = { ...issued("fresh", 120n), signature: new Uint8Array(64) };
	assertRefused(state, answer(state, reply(refresh, [paid, paid], proof)), "issue-proof-invalid");
});

test("an order under certificates that are not listed any more waits for a list that has them", () => {
	const { state } = ordered(planOf(refresh, { newOwner: { certificate: carol.encoded, requests: [] } }));
	assert.equal(state.kind, "ordered");
	const kept = state as Extract<HolderOrder, { kind: "ordered" }>;
	const value = reply(refresh, [paid, paid], issued("fresh", 120n));
	const elsewhere = stepHolderOrder(kept, { kind: "answered", reply: value }, trustIn([machi]));
	assertRefused(kept, elsewhere, "authority-unknown");
	const withdrawn = ordered(withdrawing).state;
	const given = { kind: "answered", reply: reply(withdrawal, []) } as const;
	assertRefused(withdrawn, stepHolderOrder(withdrawn, given, trustIn([machi])), "authority-unknown");
	const certificate = new Uint8Array(20);
	const owner = { ...kept, newOwner: { certificate, requests: [] } };
	assertRefused(owner, answer(owner, value), "malformed");
	const foreign = {
		...kept,
		tokens: kept.tokens.map((token) => ({ ...token, certificates: [certificate] })),
	};
	assertRefused(foreign, answer(foreign, value), "malformed");
});

test("tokens of the order are not verified again: they were when they came", () => {
	const { state } = ordered(planOf(refresh));
	const kept = state as Extract<HolderOrder, { kind: "ordered" }>;
	const tokens = kept.tokens.map((token) => ({
		...token,
		hops: token.hops.map((hop) => ({ ...hop, signature: new Uint8Array(64) })),
	}));
	const after = answer({ ...kept, tokens }, reply(refresh, [paid, paid], issued("second", 20n)));
	assert.deepEqual(added(after), [[20n, toHex(alice.hash)]]);
});

test("answers to what is not asked, or not any more, are passed over", () => {
	const signing = start(planOf(refresh)).state;
	const value = reply(refresh, [paid, paid], issued("fresh", 120n));
	const settled = answer(ordered(planOf(refresh)).state, value).state;
	for (const state of [idle, signing, settled])
		assert.deepEqual(answer(state, value), { state, effects: [] });
});

test("what is durable reads as it was written", () => {
	const newOwner = { certificate: carol.encoded, requests: [bytesOf("request")] };
	const { state } = ordered(planOf(refresh, { newOwner }));
	const results: readonly ClaimResult[] = [
		paid,
		{ kind: "paid", amount: 3n },
		{ kind: "forked", evidence: Uint8Array.of(1), drawn: 0n },
		{ kind: "refused", code: "expired", transient: false },
	];
	const states: readonly DurableHolderOrder[] = [
		state as DurableHolderOrder,
		ordered(withdrawing).state as DurableHolderOrder,
		{ kind: "settled", digest: orderDigest(refresh), results },
	];
	for (const durable of states)
		assert.deepEqual(must(parse(holderOrder, serialize(holderOrder, durable))), durable);
});
