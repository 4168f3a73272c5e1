/** Vectors of what a payee checks of a transfer, before its app is asked. */
import {
	type Bytes,
	dataHash,
	type MessageOf,
	parse,
	serialize,
	token,
	type VerifiedToken,
} from "../../packages/protocol/src/index.ts";
import { accepts, type Case, changed, type Draft, flipped, type Inputs, itemAt, refuses } from "./drafts.ts";
import { buys, offer, sells } from "./exchange.ts";
import {
	contentsOf,
	documentsOf,
	encode,
	encodeToken,
	linkOf,
	lockOf,
	type Made,
	type PayOptions,
	passed,
	paymentOf,
	requestOf,
	tokenOf,
	transferOf,
} from "./payments.ts";
import {
	alice,
	bob,
	bytesOf,
	early,
	encodedList,
	issueTo,
	late,
	limited,
	must,
	now,
	ownerOf,
	type Person,
	personOf,
	points,
	shop,
	tickets,
	yen,
} from "./world.ts";

const request = await requestOf(bob, "transfers", { purpose: "books" });
const direct = await requestOf(bob, "direct transfers", { mode: "direct" });
const thousand = await issueTo(alice, 1000n, "thousand");
const parts = [await issueTo(alice, 200n, "part 1"), await issueTo(alice, 500n, "part 2")];
const given = documentsOf("order", "an order", "a coupon");

/** A transfer of these inputs for a request, as a vector is given it. */
async function paid(
	inputs: readonly VerifiedToken[],
	options: PayOptions & {
		readonly to?: Made;
		readonly payer?: Person;
		readonly message?: Partial<MessageOf<"transfer">>;
	} = {},
): Promise<{ readonly request: Bytes; readonly transfer: Bytes; readonly tokens: readonly VerifiedToken[] }> {
	const { to = request, payer = alice, message = {}, ...rest } = options;
	const tokens = await paymentOf(inputs, payer, to, "transfer", rest);
	return { request: to.encoded, transfer: encode(transferOf(to, tokens, message)), tokens };
}

type Shown = { readonly request: Bytes; readonly transfer: Bytes };
const shown = ({ request, transfer }: Shown): Shown => ({ request, transfer });
const pay = async (
	inputs: readonly VerifiedToken[],
	options: Parameters<typeof paid>[1] = {},
): Promise<Inputs> => {
	const { request, transfer } = await paid(inputs, options);
	return { request, transfer };
};

const exact = await issueTo(alice, 600n, "exact");
const one = await paid([thousand], { change: 400n });
const two = await paid(parts, { change: 100n });
const withData = await paid([exact], { data: dataHash(given.manifest), message: { data: given.manifest } });
const directly = await paid([exact], { to: direct, lock: null });
const documents = contentsOf(given.documents);

const accepted: readonly Case[] = [
	accepts("one token with change", shown(one)),
	accepts("two tokens on one lock", shown(two)),
	accepts("with documents", { ...shown(withData), documents }),
	accepts("direct", shown(directly)),
	accepts("direct, of another amount than was asked for", await pay([thousand], { to: direct, lock: null })),
	accepts("direct, after the request has ended", { ...shown(directly), now: now + 300 }),
	accepts("the first leg of an exchange", { request: sells.encoded, transfer: encode(offer) }),
	accepts(
		"a request of no fixed amount",
		await pay([thousand], { to: await requestOf(bob, "any amount", { amount: 0n }) }),
	),
	accepts("another attempt stands, and the mode is direct", {
		...shown(directly),
		standing: { attempt: bytesOf("other attempt"), state: "owned" },
	}),
	accepts("in the last second of the request", { ...shown(one), now: now + 299 }),
];

const foreign = await requestOf(bob, "another request");
const inPoints = await issueTo(alice, 600n, "points", { asset: points });
const ended = await issueTo(alice, 600n, "ended", { spendUntil: now });
const huge = [await issueTo(alice, 2n ** 63n - 1n, "huge 1"), await issueTo(alice, 1n, "huge 2")];
const lateToken = await issueTo(late, 600n, "of late");
const earlyToken = await issueTo(early, 600n, "of early");
const limitedToken = await issueTo(limited, 600n, "of limited");
const anyAmount = await requestOf(bob, "any amount for huge", { amount: 0n });
const changeFirst = tokenOf(
	await linkOf(
		thousand,
		alice,
		[
			{ amount: 400n, owner: ownerOf(alice, bytesOf("c")), caveats: [] },
			{ amount: 600n, owner: ownerOf(bob, request.digest, "books"), caveats: [] },
		],
		{ lock: lockOf("transfer") },
	),
	1,
);
const otherLocks = [
	...(await paymentOf([parts[0] as VerifiedToken], alice, request, "one lock")),
	...(await paymentOf([parts[1] as VerifiedToken], alice, request, "another", { change: 100n })),
];
const twice = await paymentOf([await issueTo(alice, 300n, "twice")], alice, request, "transfer");

const tokensRefused: readonly Case[] = [
	refuses("request-mismatch", "for another request", { request: foreign.encoded, transfer: one.transfer }),
	refuses("signature-invalid", "a token whose link is not signed", {
		request: request.encoded,
		transfer: changed(one.transfer, [2, 0, 2, 0, 7], flipped(itemAt(one.transfer, [2, 0, 2, 0, 7]) as Bytes)),
	}),
	refuses("owner-mismatch", "a token without a link", {
		request: request.encoded,
		transfer: encode(transferOf(request, [exact])),
	}),
	refuses("owner-mismatch", "output 1 of its link", {
		request: request.encoded,
		transfer: encode(transferOf(request, [changeFirst])),
	}),
	refuses("owner-mismatch", "paid to another's certificate", {
		request: request.encoded,
		transfer: encode(transferOf(request, await paymentOf([exact], alice, request, "t", { payee: shop }))),
	}),
	refuses("request-mismatch", "paid under another request", await pay([exact], { request: foreign.digest })),
	refuses("request-mismatch", "paid under another purpose", await pay([exact], { purpose: "food" })),
	refuses("asset-mismatch", "in another asset", await pay([inPoints])),
	refuses("expired", "in the second of spendUntil", await pay([ended])),
	refuses(
		"certificate-expired",
		"of a payer whose certificate has expired",
		await pay([lateToken], { payer: late }),
	),
	refuses(
		"certificate-not-yet-valid",
		"of a payer whose certificate is not yet valid",
		await pay([earlyToken], { payer: early }),
	),
	refuses(
		"limit-exceeded",
		"above the payer's limit a transfer",
		await pay([limitedToken], { payer: limited }),
	),
	refuses("document-mismatch", "data signed, and no manifest", await pay([exact], { data: bytesOf("data") })),
	refuses(
		"document-mismatch",
		"a manifest, and no data signed",
		await pay([exact], { message: { data: given.manifest } }),
	),
	refuses(
		"request-mismatch",
		"against something that was not asked for",
		await pay([exact], { against: { asset: tickets, amount: 1n } }),
	),
	refuses("amount-invalid", "together more than an amount", await pay(huge, { to: anyAmount })),
	refuses("amount-mismatch", "less than was asked for", await pay([thousand], { change: 401n })),
	refuses("amount-mismatch", "more than was asked for", await pay([thousand])),
	refuses("lock-mismatch", "two locks", {
		request: request.encoded,
		transfer: encode(transferOf(request, otherLocks)),
	}),
	refuses("malformed", "one token twice", {
		request: request.encoded,
		transfer: encode(transferOf(request, [...twice, ...twice])),
	}),
];

const noDecision = await paymentOf([exact], alice, request, "transfer", { lock: lockOf("transfer", true) });
const noLock = await paymentOf([exact], alice, request, "transfer", { lock: null });
const lockedDirect = await paymentOf([exact], alice, direct, "transfer");
const otherLeg = await requestOf(alice, "another leg", {
	mode: "exchange",
	asset: tickets,
	amount: 3n,
	against: { asset: yen, amount: 600n },
});
const noExchange = await requestOf(alice, "no exchange", { asset: tickets, amount: 2n });
const closedLeg = await requestOf(alice, "closed leg", {
	mode: "exchange",
	asset: tickets,
	amount: 2n,
	against: { asset: yen, amount: 600n },
	expiresAt: now,
});
const exchanged = (counterRequest: MessageOf<"transfer">["counterRequest"]): Inputs => ({
	request: sells.encoded,
	transfer: encode({ ...offer, counterRequest }),
});
const byLate = await requestOf(late, "asked by late");

const attemptRefused: readonly Case[] = [
	refuses(
		"signature-invalid",
		"a counter request that is not signed",
		exchanged({ ...buys.signed, signature: new Uint8Array(64) }),
	),
	refuses("request-reused", "an output that was owned before", {
		...shown(one),
		everOwned: [one.tokens[0]?.outputId ?? new Uint8Array()],
	}),
	refuses("attempt-pending", "another attempt is undecided", {
		...shown(one),
		standing: { attempt: bytesOf("other attempt"), state: "reserved" },
	}),
	refuses("request-reused", "another attempt was paid", {
		...shown(one),
		standing: { attempt: bytesOf("other attempt"), state: "owned" },
	}),
	refuses("request-expired", "after the request has ended", { ...shown(one), now: now + 300 }),
	refuses(
		"certificate-expired",
		"to a payee whose certificate has expired",
		await pay([exact], { to: byLate }),
	),
	refuses("lock-mismatch", "two-phase without a lock", {
		request: request.encoded,
		transfer: encode(transferOf(request, noLock)),
	}),
	refuses("lock-mismatch", "direct with a lock", {
		request: direct.encoded,
		transfer: encode(transferOf(direct, lockedDirect)),
	}),
	refuses("lock-mismatch", "a lock that the payee would decide", {
		request: request.encoded,
		transfer: encode(transferOf(request, noDecision)),
	}),
	refuses("request-mismatch", "an exchange without a counter request", exchanged(null)),
	refuses("request-mismatch", "a counter request that asks for more", exchanged(otherLeg.signed)),
	refuses("request-mismatch", "a counter request that is no exchange", exchanged(noExchange.signed)),
	refuses(
		"request-mismatch",
		"a counter request, and no exchange",
		await pay([exact], { message: { counterRequest: buys.signed } }),
	),
	refuses("request-expired", "a counter request that has ended", exchanged(closedLeg.signed)),
	refuses("document-missing", "one document of two", {
		...shown(withData),
		documents: documents.slice(0, 1),
	}),
	refuses("document-mismatch", "another document", {
		...shown(withData),
		documents: [documents[1] ?? null, documents[0] ?? null].map((d, position) => ({
			position,
			content: d?.content ?? new Uint8Array(),
		})),
	}),
];

/** Tokens whose signatures are more than one message may cost: 16 of 31 links each. */
async function costly(): Promise<Inputs> {
	const tokens: VerifiedToken[] = [];
	for (let i = 0; i < 9; i++) {
		let token = await issueTo(alice, 1n, `costly ${i}`);
		for (let hop = 0; hop < 26; hop++) token = await passed(token, alice, alice, `self ${i} ${hop}`);
		tokens.push(token);
	}
	return pay(tokens, { to: await requestOf(bob, "costly", { amount: 9n }) });
}

/** A token of 60 certificates: it verifies, and no payee takes it. */
async function crowded(): Promise<Inputs> {
	const extra: Bytes[] = [];
	for (let i = 0; i < 58; i++) extra.push((await personOf(`extra ${i}`)).encoded);
	const [locked] = (await paymentOf([exact], alice, request, "transfer")) as [VerifiedToken];
	const carried = must(parse(token, encodeToken(locked)));
	const certificates = [...carried.certificates, ...extra];
	return {
		request: request.encoded,
		transfer: encode({
			...transferOf(request, []),
			tokens: [must(parse(token, serialize(token, { ...carried, certificates })))],
		}),
	};
}

const tooMuch: readonly Case[] = [
	refuses("too-many", "signatures: nine tokens of 27 links, 261 with certificates", await costly()),
	refuses("too-many", "a token of 60 certificates leaves no room for its way back", await crowded()),
];

export const transfers: Draft = {
	name: "transfers",
	comment:
		"What a payee checks of a transfer: docs/spec/handover.md#what-a-payee-checks, up to where its app is asked.",
	judge: "transfer",
	given: { trustList: encodedList, now },
	cases: [...accepted, ...tokensRefused, ...attemptRefused, ...tooMuch],
};
