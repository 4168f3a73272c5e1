/** Vectors of tokens: their issue, their links, their locks. Conditions stand in conditions.ts. */
import {
	type Bytes,
	serialize,
	token as tokenShape,
	type VerifiedToken,
} from "../../packages/protocol/src/index.ts";
import { accepts, type Case, changed, type Draft, flipped, itemAt, refuses } from "./drafts.ts";
import {
	cancelOf,
	encodeToken,
	forcedToken,
	linkOf,
	lockOf,
	passed,
	paymentOf,
	released,
	requestOf,
	tokenOf,
} from "./payments.ts";
import {
	alice,
	bob,
	bytesOf,
	carol,
	carriedIssue,
	certify,
	densha,
	encodedList,
	issueTo,
	late,
	machi,
	ownerOf,
	shop,
	signerOf,
	tickets,
	trust,
} from "./world.ts";

const issued = await issueTo(alice, 1000n, "first");
const once = await passed(issued, alice, bob, "to bob");
const twice = await passed(once, bob, carol, "to carol");
const request = await requestOf(bob, "tokens");
const [locked] = (await paymentOf([issued], alice, request, "lock", { change: 400n })) as [VerifiedToken];
const withChange = await linkOf(issued, alice, [
	{ amount: 600n, owner: ownerOf(bob, bytesOf("r")), caveats: [] },
	{ amount: 400n, owner: ownerOf(alice, bytesOf("c")), caveats: [] },
]);
const eight = await linkOf(
	issued,
	alice,
	[1n, 2n, 3n, 4n, 5n, 6n, 7n, 972n].map((amount, i) => ({
		amount,
		owner: ownerOf(bob, bytesOf("eight", i)),
		caveats: [],
	})),
);
const ticket = await issueTo(carol, 5n, "ticket", { asset: tickets, issuing: machi.issuing });
const retired = await issueTo(alice, 10n, "retired", { issuing: densha.retired });
const lateOwned = await issueTo(late, 10n, "late");
const returned = await passed(once, bob, alice, "back to alice");
const desk = trust.operator(densha.id)?.desk;
if (desk === undefined) throw new Error("no desk");
const redeemed = tokenOf(
	await linkOf(once, bob, [
		{ amount: 1000n, owner: { certificate: desk, purpose: null, request: bytesOf("order") }, caveats: [] },
	]),
);

/** A hop that an exchange freed: carol had decided, and cancelled. */
const cancel = await cancelOf(bytesOf("attempt"), lockOf("exchange").hash, carol);
const freed = await passed(issued, alice, bob, "freed", {
	after: [
		{
			lock: lockOf("exchange").hash,
			decider: ownerOf(carol, bytesOf("exchange request")),
			signature: cancel.signature,
		},
	],
});

const pathOf = async (links: number): Promise<VerifiedToken> => {
	let token = issued;
	for (let i = 0; i < links; i++)
		token = await passed(token, i % 2 === 0 ? alice : bob, i % 2 === 0 ? bob : alice, `hop ${i}`, {
			lock: lockOf(`hop ${i}`),
		}).then((t) => released(t, `hop ${i}`));
	return token;
};
const longest = await pathOf(32);

const token = (value: VerifiedToken): { readonly token: Bytes } => ({ token: encodeToken(value) });
const hopAt = (hop: number, ...path: readonly number[]): readonly number[] => [2, hop, ...path];
const sig = 7;
const edit = (
	value: VerifiedToken,
	path: readonly number[],
	to: Parameters<typeof changed>[2],
): { readonly token: Bytes } => ({
	token: changed(encodeToken(value), path, to),
});
const strangerAuthority = signerOf("stranger authority", "Ed25519");

const issues: readonly Case[] = [
	accepts("an issue, owned by who received it", token(issued)),
	accepts("an issue of an ES256 operator", token(ticket)),
	accepts("an issue under a key that is retired", token(retired)),
	accepts(
		"an issue owned under a certificate that has expired: dates are no part of the walk",
		token(lateOwned),
	),
	refuses(
		"issuer-unknown",
		"of an operator that is not listed",
		edit(issued, [0, 0, 0, 0], bytesOf("nobody")),
	),
	refuses("asset-unknown", "of an asset that its operator does not list", edit(issued, [0, 0, 0, 1], "EUR")),
	refuses("issue-proof-invalid", "another amount than was issued", edit(issued, [0, 0, 1], 1001)),
	refuses("issue-proof-invalid", "another nonce", edit(issued, [0, 0, 6], new Uint8Array(16))),
	refuses("issue-proof-invalid", "another place in the batch", edit(issued, [0, 2], 1)),
	refuses("issue-proof-invalid", "an index beyond the size", edit(issued, [0, 2], 3)),
	refuses("issue-proof-invalid", "a path one sibling short", edit(issued, [0, 4, 1], undefined)),
	refuses("issue-proof-invalid", "another size", edit(issued, [0, 3], 4)),
	refuses("issuer-unknown", "a hint of no issuing key", edit(issued, [0, 1], new Uint8Array(8))),
	refuses(
		"issuer-unknown",
		"a hint of a key that is listed for certifying",
		edit(issued, [0, 1], itemAt(alice.encoded, [0, 1])),
	),
	refuses(
		"issue-proof-invalid",
		"a bit of the batch's signature",
		edit(issued, [0, 5], flipped(itemAt(encodeToken(issued), [0, 5]) as Bytes)),
	),
	refuses("issuer-unknown", "signed by an issuing key of another operator", {
		token: serialize(tokenShape, await carriedIssue(alice, 10n, "foreign", { issuing: machi.issuing })),
	}),
	refuses("owner-mismatch", "an opening of another request", edit(issued, [1, 2], bytesOf("other"))),
	refuses("owner-mismatch", "an opening with a purpose", edit(issued, [1, 1], "books")),
	refuses("owner-mismatch", "an opening of a certificate that is not in the table", edit(issued, [1, 0], 1)),
	refuses("owner-mismatch", "another certificate in the owner's place", edit(issued, [3, 0], bob.encoded)),
	refuses("authority-unknown", "a certificate of the table by an unknown authority", {
		token: changed(
			encodeToken(issued),
			[3],
			[alice.encoded, await certify(strangerAuthority, bob.signer, "x")],
		),
	}),
	refuses("signature-invalid", "a certificate of the table with another signature", {
		token: changed(encodeToken(issued), [3, 0], changed(alice.encoded, [1], new Uint8Array(64))),
	}),
	refuses(
		"malformed",
		"a certificate of the table that is none",
		edit(issued, [3], [alice.encoded, Uint8Array.of(0)]),
	),
];

const links: readonly Case[] = [
	accepts("one link", token(once)),
	accepts("two links, over both suites", token(twice)),
	accepts("the payee's output of a link with change", token(tokenOf(withChange, 0))),
	accepts("the change of the same link", token(tokenOf(withChange, 1))),
	accepts("the last of eight outputs", token(tokenOf(eight, 7))),
	accepts("a return to the owner before", token(returned)),
	accepts("a link to the operator", token(redeemed)),
	accepts("a link that carries a cancel", token(freed)),
	accepts("32 links, each with its release", token(longest)),
	refuses("sum-mismatch", "an output of one more", edit(once, hopAt(0, 1, 0, 0), 1001)),
	refuses("sum-mismatch", "change of one less", edit(tokenOf(withChange, 0), hopAt(0, 1, 1, 0), 399)),
	refuses("malformed", "no owner is left out", edit(once, hopAt(0, 1, 0, 1), bytesOf("owner"))),
	refuses(
		"malformed",
		"an owner is left out beside the path",
		edit(tokenOf(withChange, 0), hopAt(0, 1, 1, 1), null),
	),
	refuses("malformed", "an index of no output", edit(once, hopAt(0, 0), 1)),
	refuses("owner-mismatch", "an opening of no certificate", edit(once, hopAt(0, 8, 0), 2)),
	refuses(
		"signature-invalid",
		"a bit of the signature",
		edit(once, hopAt(0, sig), flipped(itemAt(encodeToken(once), [2, 0, sig]) as Bytes, 10)),
	),
	refuses(
		"signature-invalid",
		"the owner opened as another",
		edit(once, hopAt(0, 8, 2), bytesOf("other request")),
	),
	refuses("signature-invalid", "data that was not signed", edit(once, hopAt(0, 3), bytesOf("data"))),
	refuses(
		"signature-invalid",
		"signed by its payee",
		token(
			tokenOf(await linkOf(issued, bob, [{ amount: 1000n, owner: ownerOf(bob, bytesOf("r")), caveats: [] }])),
		),
	),
	refuses(
		"signature-invalid",
		"a link of another input",
		edit(twice, [2], [itemAt(encodeToken(twice), [2, 1])]),
	),
	refuses(
		"signature-invalid",
		"a caveat taken away",
		edit(
			await passed(issued, alice, bob, "caveat", {
				caveats: [{ condition: { kind: "notBefore", time: 0 }, liftedBy: null }],
			}),
			hopAt(0, 1, 0, 2),
			[],
		),
	),
	refuses(
		"signature-invalid",
		"a cancel with another signature",
		edit(freed, hopAt(0, 5, 0, 4), new Uint8Array(64)),
	),
	refuses(
		"signature-invalid",
		"a cancel of a certificate that is not in the table",
		edit(freed, [3, 1], alice.encoded),
	),
	refuses(
		"condition-unknown",
		"a caveat of a kind that is not listed",
		edit(once, hopAt(0, 1, 0, 2), [[[8, 0], null]]),
	),
	refuses("amount-invalid", "an output of zero", edit(once, hopAt(0, 1, 0, 0), 0)),
	refuses("amount-invalid", "an output of 2^63", edit(once, hopAt(0, 1, 0, 0), 2n ** 63n)),
	refuses("too-many", "a thirty-third payment", {
		token: forcedToken(
			await linkOf(longest, alice, [
				{ amount: 1000n, owner: ownerOf(shop, bytesOf("one more")), caveats: [] },
			]),
		),
	}),
];

const locks: readonly Case[] = [
	accepts("locked: a reservation at most", token(locked)),
	accepts("released", token(released(locked, "lock"))),
	accepts(
		"locked, where the payee decides",
		token(await passed(issued, alice, bob, "foreign", { lock: lockOf("foreign", true) })),
	),
	accepts(
		"released, where the payee decides",
		token(
			released(await passed(issued, alice, bob, "foreign", { lock: lockOf("foreign", true) }), "foreign"),
		),
	),
	refuses(
		"signature-invalid",
		"the release of another lock",
		edit(released(locked, "lock"), hopAt(0, 2, 1), bytesOf("no release")),
	),
	refuses("signature-invalid", "who decides, turned over", edit(locked, hopAt(0, 2, 0), 1)),
	refuses("signature-invalid", "the lock taken away", edit(locked, hopAt(0, 2), null)),
	refuses("lock-pending", "a link after one that is locked", {
		token: forcedToken(
			await linkOf(locked, bob, [{ amount: 600n, owner: ownerOf(carol, bytesOf("r")), caveats: [] }]),
		),
	}),
	refuses("malformed", "a state of a lock that is not listed", edit(locked, hopAt(0, 2, 0), 4)),
];

export const tokens: Draft = {
	name: "tokens",
	comment:
		"Tokens under a trust list: docs/spec/token.md#verification. With now, the last link is judged as its payee does.",
	judge: "token",
	given: { trustList: encodedList },
	cases: [...issues, ...links, ...locks],
};
