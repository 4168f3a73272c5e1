/**
 * Fog gateways: what is read encodes to the same bytes, no approval counts that its gateway did not sign, packets are
 * measured alike however they are cut, and whatever is asked, the approvals of a mandate stay apart and within it.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	type Bytes,
	encodeFogAnswer,
	encodeFogQuestion,
	fromUtf8,
	isRefusal,
	packetLengths,
	parseFogAnswer,
	parseFogQuestion,
	recordsTaken,
	serialize,
	topicName,
	topicOf,
	toUtf8,
	verifyApproval,
	verifyTime,
} from "@tenten/protocol";
import { FogStore, fogDoor } from "../../packages/operator/src/fog/index.ts";
import { readTaken } from "../../packages/operator/src/fog/operator-line.ts";
import { gatewaySigner } from "../../packages/operator/test/support/fog-keys.ts";
import { type FogScene, fogScene } from "../../packages/operator/test/support/fog-scene.ts";
import { serverMemory } from "../memory.ts";
import { Broken, mustBeSame, type Outcome, type Target } from "../target.ts";
import { answerOf, encodeHttp, type HttpSeed, requestIn } from "./http-input.ts";

let made: Promise<FogScene> | undefined;
const scene = (): Promise<FogScene> => (made ??= fogScene(":memory:"));
const id = new Uint8Array(16).fill(3);
const hash = new Uint8Array(32).fill(4);

async function questions(): Promise<readonly Bytes[]> {
	const { record, request, payer, held } = await scene();
	const { encoded } = await request();
	const records = [
		{ record: await record(), proof: Uint8Array.of(1, 2, 3) },
		{ record: await record({ amount: 31n }), proof: null },
	];
	return [
		encodeFogQuestion({ kind: "keep", id, records }),
		encodeFogQuestion({ kind: "list", id, list: "trustList" }),
		encodeFogQuestion({ kind: "list", id, list: "freezeList" }),
		encodeFogQuestion({ kind: "statusList", id, number: 0 }),
		encodeFogQuestion({ kind: "time", id }),
		encodeFogQuestion({ kind: "keepTokens", id, tokens: [held.before, held.after] }),
		encodeFogQuestion({ kind: "tokensOf", id, question: held.question, after: null }),
		encodeFogQuestion({ kind: "tokensOf", id, question: held.question, after: hash }),
		encodeFogQuestion({
			kind: "approve",
			id,
			request: encoded,
			payer: payer.certificate.encoded,
			amount: 300n,
		}),
	];
}

async function withGateway<T>(
	work: (opened: Awaited<ReturnType<FogScene["open"]>>, close: () => void) => Promise<T>,
): Promise<T> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-fuzz-fog-"));
	const file = join(folder, "fog.db");
	FogStore.create(file, gatewaySigner.key);
	const opened = await (await scene()).open(file);
	await opened.lists.refresh();
	return work(opened, () => {
		opened.store.close();
		rmSync(folder, { recursive: true });
	});
}

/** One that its gateway signed. */
async function approval(): Promise<Bytes> {
	const approve = (await questions()).at(-1) as Bytes;
	return withGateway(async ({ gateway }, close) => {
		const answer = await gateway.answer(approve);
		close();
		const read = isRefusal(answer) ? answer : parseFogAnswer(answer as Bytes);
		if (isRefusal(read) || read.kind !== "approved") throw new Broken("nothing was approved");
		return read.approval;
	});
}

function simple(
	name: string,
	seeds: () => Promise<readonly Bytes[]>,
	run: (input: Bytes) => Outcome,
): Target {
	return { name: `fog/${name}`, weight: 2, open: async () => ({ seeds: await seeds(), form: "items", run }) };
}

const question = simple("question", questions, (input) => {
	const read = parseFogQuestion(input);
	if (isRefusal(read)) return read.code;
	mustBeSame(encodeFogQuestion(read), input);
	return "accepted";
});

const answers = async (): Promise<readonly Bytes[]> => [
	encodeFogAnswer({ kind: "kept", id, records: [hash] }),
	encodeFogAnswer({ kind: "list", id, list: hash, age: 9 }),
	encodeFogAnswer({ kind: "approved", id, approval: hash }),
	encodeFogAnswer({ kind: "refused", id, code: "list-stale", detail: "" }),
	encodeFogAnswer({ kind: "time", id, time: hash, since: 9 }),
	encodeFogAnswer({ kind: "keptTokens", id, outputs: [hash] }),
	encodeFogAnswer({ kind: "tokens", id, tokens: [{ output: hash, token: hash }], more: false }),
];

const answer = simple("answer", answers, (input) => {
	const read = parseFogAnswer(input);
	if (isRefusal(read)) return read.code;
	mustBeSame(encodeFogAnswer(read), input);
	return "accepted";
});

const taken = simple(
	"what an operator took",
	async () => [
		serialize(recordsTaken, [
			{ id: hash, code: null },
			{ id: hash, code: "malformed" },
		]),
	],
	(input) => {
		const read = readTaken(input);
		if (isRefusal(read)) return read.code;
		mustBeSame(serialize(recordsTaken, read as Parameters<typeof recordsTaken.write>[0]), input);
		return "accepted";
	},
);

const approved: Target = {
	name: "fog/approval",
	weight: 4,
	open: async () => {
		const seed = await approval();
		const { trust } = (await scene()).ecosystem.world;
		return {
			seeds: [seed],
			form: "items",
			run: (input) => {
				const read = verifyApproval(input, trust);
				if (isRefusal(read)) return read.code;
				mustBeSame(seed, input);
				return "accepted";
			},
		};
	},
};

/** No time counts that its operator did not sign. */
const time: Target = {
	name: "fog/time",
	weight: 1,
	open: async () => {
		const { operator, world } = (await scene()).ecosystem;
		const seed = await operator.time();
		return {
			seeds: [seed],
			form: "items",
			run: (input) => {
				const read = verifyTime(input, world.trust);
				if (isRefusal(read)) return read.code;
				mustBeSame(seed, input);
				return "accepted";
			},
		};
	},
};

const packets: Target = {
	name: "fog/lengths of packets",
	weight: 1,
	open: async () => ({
		seeds: [Uint8Array.of(0x30, 3, 1, 2, 3, 0xc0, 0), Uint8Array.of(0x30, 0x81, 1, ...new Uint8Array(129))],
		form: "text",
		run: (input) => {
			const [whole, bytewise] = [packetLengths(200), packetLengths(200)];
			const isFine = whole(input);
			if (isFine !== input.every((byte) => bytewise(Uint8Array.of(byte))))
				throw new Broken("it depends on cuts");
			return isFine ? "accepted" : "too-large";
		},
	}),
};

const topic: Target = {
	name: "fog/topic",
	weight: 1,
	open: async () => ({
		seeds: [
			topicName({ kind: "room", room: "0f".repeat(32), side: "guest" }),
			topicName({ kind: "answer", gateway: "0f".repeat(32), client: "1e".repeat(16) }),
		].map(toUtf8),
		form: "text",
		run: (input) => {
			const name = fromUtf8(input);
			const read = name === undefined ? undefined : topicOf(name);
			if (read === undefined) return "no topic of ours";
			if (topicName(read) !== name || /[+#]/.test(name)) throw new Broken("a topic that is another's");
			return "accepted";
		},
	}),
};

const cose = { "content-type": "application/cose" };

/** Valid requests by route. A route that is not here fails a test. */
const routes: Readonly<Record<string, () => Promise<readonly HttpSeed[]>>> = {
	"POST /v1/questions": async () =>
		(await questions()).map((body) => ({ path: "/v1/questions", headers: cose, body })),
	"GET /v1/standing": async () => [{ path: "/v1/standing" }],
	"GET /v1/openapi.json": async () => [{ path: "/v1/openapi.json" }],
	"GET /v1/docs": async () => [{ path: "/v1/docs" }],
	"GET /v1/problems/:code": async () => [{ path: "/v1/problems/store-full" }],
	"GET /livez": async () => [{ path: "/livez" }],
	"GET /readyz": async () => [{ path: "/readyz" }],
	"GET /metrics": async () => [{ path: "/metrics" }],
};

/** Every route that has a target. */
export const fogRouteNames: readonly string[] = Object.keys(routes);

function routeTarget(route: string, seeds: () => Promise<readonly HttpSeed[]>): Target {
	const [method = ""] = route.split(" ", 1);
	return {
		name: `fog/${route}`,
		weight: 20,
		memory: serverMemory,
		open: () =>
			withGateway(async ({ gateway, store }, close) => {
				const bugs: object[] = [];
				const log = { info: () => undefined, error: (fields: object) => void bugs.push(fields) };
				const standing = () => ({
					now: 1,
					gateway: "",
					operator: { isInReach: false },
					broker: { isConnected: false },
					lists: { trustList: null, freezeList: null, statusLists: 0 },
					records: { kept: 0, waiting: 0, refused: 0, letGo: 0 },
					approvals: 0,
					tokens: 0,
				});
				const door = fogDoor({ answer: (asked) => gateway.answer(asked), standing, log });
				const total = 1_200n;
				return {
					seeds: (await seeds()).map(encodeHttp),
					form: "items" as const,
					run: async (input: Bytes) => {
						const request = requestIn(method, input);
						if (request === undefined) return "no-request";
						const response = await door.fetch(request);
						if (bugs.length > 0) throw new Broken(JSON.stringify(bugs[0]));
						const { outcome } = await answerOf(response);
						if (bugs.length > 0) throw new Broken(JSON.stringify(bugs[0]));
						const { approvals } = store.count();
						// Each approval here is of 300 out of a mandate of 1,200.
						if (300n * BigInt(approvals) > total)
							throw new Broken("more was approved than the mandate allows");
						return outcome;
					},
					close: async () => close(),
				};
			}),
	};
}

export const fogTargets: readonly Target[] = [
	question,
	answer,
	taken,
	approved,
	time,
	packets,
	topic,
	...Object.entries(routes).map(([route, seeds]) => routeTarget(route, seeds)),
];
