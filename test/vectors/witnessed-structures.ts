/** Structures that ecosystems show each other: leaves of logs, proofs, agreements, outcomes, what convicts a log. */
import { logLeaf, sealProof, serializeMisbehaviour } from "../../packages/protocol/src/index.ts";
import { encodedAgreement, encodedQuote } from "./agreements.ts";
import { eachOutcome } from "./crossing-outcomes.ts";
import { fogStructures } from "./fog.ts";
import { listStructure } from "./lists.ts";
import { eachMisbehaviour } from "./misbehaviour.ts";
import { crossingMessages } from "./rule-books.ts";
import { eachProof } from "./seal-proofs.ts";
import { eachLeaf } from "./seal-rules.ts";
import { cosigned, refused } from "./seal-words.ts";
import { also, of, type Structure } from "./structure-cases.ts";

const nothing = new Uint8Array();

export const witnessedStructures: readonly Structure[] = [
	...crossingMessages,
	...fogStructures,
	listStructure,
	also(
		of(logLeaf, "logLeaf", ...eachLeaf),
		["type-unknown", "kind 7", [0], 7],
		["malformed", "number 0", [1, 1], 0],
		["malformed", "a state of 31 bytes", [1, 4], new Uint8Array(31)],
		["too-many", "65 reserves", [1, 6], new Array(65).fill(0)],
		["too-many", "129 positions", [1, 7], new Array(129).fill(0)],
		["too-many", "65 checkpoints", [1, 8], new Array(65).fill(0)],
		["amount-invalid", "a total of null", [1, 5, 0, 2], null],
	),
	also(
		of(sealProof, "sealProof", ...eachProof.map((proof) => [proof.kind, proof] as const)),
		["type-unknown", "kind 4", [0], 4],
		["malformed", "a bitmap of 33 bytes", [2, 2], new Uint8Array(33)],
	),
	{ name: "sealCosignature", encodings: [["a word", cosigned]] },
	also({ name: "sealRefusal", encodings: [["a word", refused]] }, ["malformed", "rule 0", [0, 3, 0, 0], 0]),
	also(
		{ name: "agreement", encodings: [["signed by both", encodedAgreement]] },
		["malformed", "liable: nobody", [0, 10], 0],
		["amount-invalid", "a fee below zero", [0, 6, 0], -1],
	),
	also({ name: "signedQuote", encodings: [["signed by both", encodedQuote]] }, [
		"amount-invalid",
		"pays nothing",
		[0, 5],
		0,
	]),
	also(
		{ name: "outcome", encodings: eachOutcome },
		["type-unknown", "a word of kind 0", [3, 4, 0, 0], 0],
		["malformed", "an empty checkpoint", [2, 3, 0], nothing],
		["too-many", "64 hashes of a path", [2, 3, 2], new Array(64).fill(0)],
	),
	also(
		{
			name: "misbehaviour",
			encodings: eachMisbehaviour.map(
				(file, i) => [`${i + 1}: ${file.kind}`, serializeMisbehaviour(file)] as const,
			),
		},
		["type-unknown", "kind 3", [0], 3],
		["malformed", "an empty note", [1], nothing],
	),
];
