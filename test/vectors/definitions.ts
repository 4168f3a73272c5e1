/** Vectors of asset definitions. */
import {
	type ApprovalPart,
	approvalPayload,
	type Bytes,
	type DefinitionBody,
	type DefinitionDraft,
	definitionId,
	licenceHash,
	serialize,
	signDefinition,
	definition as signed,
} from "../../packages/protocol/src/index.ts";
import { accepts, changed, type Draft, flipped, refuses } from "./drafts.ts";
import {
	bytesOf,
	carol,
	day,
	densha,
	encodedList,
	machi,
	now,
	type Operator,
	type Person,
	personOf,
} from "./world.ts";

const person = (name: string, title: string, operator: Operator = densha): Promise<Person> =>
	personOf(name, "Ed25519", operator, { profile: { role: "auditor", class: title } });
const [ito, hana, ken] = [
	await person("ito", "proposer"),
	await person("hana", "approver"),
	await person("ken", "approver"),
] as const;
const es256 = await personOf("rin", "ES256", densha, { profile: { role: "auditor", class: "approver" } });
const elsewhere = await person("elsewhere", "approver", machi);
/** Of the same key as `hana`, under another certificate. */
const hanaAgain = await personOf("hana", "Ed25519", densha, {
	profile: { role: "auditor", class: "approver", region: "JP-13" },
});
const holder = await personOf("a holder who says approver", "Ed25519", densha, {
	profile: { class: "approver" },
});

/** Not a licence that verifies: here it is bytes with a key binding after the last tilde. */
const licence: Bytes = Uint8Array.from("a.licence.x~disclosure~key.binding.x", (c) => c.charCodeAt(0));

export const definitionBody: DefinitionBody = {
	operator: densha.id,
	code: "JPY",
	version: 1,
	validFrom: now - day,
	assetKind: "currency",
	nameJa: "電車円",
	nameEn: "Densha yen",
	scale: 0,
	spendWindow: 7 * day,
	redeemWindow: 30 * day,
	grace: day,
	ceiling: 1_000_000_000n,
	conditions: [{ kind: "hopLimit", hops: 8 }],
	licence: licenceHash(licence),
};

type Part = readonly [part: ApprovalPart, person: Person];
const usual: readonly Part[] = [
	["proposed", ito],
	["approved", hana],
	["approved", ken],
];

async function approvedBy(body: DefinitionBody, parts: readonly Part[]): Promise<DefinitionDraft> {
	const approvals = [];
	for (const [part, { signer, certificate, encoded }] of parts) {
		const payload = approvalPayload(part, definitionId(body), certificate.hash);
		approvals.push({ part, certificate: encoded, signature: await signer.sign("approval", payload) });
	}
	return { body, licence, approvals };
}

async function made(
	changes: Partial<DefinitionBody> = {},
	parts: readonly Part[] = usual,
	root = densha.root,
): Promise<Bytes> {
	return signDefinition(await approvedBy({ ...definitionBody, ...changes }, parts), root);
}

export const encodedDefinition: Bytes = await made();
export const definitionDraftMade: DefinitionDraft = await approvedBy(definitionBody, usual);
const body = [0, 0];
const approvals = [0, 2];
const given = (bytes: Bytes): { readonly definition: Bytes } => ({ definition: bytes });
const swapped = await approvedBy({ ...definitionBody, version: 2 }, usual);

export const definitions: Draft = {
	name: "definitions",
	comment: "Asset definitions under a trust list: docs/spec/definitions.md.",
	judge: "definition",
	given: { trustList: encodedList, operator: densha.id },
	cases: [
		accepts("one proposed it, two approved it", given(encodedDefinition)),
		accepts("by three approvers, one of them under ES256", {
			definition: await made({}, [...usual, ["approved", es256]]),
		}),
		accepts("in whatever order they signed", given(await made({}, [...usual].reverse()))),
		accepts("of an operator whose root is ES256", {
			operator: machi.id,
			definition: await made(
				{ operator: machi.id, code: "TICKET", assetKind: "ticket" },
				[
					["proposed", await person("machi proposer", "proposer", machi)],
					["approved", await person("machi approver", "approver", machi)],
					["approved", elsewhere],
				],
				machi.root,
			),
		}),
		refuses("asset-unknown", "another operator's", given(await made({ operator: machi.id }))),
		refuses("issuer-unknown", "of an operator that is not listed", {
			operator: bytesOf("nobody"),
			definition: await made({ operator: bytesOf("nobody") }),
		}),
		refuses("malformed", "spent longer than redeemed", given(await made({ spendWindow: 30 * day + 1 }))),
		refuses("licence-invalid", "another licence than was approved", {
			definition: changed(encodedDefinition, [0, 1], Uint8Array.of(1, 0x7e, 2)),
		}),
		accepts("the licence shown anew: its key binding is not in its hash", {
			definition: changed(
				encodedDefinition,
				[0, 1],
				Uint8Array.from("a.licence.x~disclosure~another.binding.x", (c) => c.charCodeAt(0)),
			),
		}),
		refuses("authority-unknown", "approved by another operator's person", {
			definition: await made({}, [...usual.slice(0, 2), ["approved", elsewhere]]),
		}),
		refuses("certificate-role", "approved by a proposer", {
			definition: await made({}, [...usual.slice(0, 2), ["approved", ito]]),
		}),
		refuses("certificate-role", "proposed by an approver", {
			definition: await made({}, [["proposed", hana], ...usual.slice(1)]),
		}),
		refuses("certificate-role", "approved by a holder of that class", {
			definition: await made({}, [...usual.slice(0, 2), ["approved", holder]]),
		}),
		refuses("authority-unknown", "approved by a holder of another operator", {
			definition: await made({}, [...usual.slice(0, 2), ["approved", carol]]),
		}),
		refuses("signature-invalid", "approvals of another version", {
			definition: await signDefinition({ ...swapped, body: definitionBody }, densha.root),
		}),
		refuses("signature-invalid", "an approval that counts as another part", {
			definition: await signDefinition(
				await approvedBy(definitionBody, usual).then((draft) => ({
					...draft,
					approvals: draft.approvals.map((each, i) =>
						i === 1 ? { ...each, signature: (draft.approvals[2] as typeof each).signature } : each,
					),
				})),
				densha.root,
			),
		}),
		refuses("signature-invalid", "a bit of an approval", {
			definition: changed(
				encodedDefinition,
				[...approvals, 1, 2],
				flipped((definitionDraftMade.approvals[1] as { signature: Bytes }).signature, 9),
			),
		}),
		refuses("approval-missing", "approved by one", given(await made({}, usual.slice(0, 2)))),
		refuses("approval-missing", "proposed by nobody", given(await made({}, usual.slice(1)))),
		refuses("approval-missing", "by nobody", given(await made({}, []))),
		refuses("approval-missing", "one approver twice", {
			definition: await made({}, [...usual.slice(0, 2), ["approved", hana]]),
		}),
		refuses("approval-missing", "one key under two certificates", {
			definition: await made({}, [...usual.slice(0, 2), ["approved", hanaAgain]]),
		}),
		refuses("approval-missing", "two proposers", {
			definition: await made({}, [...usual, ["proposed", await person("second", "proposer")]]),
		}),
		refuses("signature-invalid", "signed by the ruling key", {
			definition: await made({}, usual, densha.ruling),
		}),
		refuses("signature-invalid", "the root's signature over fewer approvals", {
			definition: serialize(signed, {
				draft: await approvedBy(definitionBody, [...usual, ["approved", es256]]),
				signature: await rootSignature(),
			}),
		}),
		refuses("amount-invalid", "a ceiling of zero", given(changed(encodedDefinition, [...body, 11], 0))),
		refuses("too-many", "ten approvals", {
			definition: changed(encodedDefinition, approvals, new Array(10).fill(0)),
		}),
		refuses("condition-unknown", "a condition that nobody knows", {
			definition: changed(encodedDefinition, [...body, 12, 0], [8]),
		}),
		refuses("too-large", "32,769 bytes", given(new Uint8Array(32_769))),
	],
};

async function rootSignature(): Promise<Bytes> {
	return (await made()).subarray(-64);
}
