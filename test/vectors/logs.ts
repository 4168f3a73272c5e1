/** Vectors of logs: proofs, keys and checkpoints, and what each is not. */
import { openEd25519 } from "../../packages/module/src/suite/ed25519.ts";
import {
	type Bytes,
	checkpointText,
	consistencyRanges,
	cosignNote,
	emptyRoot,
	inclusionRanges,
	leafHash,
	type Node,
	proofOf,
	type Signer,
	sha256,
	signNote,
	TreeEdge,
	toBase64,
	toUtf8,
	verifierKey,
	writeNote,
	writeVerifierKey,
} from "../../packages/protocol/src/index.ts";
import { accepts, type Case, type Draft, flipped, refuses } from "./drafts.ts";

const entriesOf = (size: number): readonly Bytes[] =>
	Array.from({ length: size }, (_, i) => toUtf8(`entry ${i}`));

function rootOf(entries: readonly Bytes[]): Bytes {
	const edge = new TreeEdge();
	for (const entry of entries) edge.append(leafHash(entry));
	return edge.root();
}

const hashAt =
	(entries: readonly Bytes[]) =>
	({ level, index }: Node): Bytes =>
		rootOf(entries.slice(index * 2 ** level, (index + 1) * 2 ** level));

function included(index: number, size: number) {
	const entries = entriesOf(size);
	const path = proofOf(inclusionRanges(index, size), hashAt(entries));
	return { entry: entries[index] as Bytes, index, size, path, root: rootOf(entries) };
}

const places: readonly (readonly [number, number])[] = [
	[0, 1],
	[0, 2],
	[1, 2],
	[2, 3],
	[0, 7],
	[3, 7],
	[6, 7],
	[255, 256],
	[256, 257],
	[4, 300],
	[299, 300],
];

function inclusionCases(): readonly Case[] {
	const proof = included(3, 7);
	const [first, ...rest] = proof.path as [Bytes, ...Bytes[]];
	return [
		...places.map(([index, size]) => accepts(`entry ${index} of ${size}`, included(index, size))),
		...proof.path.map((_, at) =>
			refuses("not-logged", `hash ${at} of the path is another`, {
				...proof,
				path: proof.path.map((hash, i) => (i === at ? flipped(hash) : hash)),
			}),
		),
		refuses("not-logged", "another entry", { ...proof, entry: toUtf8("entry 4") }),
		refuses("not-logged", "another place", { ...proof, index: 2 }),
		refuses("not-logged", "a place beyond the log", { ...proof, index: 7 }),
		refuses("not-logged", "a place before it", { ...proof, index: -1 }),
		refuses("not-logged", "another size", { ...proof, size: 15 }),
		refuses("not-logged", "another root", { ...proof, root: flipped(proof.root) }),
		refuses("not-logged", "a path without its first hash", { ...proof, path: rest }),
		refuses("not-logged", "a hash too many", { ...proof, path: [...proof.path, first] }),
		refuses("not-logged", "a hash of 31 bytes", { ...proof, path: [first.slice(1), ...rest] }),
		refuses("not-logged", "an empty log", { ...proof, index: 0, size: 0, path: [], root: emptyRoot }),
	];
}

export const inclusions: Draft = {
	name: "log-inclusions",
	comment: "Whether an entry is in a log: docs/spec/log.md#tree.",
	judge: "inclusion",
	given: {},
	cases: inclusionCases(),
};

function grown(oldSize: number, newSize: number) {
	const entries = entriesOf(newSize);
	return {
		oldSize,
		oldRoot: rootOf(entries.slice(0, oldSize)),
		newSize,
		newRoot: rootOf(entries),
		path: proofOf(consistencyRanges(oldSize, newSize), hashAt(entries)),
	};
}

const growths: readonly (readonly [number, number])[] = [
	[0, 0],
	[0, 5],
	[1, 1],
	[1, 2],
	[3, 7],
	[4, 7],
	[6, 7],
	[6, 8],
	[8, 9],
	[255, 257],
	[256, 300],
	[299, 300],
];

function consistencyCases(): readonly Case[] {
	const proof = grown(6, 11);
	const wrong = "log-inconsistent";
	return [
		...growths.map(([older, newer]) => accepts(`${older} grew to ${newer}`, grown(older, newer))),
		...proof.path.map((_, at) =>
			refuses(wrong, `hash ${at} of the path is another`, {
				...proof,
				path: proof.path.map((hash, i) => (i === at ? flipped(hash) : hash)),
			}),
		),
		refuses(wrong, "another history", { ...proof, oldRoot: flipped(proof.oldRoot) }),
		refuses(wrong, "another end", { ...proof, newRoot: flipped(proof.newRoot) }),
		refuses(wrong, "it shrank", { ...proof, oldSize: 11, newSize: 6 }),
		refuses(wrong, "another old size", { ...proof, oldSize: 5 }),
		refuses(wrong, "another new size", { ...proof, newSize: 22 }),
		refuses(wrong, "no path", { ...proof, path: [] }),
		refuses(wrong, "a path of a log of four without its only hash", { ...grown(4, 8), path: [] }),
		refuses(wrong, "a hash too many", { ...proof, path: [...proof.path, proof.oldRoot] }),
		refuses(wrong, "one size, two roots", { ...grown(5, 5), oldRoot: flipped(proof.oldRoot) }),
		refuses(wrong, "one size, and a path", { ...grown(5, 5), path: [proof.oldRoot] }),
		refuses(wrong, "from nothing, and a path", { ...grown(0, 5), path: [proof.oldRoot] }),
		refuses(wrong, "from nothing that is something", { ...grown(0, 5), oldRoot: proof.oldRoot }),
	];
}

export const consistencies: Draft = {
	name: "log-consistencies",
	comment: "Whether a log only grew: docs/spec/log.md#tree.",
	judge: "consistency",
	given: {},
	cases: consistencyCases(),
};

/** Signs as it stands: these keys are of notes alone. */
function noteSigner(seed: string): Signer {
	const { publicKey, sign } = openEd25519(sha256(toUtf8(seed)));
	return { key: { suite: "Ed25519", bytes: publicKey }, sign: async (_, payload) => sign(payload) };
}

const log = noteSigner("log");
const witness = noteSigner("witness");
const name = "log.tenten.example/jpy";
const witnessName = "witness.example/w1";
const logKey = writeVerifierKey(verifierKey(name, "note", log.key.bytes));
const witnessKey = writeVerifierKey(verifierKey(witnessName, "cosignature", witness.key.bytes));
const text = checkpointText({ origin: name, size: 20_852_163, root: sha256(toUtf8("root")) });
const own = await signNote(text, name, log);
const cosigned = await cosignNote(text, witnessName, witness, 1_679_315_147);
const note = writeNote({ text, signatures: [own, cosigned] });

const zeroKey = verifierKey("a.example", "note", new Uint8Array(32));
const peter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

export const verifierKeys: Draft = {
	name: "log-keys",
	comment: "A key of notes, as text: docs/spec/log.md#notes-and-keys.",
	judge: "verifierKey",
	given: {},
	cases: [
		accepts("the key of the documentation of Go's notes", { text: peter }),
		accepts("a key of a log", { text: logKey }),
		accepts("a key of a witness", { text: witnessKey }),
		accepts("a name in Japanese", {
			text: writeVerifierKey(verifierKey("転々.example", "note", log.key.bytes)),
		}),
		refuses("type-unknown", "a key of another type", {
			text: "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		}),
		refuses("malformed", "an id of another key", { text: peter.replace("c74f20a3", "c74f20a4") }),
		refuses("malformed", "an id in capitals", { text: peter.replace("c74f20a3", "C74F20A3") }),
		refuses("malformed", "another name", { text: peter.replace("Peter", "Petra") }),
		refuses("malformed", "no name", { text: peter.replace("PeterNeumann", "") }),
		refuses("malformed", "a name with a space", { text: peter.replace("PeterNeumann", "Peter Neumann") }),
		refuses("malformed", "a name with a no-break space", { text: peter.replace("rN", "r\u00a0N") }),
		refuses("malformed", "a key of 31 bytes", {
			text: `${writeVerifierKey(zeroKey).slice(0, -44)}${toBase64(Uint8Array.of(1, ...new Uint8Array(31)))}`,
		}),
		refuses("malformed", "no key", { text: "PeterNeumann+c74f20a3+" }),
		refuses("malformed", "a line more", { text: `${peter}\n` }),
		refuses("malformed", "nothing", { text: "" }),
	],
};

const edited = (from: string, to: string): Bytes => {
	const before = Buffer.from(note).toString("utf8");
	if (!before.includes(from)) throw new Error(`no ${from}`);
	return toUtf8(before.replace(from, to));
};

async function signedText(lines: string): Promise<Bytes> {
	const other = toUtf8(lines);
	return writeNote({ text: other, signatures: [await signNote(other, name, log)] });
}

const root = toBase64(sha256(toUtf8("root")));
const stranger = { ...own, name: "elsewhere.example" };
const notes = {
	stranger: writeNote({ text, signatures: [stranger] }),
	both: writeNote({ text, signatures: [stranger, own] }),
	broken: writeNote({ text, signatures: [own, { ...own, signature: flipped(own.signature) }] }),
	short: writeNote({ text, signatures: [{ ...own, signature: own.signature.subarray(1) }] }),
	many: writeNote({ text, signatures: Array.from({ length: 100 }, () => own) }),
	tooMany: writeNote({ text, signatures: Array.from({ length: 101 }, () => own) }),
	cosigned: writeNote({ text, signatures: [own, { ...cosigned, signature: flipped(cosigned.signature) }] }),
	replaced: writeNote({
		text,
		signatures: [own, { ...cosigned, signature: Uint8Array.of(0, ...cosigned.signature.subarray(0, 71)) }],
	}),
	unsafe: writeNote({
		text,
		signatures: [own, { ...cosigned, signature: Uint8Array.of(0, 32, ...cosigned.signature.subarray(2)) }],
	}),
};

const bad = (comment: string, bytes: Bytes, code = "malformed"): Case =>
	refuses(code, comment, { note: bytes });

export const checkpoints: Draft = {
	name: "log-checkpoints",
	comment: "A checkpoint under the keys of its log and of witnesses: docs/spec/log.md#checkpoints.",
	judge: "checkpoint",
	given: { origin: name, keys: [logKey], witnesses: [witnessKey] },
	cases: [
		accepts("signed and cosigned", { note }),
		accepts("no witness is asked for", { note, witnesses: [] }),
		accepts("a signature of a stranger first", { note: notes.both }),
		accepts("a hundred signatures", { note: notes.many }),
		accepts("no entries", { note: await signedText(`${name}\n0\n${toBase64(emptyRoot)}\n`) }),
		accepts("extension lines", { note: await signedText(`${name}\n5\n${root}\nmore\nand more\n`) }),
		accepts("2^53 - 1 entries", { note: await signedText(`${name}\n9007199254740991\n${root}\n`) }),
		bad("101 signatures", notes.tooMany, "too-many"),
		bad("131,073 bytes", new Uint8Array(131_073).fill(0x61), "too-large"),
		bad("nothing", new Uint8Array(0)),
		bad("no signature", toUtf8(`${name}\n5\n${root}\n\n`)),
		bad("no blank line", toUtf8(`${name}\n5\n${root}\n`)),
		bad("no newline at its end", note.slice(0, -1)),
		bad("a carriage return", edited("\n", "\r\n")),
		bad("no UTF-8", Uint8Array.of(0xff, ...note)),
		bad("another dash", edited("—", "–")),
		bad("a second space", edited("— ", "—  ")),
		bad("a name with a plus sign", edited(`— ${name}`, "— a+b")),
		bad("a line that is no signature", Uint8Array.of(...note, ...toUtf8("more\n"))),
		bad("spare bits in base64", edited("==\n", "=A\n")),
		bad("2^53 entries", await signedText(`${name}\n9007199254740992\n${root}\n`)),
		bad("a leading zero", await signedText(`${name}\n05\n${root}\n`)),
		bad("a negative size", await signedText(`${name}\n-5\n${root}\n`)),
		bad("a root of 31 bytes", await signedText(`${name}\n5\n${toBase64(new Uint8Array(31))}\n`)),
		bad("an empty line inside", await signedText(`${name}\n\n5\n${root}\n`)),
		bad("two lines", await signedText(`${name}\n5\n`)),
		bad("another log", await signedText(`log.tenten.example/eur\n5\n${root}\n`)),
		bad("a size that was not signed", edited("20852163", "20852164"), "signature-invalid"),
		bad("a stranger alone", notes.stranger, "signature-invalid"),
		bad("a signature that holds and one that does not", notes.broken, "signature-invalid"),
		bad("a signature of 63 bytes", notes.short, "signature-invalid"),
		bad("a cosignature that does not hold", notes.cosigned, "signature-invalid"),
		bad("a cosignature of another time", notes.replaced, "signature-invalid"),
		bad("a cosignature of a time beyond 2^53", notes.unsafe, "signature-invalid"),
		accepts("a log is no witness of itself", { note, witnesses: [logKey] }),
		refuses("signature-invalid", "a witness in the place of the log", { note, keys: [witnessKey] }),
		refuses("signature-invalid", "a witness alone is no log", { note, keys: [], witnesses: [witnessKey] }),
	],
};
