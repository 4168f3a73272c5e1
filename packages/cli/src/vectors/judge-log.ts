/** Judges of logs: proofs, keys of notes, and checkpoints. */
import {
	isRefusal,
	leafHash,
	openCheckpoint,
	parseVerifierKey,
	type Refusal,
	refuse,
	toHex,
	type VerifierKey,
	verifyConsistency,
	verifyInclusion,
} from "@tenten/protocol";
import { bytesIn, bytesListIn, type Facts, type Judge, must, numberIn, textIn } from "./vector.ts";

export const judgeInclusion: Judge = (input) => {
	const leaf = leafHash(bytesIn(input, "entry"));
	const [index, size] = [numberIn(input, "index"), numberIn(input, "size")];
	const holds = verifyInclusion(leaf, index, size, bytesListIn(input, "path"), bytesIn(input, "root"));
	return holds ? {} : refuse("not-logged");
};

export const judgeConsistency: Judge = (input) => {
	const older = { size: numberIn(input, "oldSize"), root: bytesIn(input, "oldRoot") };
	const newer = { size: numberIn(input, "newSize"), root: bytesIn(input, "newRoot") };
	return verifyConsistency(older, newer, bytesListIn(input, "path")) ? {} : refuse("log-inconsistent");
};

export const judgeVerifierKey: Judge = (input) => {
	const key = parseVerifierKey(textIn(input, "text"));
	if (isRefusal(key)) return key;
	return { name: key.name, keyId: key.keyId, type: key.type, publicKey: toHex(key.publicKey) };
};

export const judgeCheckpoint: Judge = (input, verify): Facts | Refusal => {
	const opened = openCheckpoint(
		bytesIn(input, "note"),
		{ origin: textIn(input, "origin"), keys: keysIn(input, "keys"), witnesses: keysIn(input, "witnesses") },
		verify,
	);
	if (isRefusal(opened)) return opened;
	const cosignatures = opened.cosignatures.map(({ key, at }) => ({ name: key.name, at }));
	return { size: opened.size, root: toHex(opened.root), extensions: opened.extensions, cosignatures };
};

function keysIn(input: Facts, name: string): readonly VerifierKey[] {
	const texts = (input[name] ?? []) as readonly string[];
	return texts.map((text) => must(parseVerifierKey(text), name));
}
