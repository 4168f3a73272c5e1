/** Logs that are appended to: durable before they are acknowledged, one checkpoint a size, whole after every cut. */
import assert from "node:assert/strict";
import {
	cpSync,
	existsSync,
	globSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import {
	type Bytes,
	cosignNote,
	isRefusal,
	leafHash,
	parseNote,
	TreeEdge,
	toHex,
	toUtf8,
	verifierKey,
	verifyConsistency,
	verifyInclusion,
} from "@tenten/protocol";
import { generateKey, signerFrom, verify } from "../../../module/src/index.ts";
import { LogEnd } from "../../src/log/end.ts";
import {
	checkLog,
	folderSource,
	type LogOptions,
	LogReader,
	LogWriter,
	publicFolder,
	recomputeLog,
} from "../../src/log/index.ts";
import { codeOf, entries, entry, keys, must, origin, signer } from "../support/log-scene.ts";
import { inNewFolder } from "../support/new-folder.ts";

function rootOf(size: number): Bytes {
	const edge = new TreeEdge();
	for (let i = 0; i < size; i++) edge.append(leafHash(entry(i)));
	return edge.root();
}

const begin = async (folder: string, options: LogOptions = {}): Promise<LogWriter> =>
	must(await LogWriter.begin(folder, origin, signer, options));
const reopen = async (folder: string, options: LogOptions = {}): Promise<LogWriter> =>
	must(await LogWriter.open(folder, signer, options));

test("what is appended is under a checkpoint, provable at once and after every later one", () =>
	inNewFolder(async (folder) => {
		const log = await begin(folder);
		const steps = [1, 2, 255, 256, 257, 511, 512, 700, 70_000];
		let older = must(await checkLog(folderSource(publicFolder(folder)), keys, verify));
		for (const size of steps) {
			assert.deepEqual(await log.append(entries(log.size, size)), { first: older.size });
			const published = await log.integrate();
			assert.deepEqual([published.size, toHex(published.root)], [size, toHex(rootOf(size))]);
			const checkpoint = must(await checkLog(folderSource(publicFolder(folder)), keys, verify, older));
			const reader = log.reader();
			assert.ok(verifyConsistency(older, checkpoint, must(await reader.consistency(older.size))));
			for (const index of [0, Math.floor(size / 2), size - 1]) {
				const path = must(await reader.inclusion(index));
				assert.ok(verifyInclusion(leafHash(entry(index)), index, size, path, published.root));
				assert.deepEqual(await reader.entry(index), entry(index));
			}
			assert.equal(codeOf(await reader.inclusion(size)), "not-logged");
			assert.equal(codeOf(await reader.entry(size)), "not-logged");
			assert.equal(codeOf(await reader.consistency(size + 1)), "log-inconsistent");
			older = checkpoint;
		}
		await log.close();
		const whole = must(await recomputeLog(folderSource(publicFolder(folder)), keys, verify));
		assert.equal(whole.checkpoint.size, 70_000);
		const partial = globSync(join(publicFolder(folder), "**/*.p"));
		assert.equal(partial.length, 4, "one partial tile a level, and the last bundle");
	}));

test("the newest sizes' partial tiles stay until the full one is there", () =>
	inNewFolder(async (folder) => {
		const log = await begin(folder);
		for (const size of [10, 20, 255]) {
			must(await log.append(entries(log.size, size)));
			await log.integrate();
		}
		const source = folderSource(publicFolder(folder));
		for (const size of [10, 20, 255]) {
			const edge = must(await new LogReader(source, size).edge());
			assert.deepEqual(edge.root(), rootOf(size));
		}
		must(await log.append(entries(255, 256)));
		await log.integrate();
		assert.ok(!existsSync(join(publicFolder(folder), "tile/0/000.p")));
		const edge = must(await new LogReader(source, 20).edge());
		assert.deepEqual(edge.root(), rootOf(20), "read from the full tile");
		assert.deepEqual(await new LogReader(source, 20).entry(19), entry(19));
		await log.close();
	}));

test("what is asked at the same time gets places side by side, each its own", () =>
	inNewFolder(async (folder) => {
		const log = await begin(folder);
		const asked = Array.from({ length: 200 }, (_, i) => [toUtf8(`a${i}`), toUtf8(`b${i}`)] as const);
		const places = await Promise.all(asked.map((pair) => log.append(pair)));
		await log.integrate();
		const reader = log.reader();
		for (const [i, place] of places.entries()) {
			const { first } = must(place);
			assert.deepEqual([await reader.entry(first), await reader.entry(first + 1)], asked[i]);
		}
		assert.equal(new Set(places.map((place) => must(place).first)).size, asked.length);
		await log.close();
	}));

test("what was acknowledged and waits is under the next checkpoint, also of the next process", () =>
	inNewFolder(async (folder) => {
		const log = await begin(folder);
		must(await log.append(entries(0, 300)));
		await log.close();
		const again = await reopen(folder);
		assert.deepEqual([again.size, again.published.size], [300, 0]);
		assert.deepEqual((await again.integrate()).root, rootOf(300));
		await again.close();
	}));

test("what is too large, or too much at once, is refused and nothing of it is taken", () =>
	inNewFolder(async (folder) => {
		const log = await begin(folder, { waitingBytes: 100 });
		assert.equal(codeOf(await log.append([entry(0), new Uint8Array(65_536)])), "too-large");
		assert.equal(log.size, 0);
		must(await log.append([new Uint8Array(90)]));
		assert.equal(codeOf(await log.append([new Uint8Array(11)])), "overloaded");
		assert.equal(log.size, 1);
		await log.integrate();
		must(await log.append([new Uint8Array(65_535)]));
		assert.equal((await log.integrate()).size, 2);
		await log.close();
	}));

test("a log is open once, under its own key, and begun once", () =>
	inNewFolder(async (folder) => {
		assert.equal(codeOf(await LogWriter.open(folder, signer)), "state-damaged");
		const log = await begin(folder);
		assert.equal(codeOf(await LogWriter.open(folder, signer)), "log-in-use");
		await log.close();
		const other = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
		assert.equal(codeOf(await LogWriter.open(folder, other)), "key-refused");
		assert.equal(codeOf(await LogWriter.begin(folder, origin, signer)), "state-damaged");
		await (await reopen(folder)).close();
	}));

test("a log that ended before its tables were made is begun again; another's empty file is none", () =>
	inNewFolder(async (folder) => {
		const file = join(folder, "end.sqlite");
		const cut = new DatabaseSync(file);
		cut.exec("pragma locking_mode = exclusive; pragma journal_mode = wal");
		cut.close();
		assert.ok(statSync(file).size > 0, "the first page is there");
		await (await begin(folder)).close();
		await (await reopen(folder)).close();
		const foreign = join(folder, "foreign.db");
		const other = new DatabaseSync(foreign);
		other.exec("pragma application_id = 7");
		other.close();
		assert.equal(codeOf(LogEnd.open(foreign)), "state-damaged");
	}));

const steps = ["entries", "tiles", "checkpoint", "publishing"].flatMap((step) => [
	`before ${step}`,
	`after ${step}`,
]);

for (const step of steps)
	test(`power fails ${step}, each time: nothing acknowledged is lost, and no size has two roots`, () =>
		inNewFolder(async (folder) => {
			await (await begin(folder)).close();
			const shown = new Map<number, string>();
			let acknowledged = 0;
			for (let run = 0; run < 6; run++) {
				const [copy, next] = [join(folder, "..", "copy"), 40 + 90 * run];
				let isCut = false;
				const log = await reopen(folder, {
					failPoint: (reached) => {
						if (reached !== step || isCut) return;
						isCut = true;
						cpSync(folder, copy, { recursive: true });
						throw new Error("power failed");
					},
				});
				try {
					must(await log.append(entries(log.size, log.size + next)));
					acknowledged = log.size;
					await log.integrate();
				} catch (error) {
					assert.match(String(error), /power failed/);
				}
				assert.ok(isCut);
				await assert.rejects(async () => log.append([entry(0)]), /what is durable is not known/);
				await assert.rejects(log.integrate(), /what is durable is not known/);
				await log.close();
				for (const name of globSync("*", { cwd: folder }))
					rmSync(join(folder, name), { recursive: true, force: true });
				cpSync(copy, folder, { recursive: true });
				rmSync(copy, { recursive: true });
				const opened = await reopen(folder);
				assert.ok(opened.size >= acknowledged, `${opened.size} of ${acknowledged}`);
				const published = await opened.integrate();
				const root = toHex(published.root);
				assert.equal(shown.get(published.size) ?? root, root);
				shown.set(published.size, root);
				assert.equal(root, toHex(rootOf(published.size)));
				await opened.close();
			}
			must(await recomputeLog(folderSource(publicFolder(folder)), keys, verify));
		}));

test("what was changed or lost below a log is told before anything is appended to it", () =>
	inNewFolder(async (folder) => {
		const log = await begin(folder);
		must(await log.append(entries(0, 600)));
		await log.integrate();
		must(await log.append(entries(600, 610)));
		await log.close();
		const whole = join(folder, "..", "whole");
		cpSync(folder, whole, { recursive: true });
		const at = (path: string): string => join(publicFolder(folder), path);
		const flip = (path: string): void => {
			const bytes = readFileSync(at(path));
			bytes[40] = (bytes[40] as number) ^ 1;
			writeFileSync(at(path), bytes);
		};
		const losses: readonly (readonly [string, () => void])[] = [
			["a tile of the edge", () => flip("tile/0/002.p/88")],
			["a tile of the level above", () => flip("tile/1/000.p/2")],
			["an entry of the last bundle", () => flip("tile/entries/002.p/88")],
			["a tile is missing", () => rmSync(at("tile/1/000.p/2"))],
			["a tile is cut off", () => truncateSync(at("tile/0/002.p/88"), 100)],
			["the end is missing", () => rmSync(join(folder, "end.sqlite"))],
			["the end is cut off", () => truncateSync(join(folder, "end.sqlite"), 100)],
			["the end is something else", () => writeFileSync(join(folder, "end.sqlite"), "x".repeat(4096))],
		];
		for (const [what, lose] of losses) {
			lose();
			assert.equal(codeOf(await LogWriter.open(folder, signer)), "state-damaged", what);
			rmSync(folder, { recursive: true });
			cpSync(whole, folder, { recursive: true });
		}
		const full = at("tile/entries/000");
		const bytes = readFileSync(full);
		writeFileSync(
			full,
			bytes.map((byte, i) => (i === 8 ? byte ^ 1 : byte)),
		);
		const found = await recomputeLog(folderSource(publicFolder(folder)), keys, verify);
		assert.ok(isRefusal(found) && found.code === "state-damaged" && found.detail.includes("tile/0/000"));
		rmSync(full);
		assert.equal(
			codeOf(await recomputeLog(folderSource(publicFolder(folder)), keys, verify)),
			"state-damaged",
		);
		await (await reopen(folder)).close();
		rmSync(whole, { recursive: true });
	}));

test("an old copy of a log is not gone on with where a later checkpoint was published", () =>
	inNewFolder(async (folder) => {
		const log = await begin(folder);
		must(await log.append(entries(0, 5)));
		await log.integrate();
		await log.close();
		const old = join(folder, "..", "old");
		cpSync(folder, old, { recursive: true });
		const later = await reopen(folder);
		must(await later.append(entries(5, 9)));
		await later.integrate();
		await later.close();
		cpSync(join(old, "end.sqlite"), join(folder, "end.sqlite"));
		const opened = await LogWriter.open(folder, signer);
		assert.ok(isRefusal(opened) && opened.code === "state-damaged" && /old copy/.test(opened.detail));
		rmSync(old, { recursive: true });
	}));

test("cosignatures are published with the newest checkpoint, stay after a restart, and leave with it", () =>
	inNewFolder(async (folder) => {
		const witness = verifierKey("w.example", "cosignature", signer.key.bytes);
		const watched = { ...keys, witnesses: [witness] };
		const source = folderSource(publicFolder(folder));
		const log = await begin(folder);
		must(await log.append(entries(0, 5)));
		await log.integrate();
		const seen = must(await checkLog(source, watched, verify));
		const cosignatures = [await cosignNote(seen.note.text, "w.example", signer, 77)];
		assert.equal(await log.cosign(4, cosignatures), false);
		assert.equal(await log.cosign(5, cosignatures), true);
		await log.close();
		const again = await reopen(folder);
		assert.deepEqual(must(await checkLog(source, watched, verify)).cosignatures, [{ key: witness, at: 77 }]);
		must(await again.append(entries(5, 6)));
		await again.integrate();
		assert.deepEqual(must(await checkLog(source, watched, verify)).cosignatures, []);
		await again.close();
	}));

test("where a write of cosignatures fails, nothing more is taken until the log is opened again", () =>
	inNewFolder(async (folder) => {
		let fails = false;
		const failPoint = (step: string): void => {
			if (fails && step === "before publishing") throw new Error("power failed");
		};
		const log = await begin(folder, { failPoint });
		must(await log.append(entries(0, 5)));
		const { note } = await log.integrate();
		const { text } = must(parseNote(note));
		fails = true;
		await assert.rejects(log.cosign(5, [await cosignNote(text, "w.example", signer, 77)]), /power failed/);
		fails = false;
		await assert.rejects(async () => log.append([entry(5)]), /what is durable is not known/);
		await assert.rejects(log.integrate(), /what is durable is not known/);
		await log.close();
		const again = await reopen(folder);
		must(await again.append([entry(5)]));
		assert.equal((await again.integrate()).size, 6);
		await again.close();
	}));

test("the file of a log takes a checkpoint for the newest only if it is larger: one of the same size is a bug, not kept", () =>
	inNewFolder(async (folder) => {
		const end = must(LogEnd.open(join(folder, "end.sqlite")));
		end.begin({ origin, publicKey: signer.key.bytes }, toUtf8("none"));
		end.keep(0, entries(0, 3));
		end.advance({ size: 2, note: toUtf8("two") });
		for (const size of [1, 2])
			assert.throws(() => end.advance({ size, note: toUtf8("another") }), /does not shrink or repeat/);
		assert.deepEqual(end.begun()?.head, { size: 2, note: toUtf8("two") });
		assert.deepEqual(
			end.waiting().map(({ place }) => place),
			[2],
		);
		end.close();
	}));
