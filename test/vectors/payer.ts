/** Vectors of a payer whose transfer is out: what it believes, and what ends its attempt. */
import {
	type Bytes,
	type Caveat,
	dataHash,
	type Message,
	type MessageOf,
	type VerifiedToken,
} from "../../packages/protocol/src/index.ts";
import { accepts, type Case, type Draft, type Inputs, refuses } from "./drafts.ts";
import { buys, counter, firstLeg, offer, secondLeg, sells, ticketsOfCarol } from "./exchange.ts";
import {
	attemptOf,
	cancelOf,
	contentsOf,
	counterOf,
	documentsOf,
	encode,
	linkOf,
	linksOf,
	lockOf,
	paymentOf,
	requestOf,
	reservedOf,
	secretOf,
	tokenOf,
	transferOf,
} from "./payments.ts";
import { rulingOf } from "./rulings.ts";
import {
	alice,
	bob,
	bytesOf,
	carol,
	densha,
	encodedList,
	issueTo,
	machi,
	now,
	ownerOf,
	type Person,
	personOf,
	spendUntil,
} from "./world.ts";

const request = await requestOf(bob, "of a payer");
const exact = await issueTo(alice, 600n, "of a payer");
const locked = await paymentOf([exact], alice, request, "payer");
const attempt = attemptOf(request, locked);
const reply = documentsOf("reply", "a receipt", "a ticket");
const standing: Inputs = {
	request: request.encoded,
	transfer: encode(transferOf(request, locked)),
	secret: secretOf("payer"),
};

const directRequest = await requestOf(bob, "direct, of a payer", { mode: "direct" });
const sentTokens = await paymentOf([exact], alice, directRequest, "payer", { lock: null });
const sent: Inputs = {
	request: directRequest.encoded,
	transfer: encode(transferOf(directRequest, sentTokens)),
};
const sentAttempt = attemptOf(directRequest, sentTokens);

const exchanging: Inputs = { request: sells.encoded, transfer: encode(offer), secret: secretOf("swap") };

const gets = (state: Inputs, message: Message, rest: Inputs = {}): Inputs => ({
	...state,
	...rest,
	message: encode(message),
});
const refusal = (about: Bytes, code: string): MessageOf<"refused"> => ({
	kind: "refused",
	about,
	code,
	detail: "",
});

const reserved = await reservedOf(request, locked);
const withReply = await reservedOf(request, locked, { reply: reply.manifest });
const body = reserved.body;
const wrong = async (name: string, changes: Partial<typeof body>): Promise<Case> =>
	refuses(
		"request-mismatch",
		`reserved: ${name}`,
		gets(standing, await reservedOf(request, locked, { body: changes })),
	);

const answers: readonly Case[] = [
	accepts("reserved: releases", gets(standing, reserved)),
	accepts(
		"reserved, with documents: releases",
		gets(standing, withReply, { documents: contentsOf(reply.documents) }),
	),
	await wrong("another request", { request: bytesOf("other") }),
	await wrong("other links", { links: [bytesOf("other")] }),
	await wrong("a link more", { links: [...body.links, bytesOf("other")] }),
	await wrong("another lock", { lock: bytesOf("other") }),
	await wrong("no lock", { lock: null }),
	await wrong("another amount", { amount: 599n }),
	refuses(
		"document-mismatch",
		"reserved: a reply that is not listed",
		gets(standing, { ...withReply, reply: null }),
	),
	refuses(
		"document-mismatch",
		"reserved: a manifest that was not signed",
		gets(standing, { ...reserved, reply: reply.manifest }),
	),
	refuses(
		"signature-invalid",
		"reserved: signed by another",
		gets(standing, await reservedOf(request, locked, { by: carol })),
	),
	refuses(
		"signature-invalid",
		"reserved: the signature of another type",
		gets(standing, { ...reserved, signature: (await counterOf(request, locked, locked)).signature }),
	),
	refuses(
		"document-missing",
		"reserved: a document of the reply is missing",
		gets(standing, withReply, { documents: contentsOf(reply.documents).slice(0, 1) }),
	),
	refuses("expired", "reserved: in the second of spendUntil", gets(standing, reserved, { now: spendUntil })),
	accepts("reserved: in the last second before", gets(standing, reserved, { now: spendUntil - 1 })),
	refuses(
		"request-mismatch",
		"counterTransfer, and no exchange",
		gets(standing, await counterOf(request, locked, secondLeg)),
	),
];

const decided: readonly Case[] = [
	accepts("refused with a final code: cancels", gets(standing, refusal(attempt, "amount-mismatch"))),
	accepts(
		"refused with a code that is not listed: cancels",
		gets(standing, refusal(attempt, "no-such-code")),
	),
	accepts("refused with a transient code: stays", gets(standing, refusal(attempt, "attempt-pending"))),
	accepts("refused about the request: cancels", gets(standing, refusal(request.digest, "expired"))),
	refuses(
		"request-mismatch",
		"refused about something else",
		gets(standing, refusal(bytesOf("other"), "expired")),
	),
	accepts("done: changes nothing", gets(standing, { kind: "done", attempt })),
	accepts("status: says it again", gets(standing, { kind: "status", attempt })),
	accepts(
		"a release of its own: says it again",
		gets(standing, { kind: "release", attempt, secret: secretOf("payer") }),
	),
	accepts(
		"a cancel of its own: says it again",
		gets(standing, await cancelOf(attempt, lockOf("payer").hash, alice)),
	),
];

const refund = await rulingOf(densha, { subject: lockOf("payer").hash, verdict: "refunded", release: null });
const rulings: readonly Case[] = [
	accepts(
		"a ruling refunds the lock: the inputs are gone",
		gets(standing, { kind: "ruling", ruling: refund }),
	),
	refuses(
		"request-mismatch",
		"a ruling that releases",
		gets(standing, {
			kind: "ruling",
			ruling: await rulingOf(densha, {
				subject: lockOf("payer").hash,
				verdict: "released",
				release: secretOf("payer"),
			}),
		}),
	),
	refuses(
		"request-mismatch",
		"a ruling on another lock",
		gets(standing, {
			kind: "ruling",
			ruling: await rulingOf(densha, { subject: bytesOf("other"), verdict: "refunded", release: null }),
		}),
	),
	refuses(
		"issuer-unknown",
		"a ruling of another operator",
		gets(standing, {
			kind: "ruling",
			ruling: await rulingOf(machi, { subject: lockOf("payer").hash, verdict: "refunded", release: null }),
		}),
	),
	refuses(
		"signature-invalid",
		"a ruling that its operator did not sign",
		gets(standing, { kind: "ruling", ruling: { ...refund, signature: new Uint8Array(64) } }),
	),
	accepts(
		"a ruling refunds a link of a direct transfer",
		gets(sent, {
			kind: "ruling",
			ruling: await rulingOf(densha, {
				subject: linksOf(sentTokens)[0] ?? new Uint8Array(32),
				verdict: "refunded",
				release: null,
			}),
		}),
	),
];

async function backOf(
	token: VerifiedToken,
	request: Bytes,
	to: Person = alice,
	caveats: readonly Caveat[] = [],
): Promise<VerifiedToken> {
	return tokenOf(await linkOf(token, bob, [{ amount: token.amount, owner: ownerOf(to, request), caveats }]));
}
const [sentToken] = sentTokens as [VerifiedToken];
const back = await backOf(sentToken, sentAttempt);
const partly = tokenOf(
	await linkOf(sentToken, bob, [
		{ amount: 500n, owner: ownerOf(alice, sentAttempt), caveats: [] },
		{ amount: 100n, owner: ownerOf(bob, bytesOf("kept")), caveats: [] },
	]),
);
const cramped = async (entries: number): Promise<MessageOf<"returned">> => {
	const { certificates } = back.token;
	const more = Array.from({ length: entries - certificates.length }, (_, i) => personOf(`padding ${i}`));
	const padding = (await Promise.all(more)).map(({ certificate }) => certificate.encoded);
	const token = { ...back.token, certificates: [...certificates, ...padding] };
	return { kind: "returned", attempt: sentAttempt, tokens: [token] };
};
const capped: Caveat = { condition: { kind: "transferCap", amount: 1n }, liftedBy: null };
const elsewhere = await paymentOf(
	[await issueTo(alice, 600n, "elsewhere")],
	alice,
	directRequest,
	"elsewhere",
	{ lock: null },
);
const ending = await paymentOf(
	[
		await issueTo(alice, 600n, "ending, of a payer", {
			conditions: [{ kind: "expires", time: now + 100, atExpiry: "refund" }],
		}),
	],
	alice,
	directRequest,
	"ending",
	{ lock: null },
);
const endingAttempt = attemptOf(directRequest, ending);
const endingBack: MessageOf<"returned"> = {
	kind: "returned",
	attempt: endingAttempt,
	tokens: [(await backOf(ending[0] as VerifiedToken, endingAttempt)).token],
};
const brought = (...tokens: readonly VerifiedToken[]): MessageOf<"returned"> => ({
	kind: "returned",
	attempt: sentAttempt,
	tokens: tokens.map(({ token }) => token),
});

const directs: readonly Case[] = [
	accepts("direct, reserved: is welcome", gets(sent, await reservedOf(directRequest, sentTokens))),
	refuses(
		"signature-invalid",
		"direct, reserved: signed by another",
		gets(sent, await reservedOf(directRequest, sentTokens, { by: alice })),
	),
	accepts("direct, refused: stays", gets(sent, refusal(sentAttempt, "amount-mismatch"))),
	accepts("returned whole: spendable", gets(sent, brought(back))),
	accepts(
		"returned, and heard of after its value has expired: its payer's again all the same",
		gets({ ...sent, transfer: encode(transferOf(directRequest, ending)) }, endingBack, { now: now + 100 }),
	),
	refuses(
		"owner-mismatch",
		"returned under another attempt",
		gets(sent, brought(await backOf(sentToken, bytesOf("other")))),
	),
	refuses(
		"owner-mismatch",
		"returned to another",
		gets(sent, brought(await backOf(sentToken, sentAttempt, carol))),
	),
	refuses(
		"request-mismatch",
		"returned under a caveat",
		gets(sent, brought(await backOf(sentToken, sentAttempt, alice, [capped]))),
	),
	refuses("too-many", "returned without room for its way to the operator", gets(sent, await cramped(60))),
	refuses("amount-mismatch", "returned in part", gets(sent, brought(partly))),
	refuses(
		"request-mismatch",
		"returned: another transfer",
		gets(sent, brought(await backOf(elsewhere[0] as VerifiedToken, sentAttempt))),
	),
	refuses("request-mismatch", "returned twice", gets(sent, brought(back, back))),
	accepts(
		"returned to a payer that had locked: changes nothing, the transfer is said again",
		gets(standing, { ...brought(back), attempt }),
	),
];

const withCounter = async (
	changes: Parameters<typeof counterOf>[3],
	given = secondLeg,
): Promise<MessageOf<"counterTransfer">> => counterOf(sells, firstLeg, given, changes);
const notOurs = await paymentOf([ticketsOfCarol], carol, buys, "swap", { lock: lockOf("swap") });
const otherLock = await paymentOf([ticketsOfCarol], carol, buys, "another", {
	lock: lockOf("another", true),
});
const cheap = await paymentOf([ticketsOfCarol], carol, buys, "swap", {
	lock: lockOf("swap", true),
	against: null,
});

const exchanges: readonly Case[] = [
	accepts("counterTransfer: releases, and takes", gets(exchanging, counter)),
	refuses(
		"request-mismatch",
		"reserved, in an exchange",
		gets(exchanging, await reservedOf(sells, firstLeg)),
	),
	refuses(
		"request-mismatch",
		"counterTransfer: another amount",
		gets(exchanging, await withCounter({ body: { amount: 1n } })),
	),
	refuses(
		"document-mismatch",
		"counterTransfer: a reply that is not listed",
		gets(exchanging, await withCounter({ body: { reply: dataHash(reply.manifest) } })),
	),
	refuses(
		"signature-invalid",
		"counterTransfer: signed by another",
		gets(exchanging, await withCounter({ by: bob })),
	),
	refuses(
		"lock-mismatch",
		"counterTransfer: a lock that the payee does not decide",
		gets(exchanging, await withCounter({}, notOurs)),
	),
	refuses(
		"lock-mismatch",
		"counterTransfer: another lock",
		gets(exchanging, await withCounter({}, otherLock)),
	),
	refuses(
		"request-mismatch",
		"counterTransfer: its links do not name the other leg",
		gets(exchanging, await withCounter({}, cheap)),
	),
	refuses(
		"request-mismatch",
		"counterTransfer: other links than were signed",
		gets(exchanging, await withCounter({ counterLinks: [bytesOf("other")] })),
	),
	refuses(
		"request-reused",
		"counterTransfer: an output that was owned before",
		gets(exchanging, counter, { everOwned: [secondLeg[0]?.outputId ?? new Uint8Array()] }),
	),
	refuses(
		"expired",
		"counterTransfer: in the second of spendUntil",
		gets(exchanging, counter, { now: spendUntil }),
	),
];

export const payer: Draft = {
	name: "payer",
	comment:
		"A payer that has sent its transfer gets one message: docs/spec/handover.md#the-payers-machine. state: locked, sent (direct), released, cancelling (its cancel is being signed), returned, ruled.",
	judge: "payer",
	given: { trustList: encodedList, now },
	cases: [...answers, ...decided, ...rulings, ...directs, ...exchanges],
};
