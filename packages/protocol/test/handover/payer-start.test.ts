/** What a payer does not begin, with its code; nothing changes by it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type {
	Condition,
	Context,
	PayerPlan,
	RefusalCode,
	RequestBody,
	SignedRequest,
} from "@tenten/protocol";
import { bytesOf, epoch, points, spendWindow, tickets, toySign, trust, yen } from "./support/ecosystem.ts";
import { assertRefused } from "./support/refused.ts";
import {
	alice,
	aliceToo,
	bob,
	carol,
	considered,
	context,
	defaultInputs,
	exchange,
	person,
	planOf,
	purse,
	received,
	requestOf,
	signedPayer,
	started,
	taken,
	twoPhase,
} from "./support/stages.ts";

const two = twoPhase();

type Started = { readonly plan: PayerPlan; readonly at?: Context };

/** so many seconds after the epoch */
const later = (seconds: number): Context => ({ trust, now: epoch + seconds });
const body = (changes: Partial<RequestBody>): PayerPlan => planOf(requestOf(bob, changes));
const bound = (condition: Condition): PayerPlan =>
	planOf(requestOf(bob), { inputs: [purse(alice, 120n, "bound", { conditions: [condition] })] });
const expired = person("expired", { expiresAt: epoch + 5 });
const early = person("early", { notBefore: epoch + 500 });
const swap = { mode: "exchange", against: { asset: tickets, amount: 2n } } as const;
const counter = (changes: Partial<RequestBody> = {}): SignedRequest =>
	requestOf(aliceToo, {
		mode: "exchange",
		asset: tickets,
		amount: 2n,
		against: { asset: yen, amount: 120n },
		...changes,
	}).signed;

function cancels(count: number): PayerPlan["inputs"][number]["after"] {
	const decider = { certificate: bob, purpose: null, request: bytesOf("counter") };
	return Array.from({ length: count }, (_, i) => ({
		lock: bytesOf("lock", i),
		decider,
		signature: toySign(bob.key, "cancel", bytesOf("lock", i)),
	}));
}

const lockedTokens = received(taken(two.messages.transfer, two.request).asked);
const many = Array.from({ length: 17 }, (_, i) => purse(alice, 10n, `many ${i}`));

const beginnings: Readonly<Record<string, readonly [RefusalCode, () => Started]>> = {
	"a request that has expired": ["request-expired", () => ({ plan: body({}), at: later(1_000) })],
	"a payee whose certificate has expired": [
		"certificate-expired",
		() => ({ plan: planOf(requestOf(expired)) }),
	],
	"a payee whose certificate is not valid yet": [
		"certificate-not-yet-valid",
		() => ({ plan: planOf(requestOf(early)) }),
	],
	"an own certificate that has expired": [
		"certificate-expired",
		() => ({ plan: planOf(requestOf(bob), { inputs: [purse(expired, 120n, "old")] }) }),
	],
	"another amount than asked for": [
		"amount-mismatch",
		() => ({ plan: planOf(requestOf(bob), { amount: 119n }) }),
	],
	"an amount above what an amount holds": [
		"amount-invalid",
		() => ({ plan: planOf(requestOf(bob, { amount: 0n }), { amount: 2n ** 63n }) }),
	],
	"an amount of nothing": ["amount-invalid", () => ({ plan: planOf(requestOf(bob, { amount: 0n })) })],
	"less than nothing": [
		"amount-invalid",
		() => ({ plan: planOf(requestOf(bob, { amount: 0n }), { amount: -5n }) }),
	],
	"a token that is not needed": ["amount-invalid", () => ({ plan: body({ amount: 100n }) })],
	"no tokens": ["funds-insufficient", () => ({ plan: planOf(requestOf(bob), { inputs: [] }) })],
	"too little": ["funds-insufficient", () => ({ plan: body({ amount: 141n }) })],
	"seventeen tokens": [
		"too-many",
		() => ({ plan: planOf(requestOf(bob, { amount: 165n }), { inputs: many }) }),
	],
	"seventeen caveats": [
		"too-many",
		() => ({
			plan: planOf(requestOf(bob), {
				caveats: Array.from({ length: 17 }, () => ({
					condition: { kind: "notBefore", time: 0 },
					liftedBy: null,
				})),
			}),
		}),
	],
	"a token that carries five cancels": [
		"too-many",
		() => ({ plan: planOf(requestOf(bob), { inputs: [{ ...purse(alice, 120n, "a"), after: cancels(5) }] }) }),
	],
	"one token twice": [
		"malformed",
		() => ({
			plan: planOf(requestOf(bob), { inputs: [defaultInputs[0], defaultInputs[0]] as PayerPlan["inputs"] }),
		}),
	],
	"another asset": ["asset-mismatch", () => ({ plan: body({ asset: points }) })],
	"a token that waits for its release": [
		"lock-pending",
		() => ({ plan: planOf(requestOf(carol), { inputs: lockedTokens }) }),
	],
	"a token after its spend until": [
		"expired",
		() => ({ plan: body({ expiresAt: epoch + 2 * spendWindow }), at: later(spendWindow) }),
	],
	"a token before its time": [
		"condition-not-before",
		() => ({ plan: bound({ kind: "notBefore", time: epoch + 500 }) }),
	],
	"a token whose own end has come": [
		"condition-expired",
		() => ({ plan: bound({ kind: "expires", time: epoch + 5, atExpiry: "refund" }) }),
	],
	"a token that may not move": ["condition-hops", () => ({ plan: bound({ kind: "hopLimit", hops: 0 }) })],
	"more than its cap": ["condition-cap", () => ({ plan: bound({ kind: "transferCap", amount: 119n }) })],
	"a payee that it does not allow": [
		"condition-payee",
		() => ({
			plan: bound({
				kind: "payees",
				classes: ["shop"],
				merchantCategories: null,
				regions: null,
				operators: null,
				certificates: null,
			}),
		}),
	],
	"a purpose that it does not allow": [
		"condition-purpose",
		() => ({ plan: bound({ kind: "purpose", purposes: ["books"] }) }),
	],
	"a resale outside an exchange": [
		"condition-resale",
		() => ({ plan: bound({ kind: "resaleCap", asset: tickets, amount: 1n }) }),
	],
	"an exchange without a request of one's own": ["request-mismatch", () => ({ plan: body(swap) })],
	"a request of one's own outside an exchange": [
		"request-mismatch",
		() => ({ plan: planOf(requestOf(bob), { counterRequest: counter() }) }),
	],
	"legs of different amounts": [
		"request-mismatch",
		() => ({ plan: planOf(requestOf(bob, swap), { counterRequest: counter({ amount: 1n }) }) }),
	],
	"an own request that is no exchange": [
		"request-mismatch",
		() => ({
			plan: planOf(requestOf(bob, swap), { counterRequest: counter({ mode: "twoPhase", against: null }) }),
		}),
	],
	"an own request for any amount": [
		"request-mismatch",
		() => ({ plan: planOf(requestOf(bob, swap), { counterRequest: counter({ amount: 0n }) }) }),
	],
	"an own request that names another price": [
		"request-mismatch",
		() => ({
			plan: planOf(requestOf(bob, swap), {
				counterRequest: counter({ against: { asset: yen, amount: 121n } }),
			}),
		}),
	],
	"an own request that has expired": [
		"request-expired",
		() => ({ plan: planOf(requestOf(bob, swap), { counterRequest: counter({ expiresAt: epoch }) }) }),
	],
	"an own request that nobody signed": [
		"signature-invalid",
		() => ({
			plan: planOf(requestOf(bob, swap), { counterRequest: { ...counter(), signature: new Uint8Array(64) } }),
		}),
	],
};

for (const [name, [code, begin]] of Object.entries(beginnings))
	test(`a payer does not begin with ${name}: ${code}`, () => {
		const { plan, at = context } = begin();
		assertRefused({ kind: "idle" }, started(plan, at), code, name);
	});

test("a payment that its payee would refuse is not bound, once it is signed", () => {
	const capped = person("capped", {
		profile: { limits: { perTransfer: 50n, offlineTotal: null, holding: null } },
	});
	const plan = planOf(requestOf(bob, { mode: "direct" }), { inputs: [purse(capped, 120n, "capped")] });
	const signing = started(plan);
	assertRefused(signing.state, signedPayer(signing), "limit-exceeded", "the payer's own limit");

	const certificates = Array.from({ length: 64 }, (_, i) => bytesOf("certificate", i));
	const payees = {
		kind: "payees",
		classes: null,
		merchantCategories: null,
		regions: null,
		operators: null,
	} as const;
	const caveat = {
		condition: { ...payees, certificates: [bob.hash, ...certificates.slice(1)] },
		liftedBy: null,
	};
	const caveats = Array.from({ length: 16 }, () => caveat);
	const large = started(planOf(requestOf(bob, { mode: "direct" }), { caveats }));
	assertRefused(large.state, signedPayer(large), "too-large", "larger than a message");
});

test("where the other side decides, a token with four cancels is not given: a fifth would find no place", () => {
	const { request, messages } = exchange();
	const given = { ...purse(bob, 3n, "tickets", { asset: tickets }), after: cancels(4) };
	const withFour = considered(messages.transfer, request, { consent: { inputs: [given] } });
	assert.equal(withFour.signing.refusal?.code, "too-many");
	const fewer = { ...given, after: cancels(3) };
	const withThree = considered(messages.transfer, request, { consent: { inputs: [fewer] } });
	assert.equal(withThree.signing.state.kind, "signing");
});
