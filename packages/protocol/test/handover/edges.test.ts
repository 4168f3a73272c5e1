/** The edges of what payer and payee take: to the last signature, the last byte, the last date. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type AcceptedTokens,
	acceptTokens,
	type Bytes,
	type Caveat,
	type Context,
	counterPayload,
	type DurablePayee,
	draftPayment,
	equalBytes,
	isRefusal,
	keepUntil,
	limits,
	lockHash,
	type Message,
	type MessageOf,
	type Payee,
	type Refusal,
	reservedPayload,
	type Spendable,
	serializeMessage,
	signedPayment,
	stepPayee,
	type Token,
	Trust,
	type VerifiedRequest,
	type VerifiedToken,
	verifyRequest,
} from "@tenten/protocol";
import { linked, pay } from "../registry/support/redeeming.ts";
import {
	bytesOf,
	densha,
	epoch,
	grace,
	issueTo,
	machi,
	must,
	redeemWindow,
	tickets,
	toySign,
	toyVerify,
	trust,
	trustIn,
	yen,
} from "./support/ecosystem.ts";
import {
	alice,
	aliceToo,
	bob,
	carol,
	context,
	direct,
	exchange,
	offering,
	payeeIn,
	payerIn,
	person,
	planOf,
	purse,
	received,
	requestOf,
	sentBy,
	signAll,
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
const open = requestOf(bob, { amount: 0n });

/** `token` paid whole to Bob's request. */
function answering(
	token: VerifiedToken,
	request: VerifiedRequest = open,
	lock: { payeeDecides: boolean; hash: Bytes } | null = null,
): VerifiedToken {
	const owner = { certificate: request.payee, purpose: null, request: request.digest };
	return linked(token, { outputs: [{ amount: token.amount, owner, caveats: [] }], lock })[0] as VerifiedToken;
}

function accept(...tokens: readonly Token[]): AcceptedTokens | Refusal {
	const nothing = { everOwned: () => false, data: null, against: null };
	return acceptTokens(tokens, { request: open, trust, now: context.now, ...nothing });
}

function assertRefused(result: unknown, code: string): void {
	assert.ok(isRefusal(result), "expected a refusal");
	assert.equal(result.code, code);
}

test("a transfer costs as many signatures as a message may, and not one more", () => {
	const walked = (name: string, hops: number): Token => {
		let token = issueTo(alice, 10n, name);
		for (let hop = 1; hop < hops; hop++) token = pay(token, hop % 2 === 0 ? alice : carol, `${name} ${hop}`);
		return answering(token).token;
	};
	const most = Array.from({ length: limits.tokens }, (_, i) => walked(`walked ${i}`, 15));
	assert.equal(most.length * 16, limits.signatures);
	assert.ok(!isRefusal(accept(...most)));
	assertRefused(accept(walked("longer", 16), ...most.slice(1)), "too-many");
});

test("a token that nobody paid answers no request", () => {
	assertRefused(accept(issueTo(bob, 10n, "own").token), "owner-mismatch");
});

test("tokens of one payment share one lock, its decider included", () => {
	const hash = lockHash(bytesOf("secret"));
	const [first, second] = [issueTo(alice, 1n, "first"), issueTo(alice, 1n, "second")];
	const under = (token: VerifiedToken, payeeDecides: boolean): Token =>
		answering(token, open, { payeeDecides, hash }).token;
	assert.deepEqual((accept(under(first, false), under(second, false)) as AcceptedTokens).lock, {
		payeeDecides: false,
		hash,
	});
	assertRefused(accept(under(first, false), under(second, true)), "lock-mismatch");
	assertRefused(accept(under(first, true), under(second, false)), "lock-mismatch");
});

test("records are kept until the last token's redeem until and grace; without a listed asset there is none", () => {
	const token = issueTo(alice, 1n, "kept");
	const later = issueTo(alice, 1n, "kept longer", { redeemUntil: epoch + redeemWindow + 9 });
	assert.equal(keepUntil([later, token], trust), epoch + redeemWindow + 9 + grace);
	assert.equal(keepUntil([later, token], trustIn([machi])), epoch + redeemWindow + 9);
});

function drafted(inputs: readonly Spendable[], amount: bigint): unknown {
	const nothing = { lock: null, data: null, against: null, caveats: [] };
	return draftPayment(
		{ request: open, amount, inputs, ...nothing, counts: new Map(), changeRequest: bytesOf("change") },
		epoch,
	);
}

test("nothing is paid with no token", () => {
	assertRefused(drafted([], 0n), "amount-invalid");
	assertRefused(drafted([], 1n), "funds-insufficient");
});

test("a rule about amounts is asked what each token really pays: the last less its change", () => {
	const capped = { conditions: [{ kind: "transferCap", amount: 15n }] } as const;
	const [whole, other] = [purse(alice, 10n, "whole"), purse(alice, 11n, "other")];
	const last = purse(alice, 40n, "last", capped);
	assert.ok(!isRefusal(drafted([whole, other, last], 21n + 15n)));
	assertRefused(drafted([whole, other, last], 21n + 16n), "condition-cap");
	assertRefused(drafted([last, other], 50n), "condition-cap");
});

test("a cancel costs its own signature, not those of the tokens again", () => {
	let asked = 0;
	const counting = new Trust(trust.list, (...parameters) => {
		asked++;
		return toyVerify(...parameters);
	});
	const waiting = payeeIn(two, "waiting") as Extract<Payee, { kind: "reserved" }>;
	asked = 0;
	const step = toPayee(waiting, two.messages.cancel as Message, { trust: counting, now: context.now });
	assert.equal(step.state.kind, "cancelled");
	assert.equal(asked, (waiting.tokens[0]?.certificates.length ?? 0) + 1);
});

const reserved = two.messages.answer as MessageOf<"reserved">;
const countered = swapped.messages.answer as MessageOf<"counterTransfer">;

test("a payer whose list has dropped the other side, or its asset, releases nothing", () => {
	const under = (...operators: Parameters<typeof trustIn>[0]): Context => ({
		trust: trustIn(operators),
		now: context.now,
	});
	assertRefused(toPayer(payerIn(two, "locked"), reserved, under(machi)).refusal, "authority-unknown");
	const swapping = payerIn(swapped, "locked");
	assertRefused(toPayer(swapping, countered, under(machi)).refusal, "authority-unknown");
	assertRefused(toPayer(swapping, countered, under(densha)).refusal, "asset-unknown");
});

test("a reservation names every link, each in its place", () => {
	const [first] = reserved.body.links as readonly [Bytes];
	const body = { ...reserved.body, links: [first, bytesOf("another link")] };
	const signature = toySign(bob.key, "reserved", reservedPayload(body));
	const step = toPayer(payerIn(two, "locked"), { ...reserved, body, signature });
	assertRefused(step.refusal, "request-mismatch");
});

test("what is given in an exchange without a lock is no answer to one", () => {
	const { counterRequest } = swapped.messages.transfer;
	assert.ok(counterRequest !== null);
	const request = must(verifyRequest(counterRequest, trust));
	const draft = {
		request,
		amount: 2n,
		lock: null,
		data: null,
		caveats: [],
		changeRequest: bytesOf("change"),
		counts: new Map(),
	};
	const inputs = [purse(bob, 3n, "tickets", { asset: tickets })];
	const links = must(draftPayment({ ...draft, inputs, against: { asset: yen, amount: 120n } }, context.now));
	const requests = links.map(({ input, payload }) => ({
		signer: input.owner.certificate.hash,
		type: "link" as const,
		payload,
	}));
	const { paid } = must(signedPayment(links, signAll(requests)));
	const body = { ...countered.body, counterLinks: links.map(({ id }) => id) };
	const signature = toySign(bob.key, "counter", counterPayload(body));
	const message = { ...countered, body, tokens: paid.map(({ token }) => token), signature };
	assertRefused(toPayer(payerIn(swapped, "locked"), message).refusal, "lock-mismatch");
});

/** A direct payment of these tokens, sent back. */
function sentBack(inputs: readonly Spendable[], when: Context = context) {
	const amount = inputs.reduce((sum, { token }) => sum + token.amount, 0n);
	const request = requestOf(bob, { mode: "direct", amount });
	const sent = signedPayer(started(planOf(request, { inputs })));
	const { asked, taken: owned } = taken(sentBy(sent, "transfer"), request);
	const returning = stepPayee(owned.state, { kind: "sendBack", tokens: received(asked) }, when);
	return { sent, asked, owned, returned: sentBy(signedPayee(returning), "returned") };
}

test("what had passed other hands before comes back like anything else", () => {
	const token = pay(pay(issueTo(bob, 9n, "passed on"), carol, "to carol"), alice, "to alice");
	const { sent, returned } = sentBack([{ token, after: [] }]);
	assert.equal(toPayer(sent.state, returned).state.kind, "returned");
});

test("what came too late is not sent back; what was sent back in time is taken, however late it comes", () => {
	const conditions = [{ kind: "expires", time: epoch + 500, atExpiry: "refund" }] as const;
	const at = (seconds: number): Context => ({ trust, now: epoch + seconds });
	const { sent, asked, owned, returned } = sentBack([purse(alice, 9n, "expiring", { conditions })], at(499));
	assert.equal(toPayer(sent.state, returned, at(500)).state.kind, "returned");
	const event = { kind: "sendBack", tokens: received(asked) } as const;
	assertRefused(stepPayee(owned.state, event, at(500)).refusal, "condition-expired");
});

test("what comes back is not whole without room for its way to the operator, nor under a caveat more", () => {
	const { sent, asked, returned } = sentBack([purse(alice, 9n, "whole")]);
	const answered = (token: Token) => toPayer(sent.state, { ...returned, tokens: [token] });
	const [came] = returned.tokens as [Token];
	const padded = (entries: number): Token => {
		const more = Array.from({ length: entries - came.certificates.length }, (_, i) => person(`padding ${i}`));
		return { ...came, certificates: [...came.certificates, ...more.map(({ encoded }) => encoded)] };
	};
	const most = 2 * limits.hops - limits.redeemingCertificates;
	assert.equal(answered(padded(most)).state.kind, "returned");
	assertRefused(answered(padded(most + 1)).refusal, "too-many");
	const { attempt } = returned;
	const [{ token }] = received(asked) as [Spendable];
	const under = (caveats: readonly Caveat[]): Token => {
		const owner = { certificate: alice, purpose: null, request: attempt };
		return (linked(token, { outputs: [{ amount: 9n, owner, caveats }] })[0] as VerifiedToken).token;
	};
	assert.equal(answered(under([])).state.kind, "returned");
	const atBobs = { kind: "payees", ...anyone, certificates: [bob.hash] } as const;
	const step = answered(under([{ condition: atBobs, liftedBy: null }]));
	assertRefused(step.refusal, "request-mismatch");
	assert.deepEqual([step.state, step.effects], [sent.state, []]);
});

test("a token that was never paid is no return", () => {
	const returned = oneWay.messages.returned as MessageOf<"returned">;
	const tokens = [issueTo(alice, 120n, "never paid").token];
	assertRefused(toPayer(payerIn(oneWay, "sent"), { ...returned, tokens }).refusal, "owner-mismatch");
});

test("one output that was taken before is enough to refuse a transfer", () => {
	const { transfer } = two.messages;
	const second = (received(taken(transfer, two.request).asked)[1] as Spendable).token.outputId;
	const event = offering(transfer, two.request, { everOwned: (output) => equalBytes(output, second) });
	assertRefused(stepPayee({ kind: "none" }, event, context).refusal, "request-reused");
});

test("an attempt that is not decided stands in the way of others at its request; one that is uses it up", () => {
	const active = bytesOf("another attempt");
	const judged = (state: Payee | undefined): Refusal | undefined => {
		const known = (attempt: Bytes) => (equalBytes(attempt, active) ? (state as DurablePayee) : undefined);
		const event = offering(two.messages.transfer, two.request, { active, known });
		return stepPayee({ kind: "none" }, event, context).refusal;
	};
	for (const state of [
		undefined,
		payeeIn(two, "waiting"),
		payeeIn(swapped, "waiting"),
		payeeIn(two, "resolving"),
	])
		assertRefused(judged(state), "attempt-pending");
	for (const name of ["owned", "cancelled", "ruled"])
		assertRefused(judged(payeeIn(two, name)), "request-reused");
});

const certificates = Array.from(
	{ length: 64 },
	(_, i) => [bob, aliceToo, alice][i]?.hash ?? bytesOf("other", i),
);
const anyone = { classes: null, merchantCategories: null, regions: null, operators: null };
const classes = ["person", ...Array<string>(24).fill("")];

/** A token that is `extra` bytes longer than the shortest of its kind; at most 31 kB. */
function heavy(owner: typeof alice, name: string, extra: number, asset = yen): Spendable {
	const bulk = { kind: "payees", ...anyone, certificates } as const;
	const fine = extra % 34;
	const more = Math.floor(extra / 34);
	const filters = Array.from({ length: 15 }, (_, i) => Math.min(61, Math.max(0, more - 61 * i)));
	const conditions = [
		{
			kind: "payees",
			...anyone,
			certificates: null,
			classes: [
				...classes,
				...Array(Math.floor(fine / 24)).fill("x".repeat(23)),
				...(fine % 24 > 0 ? ["x".repeat((fine % 24) - 1)] : []),
			],
		} as const,
		...filters.map((count) => ({
			...bulk,
			certificates: certificates.slice(0, 3 + count),
		})),
	];
	return purse(owner, 1n, name, { asset, conditions });
}

/** The longest that a message gets, of those that `make` gives with tokens so much longer: and the refusal beyond. */
function longest(make: (extra: number) => Bytes | Refusal | undefined): {
	readonly length: number;
	readonly beyond: unknown;
} {
	let [fits, fails] = [0, 31_100];
	while (fails - fits > 1) {
		const middle = Math.floor((fits + fails) / 2);
		if (make(middle) instanceof Uint8Array) fits = middle;
		else fails = middle;
	}
	return { length: (make(fits) as Bytes).length, beyond: make(fails) };
}

const bulky = 31_000;

test("a transfer fills a message to the last byte", () => {
	const first = heavy(alice, "bulk", bulky);
	const { length, beyond } = longest((extra) => {
		const inputs = [first, heavy(alice, "fitted", extra)];
		const step = signedPayer(started(planOf(requestOf(bob, { amount: 2n }), { inputs })));
		return step.refusal ?? serializeMessage(sentBy(step, "transfer"));
	});
	assert.equal(length, limits.message);
	assertRefused(beyond, "too-large");
});

test("an answer fills a message to the last byte", () => {
	const first = heavy(bob, "bulk", bulky, tickets);
	const { length, beyond } = longest((extra) => {
		const inputs = [first, heavy(bob, "fitted", extra, tickets)];
		const { taken: step } = taken(swapped.messages.transfer, swapped.request, { consent: { inputs } });
		return step.refusal ?? serializeMessage(sentBy(step, "counterTransfer"));
	});
	assert.equal(length, limits.message);
	assertRefused(beyond, "too-large");
});

test("what is sent back fills a message to the last byte", () => {
	const request = requestOf(bob, { mode: "direct", amount: 2n });
	const first = heavy(alice, "bulk", bulky);
	const { length, beyond } = longest((extra) => {
		const inputs = [first, heavy(alice, "fitted", extra)];
		const sent = signedPayer(started(planOf(request, { inputs })));
		if (sent.refusal !== undefined) return sent.refusal;
		const { asked, taken: owned } = taken(sentBy(sent, "transfer"), request);
		const step = signedPayee(stepPayee(owned.state, { kind: "sendBack", tokens: received(asked) }, context));
		return step.refusal ?? serializeMessage(sentBy(step, "returned"));
	});
	assert.equal(length, limits.message);
	assertRefused(beyond, "too-large");
});
