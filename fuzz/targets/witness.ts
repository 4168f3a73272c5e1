/**
 * What strangers ask of a witness, and policies: a request is written again to the same bytes, and whatever is asked,
 * in whatever order, one root a size is cosigned.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	type Bytes,
	checkpointText,
	consistencyRanges,
	cosignNote,
	isRefusal,
	judgeOffer,
	leafHash,
	type Node,
	openOffer,
	openUnderPolicy,
	parseCheckpointRequest,
	parsePolicy,
	proofOf,
	quorumSince,
	refuseForValue,
	sealHash,
	sha256,
	signNote,
	TreeEdge,
	type TreeHead,
	toHex,
	toUtf8,
	verifierKey,
	writeCheckpointRequest,
	writeNote,
	writeVerifierKey,
} from "@tenten/protocol";
import { signerFrom, verify } from "../../packages/module/src/index.ts";
import { logId, Witness, WitnessStore, witnessDoor } from "../../packages/operator/src/index.ts";
import { serverMemory } from "../memory.ts";
import { Broken, mustBeSame, type Target } from "../target.ts";
import { answerOf, encodeHttp, type HttpSeed, requestIn } from "./http-input.ts";
import {
	drillStatements,
	evidenceHash,
	followedSeals,
	peerId,
	sampleAnswers,
	sampleChallenges,
	sealedLeaves,
	sealOf,
} from "./witness-seals.ts";

const signer = signerFrom(sha256(Uint8Array.of(1)), "Ed25519");
const origin = "log.example/a";
const key = verifierKey(origin, "note", signer.key.bytes);
const logs = new Map([[origin, [key]]]);

function rootOf(from: number, to: number, fork: number): Bytes {
	const edge = new TreeEdge();
	for (let index = from; index < to; index++)
		edge.append(leafHash(Uint8Array.of(index, index < 5 ? 0 : fork)));
	return edge.root();
}

/** Of two histories that are one up to five entries, both signed by the log. */
async function requestOf(oldSize: number, size: number, fork: number): Promise<Bytes> {
	const text = checkpointText({ origin, size, root: rootOf(0, size, fork) });
	const hashAt = ({ level, index }: Node): Bytes =>
		rootOf(index * 2 ** level, (index + 1) * 2 ** level, fork);
	return writeCheckpointRequest({
		oldSize,
		proof: proofOf(consistencyRanges(oldSize, size), hashAt),
		note: writeNote({ text, signatures: [await signNote(text, origin, signer)] }),
	});
}

/** Requests of which every status can come. */
async function witnessRequests(): Promise<readonly Bytes[]> {
	const steps = [
		[0, 3, 0],
		[3, 5, 0],
		[5, 7, 0],
		[5, 7, 1],
		[7, 7, 1],
		[7, 9, 0],
		[7, 9, 1],
		[9, 9, 0],
	] as const;
	return Promise.all(steps.map(([oldSize, size, fork]) => requestOf(oldSize, size, fork)));
}

/** Throws where a second root of one size is cosigned. */
class OneHistory {
	readonly #roots = new Map<number, string>();

	cosigned({ size, root }: TreeHead): void {
		const hex = toHex(root);
		if ((this.#roots.get(size) ?? hex) !== hex) throw new Broken(`two roots of size ${size}`);
		this.#roots.set(size, hex);
	}
}

const request: Target = {
	name: "witness/request",
	weight: 4,
	open: async () => {
		const history = new OneHistory();
		let latest: TreeHead | undefined;
		return {
			seeds: await witnessRequests(),
			form: "text",
			run: (input) => {
				const read = parseCheckpointRequest(input);
				if (!isRefusal(read)) mustBeSame(writeCheckpointRequest(read), input);
				const offer = openOffer(input, logs, verify);
				if (offer.kind === "unwitnessed") return `${offer.status}`;
				const refusal = judgeOffer(offer, latest);
				if (refusal !== undefined) return `${refusal.status}`;
				latest = offer.checkpoint;
				history.cosigned(latest);
				return "accepted";
			},
		};
	},
};

const cosigner = (name: string): string =>
	writeVerifierKey(verifierKey(name, "cosignature", sha256(toUtf8(name))));

const policy: Target = {
	name: "witness/policy",
	weight: 1,
	open: async () => ({
		seeds: [
			`log ${writeVerifierKey(key)} https://log.example/a\nquorum none\n`,
			`# two of three\nwitness a ${cosigner("a")}\nwitness b ${cosigner("b")}\nwitness c ${cosigner("c")}\ngroup ab 2 a b\ngroup g any ab c\nquorum g\n`,
		].map(toUtf8),
		form: "text",
		run: (input) => {
			const read = parsePolicy(input);
			if (isRefusal(read)) return read.code;
			const all = read.witnesses.map((witness) => ({ key: witness.key, at: 7 }));
			if (read.quorum.kind !== "none" && quorumSince(read.quorum, all) !== 7)
				throw new Broken("a quorum that all of its witnesses do not reach");
			return "accepted";
		},
	}),
};

/** A quorum of one witness, and what it cosigned. */
const cosigned: Target = {
	name: "witness/cosigned",
	weight: 4,
	open: async () => {
		const by = verifierKey("w.example", "cosignature", signer.key.bytes);
		const rules = parsePolicy(
			toUtf8(`log ${writeVerifierKey(key)}\nwitness w ${writeVerifierKey(by)}\nquorum w\n`),
		);
		if (isRefusal(rules)) throw new Broken(rules.detail);
		const text = checkpointText({ origin, size: 5, root: rootOf(0, 5, 0) });
		const own = await signNote(text, origin, signer);
		const seeds = [
			{ text, signatures: [own, await cosignNote(text, "w.example", signer, 7)] },
			{ text, signatures: [own] },
		].map(writeNote);
		return {
			seeds,
			form: "text",
			run: (input) => {
				const opened = openUnderPolicy(input, rules, verify);
				if (isRefusal(opened)) return opened.code;
				mustBeSame(opened.note.text, text);
				const refusal = refuseForValue(opened, rules, { now: 9, oldMost_s: 5 });
				const hasSigned = opened.cosignatures.length > 0;
				if ((refusal === undefined) !== hasSigned) throw new Broken("value without a cosignature");
				return refusal?.code ?? "accepted";
			},
		};
	},
};

/** Valid requests by route. A route that is not here fails a test. */
const routes: Readonly<Record<string, () => Promise<readonly HttpSeed[]>>> = {
	"POST /add-checkpoint": async () =>
		(await witnessRequests()).map((body) => ({ path: "/add-checkpoint", body })),
	"GET /v1/seals/:operator/:number": async () =>
		["1", "2", "3"].map((number) => ({ path: `/v1/seals/${toHex(peerId)}/${number}` })),
	"GET /v1/seals/:seal": async () =>
		[sealHash(await sealOf(1)), peerId].map((seal) => ({ path: `/v1/seals/${toHex(seal)}` })),
	"GET /v1/logs/:log/checkpoint": async () =>
		[logId(origin), toHex(peerId)].map((log) => ({ path: `/v1/logs/${log}/checkpoint` })),
	"GET /v1/logs/:log/tiles": async () =>
		["tile/0/000.p/2", "tile/0/000.p/3", "tile/1/000", "tile/entries/000.p/2"].map((path) => ({
			path: `/v1/logs/${logId(origin)}/tiles?path=${path}`,
		})),
	"GET /v1/evidence/:hash": async () =>
		[await evidenceHash(), peerId].map((hash) => ({ path: `/v1/evidence/${toHex(hash)}` })),
	"GET /v1/operators/:operator/commitment": async () => [
		{ path: `/v1/operators/${toHex(peerId)}/commitment` },
	],
	"GET /v1/operators/:operator/drills": async () => [{ path: `/v1/operators/${toHex(peerId)}/drills` }],
	"GET /v1/peers": async () => [{ path: "/v1/peers" }],
	"GET /v1/openapi.json": async () => [{ path: "/v1/openapi.json" }],
	"GET /v1/docs": async () => [{ path: "/v1/docs" }],
	"GET /v1/problems/:code": async () => [{ path: "/v1/problems/word-unknown" }],
	"GET /livez": async () => [{ path: "/livez" }],
	"GET /readyz": async () => [{ path: "/readyz" }],
	"GET /metrics": async () => [{ path: "/metrics" }],
};

/** Every route that has a target. */
export const witnessRouteNames: readonly string[] = Object.keys(routes);

function routeTarget(route: string, made: () => Promise<readonly HttpSeed[]>): Target {
	const [method = ""] = route.split(" ", 1);
	return {
		name: `witness/${route}`,
		weight: 20,
		memory: serverMemory,
		open: async () => {
			const folder = mkdtempSync(join(tmpdir(), "tenten-fuzz-witness-"));
			const file = join(folder, "witness.db");
			WitnessStore.create(file, verifierKey("w.example", "cosignature", signer.key.bytes));
			const store = WitnessStore.open(file);
			if (isRefusal(store)) throw new Broken(store.detail);
			const witness = new Witness({ store, signer, logs, verify, now: () => 7_000 });
			const quiet = { info: () => undefined, error: () => undefined };
			const seals = await followedSeals(join(folder, "seals.db"));
			const door = witnessDoor({ witness, seals, log: quiet });
			const history = new OneHistory();
			return {
				seeds: (await made()).map(encodeHttp),
				form: "items",
				run: async (input) => {
					const request = requestIn(method, input);
					if (request === undefined) return "no-request";
					const before = store.latest(origin);
					const response = await door.fetch(request);
					if (method === "GET") return (await answerOf(response)).outcome;
					await response.arrayBuffer();
					if (response.status >= 500) throw new Broken(`status ${response.status}`);
					const latest = store.latest(origin);
					if (response.status >= 400 && latest?.size !== before?.size)
						throw new Broken(`refused with ${response.status}, and kept it`);
					if (latest !== undefined) history.cosigned(latest);
					return response.status < 300 ? "accepted" : `${response.status}`;
				},
				close: async () => {
					store.close();
					await seals.close();
					rmSync(folder, { recursive: true });
				},
			};
		},
	};
}

export const witnessTargets: readonly Target[] = [
	request,
	policy,
	cosigned,
	sealedLeaves,
	sampleAnswers,
	sampleChallenges,
	drillStatements,
	...Object.entries(routes).map(([route, made]) => routeTarget(route, made)),
];
