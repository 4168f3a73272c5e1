/**
 * Vectors of every structure of the specification: what each says, and what its reader refuses.
 *
 * Of each structure a field is taken out and one put in, and a byte follows it; each union meets a kind that
 * nobody knows. What else a structure has of its own (bounds, lengths, enumerations) stands beside it.
 */
import {
	accountReply,
	caveat,
	claim,
	condition,
	consumedOutput,
	consumedOutputs,
	definitionDraft,
	enrolled,
	falseStatementEvidence,
	forkEvidenceFrom,
	type Item,
	issue,
	issueProof,
	manifest,
	message,
	type Reply,
	type RulingReply,
	type RulingRequest,
	receipt,
	refundedOutput,
	reply,
	rulingReply,
	rulingRequest,
	serialize,
	signEnrolment,
	signedOrder,
	signedRequest,
	signedRuling,
	signedStatement,
	terms,
	token,
} from "../../packages/protocol/src/index.ts";
import { definitionDraftMade, encodedDefinition } from "./definitions.ts";
import { deviceStructures } from "./devices.ts";
import type { Draft } from "./drafts.ts";
import { denied, doubleDecision } from "./evidence.ts";
import { buys, counter, sells } from "./exchange.ts";
import { encodedFreezes } from "./freezes.ts";
import {
	direct,
	documents,
	locked,
	messageFaults,
	messages,
	otherwise,
	plain,
	refunded,
	released,
	request,
	reserved,
} from "./message-structures.ts";
import { meterStructures } from "./meters.ts";
import { orderOf } from "./orders.ts";
import { passed, secretOf } from "./payments.ts";
import { statements } from "./some-statements.ts";
import { everyCondition, lifted } from "./some-terms.ts";
import { also, casesOf, of, type Structure } from "./structure-cases.ts";
import { witnessedStructures } from "./witnessed-structures.ts";
import {
	alice,
	bob,
	bytesOf,
	carol,
	densha,
	encodedKeyOf,
	encodedList,
	issueTo,
	tickets,
	trust,
	yen,
} from "./world.ts";

const issued = await issueTo(alice, 600n, "of a structure", {
	conditions: everyCondition.slice(0, 1),
	caveats: [lifted],
});
const consumed = consumedOutputs(direct, trust)[0] as (typeof consumedOutput)["read"] extends (
	item: Item,
) => infer T
	? T
	: never;
const other = consumedOutputs(otherwise, trust)[0] as typeof consumed;
const onward = await passed(direct, bob, carol, "onward, of a structure");
const later = consumedOutputs(onward, trust)[1] as typeof consumed;
const [never] = statements;
const account = await orderOf(alice, { kind: "account", account: alice.certificate.hash });
const output = { amount: 1n, owner: bytesOf("owner"), ownRequest: bytesOf("request") };
const answer: Reply = {
	order: bytesOf("order"),
	results: [
		{ kind: "paid", amount: 1n },
		{ kind: "refreshed", amount: 2n },
		{ kind: "forked", evidence: Uint8Array.of(1), drawn: 0n },
		{ kind: "refused", code: "expired", transient: false },
	],
	issues: [
		{ output: 15, proof: issued.token.issue },
		{ output: null, proof: plain.token.issue },
	],
};
const rulingRequests: readonly (readonly [string, RulingRequest])[] = [
	["a statement", { kind: "statement", statement: never, tokens: [locked[0]?.token ?? direct.token] }],
	["a release", { kind: "release", release: secretOf("structure") }],
	["evidence", { kind: "evidence", evidence: forkEvidenceFrom(consumed, other) }],
	["a question", { kind: "question", subject: bytesOf("subject") }],
];
const rulingReplies: readonly (readonly [string, RulingReply])[] = [
	["ruled", { kind: "ruled", ruling: released, reply: null }],
	[
		"ruled, with what became of the tokens",
		{ kind: "ruled", ruling: refunded, reply: serialize(reply, answer) },
	],
	["filed", { kind: "filed", caseId: bytesOf("case") }],
	["consumed", { kind: "consumed", consumed }],
];
const said = statements.map((s) => [s.body.says.kind, s] as const);
const fork = forkEvidenceFrom(consumed, other);
const signedBody = await signEnrolment(
	densha.id,
	{ role: "device", class: null, merchantCategory: null, region: null },
	bytesOf("nonce"),
	bob.signer,
);
const linkOf = consumed.link.payload;

const structures: readonly Structure[] = [
	also(
		of(condition, "condition", ...everyCondition.map((c, i) => [`${i}, ${c.kind}`, c] as const)),
		["condition-unknown", "kind 8", [0], 8],
		["malformed", "a time below zero", [1], -1],
		["malformed", "a time of 2^53", [1], 2n ** 53n],
	),
	also(
		of(
			caveat,
			"caveat",
			["lifted by a class", lifted],
			["of every kind of owner", { ...lifted, liftedBy: null }],
		),
		["condition-unknown", "a condition of kind 0", [0, 0], 0],
		["malformed", "lifted by 33 characters", [1], "a".repeat(33)],
	),
	also(
		of(
			terms,
			"terms",
			["of all conditions", { conditions: everyCondition, caveats: [lifted] }],
			["none", { conditions: [], caveats: [] }],
		),
		["too-many", "17 conditions", [0], new Array(17).fill(0)],
		["too-many", "17 caveats", [1], new Array(17).fill(0)],
	),
	also(
		{
			name: "coseKey",
			encodings: [
				["Ed25519", encodedKeyOf(alice.signer)],
				["ES256", encodedKeyOf(bob.signer)],
			],
		},
		["malformed", "a kind that is not listed", [1], 4],
		["malformed", "x of 31 bytes", [-2], new Uint8Array(31)],
		["malformed", "a label for the algorithm", [3], -19],
	),
	also(
		{
			name: "certificate",
			encodings: [
				["of a person", alice.encoded],
				["under ES256", carol.encoded],
			],
		},
		["malformed", "claims that are an array", [0], []],
	),
	{ name: "freezeList", encodings: [["two entries", encodedFreezes.list]] },
	{ name: "appeal", encodings: [["a good-faith owner's", encodedFreezes.appeal]] },
	{ name: "appealOutcome", encodings: [["upheld", encodedFreezes.outcome]] },
	also({ name: "trustList", encodings: [["two operators", encodedList]] }, [
		"malformed",
		"a signer that is null",
		[1],
		null,
	]),
	also(
		of(issue, "issue", ["with a condition and a caveat", issued.issue], ["plain", plain.issue]),
		["amount-invalid", "of zero", [1], 0],
		["amount-invalid", "of 2^63", [1], 2n ** 63n],
		["malformed", "hops of 65,537", [5], 65_537],
		["malformed", "a nonce of 15 bytes", [6], new Uint8Array(15)],
		["too-many", "17 conditions", [3], new Array(17).fill(0)],
		["condition-unknown", "a condition of kind 9", [3, 0, 0], 9],
		["malformed", "a code of 17 characters", [0, 1], "a".repeat(17)],
	),
	also(
		of(issueProof, "issueProof", ["one of three", issued.token.issue]),
		["malformed", "a size of zero", [3], 0],
		["malformed", "a size of 65,537", [3], 65_537],
		["malformed", "an index of 65,536", [2], 65_536],
		["too-many", "a path of 18", [4], new Array(18).fill(bytesOf("node"))],
	),
	also(
		{ name: "signedLink", encodings: [["direct", linkOf]] },
		["malformed", "no output", [1, 0], []],
		["too-many", "nine outputs", [1, 0], new Array(9).fill(0)],
		["too-many", "five cancels", [1, 4], new Array(5).fill(0)],
		["malformed", "a count that is neither null nor a count", [1, 5], 0],
		["malformed", "a lock that says 1 for true", [1, 1], [1, bytesOf("lock")]],
	),
	also(
		of(
			token,
			"token",
			["an issue", issued.token],
			["a link", direct.token],
			["locked", (locked[0] ?? direct).token],
		),
		["too-many", "35 links", [2], new Array(35).fill(0)],
		["too-many", "65 certificates", [3], new Array(65).fill(0)],
		["malformed", "no certificate", [3], []],
		["malformed", "a certificate of 1,025 bytes", [3, 0], new Uint8Array(1025)],
		["malformed", "an opening of certificate 65", [1, 0], 65],
	),
	also(of(manifest, "manifest", ["one document", documents.manifest]), [
		"malformed",
		"a media type of 65 characters",
		[1, 0, 0],
		"a".repeat(65),
	]),
	also(
		of(
			signedRequest,
			"signedRequest",
			["two-phase", request.signed],
			["an exchange", sells.signed],
			["its other leg", buys.signed],
		),
		["malformed", "a mode that is not listed", [0, 1], 0],
	),
	also(
		of(message, "message", ...messages),
		["too-many", "transfer: seventeen tokens", [2], new Array(17).fill(0)],
		["malformed", "transfer: no token", [2], []],
	),
	also(
		of(
			receipt,
			"receipt",
			["two-phase", { request: request.signed, answer: reserved, secret: secretOf("structure") }],
			["of an exchange", { request: sells.signed, answer: counter, secret: secretOf("swap") }],
		),
		["type-unknown", "an answer of kind 99", [1, 0], 99],
	),
	also(
		{
			name: "evidence",
			encodings: [
				["a fork", fork],
				["a fork of the output of a link", forkEvidenceFrom(later, later)],
				["a lock decided twice", doubleDecision],
				["a link denied", denied],
			],
		},
		["type-unknown", "kind 5", [0], 5],
		["malformed", "empty content", [4, 0], new Uint8Array()],
	),
	...deviceStructures,
	also(
		of(consumedOutput, "consumedOutput", ["of an issue", consumed], ["of a link", later]),
		["type-unknown", "a parent of kind 3", [0, 0], 3],
		["too-many", "five deciders", [4], new Array(5).fill(alice.encoded)],
	),
	of(refundedOutput, "refundedOutput", ["with its statement", { consumed, statement: never }]),
	also(
		{ name: "definition", encodings: [["a currency", encodedDefinition]] },
		["malformed", "decimals of 19", [0, 0, 7], 19],
		["malformed", "version 0", [0, 0, 2], 0],
	),
	also(
		of(
			definitionDraft,
			"definitionDraft",
			["signed by three", definitionDraftMade],
			["signed by nobody", { ...definitionDraftMade, approvals: [] }],
		),
		["malformed", "an empty licence", [1], new Uint8Array()],
		["malformed", "a part that is not listed", [2, 0, 0], 3],
	),
	{ name: "enrolment", encodings: [["of a device", signedBody]] },
	also(
		of(enrolled, "enrolled", [
			"a certificate and its account",
			{ certificate: alice.encoded, account: alice.certificate.hash },
		]),
		["malformed", "an empty certificate", [0], new Uint8Array()],
	),
	also(
		of(
			signedOrder,
			"signedOrder",
			["to an account", account],
			["a refresh", await orderOf(alice, { kind: "refresh", outputs: [output] })],
			[
				"a withdrawal",
				await orderOf(alice, {
					kind: "withdraw",
					account: alice.certificate.hash,
					outputs: [output, { ...output, ownRequest: null }],
				}),
			],
		),
		["type-unknown", "action 0", [0, 1, 0], 0],
	),
	also(of(claim, "claim", ["one token", { order: account, tokens: [direct.token] }]), [
		"malformed",
		"no token",
		[1],
		[],
	]),
	also(
		of(reply, "reply", ["a result of each kind", answer], ["of a withdrawal", { ...answer, results: [] }]),
		["type-unknown", "a result of kind 5", [1, 0, 0], 5],
		["too-many", "seventeen results", [1], new Array(17).fill(0)],
		["too-many", "33 issues", [2], new Array(33).fill(0)],
		["malformed", "the sixteenth output", [2, 0, 0], 16],
	),
	also(of(signedStatement, "signedStatement", ...said), ["type-unknown", "says 9", [0, 1, 0], 9]),
	also(
		of(accountReply, "accountReply", [
			"two balances",
			{
				account: alice.certificate.hash,
				balances: [
					{ asset: yen, amount: 0n },
					{ asset: tickets, amount: 2n },
				],
			},
		]),
		["amount-invalid", "a balance below zero", [1, 0, 1], -1],
		["too-many", "65 balances", [1], new Array(65).fill(0)],
	),
	of(signedRuling, "signedRuling", ["released", released], ["refunded", refunded]),
	also(
		of(rulingRequest, "rulingRequest", ...rulingRequests),
		["type-unknown", "kind 6", [0], 6],
		["malformed", "a statement of no token", [2], []],
	),
	also(of(rulingReply, "rulingReply", ...rulingReplies), ["type-unknown", "kind 5", [0], 5]),
	{
		name: "falseStatement",
		encodings: [["a statement and its release", falseStatementEvidence(never, secretOf("structure"))]],
	},
];

export const structureFile: Draft = {
	name: "structures",
	comment:
		"Every structure, decoded alone: nothing but its form is judged, and signatures in it need not hold.",
	judge: "structure",
	given: {},
	cases: [
		...structures.flatMap(casesOf),
		...witnessedStructures.flatMap(casesOf),
		...meterStructures,
		...messageFaults,
	],
};
