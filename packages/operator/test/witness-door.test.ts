/**
 * The whole door of a witness, held against its document: every code that a route declares and every status of
 * `add-checkpoint` is provoked over HTTP, no other comes; and witnesses that ask one another there find two views.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
	isRefusal,
	parse,
	sealHash,
	sealWord,
	sha256,
	toHex,
	verifyMisbehaviour,
	witnessRequestBytes,
	writeCheckpointRequest,
	writeVerifierKey,
} from "@tenten/protocol";
import { signerFrom, verify } from "../../module/src/index.ts";
import { codesOf, type Endpoint, failures } from "../src/http/endpoint.ts";
import { meaningOf, type ProblemCode } from "../src/http/problem.ts";
import { type RunningServer, serveApp } from "../src/http/server.ts";
import {
	SealStore,
	SealWitness,
	Witness,
	type WitnessedLog,
	WitnessStore,
	witnessDocument,
	witnessDoor,
} from "../src/index.ts";
import { logId } from "../src/seal-witness/others.ts";
import { addCheckpointStatuses, witnessEndpoints } from "../src/witness/endpoints.ts";
import { inFolder } from "./support/in-folder.ts";
import { folderOf, SealedLog, start } from "./support/sealed-log.ts";
import {
	ask,
	checkpointOf,
	historyOf,
	logs,
	proofFrom,
	requestOf,
	witnessKey,
	witnessSigner,
} from "./support/witnessed.ts";

const routes: Readonly<Record<string, Endpoint>> = witnessEndpoints;
const quiet = { info: (): void => {}, error: (): void => {} };
const signer = signerFrom(sha256(Uint8Array.of(7)), "Ed25519");

type Served = {
	readonly seals: SealWitness;
	readonly server: RunningServer;
	readonly close: () => Promise<void>;
};

/** A witness of checkpoints and seals; `number` names its files. */
async function serve(folder: string, number: number, followed: readonly WitnessedLog[]): Promise<Served> {
	const [file, sealFile] = [folderOf(folder, `${number}.db`), folderOf(folder, `${number}.seals.db`)];
	WitnessStore.create(file, witnessKey(number));
	SealStore.create(sealFile, signer.key);
	const [store, sealStore] = [WitnessStore.open(file), SealStore.open(sealFile)];
	if (isRefusal(store) || isRefusal(sealStore)) return assert.fail("no store");
	const now = () => start * 1_000;
	const witness = new Witness({ store, signer: witnessSigner(number), logs, verify, now });
	const seals = new SealWitness({ store: sealStore, signer, logs: followed, verify, now });
	const door = witnessDoor({ witness, seals, log: quiet, waitingMost: 1 });
	const server = await serveApp((request) => door.fetch(request), { port: 0 });
	const close = async () => {
		await server.close();
		await seals.close();
		store.close();
	};
	return { seals, server, close };
}

let log: SealedLog;
let served: Served;
let done: () => void = () => undefined;
let folder: Promise<void>;
before(async () => {
	const isDone = new Promise<void>((resolve) => {
		done = resolve;
	});
	await new Promise<void>((ready, fail) => {
		folder = inFolder(async (database) => {
			log = await SealedLog.begin(folderOf(database, "log"));
			await log.seal(start);
			log.totals = { ...log.totals, issued: 5n };
			await log.seal(start);
			served = await serve(database, 1, [log.followed()]);
			await served.seals.visit();
			ready();
			await isDone;
			await served.close();
			await log.close();
		});
		folder.catch(fail);
	});
});
after(async () => {
	done();
	await folder;
});

const get = (path: string): Promise<Response> => fetch(`${served.server.url}${path}`);
const none = "ab".repeat(32);
const badId = "x".repeat(64);

type Provocations = Readonly<Record<string, Readonly<Record<string, () => Promise<Response>>>>>;
const provocations: Provocations = {
	wordOnNumber: {
		malformed: () => get(`/v1/seals/${none}/0`),
		"word-unknown": () => get(`/v1/seals/${toHex(log.operator)}/3`),
	},
	wordOnSeal: {
		malformed: () => get(`/v1/seals/${badId}`),
		"word-unknown": () => get(`/v1/seals/${none}`),
	},
	witnessedCheckpoint: {
		malformed: () => get(`/v1/logs/${badId}/checkpoint`),
		"log-unknown": () => get(`/v1/logs/${none}/checkpoint`),
	},
	witnessedTile: {
		malformed: () => get(`/v1/logs/${logId(log.name)}/tiles`),
		"log-unknown": () => get(`/v1/logs/${none}/tiles?path=tile/0/000`),
		"tile-unknown": () => get(`/v1/logs/${logId(log.name)}/tiles?path=tile/entries/000.p/2`),
	},
	caseFile: {
		malformed: () => get(`/v1/evidence/${badId}`),
		"case-unknown": () => get(`/v1/evidence/${none}`),
	},
	commitmentOf: {
		malformed: () => get(`/v1/operators/${badId}/commitment`),
		"commitment-unknown": () => get(`/v1/operators/${none}/commitment`),
	},
	drillsOf: { malformed: () => get(`/v1/operators/${badId}/drills`) },
	standings: {},
	openApi: {},
	documentation: {},
	explanation: {
		malformed: () => get(`/v1/problems/${"x".repeat(65)}`),
		"route-unknown": () => get("/v1/problems/none"),
	},
	live: {},
	ready: {},
	metrics: {},
};

async function assertProblem(response: Response, code: ProblemCode): Promise<void> {
	assert.equal(response.headers.get("content-type"), "application/problem+json");
	assert.ok(response.headers.get("request-id"), "it is named");
	const said = (await response.json()) as Readonly<Record<string, unknown>>;
	assert.equal(said["code"], code, `${said["detail"]}`);
	assert.equal(response.status, meaningOf(code).status);
	assert.equal((await get(`${said["type"]}`)).status, 200, "its type leads to a page");
}

test("every code that a route declares is provoked", async () => {
	assert.deepEqual(Object.keys(provocations).sort(), Object.keys(routes).sort());
	for (const [name, endpoint] of Object.entries(routes)) {
		const declared = codesOf(endpoint).filter((code) => !failures.includes(code as never));
		assert.deepEqual(Object.keys(provocations[name] ?? {}).sort(), declared, name);
		for (const code of declared)
			await assertProblem((await provocations[name]?.[code]?.()) as Response, code);
	}
	await assertProblem(await get("/v1/none"), "route-unknown");
});

test("every status of add-checkpoint that the document says is provoked, with its media type, and no other", async () => {
	const { url } = served.server;
	const post = (body: Uint8Array): Promise<Response> => ask(url, new Uint8Array(body));
	const other = signerFrom(sha256(Uint8Array.of(9)), "Ed25519");
	const elsewhere = await checkpointOf(historyOf(9), other, "other.example");
	const unsigned = await checkpointOf(historyOf(9), other);
	const request = async (oldSize: number, history: readonly string[]) =>
		writeCheckpointRequest({
			oldSize,
			proof: proofFrom(history, oldSize),
			note: await checkpointOf(history),
		});
	const bugs: string[] = [];
	const burning = witnessDoor({
		witness: { addCheckpoint: () => Promise.reject(new Error("fire")) },
		log: { info: () => undefined, error: (_, text) => bugs.push(text) },
	});
	let release = (): void => {};
	const slow = witnessDoor({
		witness: {
			addCheckpoint: () =>
				new Promise((resolve) => (release = () => resolve({ kind: "cosigned", lines: new Uint8Array() }))),
		},
		log: quiet,
		waitingMost: 1,
	});
	const at = (door: typeof slow) =>
		Promise.resolve(door.fetch(new Request("http://w/add-checkpoint", { method: "POST", body: "x" })));
	const provoked: Readonly<Record<string, () => Promise<Response>>> = {
		200: async () => post(await requestOf(0, historyOf(5))),
		400: () => post(new Uint8Array(3)),
		403: () => post(writeCheckpointRequest({ oldSize: 5, proof: [], note: unsigned })),
		404: () => post(writeCheckpointRequest({ oldSize: 5, proof: [], note: elsewhere })),
		409: async () => post(await request(4, historyOf(9))),
		413: () => post(new Uint8Array(witnessRequestBytes + 1)),
		422: async () => post(await request(5, historyOf(9, 2))),
		500: () => at(burning),
		503: async () => {
			const first = at(slow);
			const second = await at(slow);
			release();
			assert.equal((await first).status, 200);
			return second;
		},
	};
	assert.deepEqual(Object.keys(provoked), Object.keys(addCheckpointStatuses));
	const operation = witnessDocument().paths?.["/add-checkpoint"]?.post;
	for (const [status, provoke] of Object.entries(provoked)) {
		const response = await provoke();
		assert.equal(`${response.status}`, status);
		const said = operation?.responses?.[status] as { readonly content: object };
		assert.equal(Object.keys(said.content)[0], response.headers.get("content-type")?.split(";")[0], status);
	}
	assert.deepEqual(bugs, ["bug"]);
});

test("what each route gives is what it says", async () => {
	const bytes = async (path: string) => {
		const response = await get(path);
		assert.equal(response.status, 200, path);
		return new Uint8Array(await response.arrayBuffer());
	};
	const word = await bytes(`/v1/seals/${toHex(log.operator)}/1`);
	const read = parse(sealWord, word);
	assert.ok(!isRefusal(read) && read.kind === "cosignature");
	const seal = log.seals.get(1) ?? assert.fail("no seal");
	assert.deepEqual(await bytes(`/v1/seals/${toHex(sealHash(seal))}`), word);
	const id = logId(log.name);
	assert.deepEqual(
		await bytes(`/v1/logs/${id}/tiles?path=tile/0/000.p/1`),
		(await bytes(`/v1/logs/${id}/tiles?path=tile/0/000.p/2`)).slice(0, 32),
	);
	assert.match(await (await get(`/v1/logs/${id}/checkpoint`)).text(), /^log\.example\/jpy\n2\n/);
	const { now, peers } = (await (await get("/v1/peers")).json()) as {
		now: number;
		peers: readonly Standing[];
	};
	type Standing = Readonly<Record<string, unknown>> & {
		readonly evidence: readonly { hash: string; kind: string }[];
	};
	assert.equal(now, start);
	const [{ evidence, rules, ...standing }] = peers as readonly [Standing];
	assert.deepEqual(standing, {
		origin: log.name,
		log: id,
		keys: log.keys.keys.map(writeVerifierKey),
		operator: toHex(log.operator),
		visit: { outcome: "followed", code: null },
		checkpoint: { ...(standing["checkpoint"] as object), size: 2, readAt: start },
		quorum: "unasked",
		lag_s: 0,
		seal: { number: 2, hash: toHex(sealHash(log.last ?? seal)), word: "broken", at: start },
		samples: { drawn: 0, asked: 0, bad: 0, unanswered: 0, lastAt: null },
		drills: { count: 0, paid: 0, p99_ms: null },
		others: [],
	});
	assert.deepEqual(await bytes(`/v1/operators/${toHex(log.operator)}/drills`), Uint8Array.of(0x80));
	const red = (rules as readonly { rule: string; isKept: boolean }[]).filter(({ isKept }) => !isKept);
	assert.deepEqual(
		[red.map(({ rule }) => rule), (rules as readonly object[]).length],
		[["sum", "totals"], 17],
	);
	assert.deepEqual(
		evidence.map(({ kind }) => kind),
		["brokenRule"],
	);
	const file = await bytes(`/v1/evidence/${evidence[0]?.hash}`);
	assert.ok(!isRefusal(verifyMisbehaviour(file, log.keys, verify)));
	const document = await (await get("/v1/openapi.json")).json();
	assert.deepEqual(document, JSON.parse(JSON.stringify(witnessDocument())));
	assert.match(await (await get("/v1/docs")).text(), /POST \/add-checkpoint/);
	assert.match(await (await get("/metrics")).text(), /tenten_http/);
	for (const path of ["/livez", "/readyz"]) assert.equal((await get(path)).status, 200, path);
});

test("a witness of checkpoints alone has nothing of seals to read", async () => {
	const door = witnessDoor({ witness: { addCheckpoint: async () => assert.fail("not asked") }, log: quiet });
	const statusOf = async (path: string) => (await door.fetch(new Request(`http://w${path}`))).status;
	for (const path of [
		`/v1/seals/${none}`,
		`/v1/seals/${none}/1`,
		`/v1/logs/${none}/checkpoint`,
		`/v1/logs/${none}/tiles?path=x`,
		`/v1/evidence/${none}`,
		`/v1/operators/${none}/commitment`,
	])
		assert.equal(await statusOf(path), 404, path);
	for (const path of ["/v1/peers", `/v1/operators/${none}/drills`])
		assert.equal(await statusOf(path), 200, path);
});

for (const [what, more] of [
	["of one size", 0],
	["of two sizes", 1],
] as const)
	test(`two views ${what}, each shown to one witness, are found when they compare, and convict`, (t) =>
		inFolder(async (database) => {
			const one = await SealedLog.begin(folderOf(database, "one"));
			await one.seal(start);
			await one.issue(...Array.from({ length: 300 }, () => 1n));
			const other = await one.fork(folderOf(database, "other"));
			await one.issue(5n);
			await other.issue(6n);
			for (let i = 0; i < more; i++) await other.issue(7n);
			const asked = await serve(database, 2, [other.followed()]);
			t.after(asked.close);
			await asked.seals.visit();
			const asking = await serve(database, 3, [
				one.followed({ others: [asked.server.url, "http://127.0.0.1:1"] }),
			]);
			t.after(asking.close);
			await asking.seals.visit();
			const kinds = asking.seals.store.cases().map(({ kind, hash }) => {
				const file = asking.seals.caseFile(hash) ?? assert.fail("no file");
				return [kind, isRefusal(verifyMisbehaviour(file, one.keys, verify))];
			});
			assert.deepEqual(kinds, [[more === 0 ? "splitView" : "rewriting", false]]);
			const [standing] = asking.seals.standings().peers;
			assert.deepEqual(
				standing?.others.map(({ outcome }) => outcome),
				["convicted", "convicted"],
			);
			await asking.seals.visit();
			assert.equal(asking.seals.lastVisit(one.name)?.kind, "convicted");
			// The same log seen twice agrees.
			const third = await serve(database, 4, [other.followed({ others: [asked.server.url] })]);
			t.after(third.close);
			await other.issue(8n);
			await third.seals.visit();
			assert.deepEqual(
				third.seals.standings().peers[0]?.others.map(({ outcome }) => outcome),
				["agrees"],
			);
			assert.deepEqual(third.seals.store.cases(), []);
			await one.close();
			await other.close();
		}));
