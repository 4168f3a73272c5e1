/** Vectors of what witnesses sign of seals. */
import {
	type Bytes,
	keyId,
	sealHash,
	signCosignature,
	signSealRefusal,
} from "../../packages/protocol/src/index.ts";
import { id, operator, yen } from "../../packages/protocol/test/seal/support/sealed.ts";
import { accepts, type Case, changed, type Draft, flipped, refuses } from "./drafts.ts";

import { kept } from "./sealed-scene.ts";
import { signerOf } from "./world.ts";

const witness = signerOf("witness of seals", "ES256");
const secondWitness = signerOf("second witness of seals", "Ed25519");
export const name = { operator, number: kept.number, seal: sealHash(kept) };
export const cosigned: Bytes = await signCosignature({ ...name, signedAt: 1_012 }, witness);
export const refused: Bytes = await signSealRefusal(
	{
		...name,
		broken: [
			{ rule: "time-back", about: null },
			{ rule: "reserve-short", about: yen },
		],
		refusedAt: 1_012,
	},
	witness,
);

/** What both kinds of word share: `time` is where its seconds stand. */
const wordCases = (word: Bytes, otherWord: Bytes, signed: Bytes, time: number): readonly Case[] => [
	accepts("a witness's word", { word }),
	accepts("of another witness, which is asked for", { word: signed, signer: keyId(secondWitness.key) }),
	refuses("authority-unknown", "of another witness", { word: signed }),
	refuses("authority-unknown", "of another witness, and wrong", {
		word: changed(signed, [2], new Uint8Array(64)),
	}),
	refuses("signature-invalid", "of another seal", { word: changed(word, [0, 2], flipped(name.seal)) }),
	refuses("signature-invalid", "of another number", { word: changed(word, [0, 1], 8) }),
	refuses("signature-invalid", "of another time", { word: changed(word, [0, time], 1_013) }),
	refuses("signature-invalid", "of another operator", { word: changed(word, [0, 0], id(3)) }),
	refuses("malformed", "the other kind of word", { word: otherWord }),
	refuses("malformed", "a signature of 63 bytes", { word: changed(word, [2], new Uint8Array(63)) }),
];

const secondCosigned = await signCosignature({ ...name, signedAt: 1_012 }, secondWitness);
const secondRefused = await signSealRefusal(
	{ ...name, broken: [{ rule: "stale", about: null }], refusedAt: 1_012 },
	secondWitness,
);

export const sealCosignatures: Draft = {
	name: "seal-cosignatures",
	comment: "A witness found every rule of a seal kept: docs/spec/seals.md#what-a-witness-signs.",
	judge: "sealCosignature",
	given: { signer: keyId(witness.key) },
	cases: [
		...wordCases(cosigned, refused, secondCosigned, 3),
		refuses("malformed", "of seal 0", { word: changed(cosigned, [0, 1], 0) }),
	],
};

export const sealRefusals: Draft = {
	name: "seal-refusals",
	comment: "A witness found rules of a seal broken: docs/spec/seals.md#what-a-witness-signs.",
	judge: "sealRefusal",
	given: { signer: keyId(witness.key) },
	cases: [
		...wordCases(refused, cosigned, secondRefused, 4),
		refuses("signature-invalid", "another rule", { word: changed(refused, [0, 3, 0, 0], 3) }),
		refuses("malformed", "no rule", { word: changed(refused, [0, 3], []) }),
		refuses("too-many", "seventeen rules", { word: changed(refused, [0, 3], new Array(17).fill([5, null])) }),
		refuses("malformed", "a rule that is not listed", { word: changed(refused, [0, 3, 0, 0], 18) }),
	],
};
