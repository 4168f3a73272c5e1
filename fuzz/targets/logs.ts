/**
 * What others' logs and witnesses say: notes, checkpoints, keys, paths of tiles, bundles, and proofs.
 *
 * What is read as a note, a key or a path is written again to the same bytes; and whatever proof a stranger gives,
 * only the true one is taken.
 */
import {
	type Bytes,
	checkpointText,
	consistencyRanges,
	cosignNote,
	decodeItem,
	emptyRoot,
	encodeItem,
	equalBytes,
	fromUtf8,
	type Item,
	inclusionRanges,
	isRefusal,
	leafHash,
	type Node,
	openCheckpoint,
	parseCheckpoint,
	parseNote,
	parsePortableProof,
	parseSignatures,
	parseTilePath,
	parseVerifierKey,
	proofOf,
	readEntries,
	sha256,
	signNote,
	TreeEdge,
	tilePath,
	toUtf8,
	verifierKey,
	verifyConsistency,
	verifyInclusion,
	verifyPortableProof,
	writeEntries,
	writeNote,
	writePortableProof,
	writeSignatures,
	writeTile,
	writeVerifierKey,
} from "@tenten/protocol";
import { signerFrom, verify } from "../../packages/module/src/index.ts";
import { checkLog, recomputeLog } from "../../packages/operator/src/index.ts";
import { Broken, mustBeSame, outcomeOf, type Target } from "../target.ts";

const signer = signerFrom(sha256(Uint8Array.of(1)), "Ed25519");
const name = "log.example/a";
const key = verifierKey(name, "note", signer.key.bytes);
const witness = verifierKey("w.example", "cosignature", signer.key.bytes);

async function seedNote(origin: string, size: number): Promise<Bytes> {
	const text = checkpointText({ origin, size, root: emptyRoot });
	const signatures = [await signNote(text, name, signer), await cosignNote(text, "w.example", signer, 7)];
	return writeNote({ text, signatures });
}

const checkpoint: Target = {
	name: "log/checkpoint",
	weight: 6,
	open: async () => {
		const seeds = [await seedNote(name, 0), await seedNote(name, 123_456)];
		const signed = seeds
			.map((seed) => parseNote(seed))
			.flatMap((note) => (isRefusal(note) ? [] : [note.text]));
		return {
			seeds,
			form: "text",
			run: (input) => {
				const note = parseNote(input);
				if (!isRefusal(note)) mustBeSame(writeNote(note), input);
				const opened = openCheckpoint(input, { origin: name, keys: [key], witnesses: [witness] }, verify);
				if (isRefusal(opened)) return opened.code;
				if (!signed.some((text) => equalBytes(text, opened.note.text)))
					throw new Broken("a checkpoint that nobody signed");
				return "accepted";
			},
		};
	},
};

const text: Target = {
	name: "log/checkpoint text",
	weight: 1,
	open: async () => ({
		seeds: [checkpointText({ origin: name, size: 20_852_163, root: emptyRoot })],
		form: "text",
		run: (input) => {
			const read = parseCheckpoint(input);
			if (isRefusal(read)) return read.code;
			const lines = read.extensions.map((line) => `${line}\n`).join("");
			mustBeSame(Uint8Array.of(...checkpointText(read), ...toUtf8(lines)), input);
			return "accepted";
		},
	}),
};

const signatures: Target = {
	name: "log/signatures",
	weight: 2,
	open: async () => ({
		seeds: [writeSignatures([await cosignNote(toUtf8("a\n"), "w.example", signer, 7)])],
		form: "text",
		run: (input) => {
			const read = parseSignatures(input);
			if (isRefusal(read)) return read.code;
			mustBeSame(writeSignatures(read), input);
			return "accepted";
		},
	}),
};

const verifierKeys: Target = {
	name: "log/key",
	weight: 1,
	open: async () => ({
		seeds: [key, witness].map((each) => toUtf8(writeVerifierKey(each))),
		form: "text",
		run: (input) => {
			const typed = fromUtf8(input);
			if (typed === undefined) return "malformed";
			const read = parseVerifierKey(typed);
			if (isRefusal(read)) return read.code;
			mustBeSame(toUtf8(writeVerifierKey(read)), input);
			return "accepted";
		},
	}),
};

const paths: Target = {
	name: "log/path",
	weight: 1,
	open: async () => ({
		seeds: [0, 1, "entries" as const].map((level) => toUtf8(tilePath({ level, index: 1_234_067, width: 9 }))),
		form: "text",
		run: (input) => {
			const read = parseTilePath(fromUtf8(input) ?? "");
			if (isRefusal(read)) return read.code;
			mustBeSame(toUtf8(tilePath(read)), input);
			return "accepted";
		},
	}),
};

const bundle: Target = {
	name: "log/entries",
	weight: 1,
	open: async () => ({
		seeds: [writeEntries([toUtf8("a"), new Uint8Array(300), toUtf8("")])],
		form: "text",
		run: (input) => {
			const read = readEntries(input, 3);
			if (isRefusal(read)) return read.code;
			mustBeSame(writeEntries(read), input);
			return "accepted";
		},
	}),
};

const tile: Target = {
	name: "log/tile",
	weight: 1,
	open: async () => ({
		seeds: [Uint8Array.of(...emptyRoot, ...sha256(emptyRoot))],
		form: "text",
		run: async (input) => {
			const edge = await TreeEdge.at(2, async () => input);
			if (isRefusal(edge)) return edge.code;
			mustBeSame(writeTile(edge.partial()[0]?.hashes ?? []), input);
			return "accepted";
		},
	}),
};

const entries = Array.from({ length: 11 }, (_, i) => Uint8Array.of(i));
function rootOf(some: readonly Bytes[]): Bytes {
	const edge = new TreeEdge();
	for (const entry of some) edge.append(leafHash(entry));
	return edge.root();
}
const hashAt = ({ level, index }: Node): Bytes =>
	rootOf(entries.slice(index * 2 ** level, (index + 1) * 2 ** level));

const [inclusion, consistency] = [
	proofOf(inclusionRanges(3, 11), hashAt),
	proofOf(consistencyRanges(6, 11), hashAt),
];

/** Roots do not say their sizes, so the true path may fit another size; no other path fits any. */
const proof: Target = {
	name: "log/proof",
	weight: 2,
	open: async () => ({
		seeds: [encodeItem([3, 11, [...inclusion]]), encodeItem([6, 11, [...consistency]])],
		form: "items",
		run: (input) => {
			const item = decodeItem(input);
			if (isRefusal(item)) return item.code;
			const [a, b, path] = (Array.isArray(item) ? item : []) as readonly Item[];
			const hashes = Array.isArray(path) ? path.filter((hash) => hash instanceof Uint8Array) : [];
			if (typeof a !== "number" || typeof b !== "number") return "malformed";
			const is = (whole: readonly Bytes[]): boolean => equalBytes(writeTile(whole), writeTile(hashes));
			const isIn = verifyInclusion(leafHash(Uint8Array.of(3)), a, b, hashes, rootOf(entries));
			if (isIn && (a !== 3 || !is(inclusion))) throw new Broken("an entry in another place");
			const older = { size: a, root: rootOf(entries.slice(0, 6)) };
			const grew = verifyConsistency(older, { size: b, root: rootOf(entries) }, hashes);
			if (grew && !is(consistency)) throw new Broken("another proof of one growth");
			return isIn || grew ? "accepted" : "not-logged";
		},
	}),
};

const portable: Target = {
	name: "log/portable proof",
	weight: 4,
	open: async () => {
		const text = checkpointText({ origin: name, size: 11, root: rootOf(entries) });
		const note = writeNote({ text, signatures: [await signNote(text, name, signer)] });
		return {
			seeds: [writePortableProof({ index: 3, path: inclusion, checkpoint: note })],
			form: "text",
			run: (input) => {
				const read = parsePortableProof(input);
				if (isRefusal(read)) return read.code;
				mustBeSame(writePortableProof(read), input);
				const entry = Uint8Array.of(3);
				const judged = verifyPortableProof(read, entry, { origin: name, keys: [key] }, verify);
				if (!isRefusal(judged) && read.index !== 3) throw new Broken("an entry in another place");
				return outcomeOf(judged);
			},
		};
	},
};

/** One file of a log is whatever a server likes. */
const served: Target = {
	name: "log/served",
	weight: 10,
	open: async () => {
		const files = new Map<string, Bytes>();
		const edge = new TreeEdge();
		const listed = Array.from({ length: 3 }, (_, i) => toUtf8(`entry ${i}`));
		for (const entry of listed) edge.append(leafHash(entry));
		const text = checkpointText({ origin: name, size: 3, root: edge.root() });
		files.set("checkpoint", writeNote({ text, signatures: [await signNote(text, name, signer)] }));
		for (const { place, hashes } of edge.partial()) files.set(tilePath(place), writeTile(hashes));
		files.set("tile/entries/000.p/3", writeEntries(listed));
		const paths = [...files.keys()];
		return {
			seeds: paths.map((path, i) => Uint8Array.of(i, ...(files.get(path) as Bytes))),
			form: "text",
			run: async (input) => {
				const path = paths[(input[0] ?? 0) % paths.length];
				const source = async (asked: string) => (asked === path ? input.subarray(1) : files.get(asked));
				const keys = { origin: name, keys: [key] };
				const checked = await checkLog(source, keys, verify);
				const whole = await recomputeLog(source, keys, verify);
				for (const found of [checked, isRefusal(whole) ? whole : whole.checkpoint])
					if (!isRefusal(found) && !equalBytes(found.root, edge.root())) throw new Broken("another log");
				if (!isRefusal(whole) && isRefusal(checked)) throw new Broken("two verdicts on one log");
				return outcomeOf(whole);
			},
		};
	},
};

export const logTargets: readonly Target[] = [
	checkpoint,
	text,
	signatures,
	verifierKeys,
	paths,
	bundle,
	tile,
	proof,
	portable,
	served,
];
