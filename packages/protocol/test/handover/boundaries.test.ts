/** The last that is still taken, and the first that is not: dates, amounts, counts and sizes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Context,
	cancelPayload,
	draftLink,
	extendToken,
	limits,
	lockHash,
	manifestOf,
	matchDocuments,
	type Payee,
	type Payer,
	type PayerPlan,
	type RefusalCode,
	type Spendable,
	type Step,
	stepPayee,
	Trust,
	type VerifiedCertificate,
	type VerifiedToken,
	type Verify,
} from "@tenten/protocol";
import {
	bytesOf,
	densha,
	epoch,
	machi,
	must,
	spendWindow,
	tickets,
	toySign,
	toyVerify,
	trust,
	trustIn,
} from "./support/ecosystem.ts";
import {
	alice,
	bob,
	considered,
	context,
	exchange,
	offering,
	person,
	planOf,
	purse,
	received,
	requestOf,
	sentBy,
	signedPayee,
	signedPayer,
	started,
	taken,
	toPayer,
	twoPhase,
} from "./support/stages.ts";

const at = (seconds: number): Context => ({ trust, now: epoch + seconds });
const most = limits.amount;

function codeOf(step: Step<Payer | Payee>): RefusalCode | undefined {
	return step.refusal?.code;
}

/** A token of `owner` that has moved so many times, each time to itself. */
function moved(
	owner: VerifiedCertificate,
	times: number,
	{ after = 0, amount = 120n, asset = {} } = {},
): Spendable {
	let { token } = purse(owner, amount, `moved ${times}`, asset);
	for (let i = 0; i < times; i++) token = onward(token, owner, i, after);
	return { token, after: [] };
}

function onward(
	token: VerifiedToken,
	owner: VerifiedCertificate,
	step: number,
	cancels: number,
): VerifiedToken {
	const to = { certificate: owner, purpose: null, request: bytesOf("move", step) };
	const after = Array.from({ length: cancels }, (_, i) => {
		const certificate = person(`decider ${step} ${i}`);
		const lock = lockHash(bytesOf("cancelled", step, i));
		const signature = toySign(certificate.key, "cancel", cancelPayload(lock));
		return { lock, decider: { certificate, purpose: null, request: bytesOf("any") }, signature };
	});
	const outputs = [{ amount: token.amount, owner: to, caveats: [] }];
	const link = draftLink(token, { outputs, lock: null, data: null, against: null, after, spent: null });
	return must(extendToken(link, toySign(owner.key, "link", link.payload), 0));
}

test("dates: a second before, all is taken; on the second, nothing is", () => {
	const long = requestOf(bob, { expiresAt: epoch + 2 * spendWindow });
	const locked = signedPayer(started(planOf(long)));
	const transfer = sentBy(locked, "transfer");
	const reserved = sentBy(taken(transfer, long).taken, "reserved");
	assert.equal(codeOf(started(planOf(long), at(spendWindow - 1))), undefined);
	assert.equal(codeOf(started(planOf(long), at(spendWindow))), "expired");
	const offered = (seconds: number): Step<Payee> =>
		stepPayee({ kind: "none" }, offering(transfer, long), at(seconds));
	assert.equal(codeOf(offered(spendWindow - 1)), undefined);
	assert.equal(codeOf(offered(spendWindow)), "expired");
	assert.equal(codeOf(toPayer(locked.state, reserved, at(spendWindow - 1))), undefined);
	assert.equal(codeOf(toPayer(locked.state, reserved, at(spendWindow))), "expired");

	const plain = planOf(requestOf(bob));
	assert.equal(codeOf(started(plain, at(999))), undefined);
	assert.equal(codeOf(started(plain, at(1_000))), "request-expired");

	const straight = requestOf(bob, { mode: "direct" });
	const sent = sentBy(signedPayer(started(planOf(straight))), "transfer");
	const steps = taken(sent, straight);
	const sendBack = (seconds: number): Step<Payee> =>
		stepPayee(steps.taken.state, { kind: "sendBack", tokens: received(steps.asked) }, at(seconds));
	assert.equal(codeOf(sendBack(spendWindow - 1)), undefined);
	assert.equal(codeOf(sendBack(spendWindow)), "expired");
});

test("amounts: the most that an amount holds is paid and taken, one more is not", () => {
	const request = requestOf(bob, { amount: 0n });
	const inputs = [purse(alice, most - 1n, "most"), purse(alice, 2n, "little")];
	const locked = signedPayer(started(planOf(request, { amount: most, inputs })));
	assert.equal(locked.state.kind, "locked");
	assert.equal(taken(sentBy(locked, "transfer"), request).taken.state.kind, "reserved");
	assert.equal(codeOf(started(planOf(request, { amount: most + 1n, inputs }))), "amount-invalid");
});

test("a cap is kept by what each token gives, and by no more", () => {
	const capOf = (amount: bigint): Spendable =>
		purse(alice, 100n, `cap ${amount}`, { conditions: [{ kind: "transferCap", amount }] });
	const request = requestOf(bob, { amount: 160n });
	const free = purse(alice, 100n, "free");
	const inputs = (first: Spendable, last: Spendable): PayerPlan => planOf(request, { inputs: [first, last] });
	assert.equal(codeOf(started(inputs(capOf(100n), free))), undefined);
	assert.equal(codeOf(started(inputs(capOf(99n), free))), "condition-cap", "the first gives all that it has");
	assert.equal(codeOf(started(inputs(free, capOf(60n)))), undefined, "the last keeps its change");
	assert.equal(codeOf(started(inputs(free, capOf(59n)))), "condition-cap");
	const capped = person("capped at 120", {
		profile: { limits: { perTransfer: 120n, offlineTotal: null, holding: null } },
	});
	const plan = planOf(requestOf(bob), { inputs: [purse(capped, 120n, "capped")] });
	assert.equal(signedPayer(started(plan)).state.kind, "locked");
});

test("sixteen tokens make a payment, and every one of them is taken", () => {
	const inputs = Array.from({ length: limits.tokens }, (_, i) => purse(alice, 10n, `one of many ${i}`));
	const plan = planOf(requestOf(bob, { amount: 155n }), { inputs });
	const locked = signedPayer(started(plan));
	assert.equal(taken(sentBy(locked, "transfer"), plan.request).taken.state.kind, "reserved");
});

test("a token that cannot move any further is neither bound nor given", () => {
	const last = planOf(requestOf(bob), { inputs: [moved(alice, limits.hops - 1)] });
	assert.equal(signedPayer(started(last)).state.kind, "locked");
	const over = started(planOf(requestOf(bob), { inputs: [moved(alice, limits.hops)] }));
	const refused = signedPayer(over);
	assert.equal(codeOf(refused), "too-many");
	assert.deepEqual(refused, { state: { kind: "idle" }, effects: [], refusal: refused.refusal });

	const { messages, request } = exchange();
	const inputs = [moved(bob, limits.hops, { amount: 2n, asset: { asset: tickets } })];
	const answered = signedPayee(considered(messages.transfer, request, { consent: { inputs } }).signing);
	assert.equal(codeOf(answered), "too-many");
	assert.equal(answered.state.kind, "none");
});

test("a token that its payee could never bring back is neither bound nor sent direct", () => {
	// Four cancels a link, each of another decider, fill the table of certificates.
	const most = Math.floor((2 * limits.hops - limits.redeemingCertificates - 2) / 4);
	for (const mode of ["twoPhase", "direct"] as const) {
		const pay = (links: number): Step<Payer> =>
			signedPayer(started(planOf(requestOf(bob, { mode }), { inputs: [moved(alice, links, { after: 4 })] })));
		assert.equal(codeOf(pay(most)), undefined);
		assert.equal(codeOf(pay(most + 1)), "too-many");
	}
});

/** A token that takes up about `bytes`, with conditions that let Bob be paid. */
function heavy(bytes: number, name: string): Spendable {
	const nothing = { classes: null, merchantCategories: null, regions: null, operators: null };
	const filters = Array.from({ length: Math.floor(bytes / 2_200) }, (_, i) => ({
		kind: "payees" as const,
		...nothing,
		certificates: Array.from({ length: 64 }, (_, n) => (n === 0 ? bob.hash : bytesOf(name, i, n))),
	}));
	const caveats = filters.slice(16).map((condition) => ({ condition, liftedBy: null }));
	return purse(alice, 60n, name, { conditions: filters.slice(0, 16), caveats });
}

test("what would be too large to send back is kept", () => {
	const request = requestOf(bob, { mode: "direct" });
	// Two tokens that fill one message; on their way back each has one more link.
	const inputs = [heavy(32_000, "one"), heavy(31_000, "two")];
	const paying = (count: number): Step<Payer> => {
		const purposes = Array.from({ length: count }, (_, n) => "purpose".padEnd(28, `${n} `));
		const caveats = [{ condition: { kind: "purpose" as const, purposes }, liftedBy: null }];
		return signedPayer(started(planOf(request, { inputs, caveats })));
	};
	const most =
		Array.from({ length: 64 }, (_, n) => n + 1).findLast((n) => codeOf(paying(n)) === undefined) ?? 0;
	assert.equal(codeOf(paying(most + 1)), "too-large", "a transfer that no message holds");
	const transfer = sentBy(paying(most), "transfer");
	const steps = taken(transfer, request);
	const tokens = received(steps.asked);
	const returning = stepPayee(steps.taken.state, { kind: "sendBack", tokens }, context);
	const kept = signedPayee(returning);
	assert.equal(codeOf(kept), "too-large");
	assert.equal(kept.state, steps.taken.state);
});

test("a hostile transfer costs no more signatures than a message may", () => {
	let verified = 0;
	const counting: Verify = (...parameters) => {
		verified++;
		return toyVerify(...parameters);
	};
	const fresh = new Trust(trust.list, counting);
	const { messages, request } = twoPhase();
	const [token] = messages.transfer.tokens;
	assert.ok(token);
	const strangers = Array.from({ length: 6 * 50 }, (_, i) => person(`stranger ${i}`).encoded);
	const tokens = Array.from({ length: 6 }, (_, i) => ({
		...token,
		certificates: [...token.certificates.slice(0, 1), ...strangers.slice(50 * i, 50 * i + 50)],
	}));
	verified = 0;
	const offer = offering({ ...messages.transfer, tokens }, request);
	const step = stepPayee({ kind: "none" }, offer, { trust: fresh, now: context.now });
	assert.equal(codeOf(step), "too-many");
	assert.equal(verified, 0, "counted before any is checked");
	assert.deepEqual(sentBy(step, "refused").about, request.digest, "its attempt is not known");
});

test("a payer whose own change no longer verifies releases nothing, and can still cancel", () => {
	const stranger = person("of another town", { operator: machi });
	const { token } = purse(stranger, 140n, "from another town");
	const to = { certificate: alice, purpose: null, request: bytesOf("from a stranger") };
	const outputs = [{ amount: 140n, owner: to, caveats: [] }];
	const link = draftLink(token, { outputs, lock: null, data: null, against: null, after: [], spent: null });
	const came = must(extendToken(link, toySign(stranger.key, "link", link.payload), 0));
	const plan = planOf(requestOf(bob), { inputs: [{ token: came, after: [] }] });
	const locked = signedPayer(started(plan));
	const reserved = sentBy(taken(sentBy(locked, "transfer"), plan.request).taken, "reserved");
	const step = toPayer(locked.state, reserved, { trust: trustIn([densha]), now: context.now });
	assert.equal(codeOf(step), "authority-unknown");
	assert.equal(step.state, locked.state);
	assert.equal(toPayer(locked.state, reserved).state.kind, "released");
});

test("no documents make no manifest, and none are missing from it", () => {
	assert.equal(manifestOf([], bytesOf("salt")), null);
	assert.deepEqual(matchDocuments(null, new Map()), []);
});
