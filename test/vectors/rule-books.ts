/** Vectors of rule books, and of what operators say to one another of payments. */
import {
	type Bytes,
	type CrossingQuestion,
	type CrossingReply,
	countersigned,
	crossingQuestion,
	crossingReply,
	type RuleBookBody,
	ruleBook,
	ruleBookBody,
	ruleBookHash,
	type SettlementBody,
	serialize,
	settlement,
	signRuleBook,
	signSettlement,
} from "../../packages/protocol/src/index.ts";
import { commit, neverLocked, reserved } from "./crossing-shown.ts";
import { crossingGiven, quoted, scene, stateOf, transfer } from "./crossings-world.ts";
import { accepts, type Case, changed, type Draft, type Inputs, refuses } from "./drafts.ts";
import { also, of, type Structure } from "./structure-cases.ts";
import { bytesOf, densha, machi, now } from "./world.ts";

const agreements = [bytesOf("agreement 1"), bytesOf("agreement 2")].sort(Buffer.compare) as [Bytes, Bytes];
const [earlier, later] = agreements;
const rate = { credited: 100n, paid: 155n };
const first: RuleBookBody = {
	operator: machi.id,
	version: 1,
	previous: null,
	from: now,
	agreements: [
		{ agreement: earlier, rate: null },
		{ agreement: later, rate },
	],
	rules: "転々: what a holder is owed is paid within three days.",
};
const next: RuleBookBody = {
	...first,
	version: 2,
	previous: ruleBookHash(first),
	from: now + 60,
	agreements: [{ agreement: later, rate: { ...rate, paid: 156n } }],
};
const signed = async (body: RuleBookBody, signer = machi.ruling): Promise<Bytes> =>
	serialize(ruleBook, { body, signature: await signRuleBook(body, signer) });
const after: Inputs = { before: serialize(ruleBookBody, first) };
const book = async (code: string, comment: string, body: RuleBookBody, more: Inputs = {}): Promise<Case> =>
	refuses(code, comment, { ruleBook: await signed(body), ...more });

export const ruleBooks: Draft = {
	name: "rule-books",
	comment: "A version of an operator's rule book, after the one before: docs/spec/crossing.md#rule-book.",
	judge: "ruleBook",
	given: { trustList: crossingGiven.trustList },
	cases: [
		accepts("the first", { ruleBook: await signed(first) }),
		accepts("the second", { ruleBook: await signed(next), ...after }),
		accepts("the second, of the same second", { ruleBook: await signed({ ...next, from: now }), ...after }),
		accepts("nothing in force", { ruleBook: await signed({ ...first, agreements: [], rules: "" }) }),
		await book("malformed", "the first is of version 2", { ...first, version: 2 }),
		await book("malformed", "the first names one before", { ...first, previous: bytesOf("before") }),
		await book("malformed", "the second names none", { ...next, previous: null }, after),
		await book("malformed", "the second names another", { ...next, previous: bytesOf("before") }, after),
		await book("malformed", "a version is left out", { ...next, version: 3 }, after),
		await book("malformed", "the version of the one before", { ...next, version: 1 }, after),
		await book("malformed", "from before the one before", { ...next, from: now - 1 }, after),
		await book("malformed", "the one before is another operator's", { ...next, operator: densha.id }, after),
		await book("malformed", "agreements out of order", {
			...first,
			agreements: first.agreements.toReversed(),
		}),
		await book("malformed", "an agreement twice", {
			...first,
			agreements: [...next.agreements, ...next.agreements],
		}),
		await book("authority-unknown", "an operator that is not listed", {
			...first,
			operator: bytesOf("operator"),
		}),
		await book("signature-invalid", "another operator's", { ...first, operator: densha.id }),
		refuses("signature-invalid", "by the root", { ruleBook: await signed(first, machi.root) }),
		refuses("signature-invalid", "other rules than were signed", {
			ruleBook: changed(await signed(first), [0, 5], "other rules"),
		}),
		refuses("malformed", "out of order, and not signed", {
			ruleBook: changed(await signed({ ...first, version: 2 }), [1], new Uint8Array(64)),
		}),
		refuses("too-many", "65 agreements", {
			ruleBook: changed(await signed(first), [0, 4], new Array(65).fill(0)),
		}),
		refuses("amount-invalid", "a rate for nothing", {
			ruleBook: changed(await signed(first), [0, 4, 1, 1, 0], 0),
		}),
		refuses("malformed", "rules that are too long", {
			ruleBook: changed(await signed(first), [0, 5], "x".repeat(32_769)),
		}),
	],
};

const settled: SettlementBody = {
	agreement: quoted.body.agreement,
	number: 1,
	previous: null,
	through: 5,
	count: 1,
	credits: 300n,
	crosses: 465n,
	position: { settlement: 1, owes: 465n },
	at: now,
};
const byDestination = await signSettlement(settled, scene.destination.ruling);
const bySource = await signSettlement(settled, scene.source.ruling);
const { body } = quoted;
const { agreement, nonce, credits, payer, payee, release, decides } = body;

const questions: readonly (readonly [string, CrossingQuestion])[] = [
	["for quotes", { kind: "quotes", quotes: [{ agreement, nonce, credits, payer, payee, release, decides }] }],
	[
		"what a seal shows",
		{
			kind: "shown",
			seal: { leaf: commit.leaf, log: commit.log, words: commit.words },
			items: [
				{ transfer, quote: quoted, state: commit.state, proof: commit.proof },
				{ transfer, quote: null, state: null, proof: neverLocked.proof },
			],
		},
	],
	["that a seal is there", { kind: "shown", seal: { ...reserved, words: [] }, items: [] }],
	["what is waited for", { kind: "wanted", transfers: [transfer] }],
	["a settlement", { kind: "settlement", body: settled, byDestination }],
];

const replies: readonly (readonly [string, CrossingReply])[] = [
	[
		"to quotes",
		{
			kind: "quotes",
			answers: [
				{ kind: "quoted", body, byDestination: quoted.byDestination },
				{ kind: "refused", code: "exposure-exceeded" },
			],
		},
	],
	[
		"to what a seal shows",
		{
			kind: "shown",
			answers: [
				{ kind: "stands", state: stateOf("credited") },
				{ kind: "refused", code: "quorum-stale" },
			],
		},
	],
	["to what is waited for", { kind: "wanted", count: 64 }],
	["to a settlement", { kind: "settlement", bySource }],
	["to none of it", { kind: "refused", code: "malformed" }],
];

export const crossingMessages: readonly Structure[] = [
	also(
		of(crossingQuestion, "crossingQuestion", ...questions),
		["type-unknown", "kind 5", [0], 5],
		["malformed", "for no quotes", [1], []],
		["too-many", "for 65 quotes", [1], new Array(65).fill(0)],
		["amount-invalid", "for nothing", [1, 0, 2], 0],
	),
	also(
		of(crossingReply, "crossingReply", ...replies),
		["type-unknown", "kind 6", [0], 6],
		["type-unknown", "an answer of kind 3", [1, 0, 0], 3],
		["too-many", "65 answers", [1], new Array(65).fill(0)],
		["malformed", "a code of 65 characters", [1, 1, 1], "x".repeat(65)],
	),
	{ name: "ruleBook", encodings: [["signed", await signed(first)]] },
	also(
		of(settlement, "settlement", ["signed by both", { body: settled, byDestination, bySource }]),
		["malformed", "number 0", [0, 1], 0],
		["amount-invalid", "less than nothing", [0, 5], -1],
		["malformed", "the position of no settlement", [0, 7, 0], 0],
	),
	also(
		of(countersigned, "countersigned", [
			"with its agreement",
			{ agreement: scene.agreementBody, settlement: { body: settled, byDestination, bySource } },
		]),
		["malformed", "65 signatures", [1], new Array(65).fill(0)],
	),
];
