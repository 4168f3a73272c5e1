/** A log that signs whatever history it is told to, and witnesses of it: for tests of what a witness lets pass. */
import {
	type Bytes,
	checkpointText,
	consistencyRanges,
	type KnownLogs,
	leafHash,
	proofOf,
	type Signer,
	sha256,
	signNote,
	TreeEdge,
	toUtf8,
	verifierKey,
	writeCheckpointRequest,
	writeNote,
} from "@tenten/protocol";
import { signerFrom } from "../../../module/src/index.ts";

export const origin = "log.tenten.example";
export const logSigner: Signer = signerFrom(sha256(Uint8Array.of(1)), "Ed25519");
export const logKey = verifierKey(origin, "note", logSigner.key.bytes);
export const logs: KnownLogs = new Map([[origin, [logKey]]]);

export const witnessSigner = (number: number): Signer =>
	signerFrom(sha256(Uint8Array.of(100, number)), "Ed25519");
export const witnessKey = (number: number) =>
	verifierKey(`witness${number}.tenten.example`, "cosignature", witnessSigner(number).key.bytes);

/** Entries, in order. */
export type History = readonly string[];

function rootOfRange(history: History, from: number, to: number): Bytes {
	const edge = new TreeEdge();
	for (const entry of history.slice(from, to)) edge.append(leafHash(toUtf8(entry)));
	return edge.root();
}

export const rootOf = (history: History): Bytes => rootOfRange(history, 0, history.length);

/** The first `oldSize` entries of a history are in all of it. */
export function proofFrom(history: History, oldSize: number): readonly Bytes[] {
	return proofOf(consistencyRanges(oldSize, history.length), ({ level, index }) =>
		rootOfRange(history, index * 2 ** level, (index + 1) * 2 ** level),
	);
}

export async function checkpointOf(history: History, signer = logSigner, name = origin): Promise<Bytes> {
	const text = checkpointText({ origin: name, size: history.length, root: rootOf(history) });
	return writeNote({ text, signatures: [await signNote(text, name, signer)] });
}

export async function requestOf(oldSize: number, history: History): Promise<Bytes> {
	const proof = oldSize <= history.length ? proofFrom(history, oldSize) : [];
	return writeCheckpointRequest({ oldSize, proof, note: await checkpointOf(history) });
}

/** So many entries, the same up to `fork`. */
export function historyOf(size: number, fork = size, branch = "other"): History {
	return Array.from({ length: size }, (_, i) => (i < fork ? `${i}` : `${i} ${branch}`));
}

export function ask(url: string, body: Bytes): Promise<Response> {
	return fetch(`${url}/add-checkpoint`, { method: "POST", body: new Uint8Array(body) });
}
