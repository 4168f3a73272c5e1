/** Vectors of enrolments, orders and claims. */
import {
	type Action,
	type Bytes,
	type Caveat,
	type Condition,
	claim,
	type Order,
	orderDigest,
	ownOutput,
	redeemingDraft,
	type SignedOrder,
	serialize,
	signEnrolment,
	signedOrder,
	signOrder,
	type Token,
	type VerifiedToken,
} from "../../packages/protocol/src/index.ts";
import { accepts, type Case, changed, type Draft, flipped, type Inputs, itemAt, refuses } from "./drafts.ts";
import { linkOf, lockOf, passed, released, tokenOf } from "./payments.ts";
import {
	alice,
	bob,
	bytesOf,
	carol,
	certify,
	densha,
	encodedKeyOf,
	encodedList,
	issueTo,
	late,
	machi,
	now,
	ownerOf,
	type Person,
	points,
	redeemUntil,
	signerOf,
	trust,
	yen,
} from "./world.ts";

const asked = { role: "holder", class: "person", merchantCategory: null, region: "JP-13" } as const;
const nonce = bytesOf("nonce of an enrolment");
const enrol = (operator: Bytes, who: Person): Promise<Bytes> =>
	signEnrolment(operator, asked, nonce, who.signer);
const byAlice = await enrol(densha.id, alice);

export const enrolments: Draft = {
	name: "enrolments",
	comment: "Asking to be certified: docs/spec/orders.md#enrolment.",
	judge: "enrolment",
	given: { operator: densha.id },
	cases: [
		accepts("of an Ed25519 key", { enrolment: byAlice }),
		accepts("of an ES256 key", { enrolment: await enrol(densha.id, bob) }),
		refuses("authority-unknown", "with another operator", { enrolment: await enrol(machi.id, alice) }),
		refuses("signature-invalid", "of a key that did not sign", {
			enrolment: changed(byAlice, [0, 1], itemAt(encodedKeyOf(carol.signer), [])),
		}),
		refuses("signature-invalid", "a bit of the signature", {
			enrolment: changed(byAlice, [1], flipped(itemAt(byAlice, [1]) as Bytes)),
		}),
		refuses("malformed", "a role that is not listed", { enrolment: changed(byAlice, [0, 2, 0], 0) }),
		refuses("malformed", "a key of no kind", { enrolment: changed(byAlice, [0, 1, 1], 3) }),
		refuses("too-large", "4,097 bytes", {
			enrolment: changed(byAlice, [1], new Uint8Array(4097 - byAlice.length + 63)),
		}),
	],
};

export async function orderOf(
	by: Person,
	action: Action,
	options: Partial<Order> = {},
): Promise<SignedOrder> {
	const value: Order = {
		asset: yen,
		action,
		fallback: null,
		nonce: bytesOf("nonce of an order"),
		issuedAt: now,
		...options,
	};
	return signOrder(value, by.encoded, by.signer);
}

const toAccount: Action = { kind: "account", account: alice.certificate.hash };
const own = ownOutput(600n, alice.certificate, bytesOf("fresh"));
const refresh: Action = {
	kind: "refresh",
	outputs: [own, { amount: 1n, owner: bytesOf("owner"), ownRequest: null }],
};
const withdraw: Action = { kind: "withdraw", account: alice.certificate.hash, outputs: [own] };
const account = await orderOf(alice, toAccount);
const encodedOrder = serialize(signedOrder, account);
const order = (value: SignedOrder): Inputs => ({ order: serialize(signedOrder, value) });
const stranger = await certify(signerOf("stranger authority", "Ed25519"), alice.signer, "stranger");

export const orders: Draft = {
	name: "orders",
	comment: "Signed orders: docs/spec/orders.md#orders.",
	judge: "order",
	given: { trustList: encodedList },
	cases: [
		accepts("to an account", order(account)),
		accepts("a refresh", order(await orderOf(alice, refresh))),
		accepts("a withdrawal", order(await orderOf(alice, withdraw))),
		accepts(
			"by an ES256 key, with a fallback",
			order(await orderOf(bob, toAccount, { fallback: bytesOf("fallback") })),
		),
		accepts("under a certificate that has expired", order(await orderOf(late, toAccount))),
		refuses(
			"authority-unknown",
			"under a certificate of nobody listed",
			order({ ...account, certificate: stranger }),
		),
		refuses("signature-invalid", "signed by another", order({ ...account, certificate: bob.encoded })),
		refuses("signature-invalid", "another account than was signed", {
			order: changed(encodedOrder, [0, 1, 1], bytesOf("other")),
		}),
		refuses("type-unknown", "an action that is not listed", { order: changed(encodedOrder, [0, 1, 0], 4) }),
		refuses("malformed", "a refresh of nothing", { order: changed(encodedOrder, [0, 1], [2, []]) }),
		refuses("too-many", "a refresh to seventeen", {
			order: changed(encodedOrder, [0, 1], [2, new Array(17).fill(0)]),
		}),
		refuses("amount-invalid", "an output of zero", {
			order: changed(encodedOrder, [0, 1], [2, [[0, bytesOf("o"), null]]]),
		}),
	],
};

const desk = trust.operator(densha.id)?.desk;
if (desk === undefined) throw new Error("no desk");

/** `input`, redeemed under an order. */
export async function redeemed(
	input: VerifiedToken,
	by: Person,
	digest: Bytes,
	minor = input.amount,
): Promise<VerifiedToken> {
	if (desk === undefined) throw new Error("no desk");
	const draft = redeemingDraft(input, desk, digest, minor, ownerOf(by, bytesOf("change of a claim")));
	return tokenOf(await linkOf(input, by, draft.outputs, draft));
}

const digest = orderDigest(account.order);
const first = await issueTo(alice, 1000n, "claimed");
const ofBob = await passed(await issueTo(bob, 5n, "claimed by bob"), bob, alice, "to alice");
const mine = await redeemed(first, alice, digest);
const claimOf = (signed: SignedOrder, ...tokens: readonly (VerifiedToken | Token)[]): Inputs => ({
	claim: serialize(claim, { order: signed, tokens: tokens.map((t) => ("verified" in t ? t.token : t)) }),
});
const burns: Condition = { kind: "expires", time: now + 100, atExpiry: "burn" };
const burning = await redeemed(await issueTo(alice, 7n, "burning", { conditions: [burns] }), alice, digest);
const lockedBefore = released(
	await passed(await issueTo(bob, 9n, "late release"), bob, alice, "late release", { lock: lockOf("claim") }),
	"claim",
);
const graced = await redeemed(lockedBefore, alice, digest);
const foreignLock = { ...lockOf("claim foreign"), payeeDecides: true };
const given = released(
	await passed(await issueTo(bob, 8n, "exchanged"), bob, alice, "exchanged", { lock: foreignLock }),
	"claim foreign",
);
/** Alice, who decided, claims what she got; or pays it to herself before. */
const foreign = await redeemed(given, alice, digest);
const behind = await redeemed(
	released(
		await passed(given, alice, alice, "claim behind", { lock: lockOf("claim behind") }),
		"claim behind",
	),
	alice,
	digest,
);
const bobs = await redeemed(await issueTo(bob, 3n, "of bob"), bob, digest);
const inPoints = await redeemed(await issueTo(alice, 3n, "claimed points", { asset: points }), alice, digest);
const unsigned = {
	...mine.token,
	hops: mine.token.hops.map((hop) => ({ ...hop, signature: new Uint8Array(64) })),
};
const paid = await passed(first, alice, bob, "no redemption");
const lockedLink = tokenOf(
	await linkOf(
		first,
		alice,
		[{ amount: 1000n, owner: { certificate: desk, purpose: null, request: digest }, caveats: [] }],
		{ lock: lockOf("claim") },
	),
);
const caveat = (time: number): Caveat => ({ condition: { kind: "notBefore", time }, liftedBy: null });
const many = Array.from({ length: 16 }, (_, i) => caveat(i));
const crowded = await redeemed(
	await passed(await issueTo(bob, 4n, "crowded", { conditions: [] }), bob, alice, "crowded", {
		caveats: many.slice(0, 15),
	}),
	alice,
	digest,
);

/** Nine tokens, of 27 signatures and two certificates each. */
async function costly(): Promise<readonly VerifiedToken[]> {
	const tokens: VerifiedToken[] = [];
	for (let i = 0; i < 9; i++) {
		let value = await issueTo(alice, 1n, `costly claim ${i}`);
		for (let hop = 0; hop < 25; hop++) value = await passed(value, alice, alice, `claim ${i} ${hop}`);
		tokens.push(await redeemed(value, alice, digest));
	}
	return tokens;
}

const whole: readonly Case[] = [
	accepts("one token", claimOf(account, mine)),
	accepts("two tokens, of two owners", claimOf(account, mine, bobs)),
	accepts("a part of a token", claimOf(account, await redeemed(first, alice, digest, 400n))),
	accepts("a token that came by a link", claimOf(account, await redeemed(ofBob, alice, digest))),
	accepts("one that its condition burns", { ...claimOf(account, burning), now: now + 100 }),
	accepts("fifteen caveats", claimOf(account, crowded)),
	refuses("asset-unknown", "of another operator", { ...claimOf(account, mine), operator: machi.id }),
	refuses("order-mismatch", "of a withdrawal", claimOf(await orderOf(alice, withdraw), mine)),
	refuses("too-many", "more than 256 signatures", claimOf(account, ...(await costly()))),
	refuses(
		"signature-invalid",
		"of an order that is not signed",
		claimOf({ ...account, signature: new Uint8Array(64) }, mine),
	),
	refuses("owner-mismatch", "of an order that none of the owners signed", claimOf(account, bobs)),
	refuses("malformed", "of one token twice", claimOf(account, mine, mine)),
	refuses("malformed", "of no token", {
		claim: changed(serialize(claim, { order: account, tokens: [mine.token] }), [1], []),
	}),
	refuses("too-many", "of seventeen tokens", {
		claim: changed(serialize(claim, { order: account, tokens: [mine.token] }), [1], new Array(17).fill(0)),
	}),
];

const single: readonly Case[] = [
	accepts("beside a good token, one in another asset", claimOf(account, mine, inPoints)),
	accepts("beside a good token, one that is not signed", claimOf(account, mine, unsigned)),
	accepts("a payment is no redeeming link", claimOf(account, paid)),
	accepts("a locked link is no redeeming link", claimOf(account, lockedLink)),
	accepts(
		"a link under another order",
		claimOf(account, await redeemed(first, alice, bytesOf("another order"))),
	),
	accepts("a token that has no link", claimOf(account, first)),
	accepts("in the last second before redeemUntil", { ...claimOf(account, mine), now: redeemUntil - 1 }),
	accepts("in the second of redeemUntil", { ...claimOf(account, mine), now: redeemUntil }),
	accepts("in the grace, of a release that was not published", {
		...claimOf(account, graced),
		now: redeemUntil,
	}),
	accepts("in the grace, of a release that was published", {
		...claimOf(account, graced),
		now: redeemUntil,
		published: [{ lock: lockOf("claim").hash, at: redeemUntil }],
	}),
	accepts("in the grace, of another's lock whose release was published before it", {
		...claimOf(account, foreign),
		now: redeemUntil + 86_399,
		published: [{ lock: foreignLock.hash, at: redeemUntil - 1 }],
	}),
	accepts("in the grace, of another's lock whose release was published in it", {
		...claimOf(account, foreign),
		now: redeemUntil,
		published: [{ lock: foreignLock.hash, at: redeemUntil }],
	}),
	accepts("in the grace, behind another's lock whose release was published before it", {
		...claimOf(account, behind),
		now: redeemUntil + 86_399,
		published: [
			{ lock: foreignLock.hash, at: redeemUntil - 1 },
			{ lock: lockOf("claim behind").hash, at: redeemUntil },
		],
	}),
	accepts("in the grace, behind another's lock whose release was published in it", {
		...claimOf(account, behind),
		now: redeemUntil,
		published: [
			{ lock: foreignLock.hash, at: redeemUntil },
			{ lock: lockOf("claim behind").hash, at: redeemUntil - 1 },
		],
	}),
	accepts("in the grace, behind another's lock whose release was not published", {
		...claimOf(account, behind),
		now: redeemUntil,
		published: [{ lock: lockOf("claim behind").hash, at: redeemUntil - 1 }],
	}),
	accepts("after the grace, of a release that was published", {
		...claimOf(account, graced),
		now: redeemUntil + 86_400,
		published: [{ lock: lockOf("claim").hash, at: redeemUntil }],
	}),
];

export const claims: Draft = {
	name: "claims",
	comment:
		"What an operator checks of a claim before it looks into its registry: docs/spec/orders.md#redeeming-links. A token that is refused by itself says so in its place.",
	judge: "claim",
	given: { trustList: encodedList, operator: densha.id, now },
	cases: [...whole, ...single],
};
