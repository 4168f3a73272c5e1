/** Vectors of agreements and quotes between operators. */
import {
	type AgreementBody,
	agreement,
	type Bytes,
	priceOf,
	type Quote,
	quote,
	type SignedQuote,
	serialize,
	signAgreement,
	signedQuote,
	signQuote,
} from "../../packages/protocol/src/index.ts";
import { agreed, crossingGiven, id, quoted, scene, start } from "./crossings-world.ts";
import { accepts, type Case, changed, type Draft, type Inputs, refuses } from "./drafts.ts";
import { bytesOf, densha, listBody, machi, must, signerOf, signList } from "./world.ts";

const encoded = serialize(agreement, agreed);
const agreedOn = async (some: Partial<AgreementBody>): Promise<Bytes> =>
	serialize(agreement, await scene.agreement({ ...scene.agreementBody, ...some }));
export const encodedAgreement: Bytes = encoded;
export const encodedQuote: Bytes = serialize(signedQuote, quoted);
const stranger = signerOf("an operator that nobody lists", "Ed25519");
const { trustList } = crossingGiven as { readonly trustList: Bytes };
const denshaAlone = await signList(densha.root, { ...listBody, operators: [densha.entry] });
const machiAlone = await signList(densha.root, { ...listBody, operators: [machi.entry] });
const { body, bySource, byDestination } = agreed;
const backBody = { ...body, source: body.destination, destination: body.source };
const back = {
	body: backBody,
	bySource: await signAgreement(backBody, machi.ruling),
	byDestination: await signAgreement(backBody, densha.ruling),
};

const disagreed = (code: string, comment: string, bytes: Bytes, more: Inputs = {}): Case =>
	refuses(code, comment, { agreement: bytes, ...more });
const field = (code: string, comment: string, path: readonly number[], to: number): Case =>
	disagreed(code, comment, changed(encoded, [0, ...path], to));

export const agreements: Draft = {
	name: "agreements",
	comment: "What two operators agree upon, for a direction: docs/spec/crossing.md#agreement.",
	judge: "agreement",
	given: { trustList },
	cases: [
		accepts("both have signed", { agreement: encoded }),
		accepts("the other way, of its own", { agreement: serialize(agreement, back) }),
		accepts("free of charge, for a second", {
			agreement: await agreedOn({
				fee: { fixed: 0n, perMillion: 0 },
				until: body.from + 1,
				liable: "destination",
			}),
		}),
		disagreed("malformed", "with oneself", await agreedOn({ destination: body.source })),
		disagreed("malformed", "for no time", await agreedOn({ until: body.from })),
		disagreed(
			"malformed",
			"with oneself, and not signed",
			changed(await agreedOn({ destination: body.source }), [1], new Uint8Array(64)),
		),
		disagreed("authority-unknown", "the source is not listed", encoded, { trustList: machiAlone }),
		disagreed("authority-unknown", "the destination is not listed", encoded, { trustList: denshaAlone }),
		disagreed(
			"signature-invalid",
			"the source has not signed, and the destination is not listed",
			serialize(agreement, { ...agreed, bySource: byDestination }),
			{ trustList: denshaAlone },
		),
		disagreed(
			"signature-invalid",
			"signatures in each other's place",
			serialize(agreement, { body, bySource: byDestination, byDestination: bySource }),
		),
		disagreed(
			"signature-invalid",
			"the source has not signed",
			serialize(agreement, { ...agreed, bySource: await signAgreement(body, stranger) }),
		),
		disagreed(
			"signature-invalid",
			"the destination has not signed",
			serialize(agreement, { ...agreed, byDestination: await signAgreement(body, stranger) }),
		),
		disagreed(
			"signature-invalid",
			"by a key of another purpose",
			serialize(agreement, { ...agreed, bySource: await signAgreement(body, densha.issuing) }),
		),
		disagreed(
			"signature-invalid",
			"by the root",
			serialize(agreement, { ...agreed, bySource: await signAgreement(body, densha.root) }),
		),
		disagreed(
			"signature-invalid",
			"another exposure than was signed",
			serialize(agreement, { ...agreed, body: { ...body, exposure: 1_001n } }),
		),
		disagreed(
			"signature-invalid",
			"the agreement the other way, with its signatures",
			serialize(agreement, { ...back, body }),
		),
		field("malformed", "version 0", [2], 0),
		field("amount-invalid", "no exposure", [5], 0),
		field("malformed", "a fee above the whole", [6, 1], 1_000_001),
		field("malformed", "quotes for no time", [7], 0),
		field("malformed", "quotes for more than a day", [7], 86_401),
		field("malformed", "one seal between", [8], 1),
		field("malformed", "65,536 seals between", [8], 65_536),
		field("malformed", "no freshness", [9], 0),
		field("malformed", "liable: a third", [10], 3),
		field("malformed", "no settlement", [11], 0),
	],
};

/** One that adds up, and that both have signed. */
const signed = async (some: Partial<Quote>): Promise<Bytes> =>
	serialize(signedQuote, await scene.signedQuote(some));
const asked = async (value: Partial<SignedQuote>): Promise<Inputs> => ({
	quote: serialize(signedQuote, { ...quoted, ...value }),
});
const { until, from } = scene.agreementBody;

/** A price, counted by hand. */
const costs = async (credits: bigint, credited: bigint, paid: bigint, crosses: string): Promise<Case> => {
	const rate = { credited, paid };
	const price = must(priceOf(credits, rate, scene.agreementBody.fee));
	return accepts(
		`${credits} at ${paid} for ${credited}: ${crosses} cross, ${price.pays} are paid`,
		{ quote: await signed({ credits, rate, fee: price.fee, pays: price.pays }) },
		{ crosses },
	);
};

const most = 2n ** 63n - 1n;

export const quotes: Draft = {
	name: "quotes",
	comment:
		"One payment across operators, as both have signed it: docs/spec/crossing.md#quote. The agreement is verified.",
	judge: "quote",
	given: { trustList, agreement: encoded },
	cases: [
		accepts("both have signed", { quote: serialize(signedQuote, quoted) }),
		await costs(300n, 100n, 155n, "465"),
		await costs(301n, 100n, 155n, "467"),
		await costs(1n, 100n, 155n, "2"),
		await costs(1n, 1_000n, 1n, "1"),
		await costs(1_000n, 1_000n, 1n, "1"),
		await costs(1_001n, 1_000n, 1n, "2"),
		await costs(400n, 1n, 1_000n, "400000"),
		await costs(401n, 400n, 400n, "401"),
		await costs(most / 2n, most, most, (most / 2n).toString()),
		accepts("it ends with the agreement", { quote: await signed({ expiresAt: until }) }),
		accepts("it ends as the agreement begins", { quote: await signed({ expiresAt: from }) }),
		refuses("agreement-unknown", "of another agreement", {
			quote: await signed({ agreement: bytesOf("agreement") }),
		}),
		refuses("agreement-over", "it ends after the agreement", {
			quote: await signed({ expiresAt: until + 1 }),
		}),
		refuses("agreement-over", "it ends before the agreement begins", {
			quote: await signed({ expiresAt: from - 1 }),
		}),
		refuses("agreement-unknown", "of another agreement, after this one, and at another price", {
			quote: await signed({ agreement: bytesOf("agreement"), expiresAt: until + 1, pays: 1n }),
		}),
		refuses("agreement-over", "it ends after the agreement, at another price", {
			quote: await signed({ expiresAt: until + 1, pays: 1n }),
		}),
		refuses("quote-invalid", "one more is paid", { quote: await signed({ pays: quoted.body.pays + 1n }) }),
		refuses("quote-invalid", "one less is paid", { quote: await signed({ pays: quoted.body.pays - 1n }) }),
		refuses("quote-invalid", "another fee, and the same is paid", {
			quote: await signed({ fee: quoted.body.fee - 1n }),
		}),
		refuses("quote-invalid", "rounded down", {
			quote: await signed({ credits: 301n, fee: 12n, pays: 478n }),
		}),
		refuses("quote-invalid", "rounded up once, for both", {
			quote: await signed({ rate: { credited: 100n, paid: 155n }, credits: 301n, fee: 11n, pays: 478n }),
		}),
		refuses(
			"quote-invalid",
			"what is paid is more than an amount may be",
			await asked({
				body: { ...quoted.body, credits: most, fee: 0n, pays: most, rate: { credited: 1n, paid: most } },
			}),
		),
		refuses(
			"signature-invalid",
			"signatures in each other's place",
			await asked({ bySource: quoted.byDestination, byDestination: quoted.bySource }),
		),
		refuses(
			"signature-invalid",
			"the source has not signed",
			await asked({ bySource: await signQuote(quoted.body, stranger) }),
		),
		refuses(
			"signature-invalid",
			"the destination has not signed",
			await asked({ byDestination: await signQuote(quoted.body, stranger) }),
		),
		refuses(
			"signature-invalid",
			"another payee than was signed",
			await asked({ body: { ...quoted.body, payee: bytesOf("another payee") } }),
		),
		refuses("authority-unknown", "the destination is not listed", {
			...(await asked({})),
			trustList: denshaAlone,
		}),
		refuses("authority-unknown", "the source is not listed", { ...(await asked({})), trustList: machiAlone }),
		refuses("signature-invalid", "the destination has not signed, and the source is not listed", {
			...(await asked({ byDestination: quoted.bySource })),
			trustList: machiAlone,
		}),
		refuses("amount-invalid", "nothing is credited", {
			quote: changed(serialize(signedQuote, quoted), [0, 2], 0),
		}),
		refuses("amount-invalid", "a rate for nothing", {
			quote: changed(serialize(signedQuote, quoted), [0, 3, 0], 0),
		}),
		refuses("malformed", "decided by seal 0", { quote: changed(serialize(signedQuote, quoted), [0, 9], 0) }),
	],
};

const draft = async (some: Partial<Quote> = {}): Promise<Bytes> =>
	serialize(quote, await scene.quoteBody(some));
const { expiresAt } = quoted.body;
const quoting = async (comment: string, some: Inputs, changes: Partial<Quote> = {}): Promise<Case> =>
	accepts(comment, { ...some, quote: await draft(changes) });
const declined = async (
	code: string,
	comment: string,
	some: Inputs,
	changes: Partial<Quote> = {},
): Promise<Case> => refuses(code, comment, { ...some, quote: await draft(changes) });
const asSource: Inputs = { side: "source" };
const farOff: Partial<Quote> = { nonce: id(9), expiresAt: until };

export const quotings: Draft = {
	name: "quotings",
	comment: "Whether a side signs a quote now: docs/spec/crossing.md#quote. The agreement is verified.",
	judge: "quoting",
	given: {
		agreement: encoded,
		side: "destination",
		now: start,
		lastSeal: 0,
		since: start,
		open: "0",
		unsettled: "0",
	},
	cases: [
		await quoting("the destination signs", {}),
		await quoting("the source signs", asSource),
		await quoting("in the last second", { now: expiresAt - 1, since: expiresAt - 1 }),
		await quoting("as the agreement begins", { now: from, since: from }, { expiresAt: from + 1 }),
		await quoting("as long as quotes may last", {}, { expiresAt: start + 300 }),
		await quoting("decided by the second seal from now", {}, { decides: 2 }),
		await quoting("decided by the last seal that is agreed", { lastSeal: 7 }, { decides: 107 }),
		await quoting("a quorum as old as is agreed", { since: start - 60 }),
		await quoting("a quorum a minute ahead", { since: start + 60 }),
		await quoting("up to the exposure", { open: "600", unsettled: "100" }),
		await quoting("beyond the exposure, at the source", { ...asSource, open: "1000" }),
		await declined(
			"agreement-over",
			"before it begins",
			{ now: from - 1 },
			{ agreement: bytesOf("agreement") },
		),
		await declined("agreement-over", "from its end on", { now: until, since: until }, farOff),
		await declined("agreement-over", "it ends after the agreement", {}, { expiresAt: until + 1 }),
		await declined("agreement-unknown", "of another agreement", {}, { agreement: bytesOf("agreement") }),
		await declined("quote-invalid", "at another price", { now: expiresAt }, { pays: 1n }),
		await declined("quote-expired", "in the second in which it ends", { now: expiresAt }, { decides: 1 }),
		await declined(
			"quote-invalid",
			"longer than quotes may last",
			{ since: null },
			{ expiresAt: start + 301 },
		),
		await declined("quote-invalid", "decided by the next seal", { since: null }, { decides: 1 }),
		await declined("quote-invalid", "decided by a seal of the past", { lastSeal: 9 }, { decides: 5 }),
		await declined("quote-invalid", "decided a seal later than is agreed", { lastSeal: 7 }, { decides: 108 }),
		await declined("quorum-missing", "the peer's seal is not cosigned", { since: null, open: "1000" }),
		await declined("quorum-stale", "a quorum a second older", { since: start - 61, open: "1000" }),
		await declined("quorum-stale", "a quorum a second further ahead", { since: start + 61 }),
		await declined("quorum-stale", "a quorum a second older, at the source", {
			...asSource,
			since: start - 61,
		}),
		await declined("exposure-exceeded", "one more than the exposure", { open: "600", unsettled: "101" }),
		await declined("exposure-exceeded", "more than the exposure at once", {}, { credits: 1_001n }),
	],
};
