/**
 * `bench log`: entries a second that a log takes until they are durable, integrated and under a checkpoint that is
 * published, in rounds of 10,000; beside the bare hashes of their tree, and the bare writes and syncs of as many
 * bytes in as many files. Then proofs from a log of 100,000 entries, each read from its tiles anew, beside the hashes
 * that the verifier needs.
 */
import { hash } from "node:crypto";
import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateKey, signerFrom } from "@tenten/module";
import { folderSource, LogReader, LogWriter, publicFolder } from "@tenten/operator";
import {
	type Bytes,
	checkpointText,
	cosignNote,
	emptyRoot,
	inclusionRanges,
	isRefusal,
	leafHash,
	type Refusal,
	signNote,
	verifyInclusion,
	writeNote,
} from "@tenten/protocol";
import type { Output } from "../output.ts";
import { random } from "../surroundings.ts";
import { race, ratioOf } from "./race.ts";
import type { BenchResult } from "./result.ts";
import { diskSyncResult } from "./sync.ts";

const entriesARound = 10_000;
const entryBytes = 128;
/** 10,000 entries fill so many bundles, and as many tiles; and begin a few. */
const filesARound = 2 * Math.ceil(entriesARound / 256) + 3;
const proofSize = 100_000;
const rounds = 7;

export async function benchLog(output: Output): Promise<readonly BenchResult[]> {
	const root = mkdtempSync(join(tmpdir(), "tenten-bench-log-"));
	try {
		output.say(`log: rounds of ${entriesARound} entries, and proofs of ${proofSize} …`);
		const signer = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
		mkdirSync(join(root, "log"));
		const log = must(await LogWriter.begin(join(root, "log"), "log.example/bench", signer));
		const entries = Array.from({ length: entriesARound }, () => random(entryBytes));
		const appending = await race(
			{
				ours: () => appended(log, entries),
				hashing: () => bareTree(entries),
				syncing: () => bareFiles(root, entriesARound * (entryBytes + 34)),
			},
			{ rounds, slice_ms: 1 },
		);
		while (log.size < proofSize) await appended(log, entries);
		const proofs = await benchProofs(log, publicFolder(join(root, "log")));
		await log.close();
		const common = { name: "log", peer: null, target: null, rounds } as const;
		const { ours, hashing, syncing } = appending;
		return [
			{
				...common,
				metric: `append, integrate, checkpoint, durable, beside the bare hashes`,
				unit: "entries/s",
				ours: entriesARound / ours.each_s,
				limit: entriesARound / hashing.each_s,
				ratio: 1 / ratioOf(ours, hashing),
				spread: ours.spread,
				target: { of: "ours", atLeast: 10_000 },
			},
			{
				...common,
				metric: `the same beside ${filesARound} files of as many bytes, written and synced`,
				unit: "entries/s",
				ours: entriesARound / ours.each_s,
				limit: entriesARound / syncing.each_s,
				ratio: 1 / ratioOf(ours, syncing),
				spread: syncing.spread,
			},
			...proofs,
			{
				...common,
				metric: "checkpoint with 5 cosignatures",
				unit: "bytes",
				ours: await checkpointBytes(),
				limit: null,
				ratio: null,
				spread: null,
				target: { of: "ours", atMost: 900 },
			},
			diskSyncResult("log", root),
		];
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
}

function must<T>(value: T | Refusal): T {
	if (isRefusal(value)) throw new Error(`${value.code}: ${value.detail}`);
	return value as T;
}

async function appended(log: LogWriter, entries: readonly Bytes[]): Promise<void> {
	must(await log.append(entries));
	await log.integrate();
}

/** The hashes that a tree of these entries cannot do without: a leaf and a node each. */
function bareTree(entries: readonly Bytes[]): void {
	const node = new Uint8Array(65);
	const leaf = new Uint8Array(1 + entryBytes);
	for (const entry of entries) {
		leaf.set(entry, 1);
		hash("sha256", leaf, "buffer");
		hash("sha256", node, "buffer");
	}
}

/** As many bytes in as many files, each durable before the next. */
function bareFiles(root: string, bytes: number): void {
	const content = new Uint8Array(Math.ceil(bytes / filesARound));
	for (let i = 0; i < filesARound; i++) {
		const path = join(root, `bare-${i}`);
		rmSync(path, { force: true });
		const file = openSync(path, "w");
		writeSync(file, content);
		fdatasyncSync(file);
		closeSync(file);
	}
}

async function benchProofs(log: LogWriter, folder: string): Promise<readonly BenchResult[]> {
	const { size, root } = log.published;
	const source = folderSource(folder);
	let place = 0;
	const next = (): number => {
		place = (place * 31 + 7919) % size;
		return place;
	};
	const proved = next();
	const path = must(await log.reader().inclusion(proved));
	const leaf = leafHash(must(await log.reader().entry(proved)));
	const node = new Uint8Array(65);
	const { making, verifying, hashing } = await race(
		{
			making: async () => must(await new LogReader(source, size).inclusion(next())),
			verifying: () => {
				if (!verifyInclusion(leaf, proved, size, path, root)) throw new Error("a proof that does not hold");
			},
			hashing: () => {
				for (let i = 0; i < inclusionRanges(proved, size).length; i++) hash("sha256", node, "buffer");
			},
		},
		{ rounds, slice_ms: 40 },
	);
	const common = { name: "log", peer: null, target: null, rounds } as const;
	return [
		{
			...common,
			metric: `inclusion proofs of ${size} entries, from tiles on disk`,
			unit: "proofs/s",
			ours: 1 / making.each_s,
			limit: null,
			ratio: null,
			spread: making.spread,
		},
		{
			...common,
			metric: "inclusion proofs verified, beside their bare hashes",
			unit: "proofs/s",
			ours: 1 / verifying.each_s,
			limit: 1 / hashing.each_s,
			ratio: 1 / ratioOf(verifying, hashing),
			spread: verifying.spread,
		},
	];
}

/** Of a log and witnesses with names of ordinary length. */
async function checkpointBytes(): Promise<number> {
	const signer = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
	const origin = "log.tenten.example/jpy";
	const text = checkpointText({ origin, size: 123_456_789, root: emptyRoot });
	const cosignatures = [1, 2, 3, 4, 5].map((i) =>
		cosignNote(text, `witness${i}.tenten.example`, signer, 1_900_000_000),
	);
	const signatures = [await signNote(text, origin, signer), ...(await Promise.all(cosignatures))];
	return writeNote({ text, signatures }).length;
}
