/** Vectors of signatures: plain ones with their edge cases, and those of every type that is signed. */
import {
	type Bytes,
	encodeItem,
	type SignedType,
	type Signer,
	signedTypes,
} from "../../packages/protocol/src/index.ts";
import { accepts, type Case, type Draft, flipped, type Inputs, refuses } from "./drafts.ts";
import { ed25519Cases } from "./ed25519.ts";
import { es256Cases } from "./es256.ts";
import { encodedKeyOf, signerOf } from "./world.ts";

const comment = "What a suite says of plain bytes: docs/spec/crypto.md#one-verdict.";
const given = {};
export const ed25519Signatures: Draft = {
	name: "signatures-ed25519",
	comment,
	judge: "signature",
	given,
	cases: ed25519Cases,
};
export const es256Signatures: Draft = {
	name: "signatures-es256",
	comment,
	judge: "signature",
	given,
	cases: es256Cases,
};

const payload = encodeItem(["what is signed"]);
const invalid = "signature-invalid";

async function signedBy(signer: Signer, type: SignedType): Promise<Inputs & { readonly signature: Bytes }> {
	return { type, key: encodedKeyOf(signer), payload, signature: await signer.sign(type, payload) };
}

async function casesOf(signer: Signer): Promise<readonly Case[]> {
	const { suite } = signer.key;
	const cases: Case[] = [];
	for (const [i, type] of signedTypes.entries()) {
		const signed = await signedBy(signer, type);
		const other = signedTypes[(i + 1) % signedTypes.length] as SignedType;
		cases.push(
			accepts(`${suite}: ${type}`, signed),
			refuses(invalid, `${suite}: ${type}, shown as ${other}`, { ...signed, type: other }),
		);
	}
	const link = await signedBy(signer, "link");
	const stranger = signerOf("another signer", suite);
	return [
		...cases,
		refuses(invalid, `${suite}: another payload`, { ...link, payload: flipped(payload, 3) }),
		refuses(invalid, `${suite}: another key`, { ...link, key: encodedKeyOf(stranger) }),
		refuses(invalid, `${suite}: a signature of 63 bytes`, { ...link, signature: link.signature.subarray(1) }),
		refuses(invalid, `${suite}: a signature of zeros`, { ...link, signature: new Uint8Array(64) }),
	];
}

export const signed: Draft = {
	name: "signed",
	comment: "Every type that is signed, under both suites: docs/spec/crypto.md#signatures.",
	judge: "signed",
	given: {},
	cases: [
		...(await casesOf(signerOf("a signer", "Ed25519"))),
		...(await casesOf(signerOf("a signer", "ES256"))),
	],
};
