/** A log and those around it: whoever serves it, reads it over HTTP, or keeps its checkpoints elsewhere. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { parsePortableProof, toUtf8, verifyPortableProof, writePortableProof } from "@tenten/protocol";
import { verify } from "../../../module/src/index.ts";
import {
	type Anchor,
	Anchoring,
	bring,
	checkLog,
	folderAnchor,
	folderSource,
	httpAnchor,
	httpSource,
	type LogSource,
	LogUnreachable,
	LogWriter,
	publicFolder,
	recomputeLog,
	serveLog,
} from "../../src/log/index.ts";
import { codeOf, entries, keys, must, origin, signer } from "../support/log-scene.ts";
import { inNewFolder } from "../support/new-folder.ts";

async function withLog<T>(count: number, run: (log: LogWriter, folder: string) => Promise<T>): Promise<T> {
	return inNewFolder(async (folder) => {
		const log = must(await LogWriter.begin(folder, origin, signer));
		must(await log.append(entries(0, count)));
		await log.integrate();
		try {
			return await run(log, folder);
		} finally {
			await log.close();
		}
	});
}

/** Until a condition holds. */
async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("a served log has the specification's headers, and is checked over HTTP as in its folder", () =>
	withLog(600, async (log, folder) => {
		const server = await serveLog(publicFolder(folder), 0);
		try {
			const get = (path: string, method = "GET") => fetch(`${server.url}/${path}`, { method });
			const checkpoint = await get("checkpoint");
			assert.equal(checkpoint.headers.get("content-type"), "text/plain; charset=utf-8");
			assert.equal(checkpoint.headers.get("cache-control"), "no-cache");
			assert.deepEqual(new Uint8Array(await checkpoint.arrayBuffer()), log.published.note);
			const tile = await get("tile/0/001");
			assert.equal(tile.headers.get("content-type"), "application/octet-stream");
			assert.equal(tile.headers.get("cache-control"), "public, max-age=31536000, immutable");
			assert.equal(tile.headers.get("content-encoding"), null);
			assert.equal((await tile.arrayBuffer()).byteLength, 8192);
			assert.equal((await get("tile/entries/002.p/88")).status, 200);
			const head = await get("tile/0/001", "HEAD");
			assert.deepEqual([head.status, head.headers.get("content-length")], [200, "8192"]);
			const none = [
				"tile/0/003",
				"tile/0/002.p/89",
				"",
				"end.sqlite",
				"../end.sqlite",
				"tile/0/..%2f..%2fcheckpoint",
				"tile",
			];
			for (const path of none) {
				const answer = await get(path);
				assert.deepEqual([answer.status, answer.headers.get("cache-control")], [404, "no-cache"], path);
				await answer.text();
			}
			assert.equal((await get("checkpoint", "POST")).status, 404);
			const whole = must(await recomputeLog(httpSource(`${server.url}/`), keys, verify));
			assert.deepEqual([whole.checkpoint.size, whole.tiles], [600, 4]);
		} finally {
			await server.stop();
		}
	}));

test("a server that answers with errors, or too much, is no log", async () => {
	const server = createServer((request, answer) => {
		if (request.url === "/checkpoint") answer.end(Buffer.alloc(1_000_000, "a"));
		else answer.writeHead(request.url === "/moved" ? 302 : 500, { location: "/checkpoint" }).end();
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	const source = httpSource(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
	try {
		assert.equal(await source("checkpoint", 1000), undefined);
		assert.equal(codeOf(await checkLog(source, keys, verify)), "channel-failed");
		await assert.rejects(source("tile/0/000", 1000), /status 500/);
		await assert.rejects(source("moved", 1000), LogUnreachable);
	} finally {
		server.close();
		server.closeAllConnections();
	}
});

test("a log that shows another history than it showed before is found out, and so is one that shrank", () =>
	withLog(300, async (log, folder) => {
		const source = folderSource(publicFolder(folder));
		const seen = must(await checkLog(source, keys, verify));
		must(await log.append(entries(0, 10)));
		await log.integrate();
		assert.equal(must(await checkLog(source, keys, verify, seen)).size, 310);
		await inNewFolder(async (other) => {
			const forked = must(await LogWriter.begin(other, origin, signer));
			const second = folderSource(publicFolder(other));
			must(await forked.append(entries(0, 299)));
			await forked.integrate();
			assert.equal(codeOf(await checkLog(second, keys, verify, seen)), "log-inconsistent");
			must(await forked.append([toUtf8("another")]));
			await forked.integrate();
			assert.equal(codeOf(await checkLog(second, keys, verify, seen)), "log-inconsistent");
			must(await forked.append(entries(0, 10)));
			await forked.integrate();
			assert.equal(codeOf(await checkLog(second, keys, verify, seen)), "log-inconsistent");
			await forked.close();
		});
	}));

test("tiles of another log under a checkpoint that holds are told", () =>
	withLog(300, async (_, folder) => {
		const source = folderSource(publicFolder(folder));
		const swapped: LogSource = async (path, most) => {
			const bytes = await source(path, most);
			return path.startsWith("tile/0") ? bytes?.map((byte) => byte ^ 1) : bytes;
		};
		assert.equal(codeOf(await checkLog(swapped, keys, verify)), "state-damaged");
		assert.equal(codeOf(await recomputeLog(swapped, keys, verify)), "state-damaged");
	}));

test("a proof travels alone: with its entry it holds offline, with another it does not", () =>
	withLog(300, async (log) => {
		const path = must(await log.reader().inclusion(123));
		const written = writePortableProof({ index: 123, path, checkpoint: log.published.note });
		const proof = must(parsePortableProof(written));
		assert.deepEqual(writePortableProof(proof), written);
		assert.equal(must(verifyPortableProof(proof, toUtf8("entry 123"), keys, verify)).size, 300);
		const judged = (changed: typeof proof, entry = "entry 123"): string =>
			codeOf(verifyPortableProof(changed, toUtf8(entry), keys, verify));
		assert.equal(judged(proof, "entry 124"), "not-logged");
		assert.equal(judged({ ...proof, index: 122 }), "not-logged");
		assert.equal(judged({ ...proof, checkpoint: proof.checkpoint.slice(1) }), "malformed");
		const text = Buffer.from(written).toString();
		const wrong: readonly (readonly [string, string])[] = [
			[text.replace("v1", "v2"), "malformed"],
			[text.replace("index 123", "index 0123"), "malformed"],
			[text.replace("index 123", "place 123"), "malformed"],
			[text.replace("index 123", "extra YQ==\nindex 123"), "type-unknown"],
			[text.replace("=\n", "\n"), "malformed"],
			["", "malformed"],
			["c2sp.org/tlog-proof@v1\n\n", "malformed"],
			["a".repeat(200_000), "too-large"],
		];
		for (const [file, code] of wrong) assert.equal(codeOf(parsePortableProof(toUtf8(file))), code);
	}));

test("anchors have the newest checkpoint, and what was not brought is brought after a restart", () =>
	withLog(5, async (log, folder) => {
		const elsewhere = join(folder, "..", "elsewhere");
		mkdirSync(elsewhere);
		const received: string[] = [];
		let status = 500;
		const server = createServer((request, answer) => {
			let body = "";
			request.on("data", (part) => {
				body += part;
			});
			request.on("end", () => {
				if (status === 204) received.push(`${request.method} ${request.headers["content-type"]} ${body}`);
				answer.writeHead(status).end();
			});
		}).listen(0, "127.0.0.1");
		await once(server, "listening");
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keep`;
		const anchors = [folderAnchor(elsewhere), httpAnchor(url, { isNetworkTrusted: true })] as const;
		const first = new Anchoring(log, anchors, 1);
		await until(() => first.has(anchors[0]) === 5);
		must(await log.append(entries(0, 3)));
		await log.integrate();
		first.published();
		await until(() => first.has(anchors[0]) === 8);
		assert.equal(first.has(anchors[1]), -1, "one that fails holds up nobody");
		await first.stop();
		status = 204;
		const second = new Anchoring(log, anchors, 1);
		await until(() => second.has(anchors[1]) === 8);
		await second.stop();
		assert.deepEqual(readdirSync(elsewhere).sort(), ["5.checkpoint", "8.checkpoint"]);
		assert.deepEqual(new Uint8Array(readFileSync(join(elsewhere, "8.checkpoint"))), log.published.note);
		const note = Buffer.from(log.published.note).toString();
		assert.deepEqual(received, [`POST text/plain; charset=utf-8 ${note}`]);
		server.close();
		server.closeAllConnections();
		rmSync(elsewhere, { recursive: true });
	}));

test("an anchor keeps what it has of a size, and takes no other", () =>
	withLog(5, async (log, folder) => {
		const anchor = folderAnchor(join(folder, "..", "kept"));
		const { signal } = new AbortController();
		assert.equal(await anchor.put(log.published, signal), true);
		assert.equal(await anchor.put(log.published, signal), true, "the same again");
		const kept = readFileSync(join(folder, "..", "kept", "5.checkpoint"), "utf8");
		const other = toUtf8(kept.replace("\n5\n", "\n6\n"));
		assert.equal(await anchor.put({ size: 5, note: other }, signal), false);
		writeFileSync(join(folder, "..", "kept", "5.checkpoint"), "damaged");
		assert.equal(await anchor.put(log.published, signal), false);
	}));

test("addresses of the machine's own network are no anchors unless they are trusted", async () => {
	const put = httpAnchor("http://127.0.0.1:9/").put;
	assert.equal(await put({ size: 1, note: toUtf8("a") }, AbortSignal.timeout(5000)), false);
});

test("a log that does not answer, or not wholly in time, is out of reach, and nothing is said of it", async () => {
	const server = createServer((request, response) => {
		if (request.url === "/half") response.writeHead(200, { "content-length": "10" }).write("half");
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const source = httpSource(address, { timeout_ms: 200 });
	for (const path of ["half", "silent"]) await assert.rejects(source(path, 100), LogUnreachable, path);
	server.closeAllConnections();
	server.close();
	await once(server, "close");
	await assert.rejects(source("checkpoint", 100), LogUnreachable);
});

test("an anchor whose progress cannot be written down is brought the checkpoint again", async () => {
	const anchor: Anchor = { name: "kept", put: () => Promise.resolve(true) };
	const log = {
		published: { size: 3, note: new Uint8Array() },
		anchored: () => -1,
		setAnchored: () => {
			throw new Error("disk full");
		},
	};
	assert.equal(await bring(log, anchor, new AbortController().signal), false);
});

test("an anchor that throws or hangs keeps nobody from ending", () =>
	withLog(1, async (log) => {
		const throwing: Anchor = { name: "throws", put: () => Promise.reject(new Error("away")) };
		const hanging: Anchor = {
			name: "hangs",
			put: (_, signal) =>
				new Promise((resolve) => signal.addEventListener("abort", () => resolve(false), { once: true })),
		};
		const anchoring = new Anchoring(log, [throwing, hanging], 1);
		await new Promise((resolve) => setTimeout(resolve, 20));
		must(await log.append(entries(0, 1)));
		assert.equal((await log.integrate()).size, 2);
		await anchoring.stop();
	}));
