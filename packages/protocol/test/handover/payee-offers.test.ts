/** What a payee refuses of the transfers that it is offered, with its code; nothing changes by it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Against,
	attemptId,
	type Bytes,
	type Context,
	type DurablePayee,
	dataHash,
	draftLink,
	extendToken,
	type Lock,
	lockHash,
	type MessageOf,
	type Offering,
	type RefusalCode,
	releaseToken,
	type SignedRequest,
	stepPayee,
	type VerifiedCertificate,
	type VerifiedRequest,
	type VerifiedToken,
} from "@tenten/protocol";
import {
	bytesOf,
	epoch,
	must,
	points,
	redeemWindow,
	spendWindow,
	tickets,
	toySign,
	trust,
	yen,
} from "./support/ecosystem.ts";
import {
	alice,
	aliceToo,
	bob,
	carol,
	considered,
	context,
	exchange,
	letter,
	offering,
	payeeIn,
	person,
	purse,
	requestOf,
	sentBy,
	twoPhase,
} from "./support/stages.ts";

const two = twoPhase();
const swapped = exchange();
/** so many seconds after the epoch */
const later = (seconds: number): Context => ({ trust, now: epoch + seconds });

type Link = {
	readonly from?: VerifiedCertificate;
	readonly amount?: bigint;
	/** what the token held, the rest being change */
	readonly of?: bigint;
	readonly name?: string;
	readonly to?: VerifiedCertificate;
	readonly request?: Bytes;
	readonly purpose?: string;
	readonly asset?: typeof yen;
	readonly lock?: Lock | null;
	readonly release?: Bytes;
	readonly data?: Bytes;
	readonly against?: Against;
	/** which output the token ends in */
	readonly index?: number;
	/** whether what would be change is the payee's too */
	readonly isTwice?: true;
	readonly conditions?: NonNullable<Parameters<typeof purse>[3]>;
};

const defaultLock: Lock = { payeeDecides: false, hash: lockHash(bytesOf("secret")) };

/** A token as a payer might send it, whatever the payee asked for. */
function link({ request }: { readonly request: VerifiedRequest }, options: Link = {}): VerifiedToken {
	const { from = alice, amount = 120n, of = amount, to = bob, lock = defaultLock, index = 0 } = options;
	const { token } = purse(from, of, options.name ?? "token", {
		asset: options.asset ?? yen,
		...options.conditions,
	});
	const owner = {
		certificate: to,
		purpose: options.purpose ?? null,
		request: options.request ?? request.digest,
	};
	const own = { certificate: from, purpose: null, request: bytesOf("change") };
	const change = options.isTwice ? owner : own;
	const outputs = [{ amount, owner, caveats: [] }];
	if (of > amount) outputs.push({ amount: of - amount, owner: change, caveats: [] });
	const { data = null, against = null } = options;
	const draft = draftLink(token, { outputs, lock, data, against, after: [], spent: null });
	const made = must(extendToken(draft, toySign(from.key, "link", draft.payload), index));
	return options.release === undefined ? made : must(releaseToken(made, options.release));
}

type Arrival = {
	readonly request: VerifiedRequest;
	readonly tokens: readonly VerifiedToken[];
	readonly message?: Partial<MessageOf<"transfer">>;
	readonly offering?: Partial<Offering>;
	readonly at?: Context;
};

function arrive({
	request,
	tokens,
	message,
	offering: changes,
	at = context,
}: Arrival): ReturnType<typeof stepPayee> {
	const transfer: MessageOf<"transfer"> = {
		kind: "transfer",
		request: request.digest,
		tokens: tokens.map(({ token }) => token),
		data: null,
		counterRequest: null,
		documentKey: null,
		...message,
	};
	return stepPayee({ kind: "none" }, offering(transfer, request, changes), at);
}

const plain = requestOf(bob);
const any = requestOf(bob, { amount: 0n });
const straight = requestOf(bob, { mode: "direct" });
const swap = requestOf(bob, { mode: "exchange", against: { asset: tickets, amount: 2n } });
const price = { asset: tickets, amount: 2n };
const one = (options: Link = {}, request = plain): Arrival => ({
	request,
	tokens: [link({ request }, options)],
});
const capped = person("capped", {
	profile: { limits: { perTransfer: 50n, offlineTotal: null, holding: null } },
});
const expired = person("expired", { expiresAt: epoch + 5 });
const order = letter("an order");
const withOrder = one({ data: dataHash(order.manifest) as Bytes });
const attempt = attemptId(plain.digest, [link({ request: plain }).path.at(-1)?.id as Bytes]);
const standing = (name: string): Partial<Offering> => ({
	active: bytesOf("another attempt"),
	known: (id) => (id.join() === attempt.join() ? undefined : (payeeIn(two, name) as DurablePayee)),
});

function swapping(
	changes: Partial<SignedRequest["body"]> = {},
	options: Link = {},
	payer = aliceToo,
): Arrival {
	const counterRequest = requestOf(payer, {
		mode: "exchange",
		asset: tickets,
		amount: 2n,
		against: { asset: yen, amount: 120n },
		...changes,
	}).signed;
	return { ...one({ against: price, ...options }, swap), message: { counterRequest } };
}

const arrivals: Readonly<Record<string, readonly [RefusalCode, Arrival]>> = {
	"that answers another request": [
		"request-mismatch",
		{ ...one(), message: { request: bytesOf("request") } },
	],
	"with more signatures than a message may cost": [
		"too-many",
		{
			...one(),
			message: {
				tokens: Array.from({ length: 6 }, (_, i) => {
					const { token } = link({ request: plain }, { name: `${i}` });
					const unknown = Array.from({ length: 50 }, (_, n) => bytesOf("unknown", i, n));
					return { ...token, certificates: [...token.certificates.slice(0, 1), ...unknown] };
				}),
			},
		},
	],
	"for somebody else": ["owner-mismatch", one({ to: carol })],
	"that ends in the payer's change": ["owner-mismatch", one({ of: 200n, index: 1 })],
	"that is not the first of its link": ["owner-mismatch", one({ of: 240n, index: 1, isTwice: true })],
	"that was never paid": ["owner-mismatch", { request: plain, tokens: [purse(bob, 120n, "own").token] }],
	"under another request": ["request-mismatch", one({ request: bytesOf("request") })],
	"under another purpose": ["request-mismatch", one({ purpose: "books" })],
	"in another asset": ["asset-mismatch", one({ asset: points })],
	"past its spend until": ["expired", { ...one(), at: later(spendWindow) }],
	"of a payer whose certificate has expired": ["certificate-expired", one({ from: expired })],
	"above the payer's own limit": ["limit-exceeded", one({ from: capped })],
	"with data that it does not carry": ["document-mismatch", one({ data: bytesOf("data") })],
	"with a manifest that it did not sign": [
		"document-mismatch",
		{ ...one(), message: { data: order.manifest } },
	],
	"for a price that was not asked": ["request-mismatch", one({ against: price })],
	"of another amount": ["amount-mismatch", one({ amount: 119n })],
	"of more than an amount holds": [
		"amount-invalid",
		{
			request: any,
			tokens: ["a", "b"].map((name) => link({ request: any }, { name, amount: 2n ** 63n - 1n })),
		},
	],
	"on two locks": [
		"lock-mismatch",
		{
			request: any,
			tokens: [
				link({ request: any }, { name: "a" }),
				link({ request: any }, { name: "b", lock: { payeeDecides: false, hash: bytesOf("lock") } }),
			],
		},
	],
	"with one token twice": [
		"malformed",
		{ request: any, tokens: [link({ request: any }), link({ request: any })] },
	],
	"without a lock": ["lock-mismatch", one({ lock: null })],
	"that is released already": ["lock-mismatch", one({ release: bytesOf("secret") })],
	"with a lock where none may be": ["lock-mismatch", one({}, straight)],
	"on a lock that the payee would decide": [
		"lock-mismatch",
		one({ lock: { payeeDecides: true, hash: bytesOf("lock") } }),
	],
	"while another attempt is open": ["attempt-pending", { ...one(), offering: standing("waiting") }],
	"while another attempt is resolving": ["attempt-pending", { ...one(), offering: standing("resolving") }],
	"while the app is asked about another": [
		"attempt-pending",
		{ ...one(), offering: { active: bytesOf("another attempt") } },
	],
	"of a request that was paid": ["request-reused", { ...one(), offering: standing("owned") }],
	"of an output that was owned before": ["request-reused", { ...one(), offering: { everOwned: () => true } }],
	"of a direct output that was owned before": [
		"request-reused",
		{ ...one({ lock: null }, straight), offering: { everOwned: () => true } },
	],
	"of a request that has expired": ["request-expired", { ...one(), at: later(1_000) }],
	"with a link that nobody signed": [
		"signature-invalid",
		{
			...one(),
			message: {
				tokens: one().tokens.map(({ token }) => ({
					...token,
					hops: token.hops.map((hop) => ({ ...hop, signature: new Uint8Array(64) })),
				})),
			},
		},
	],
	"of which one token is locked and one is not": [
		"lock-mismatch",
		{
			request: any,
			tokens: [link({ request: any }, { name: "a" }), link({ request: any }, { name: "b", lock: null })],
		},
	],
	"of which one token is direct and one is not": [
		"lock-mismatch",
		{
			request: any,
			tokens: [link({ request: any }, { name: "a", lock: null }), link({ request: any }, { name: "b" })],
		},
	],
	"whose request nobody signed": [
		"signature-invalid",
		{
			...swapping(),
			message: {
				counterRequest: {
					...(swapping().message?.counterRequest as SignedRequest),
					signature: new Uint8Array(64),
				},
			},
		},
	],
	"with a document missing": ["document-missing", { ...withOrder, message: { data: order.manifest } }],
	"with a document changed": [
		"document-mismatch",
		{
			...withOrder,
			message: { data: order.manifest },
			offering: { contents: new Map([[0, bytesOf("another")]]) },
		},
	],
	"that gives in an exchange and asks for nothing": ["request-mismatch", { ...swapping(), message: {} }],
	"that asks for something in return, unasked": [
		"request-mismatch",
		{ ...one(), message: swapping().message ?? {} },
	],
	"that names no price in an exchange": ["request-mismatch", { ...swapping(), tokens: one({}, swap).tokens }],
	"that names another price": ["request-mismatch", swapping({}, { against: { ...price, amount: 1n } })],
	"whose request asks for more": ["request-mismatch", swapping({ amount: 3n })],
	"whose request asks for any amount": ["request-mismatch", swapping({ amount: 0n })],
	"whose request asks for another asset": ["request-mismatch", swapping({ asset: points })],
	"whose request names another price": [
		"request-mismatch",
		swapping({ against: { asset: yen, amount: 1n } }),
	],
	"whose request has expired": ["request-expired", swapping({ expiresAt: epoch })],
	"whose request is that of an expired certificate": ["certificate-expired", swapping({}, {}, expired)],
};

for (const [name, [code, arrival]] of Object.entries(arrivals))
	test(`a payee refuses a transfer ${name}: ${code}`, () => {
		const { state, effects, refusal } = arrive(arrival);
		assert.equal(refusal?.code, code, refusal?.detail);
		assert.equal(state.kind, "none");
		assert.deepEqual(
			effects.map(({ kind }) => kind),
			["send"],
			"it only says so",
		);
	});

test("each of these transfers would have been taken but for what is wrong with it", () => {
	for (const arrival of [
		one(),
		one({ lock: null }, straight),
		swapping(),
		{ ...withOrder, message: { data: order.manifest }, offering: { contents: order.contents } },
	])
		assert.equal(arrive(arrival).state.kind, "asked", arrive(arrival).refusal?.detail);
});

test("an attempt that is known gets its answer, whatever dates have passed since", () => {
	const state = payeeIn(two, "waiting") as DurablePayee;
	const known = (id: Bytes): DurablePayee | undefined =>
		id.join() === state.terms.attempt.join() ? state : undefined;
	for (const seconds of [0, 1_000, spendWindow, redeemWindow]) {
		const step = stepPayee(
			{ kind: "none" },
			offering(two.messages.transfer, two.request, { known, everOwned: () => true }),
			later(seconds),
		);
		assert.equal(step.state, state);
		assert.deepEqual(sentBy(step, "reserved"), two.messages.answer);
	}
});

test("a direct transfer that comes late or twice is the payee's to keep or to send back", () => {
	const arrival = one({ lock: null }, straight);
	for (const changes of [{ at: later(1_000) }, { offering: { active: bytesOf("the first one") } }])
		assert.equal(arrive({ ...arrival, ...changes }).state.kind, "asked");
	const often = requestOf(bob, { mode: "direct", isStatic: true, amount: 0n });
	const again = { ...one({ lock: null }, often), offering: { active: bytesOf("the first one") } };
	assert.equal(arrive(again).state.kind, "asked");
});

test("the refusal of a transfer names its attempt, so that no other attempt is given up for it", () => {
	const refusedStep = arrive({ ...one(), at: later(1_000) });
	assert.deepEqual(sentBy(refusedStep, "refused").about, attempt);
	const declined = stepPayee(
		arrive(one()).state,
		{ kind: "declined", refusal: { kind: "refusal", code: "consent-missing", detail: "" } },
		context,
	);
	assert.deepEqual(sentBy(declined, "refused").about, attempt);
});

test("in an exchange a payee gives nothing that stays redeemable longer than what it gets", () => {
	const longer = purse(bob, 3n, "tickets", { asset: tickets, redeemUntil: epoch + redeemWindow + 1 });
	const { signing } = considered(swapped.messages.transfer, swapped.request, {
		consent: { inputs: [longer] },
	});
	assert.equal(signing.refusal?.code, "expired");
	assert.equal(signing.state.kind, "none");
});
