/** Vectors of fog gateways: approvals, and what devices and gateways say to one another. */

import { verify } from "../../packages/module/src/suite/index.ts";
import {
	type Bytes,
	encodeFogAnswer,
	encodeFogQuestion,
	type FogApprovalBody,
	isRefusal,
	type MandateBody,
	parse,
	type Signer,
	sha256,
	signApproval,
	signMandate,
	signTime,
	Trust,
	trustList,
	type VerifiedMandate,
	verifyMandate,
} from "../../packages/protocol/src/index.ts";
import { accepts, changed, type Draft, flipped, refuses } from "./drafts.ts";
import { also, type Structure } from "./structure-cases.ts";
import {
	alice,
	bob,
	bytesOf,
	densha,
	encodedList,
	machi,
	now,
	type Operator,
	signerOf,
	yen,
} from "./world.ts";

const gateway = signerOf("a gateway", "Ed25519");
const other = signerOf("another gateway", "ES256");

const terms: MandateBody = {
	operator: densha.id,
	gateway: gateway.key,
	nonce: bytesOf("mandate"),
	asset: yen,
	each: 500n,
	total: 1_200n,
	from: now - 100,
	until: now + 100,
};

const mandateOf = (over: Partial<MandateBody> = {}, by: Operator = densha): Promise<Bytes> =>
	signMandate({ ...terms, ...over }, by.ruling);

const listed = parse(trustList, encodedList);
if (isRefusal(listed)) throw new Error("the trust list does not read");
const trust = new Trust(listed.body, verify);

/** As a gateway has it; one that nobody should give is signed all the same. */
async function heldOf(encoded: Bytes): Promise<VerifiedMandate> {
	const mandate = verifyMandate(encoded, trust);
	const fine = verifyMandate(await mandateOf(), trust);
	if (isRefusal(fine)) throw new Error(fine.code);
	return isRefusal(mandate) ? { ...fine, encoded } : mandate;
}

const request = bytesOf("request");

async function approvalOf(
	over: Partial<FogApprovalBody> = {},
	mandate: Promise<Bytes> | Bytes = mandateOf(),
	by: Signer = gateway,
): Promise<Bytes> {
	const held = await heldOf(await mandate);
	const body: FogApprovalBody = {
		mandate: held.id,
		request,
		payer: sha256(alice.encoded),
		amount: 300n,
		from: 600n,
		to: 900n,
		at: now,
		...over,
	};
	return signApproval(held, body, by);
}

const approval = await approvalOf();
const over = (from: bigint, to: bigint, amount: bigint): Promise<Bytes> => approvalOf({ from, to, amount });
const under = async (
	changes: Partial<MandateBody>,
	by?: Operator,
): Promise<{ readonly approval: Bytes }> => ({
	approval: await approvalOf({}, mandateOf(changes, by)),
});

export const approvals: Draft = {
	name: "fog-approvals",
	comment: "Approvals of fog gateways, of one payment: docs/spec/fog.md#mandates-and-approvals.",
	judge: "approval",
	given: {
		trustList: encodedList,
		request,
		operator: yen.operator,
		code: yen.code,
		amount: "300",
		payer: alice.encoded,
		now,
	},
	cases: [
		accepts("a part in the middle", { approval }),
		accepts("the first part", { approval: await approvalOf({ from: 0n, to: 300n }) }),
		accepts("the last part", { approval: await approvalOf({ from: 900n, to: 1_200n }) }),
		accepts("as much as one payment may be", { approval: await over(0n, 500n, 500n), amount: "500" }),
		accepts("by a gateway with a key of P-256", {
			approval: await approvalOf({}, mandateOf({ gateway: other.key }), other),
		}),
		accepts("given at the mandate's first second", { approval: await approvalOf({ at: now - 100 }) }),
		accepts("at the mandate's last second", { approval, now: now + 99 }),
		refuses("limit-exceeded", "more than one payment may be", {
			approval: await over(0n, 501n, 501n),
			amount: "501",
		}),
		refuses("limit-exceeded", "beyond the total", { approval: await approvalOf({ from: 901n, to: 1_201n }) }),
		refuses("limit-exceeded", "less of the mandate than the amount", {
			approval: await approvalOf({ from: 601n }),
		}),
		refuses("mandate-over", "given before the mandate", { approval: await approvalOf({ at: now - 101 }) }),
		refuses("mandate-over", "given as the mandate ends", { approval: await approvalOf({ at: now + 100 }) }),
		refuses("mandate-over", "shown once the mandate is over", { approval, now: now + 100 }),
		refuses("request-mismatch", "of another request", { approval, request: bytesOf("another request") }),
		refuses("request-mismatch", "of another payer", { approval, payer: bob.encoded }),
		refuses("request-mismatch", "of another amount", { approval, amount: "299" }),
		refuses("request-mismatch", "of another asset", { approval, code: "TICKET" }),
		refuses("signature-invalid", "by another gateway", {
			approval: await approvalOf({}, mandateOf(), other),
		}),
		refuses("signature-invalid", "naming another mandate", {
			approval: await approvalOf({ mandate: bytesOf("another mandate") }),
		}),
		refuses("signature-invalid", "another amount than was signed", {
			approval: changed(approval, [1, 3], 301),
		}),
		refuses("signature-invalid", "another limit than the operator signed", {
			approval: changed(approval, [0, 0, 4], 501),
		}),
		refuses("authority-unknown", "a mandate by another operator", await under({}, machi)),
		refuses("authority-unknown", "a hint of no listed key", {
			approval: changed(approval, [0, 1], new Uint8Array(8)),
		}),
		refuses(
			"issuer-unknown",
			"a mandate of an operator that is not listed",
			await under({ operator: bytesOf("nobody"), asset: { ...yen, operator: bytesOf("nobody") } }),
		),
		refuses("malformed", "one payment may be more than all", await under({ each: 1_201n })),
		refuses("malformed", "a mandate that ends as it begins", await under({ from: now + 100 })),
		refuses(
			"malformed",
			"an asset of another operator",
			await under({ asset: { ...yen, operator: machi.id } }),
		),
		refuses("malformed", "a byte is changed in its head", { approval: flipped(approval, 0) }),
	],
};

const id = bytesOf("question").subarray(0, 16);
const record = bytesOf("record");
const time = await signTime({ operator: densha.id, at: now }, densha.ruling);

export const fogStructures: readonly Structure[] = [
	also(
		{
			name: "fogQuestion",
			encodings: [
				["keep", encodeFogQuestion({ kind: "keep", id, records: [{ record, proof: null }] })],
				["keep, with a proof", encodeFogQuestion({ kind: "keep", id, records: [{ record, proof: id }] })],
				["list", encodeFogQuestion({ kind: "list", id, list: "freezeList" })],
				[
					"approve",
					encodeFogQuestion({ kind: "approve", id, request: record, payer: alice.encoded, amount: 300n }),
				],
				["time", encodeFogQuestion({ kind: "time", id })],
				["status list", encodeFogQuestion({ kind: "statusList", id, number: 65_535 })],
				["keep tokens", encodeFogQuestion({ kind: "keepTokens", id, tokens: [record, request] })],
				["tokens of a device", encodeFogQuestion({ kind: "tokensOf", id, question: record, after: null })],
				[
					"tokens of a device, after one",
					encodeFogQuestion({ kind: "tokensOf", id, question: record, after: request }),
				],
			],
		},
		["type-unknown", "kind 8", [0], 8],
		["malformed", "an id of 15 bytes", [1], new Uint8Array(15)],
		["malformed", "no record", [2], []],
		["too-many", "17 records", [2], new Array(17).fill(0)],
		["malformed", "a record of 4,097 bytes", [2, 0, 0], new Uint8Array(4_097)],
	),
	also(
		{
			name: "fogAnswer",
			encodings: [
				["kept", encodeFogAnswer({ kind: "kept", id, records: [record, request] })],
				["list", encodeFogAnswer({ kind: "list", id, list: record, age: 60 })],
				["approved", encodeFogAnswer({ kind: "approved", id, approval })],
				["refused", encodeFogAnswer({ kind: "refused", id, code: "list-stale", detail: "90000 seconds" })],
				["time", encodeFogAnswer({ kind: "time", id, time, since: 60 })],
				["no tokens", encodeFogAnswer({ kind: "tokens", id, tokens: [], more: false })],
				[
					"tokens",
					encodeFogAnswer({ kind: "tokens", id, tokens: [{ output: request, token: record }], more: true }),
				],
				["kept tokens", encodeFogAnswer({ kind: "keptTokens", id, outputs: [record, request] })],
			],
		},
		["type-unknown", "kind 8", [0], 8],
		["malformed", "no id", [2], []],
		["too-many", "17 ids", [2], new Array(17).fill(0)],
	),
	{ name: "mandate", encodings: [["of yen", await mandateOf()]] },
	{ name: "fogApproval", encodings: [["of a payment", approval]] },
	{ name: "signedTime", encodings: [["of an operator", time]] },
];
