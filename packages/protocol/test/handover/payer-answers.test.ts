/** What a payer does not believe of what it is told, with its code; nothing changes by it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	type Context,
	counterPayload,
	draftLink,
	draftPayment,
	extendToken,
	isRefusal,
	type Lock,
	type Message,
	type MessageOf,
	type RefusalCode,
	type RequestBody,
	requestPayload,
	reservedPayload,
	type SignedRequest,
	signedPayment,
	stepPayer,
	verifyRequest,
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
	trust,
	trustIn,
	yen,
} from "./support/ecosystem.ts";
import { assertRefused } from "./support/refused.ts";
import {
	alice,
	bob,
	carol,
	context,
	direct,
	exchange,
	letter,
	payerIn,
	purse,
	received,
	requestOf,
	rulingsOn,
	sentBy,
	taken,
	toPayer,
	twoPhase,
} from "./support/stages.ts";

const two = twoPhase();
const swapped = exchange();
const oneWay = direct();
const locked = payerIn(two, "locked");
const reserved = two.messages.answer as MessageOf<"reserved">;
const countered = swapped.messages.answer as MessageOf<"counterTransfer">;
/** so many seconds after the epoch */
const later = (seconds: number): Context => ({ trust, now: epoch + seconds });

const reply = letter("a receipt");
const answered = taken(two.messages.transfer, two.request, { consent: { reply: reply.manifest } });
const withReply = sentBy(answered.taken, "reserved");

test("a payer releases to nothing but the reservation of this very attempt", () => {
	const cases: Readonly<Record<string, readonly [RefusalCode, Message]>> = {
		"signed by somebody else": [
			"signature-invalid",
			{ ...reserved, signature: toySign(carol.key, "reserved", bytesOf("body")) },
		],
		"another amount": ["request-mismatch", { ...reserved, body: { ...reserved.body, amount: 1n } }],
		"another lock": ["request-mismatch", { ...reserved, body: { ...reserved.body, lock: bytesOf("lock") } }],
		"no lock": ["request-mismatch", { ...reserved, body: { ...reserved.body, lock: null } }],
		"other links": [
			"request-mismatch",
			{ ...reserved, body: { ...reserved.body, links: [bytesOf("link")] } },
		],
		"links in another order": [
			"request-mismatch",
			{ ...reserved, body: { ...reserved.body, links: reserved.body.links.toReversed() } },
		],
		"another request": [
			"request-mismatch",
			{ ...reserved, body: { ...reserved.body, request: bytesOf("request") } },
		],
		"a reply that was not signed": ["document-mismatch", { ...reserved, reply: reply.manifest }],
		"a reply that is missing": ["document-mismatch", { ...withReply, reply: null }],
		"a document that is missing": ["document-missing", withReply],
		"a counter transfer where none was asked for": ["request-mismatch", countered],
	};
	for (const [name, [code, message]] of Object.entries(cases))
		assertRefused(locked, toPayer(locked, message), code, name);
	const changed = new Map([[0, bytesOf("another text")]]);
	assertRefused(
		locked,
		toPayer(locked, withReply, context, changed),
		"document-mismatch",
		"a changed document",
	);
	assert.equal(toPayer(locked, withReply, context, reply.contents).state.kind, "released");
});

test("after spend until a payer can only cancel", () => {
	assertRefused(locked, toPayer(locked, reserved, later(spendWindow)), "expired", "a late reservation");
});

test("a release waits for a trust list that still knows what it releases", () => {
	const forgot: Context = { trust: trustIn([machi]), now: context.now };
	assertRefused(
		locked,
		toPayer(locked, reserved, forgot),
		"authority-unknown",
		"an operator that was dropped",
	);
	const state = payerIn(swapped, "locked");
	assertRefused(state, toPayer(state, countered, forgot), "authority-unknown", "in an exchange");
});

/** What Bob might sign instead of what he should: a counter transfer with links on this lock. */
function counterOn(lock: Lock, changes: Partial<Parameters<typeof draftPayment>[0]> = {}): Message {
	const { reserved: body } = countered.body;
	const request = must(verifyRequest(swapped.messages.transfer.counterRequest as SignedRequest, trust));
	const draft = {
		request,
		amount: 2n,
		inputs: [purse(bob, 3n, "tickets", { asset: tickets })],
		lock,
		data: null,
		against: { asset: yen, amount: 120n },
		caveats: [],
		changeRequest: bytesOf("change"),
		counts: new Map(),
		...changes,
	};
	const links = must(draftPayment(draft, context.now));
	const signatures = links.map(({ payload }) => toySign(bob.key, "link", payload));
	const { paid } = must(signedPayment(links, signatures));
	const signed = { reserved: body, counterLinks: links.map(({ id }) => id) };
	const signature = toySign(bob.key, "counter", counterPayload(signed));
	const tokens = paid.map(({ token }) => token);
	return {
		kind: "counterTransfer",
		attempt: countered.attempt,
		body: signed,
		tokens,
		reply: null,
		signature,
	};
}

test("in an exchange nothing is released to a plain reservation, or to another counter leg", () => {
	const state = payerIn(swapped, "locked");
	const { body: signedBody, tokens } = countered;
	const hash = signedBody.reserved.lock ?? bytesOf("no lock");
	const plainSignature = toySign(bob.key, "reserved", reservedPayload(signedBody.reserved));
	const { attempt } = countered;
	const plain = { kind: "reserved", attempt, body: signedBody.reserved, reply: null } as const;
	const other = toySign(
		bob.key,
		"counter",
		counterPayload({ ...signedBody, counterLinks: [bytesOf("link")] }),
	);
	const cases: Readonly<Record<string, readonly [RefusalCode, Message]>> = {
		"a plain reservation": ["request-mismatch", { ...plain, signature: plainSignature }],
		"signed by nobody": ["signature-invalid", { ...countered, signature: new Uint8Array(64) }],
		"other counter links than its tokens": [
			"request-mismatch",
			{ ...countered, body: { ...signedBody, counterLinks: [bytesOf("link")] }, signature: other },
		],
		"tokens of another payment": ["owner-mismatch", { ...countered, tokens: two.messages.transfer.tokens }],
		"a token twice": ["amount-mismatch", { ...countered, tokens: [...tokens, ...tokens] }],
		"another reservation": [
			"request-mismatch",
			{ ...countered, body: { ...signedBody, reserved: { ...signedBody.reserved, amount: 1n } } },
		],
		"a lock of its own": ["lock-mismatch", counterOn({ payeeDecides: true, hash: bytesOf("own") })],
		"a lock that it could cancel itself": ["lock-mismatch", counterOn({ payeeDecides: false, hash })],
		"another price in its links": [
			"request-mismatch",
			counterOn({ payeeDecides: true, hash }, { against: { asset: yen, amount: 1n } }),
		],
		"a reply that was not signed": ["document-mismatch", { ...countered, reply: reply.manifest }],
		"documents where none may be": [
			"document-mismatch",
			counterOn({ payeeDecides: true, hash }, { data: bytesOf("data") }),
		],
	};
	for (const [name, [code, message]] of Object.entries(cases))
		assertRefused(state, toPayer(state, message), code, name);
	const owned = { contents: new Map<number, Bytes>(), everOwned: (): boolean => true };
	const again = stepPayer(state, { kind: "received", message: countered, ...owned }, context);
	assertRefused(state, again, "request-reused", "an output that was owned before");
	assertRefused(
		state,
		toPayer(state, countered, later(spendWindow)),
		"expired",
		"tokens past their spend until",
	);
	assert.equal(toPayer(state, counterOn({ payeeDecides: true, hash })).state.kind, "released");
});

test("a payer that can be refunded believes only the operator of the asset, on this lock", () => {
	const { lock } = two.messages.cancel as MessageOf<"cancel">;
	const { refunded } = rulingsOn(lock, bytesOf("secret")) as { readonly refunded: MessageOf<"ruling"> };
	const cases: Readonly<Record<string, readonly [RefusalCode, Message]>> = {
		"signed by nobody": [
			"signature-invalid",
			{ kind: "ruling", ruling: { ...refunded.ruling, signature: new Uint8Array(64) } },
		],
		"on another lock": ["request-mismatch", rulingsOn(bytesOf("lock"), bytesOf("secret")).refunded],
		"by another operator": ["issuer-unknown", rulingsOn(lock, bytesOf("secret"), machi).refunded],
		"that decides for the payee": [
			"request-mismatch",
			rulingsOn(lock, bytesOf("secret"), densha).ruledReleased,
		],
	};
	for (const state of [locked, payerIn(two, "cancelling")])
		for (const [name, [code, message]] of Object.entries(cases))
			assertRefused(state, toPayer(state, message), code, name);
});

test("in an exchange the documents of the answer are there before anything is released", () => {
	const state = payerIn(swapped, "locked");
	const inputs = [purse(bob, 3n, "tickets", { asset: tickets })];
	const consent = { inputs, reply: reply.manifest };
	const steps = taken(swapped.messages.transfer, swapped.request, { consent });
	const message = sentBy(steps.taken, "counterTransfer");
	assertRefused(state, toPayer(state, message), "document-missing", "a document that is missing");
	assert.equal(toPayer(state, message, context, reply.contents).state.kind, "released");
});

test("a direct transfer is acknowledged by nothing but the payee's word on it", () => {
	const sent = payerIn(oneWay, "sent");
	assertRefused(sent, toPayer(sent, reserved), "request-mismatch", "the answer to another attempt");
	const forged = { ...(oneWay.messages.answer as MessageOf<"reserved">), signature: new Uint8Array(64) };
	assertRefused(sent, toPayer(sent, forged), "signature-invalid", "signed by nobody");
});

test("a refusal of something else does not cancel", () => {
	const about = bytesOf("something else");
	const message = { kind: "refused", about, code: "request-expired", detail: "" } as const;
	assertRefused(locked, toPayer(locked, message), "request-mismatch", "another attempt");
});

test("a direct transfer counts as returned only when all of it came back", () => {
	const sent = payerIn(oneWay, "sent");
	const back = oneWay.messages.returned as MessageOf<"returned">;
	const [first, second] = back.tokens as [
		MessageOf<"returned">["tokens"][0],
		MessageOf<"returned">["tokens"][0],
	];
	const cases: Readonly<Record<string, readonly [RefusalCode, Message]>> = {
		"one of two tokens": ["request-mismatch", { ...back, tokens: [first] }],
		"in another order": ["request-mismatch", { ...back, tokens: [second, first] }],
		"the transfer itself": ["owner-mismatch", { ...back, tokens: oneWay.messages.transfer.tokens }],
		"for another attempt": ["owner-mismatch", partOf(100n, bytesOf("another attempt"))],
		"one unit of it": ["amount-mismatch", partOf(1n, back.attempt)],
	};
	for (const [name, [code, message]] of Object.entries(cases))
		assertRefused(sent, toPayer(sent, message), code, name);
	const forged = { ...second, hops: second.hops.map((hop) => ({ ...hop, signature: new Uint8Array(64) })) };
	assertRefused(sent, toPayer(sent, { ...back, tokens: [first, forged] }), "signature-invalid", "not signed");

	/** Bob sends back `amount` of the first token and keeps the rest. */
	function partOf(amount: bigint, request: Bytes): Message {
		const [token] = received(taken(oneWay.messages.transfer, oneWay.request).asked).map((each) => each.token);
		assert.ok(token);
		const rest = token.amount - amount;
		const kept = { amount: rest, owner: { certificate: bob, purpose: null, request }, caveats: [] };
		const owner = { certificate: alice, purpose: null, request };
		const outputs = [{ amount, owner, caveats: [] }, ...(rest > 0n ? [kept] : [])];
		const link = draftLink(token, { outputs, lock: null, data: null, against: null, after: [], spent: null });
		const part = must(extendToken(link, toySign(bob.key, "link", link.payload), 0));
		return { ...back, tokens: [part.token, second] };
	}
});

test("requests that do not hold are refused before anything else", () => {
	const good = requestOf(bob).signed;
	const cases: Readonly<Record<string, readonly [RefusalCode, SignedRequest]>> = {
		"signed by nobody": ["signature-invalid", { ...good, signature: new Uint8Array(64) }],
		"an asset that nobody issues": ["asset-unknown", signed({ asset: { ...yen, code: "GOLD" } })],
		"an exchange for nothing": ["request-mismatch", signed({ mode: "exchange" })],
		"a price outside an exchange": ["request-mismatch", signed({ against: { asset: tickets, amount: 1n } })],
		"static and locked": ["request-mismatch", signed({ isStatic: true })],
		"a certificate of nobody": [
			"signature-invalid",
			signed({ certificate: Uint8Array.from([...bob.encoded.subarray(0, -1), 0]) }),
		],
	};
	for (const [name, [code, request]] of Object.entries(cases)) {
		const verified = verifyRequest(request, trust);
		assert.ok(isRefusal(verified) && verified.code === code, name);
	}
	assert.ok(!isRefusal(verifyRequest(signed({ isStatic: true, mode: "direct" }), trust)));

	function signed(changes: Partial<RequestBody>): SignedRequest {
		const changed = { ...good.body, ...changes };
		return { body: changed, signature: toySign(bob.key, "request", requestPayload(changed)) };
	}
});
