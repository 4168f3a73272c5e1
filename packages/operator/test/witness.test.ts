/**
 * A witness over HTTP: every status of the specification is provoked, nothing that is refused is kept, and wherever
 * power fails, or whoever asks at once, one root a size is cosigned.
 */
import assert from "node:assert/strict";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import {
	type Bytes,
	isRefusal,
	openOffer,
	parseNote,
	parseSignatures,
	sha256,
	toHex,
	verifySignatures,
	witnessRequestBytes,
	writeCheckpointRequest,
} from "@tenten/protocol";
import { ran } from "../../../test/support/ran.ts";
import { signerFrom, verify } from "../../module/src/index.ts";
import { type RunningServer, serveApp } from "../src/http/server.ts";
import { type FailPoint, startWitness, WitnessStore, witnessDoor } from "../src/index.ts";
import { inFolder } from "./support/in-folder.ts";
import {
	ask,
	checkpointOf,
	historyOf,
	logs,
	origin,
	proofFrom,
	requestOf,
	rootOf,
	witnessKey,
	witnessSigner,
} from "./support/witnessed.ts";

const quiet = { info: (): void => {}, error: (): void => {} };

function openStore(file: string, onCommit?: (point: FailPoint) => void): WitnessStore {
	const store = WitnessStore.open(file, onCommit === undefined ? {} : { onCommit });
	if (isRefusal(store)) return assert.fail(store.detail);
	return store;
}

async function serve(file: string, now: () => number = Date.now): Promise<RunningServer> {
	const options = { file, signer: witnessSigner(1), logs, verify, log: quiet, port: 0, now };
	const server = await startWitness(options);
	if (isRefusal(server)) return assert.fail(server.detail);
	return server;
}

function withWitness(work: (file: string) => Promise<void>): Promise<void> {
	return inFolder(async (file) => {
		WitnessStore.create(file, witnessKey(1));
		await work(file);
	});
}

/** Seconds that the cosignature of an answer says; it verifies. */
async function cosignedAt(response: Response, history: readonly string[]): Promise<number> {
	assert.equal(response.status, 200);
	assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
	const signatures = parseSignatures(new Uint8Array(await response.arrayBuffer()));
	const note = parseNote(await checkpointOf(history));
	if (isRefusal(signatures) || isRefusal(note)) return assert.fail("no signatures");
	const verified = verifySignatures({ ...note, signatures }, [witnessKey(1)], verify);
	if (isRefusal(verified)) return assert.fail(verified.detail);
	assert.equal(verified.length, 1);
	return verified[0]?.at ?? assert.fail("no cosignature");
}

test("each status of the specification comes over HTTP, with its body, and what is refused is not kept", () =>
	withWitness(async (file) => {
		const { url, close } = await serve(file);
		const refused = async (status: number, body: Bytes): Promise<void> => {
			const response = await ask(url, body);
			assert.equal(response.status, status);
			assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
			assert.ok(response.headers.get("request-id"));
			assert.match(await response.text(), /^[^\n]+\n$/);
		};
		const conflict = async (size: number, body: Bytes): Promise<void> => {
			const response = await ask(url, body);
			assert.equal(response.status, 409);
			assert.equal(response.headers.get("content-type"), "text/x.tlog.size");
			assert.equal(await response.text(), `${size}\n`);
		};
		const other = signerFrom(sha256(Uint8Array.of(9)), "Ed25519");
		await conflict(0, await requestOf(3, historyOf(5)));
		await cosignedAt(await ask(url, await requestOf(0, historyOf(5))), historyOf(5));
		await refused(400, new Uint8Array([1, 2, 3]));
		await refused(400, new Uint8Array(0));
		await refused(400, await requestOf(9, historyOf(5)));
		const fromNothing = {
			oldSize: 0,
			proof: proofFrom(historyOf(9), 5),
			note: await checkpointOf(historyOf(9)),
		};
		await refused(400, writeCheckpointRequest(fromNothing));
		const elsewhere = await checkpointOf(historyOf(9), other, "other.example");
		await refused(404, writeCheckpointRequest({ oldSize: 5, proof: [], note: elsewhere }));
		const unsigned = await checkpointOf(historyOf(9), other, origin);
		await refused(403, writeCheckpointRequest({ oldSize: 5, proof: [], note: unsigned }));
		await conflict(5, await requestOf(0, historyOf(9)));
		await conflict(5, await requestOf(4, historyOf(9)));
		await conflict(5, await requestOf(5, historyOf(5, 2)));
		await refused(422, await requestOf(5, historyOf(9, 2)));
		await refused(413, new Uint8Array(witnessRequestBytes + 1));
		const streamed = new ReadableStream({
			pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
		});
		const endless = { method: "POST", body: streamed, duplex: "half" } as RequestInit;
		assert.equal((await fetch(`${url}/add-checkpoint`, endless)).status, 413);
		for (const [method, path] of [
			["GET", "/add-checkpoint"],
			["POST", "/none"],
		])
			assert.equal((await fetch(`${url}${path}`, { method: method as string })).status, 404);
		await cosignedAt(await ask(url, await requestOf(5, historyOf(9))), historyOf(9));
		for (const path of ["/livez", "/readyz"]) assert.equal((await fetch(`${url}${path}`)).status, 200);
		const figures = await (await fetch(`${url}/metrics`)).text();
		assert.match(
			figures,
			/tenten_http_request_seconds_count\{method="POST",route="\/add-checkpoint",status="422"\} 1/,
		);
		await close();
		assert.equal(openStore(file).latest(origin)?.size, 9);
	}));

test("what breaks within is 500, what is too much is 503, and neither tells more", async () => {
	const bugs: object[] = [];
	const log = { info: (): void => {}, error: (fields: object): void => void bugs.push(fields) };
	const burning = { addCheckpoint: () => Promise.reject(new Error("the disk is on fire")) };
	const broken = await serveApp(witnessDoor({ witness: burning, log }).fetch, { port: 0 });
	const response = await ask(broken.url, new Uint8Array(3));
	assert.equal(response.status, 500);
	assert.doesNotMatch(await response.text(), /fire/);
	assert.equal(bugs.length, 1);
	await broken.close();
	let release = (): void => {};
	const held = new Promise<void>((resolve) => (release = resolve));
	let begun = (): void => {};
	const isBegun = new Promise<void>((resolve) => (begun = resolve));
	const slow = {
		addCheckpoint: async () => {
			begun();
			await held;
			return { kind: "cosigned", lines: new Uint8Array(0) } as const;
		},
	};
	const door = witnessDoor({ witness: slow, log, waitingMost: 1 });
	const busy = await serveApp((request) => door.fetch(request), { port: 0 });
	const first = ask(busy.url, new Uint8Array(3));
	await isBegun;
	const second = await ask(busy.url, new Uint8Array(3));
	assert.deepEqual([second.status, second.headers.get("retry-after")], [503, "1"]);
	const closing = busy.close();
	release();
	assert.equal((await first).status, 200, "what was begun is answered while it closes");
	await closing;
});

test("the same checkpoint is cosigned again, of now, and time never goes back, also over a restart", () =>
	withWitness(async (file) => {
		let now_ms = 5_000_000;
		const once = async (oldSize: number, size: number): Promise<number> => {
			const { url, close } = await serve(file, () => now_ms);
			try {
				return await cosignedAt(await ask(url, await requestOf(oldSize, historyOf(size))), historyOf(size));
			} finally {
				await close();
			}
		};
		assert.equal(await once(0, 5), 5_000);
		now_ms = 7_000_999;
		assert.equal(await once(5, 5), 7_000);
		now_ms = 1_000;
		assert.equal(await once(5, 9), 7_000);
		now_ms = 8_000_000;
		assert.equal(await once(9, 9), 8_000);
	}));

test("power fails before or after the commit: nothing is cosigned then, and never two roots of a size after it", async (t) => {
	let cuts = 0;
	for (const point of ["beforeCommit", "afterCommit"] as const)
		for (const oldSize of [0, 5])
			await withWitness(async (file) => {
				const offerOf = async (from: number, fork: number) => {
					const offer = openOffer(await requestOf(from, historyOf(9, fork, "b")), logs, verify);
					return offer.kind === "offer" ? offer : assert.fail(offer.why);
				};
				const before = openStore(file);
				if (oldSize > 0) {
					const first = openOffer(await requestOf(0, historyOf(oldSize)), logs, verify);
					assert.ok(first.kind === "offer");
					assert.equal((await before.propose(first, 1)).kind, "kept");
				}
				before.close();
				const failing = openStore(file, (at) => {
					if (at === point) throw new Error("power is gone");
				});
				await assert.rejects(failing.propose(await offerOf(oldSize, 7), 2), /power/);
				failing.close();
				cuts++;
				const after = openStore(file);
				const isKept = point === "afterCommit";
				assert.equal(after.latest(origin)?.size ?? 0, isKept ? 9 : oldSize);
				const outcome = await after.propose(await offerOf(oldSize, 8), 3);
				assert.equal(outcome.kind, isKept ? "unwitnessed" : "kept", "the other history");
				const again = await after.propose(await offerOf(9, isKept ? 7 : 8), 3);
				assert.equal(again.kind, "kept", "the one that is kept");
				const wrong = await after.propose(await offerOf(9, isKept ? 8 : 7), 3);
				assert.ok(wrong.kind === "unwitnessed" && wrong.status === 409, "the one that is not");
				after.close();
			});
	ran(t, "cuts", { cuts });
});

test("many ask at once, through two processes' doors, for many histories: one is cosigned", () =>
	withWitness(async (file) => {
		const doors = [await serve(file), await serve(file)];
		let history = historyOf(3);
		await cosignedAt(await ask(doors[0]?.url ?? "", await requestOf(0, history)), history);
		for (let round = 0; round < 4; round++) {
			const own = (branch: number) => [...history, ...historyOf(2 + (branch % 3), 0, `${round}.${branch}`)];
			const answers = await Promise.all(
				Array.from({ length: 24 }, async (_, branch) => {
					const body = await requestOf(history.length, own(branch));
					return (await ask(doors[branch % 2]?.url ?? "", body)).status;
				}),
			);
			const won = answers.flatMap((status, branch) => (status === 200 ? [branch] : []));
			assert.equal(won.length, 1, `${answers}`);
			assert.ok(answers.every((status) => status === 200 || status === 409));
			history = own(won[0] as number);
		}
		for (const { close } of doors) await close();
		const kept = openStore(file).latest(origin);
		assert.equal(toHex(kept?.root ?? new Uint8Array()), toHex(rootOf(history)));
	}));

test("a store is of one key, is not begun anew, and goes back by no statement", () =>
	withWitness(async (file) => {
		const codeOf = (value: unknown): string => (isRefusal(value) ? value.code : "opened");
		const options = { file, logs, verify, log: quiet, port: 0 };
		assert.equal(codeOf(await startWitness({ ...options, signer: witnessSigner(2) })), "key-unknown");
		assert.throws(() => WitnessStore.create(file, witnessKey(1)), /EEXIST/);
		const store = openStore(file);
		const offer = openOffer(await requestOf(0, historyOf(5)), logs, verify);
		assert.ok(offer.kind === "offer");
		await store.propose(offer, 10);
		store.close();
		const database = new DatabaseSync(file);
		for (const statement of [
			"update checkpoint set size = 4",
			"update checkpoint set root = zeroblob(32)",
			"update checkpoint set at = 9",
			"delete from checkpoint",
			"insert into witness values (2, 'x', zeroblob(32))",
		])
			assert.throws(() => database.exec(statement), /witness|constraint/i, statement);
		database.exec("delete from witness");
		database.close();
		assert.equal(codeOf(WitnessStore.open(file)), "state-damaged");
		truncateSync(file, 100);
		assert.equal(codeOf(WitnessStore.open(file)), "state-damaged");
		assert.equal(codeOf(WitnessStore.open(`${file}.gone`)), "state-damaged");
		for (const fill of [0, 0x41, 0xff]) {
			writeFileSync(`${file}.none`, new Uint8Array(8192).fill(fill));
			assert.equal(codeOf(WitnessStore.open(`${file}.none`)), "state-damaged", `filled with ${fill}`);
		}
		WitnessStore.create(`${file}.cut`, witnessKey(1));
		const damaged = readFileSync(`${file}.cut`).fill(0xee, 100, 160);
		for (const content of [damaged, damaged.subarray(0, 600)]) {
			writeFileSync(`${file}.cut`, content);
			assert.equal(codeOf(WitnessStore.open(`${file}.cut`)), "state-damaged", `${content.length} bytes`);
		}
		new DatabaseSync(`${file}.other`).exec("create table x (y)");
		assert.equal(codeOf(WitnessStore.open(`${file}.other`)), "state-damaged");
	}));
