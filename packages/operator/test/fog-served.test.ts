/**
 * A gateway over MQTT and HTTP, beside an operator that comes and goes: each record that it acknowledged is at the
 * operator once, and its approvals stay within the mandate, however often it is killed and whatever the line loses.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import {
	type Bytes,
	convictsGateway,
	encodeFogQuestion,
	type FogAnswer,
	type FogQuestion,
	fogQuestion,
	fromHex,
	isRefusal,
	keyId,
	parseFogAnswer,
	serialize,
	toHex,
	topicName,
	type VerifiedApproval,
	verifyApproval,
	verifyFreezeList,
	verifyTime,
	verifyTrustList,
} from "@tenten/protocol";
import mqtt, { type MqttClient } from "mqtt";
import { chance } from "../../../test/support/chance.ts";
import { noMosquitto, startMosquitto } from "../../../test/support/mosquitto.ts";
import { ran } from "../../../test/support/ran.ts";
import { verify } from "../../module/src/index.ts";
import {
	type FogOptions,
	FogStore,
	fogDocument,
	type RunningFog,
	startBroker,
	startFog,
} from "../src/fog/index.ts";
import { gatewaySigner } from "./support/fog-keys.ts";
import { type FogOperator, fogOperator } from "./support/fog-operator.ts";
import { type FogScene, fogScene, freshId, outcomeOf } from "./support/fog-scene.ts";
import { inFolder } from "./support/in-folder.ts";

const scene: FogScene = await fogScene();
const { clock, world, operator: issuer } = scene.ecosystem;
const gateway = toHex(keyId(gatewaySigner.key));
const quiet = {
	info: (): void => undefined,
	error: (fields: object): void => assert.fail(JSON.stringify(fields)),
};

async function withFog(
	options: Partial<FogOptions>,
	use: (fog: RunningFog, operator: FogOperator) => Promise<void>,
): Promise<void> {
	await inFolder(async (file) => {
		FogStore.create(file, gatewaySigner.key);
		const operator = await fogOperator(scene.ecosystem);
		const fog = await startFog({
			file,
			signer: gatewaySigner,
			verify,
			operator: { url: operator.server.url, id: issuer.id },
			broker: { kind: "embedded", port: 0 },
			mandates: [await scene.mandate()],
			pause_ms: 20,
			pauseMost_ms: 100,
			port: 0,
			log: quiet,
			now: () => clock.now,
			...options,
		});
		if (isRefusal(fog)) return assert.fail(fog.detail);
		try {
			await fog.subscribed;
			await use(fog, operator);
		} finally {
			await fog.close();
			await operator.server.close();
		}
	});
}

/** Asks until it is answered: by a device that knows nothing of what became of its question. */
type Ask = (question: FogQuestion) => Promise<FogAnswer>;

function overMqtt(client: MqttClient): Ask {
	const own = { gateway, client: toHex(freshId()) };
	const waiting = new Map<string, (answer: FogAnswer) => void>();
	client.on("message", (_, payload) => {
		const answer = parseFogAnswer(Uint8Array.from(payload));
		if (!isRefusal(answer)) waiting.get(toHex(answer.id))?.(answer);
	});
	const listen = (): void => void client.subscribe(topicName({ kind: "answer", ...own }), { qos: 1 });
	client.on("connect", listen);
	if (client.connected) listen();
	return (question) =>
		new Promise((resolve) => {
			const ask = (): void => {
				if (!client.connected) return;
				client.publish(topicName({ kind: "question", ...own }), Buffer.from(encodeFogQuestion(question)), {
					qos: 1,
				});
			};
			const again = setInterval(ask, 200);
			waiting.set(toHex(question.id), (answer) => {
				clearInterval(again);
				resolve(answer);
			});
			ask();
		});
}

const cose = { "content-type": "application/cose" };

const overHttp =
	(url: () => string): Ask =>
	async (question) => {
		for (;;) {
			try {
				const body = new Uint8Array(encodeFogQuestion(question));
				const response = await fetch(`${url()}/v1/questions`, { method: "POST", headers: cose, body });
				assert.equal(response.status, 200);
				const answer = parseFogAnswer(new Uint8Array(await response.arrayBuffer()));
				return isRefusal(answer) ? assert.fail(answer.code) : answer;
			} catch (error) {
				if (error instanceof assert.AssertionError) throw error;
				await new Promise((resolve) => setTimeout(resolve, 20));
			}
		}
	};

const keepOne = async (amount: bigint): Promise<FogQuestion> => ({
	kind: "keep",
	id: freshId(),
	records: [{ record: await scene.record({ amount }), proof: null }],
});

async function exercise(fog: RunningFog, ask: Ask, operator: FogOperator, amount: bigint): Promise<void> {
	const kept = await ask(await keepOne(amount));
	assert.ok(kept.kind === "kept");
	await until(() => operator.has.has(toHex(kept.records[0] as Bytes)), "the record is at the operator");
	const trustList = await ask({ kind: "list", id: freshId(), list: "trustList" });
	assert.ok(trustList.kind === "list");
	const context = { verify, pinnedSigner: issuer.id, minimumVersion: 0, now: clock.now };
	assert.ok(!isRefusal(verifyTrustList(trustList.list, context)));
	const freezes = await ask({ kind: "list", id: freshId(), list: "freezeList" });
	assert.ok(freezes.kind === "list");
	const under = { trust: world.trust, newest: () => null, now: clock.now };
	assert.ok(!isRefusal(verifyFreezeList(freezes.list, under)));
	const told = await ask({ kind: "time", id: freshId() });
	const time = told.kind === "time" && verifyTime(told.time, world.trust);
	assert.ok(time !== false && !isRefusal(time) && time.at === clock.now);
	const { before, after, question } = scene.held;
	const held = await ask({ kind: "keepTokens", id: freshId(), tokens: [before, after] });
	assert.ok(held.kind === "keptTokens" && held.outputs.length === 2);
	const tokens = await ask({ kind: "tokensOf", id: freshId(), question, after: null });
	assert.ok(tokens.kind === "tokens");
	assert.deepEqual(
		tokens.tokens.map(({ token }) => token),
		[after],
	);
	assert.equal(fog.standing().tokens, 1);
	const { encoded } = await scene.request();
	const payer = scene.payer.certificate.encoded;
	const approved = await ask({ kind: "approve", id: freshId(), request: encoded, payer, amount: 300n });
	assert.ok(approved.kind === "approved" && !isRefusal(verifyApproval(approved.approval, world.trust)));
	await until(() => fog.standing().records.waiting === 0, "the gateway knows that the record was taken");
}

test("devices ask by MQTT and by HTTP, and are answered the same", () =>
	withFog({}, async (fog, operator) => {
		const client = mqtt.connect(fog.broker, { reconnectPeriod: 50 });
		await exercise(fog, overMqtt(client), operator, 1n);
		await exercise(
			fog,
			overHttp(() => fog.url),
			operator,
			2n,
		);
		const standing = fog.standing();
		assert.deepEqual(
			[standing.operator.isInReach, standing.broker.isConnected, standing.records, standing.approvals],
			[true, true, { kept: 2, waiting: 0, refused: 0, letGo: 0 }, 2],
		);
		await client.endAsync();
	}));

test("a broker of others serves as well", { skip: noMosquitto }, async () => {
	const mosquitto = await startMosquitto();
	await withFog({ broker: { kind: "other", url: mosquitto.url } }, async (fog, operator) => {
		const client = mqtt.connect(mosquitto.url, { reconnectPeriod: 50 });
		await exercise(fog, overMqtt(client), operator, 1n);
		await client.endAsync();
	});
	await mosquitto.stop();
});

test("nobody hears another's questions, answers in the gateway's place, or has its account", () =>
	withFog({}, async (fog) => {
		const client = mqtt.connect(fog.broker, { reconnectPeriod: 0 });
		await new Promise((resolve) => client.once("connect", resolve));
		const other = toHex(freshId());
		for (const topic of [
			topicName({ kind: "question", gateway, client: other }),
			`tenten/1/fog/${gateway}/+/question`,
		])
			await assert.rejects(client.subscribeAsync(topic, { qos: 1 }));
		const ended = new Promise<void>((resolve) => client.once("close", () => resolve()));
		client.publish(topicName({ kind: "answer", gateway, client: other }), "kept", { qos: 1 });
		await ended;
		const posing = mqtt.connect(fog.broker, { username: "gateway", password: "guessed", reconnectPeriod: 0 });
		posing.on("error", () => undefined);
		await new Promise<void>((resolve) => posing.once("close", () => resolve()));
	}));

test("the door answers what is no question by its code, and says how it stands", () =>
	withFog({}, async ({ url }) => {
		const ask = (body: Uint8Array<ArrayBuffer>, type = "application/cose"): Promise<Response> =>
			fetch(`${url}/v1/questions`, { method: "POST", headers: { "content-type": type }, body });
		const codeOf = async (response: Response): Promise<unknown> => [
			response.status,
			((await response.json()) as { code: string }).code,
		];
		assert.deepEqual(await codeOf(await ask(Uint8Array.of(1))), [400, "malformed"]);
		assert.deepEqual(await codeOf(await ask(Uint8Array.of(0x82, 9, 0x40))), [400, "type-unknown"]);
		const priceless = serialize(fogQuestion, {
			kind: "approve",
			id: freshId(),
			request: Uint8Array.of(1),
			payer: Uint8Array.of(1),
			amount: 1n,
		});
		priceless[priceless.length - 1] = 0;
		assert.deepEqual(await codeOf(await ask(new Uint8Array(priceless))), [422, "amount-invalid"]);
		assert.deepEqual(await codeOf(await ask(new Uint8Array(65_537))), [413, "too-large"]);
		assert.deepEqual(await codeOf(await ask(Uint8Array.of(1), "text/plain")), [415, "content-type-unknown"]);
		assert.deepEqual(await codeOf(await ask(new Uint8Array(60).fill(0x81))), [400, "too-deep"]);
		assert.deepEqual(await codeOf(await fetch(`${url}/none`)), [404, "route-unknown"]);
		for (const path of ["/livez", "/readyz", "/v1/docs", "/v1/problems/store-full", "/v1/standing"])
			assert.equal((await fetch(`${url}${path}`)).status, 200, path);
		assert.deepEqual(await (await fetch(`${url}/v1/openapi.json`)).json(), fogDocument());
		const figures = await (await fetch(`${url}/metrics`)).text();
		assert.match(figures, /tenten_fog_records_waiting 0\n/);
		assert.match(figures, /route="\/v1\/questions",status="413"\} 1\n/);
	}));

test("records come to the operator once each, whatever the line loses, and what it refuses is set aside", () =>
	withFog({}, async (fog, operator) => {
		const random = chance(7);
		operator.fate = () => (["answered", "cut", "unanswered", "lost"] as const)[random(4)] ?? "answered";
		operator.refuses = (amount) => (amount === 5n ? "authority-unknown" : null);
		const ask = overHttp(() => fog.url);
		for (let amount = 1n; amount <= 30n; amount++)
			assert.equal(outcomeOf(await ask(await keepOne(amount))), "kept");
		await until(() => fog.standing().records.waiting === 0, "all are brought");
		assert.deepEqual(fog.standing().records, { kept: 30, waiting: 0, refused: 1, letGo: 0 });
		assert.equal(operator.has.size, 29);
		assert.ok(
			[...operator.came.values()].some((times) => times > 1),
			"an answer was lost",
		);
	}));

const kills = 5;
const program = `${import.meta.dirname}/support/fog-process.ts`;

test(`${kills} kills of a working gateway: nothing acknowledged is lost, nothing is approved twice`, (t) =>
	inFolder(async (file) => {
		FogStore.create(file, gatewaySigner.key);
		const operator = await fogOperator(scene.ecosystem);
		const mandate = await scene.mandate({ each: 100n, total: 100_000n });
		const acknowledged = new Set<string>();
		const approvals: VerifiedApproval[] = [];
		let where = await started(file, operator, mandate, { http: 0, mqtt: 0 });
		t.after(() => where.child.kill("SIGKILL"));
		const ports = { http: Number(new URL(where.url).port), mqtt: Number(new URL(where.broker).port) };
		let isOver = false;
		let amount = 1_000n;
		const client = mqtt.connect(where.broker, { reconnectPeriod: 50 });
		client.on("error", () => undefined);
		const working = [overMqtt(client), overHttp(() => where.url)].map(async (ask) => {
			while (!isOver) {
				const kept = await ask(await keepOne(amount++));
				assert.ok(kept.kind === "kept", outcomeOf(kept));
				acknowledged.add(toHex(kept.records[0] as Bytes));
				const { encoded } = await scene.request({ amount: 7n });
				const payer = scene.payer.certificate.encoded;
				const said = await ask({ kind: "approve", id: freshId(), request: encoded, payer, amount: 7n });
				// Before its first lists came it approves nothing.
				if (outcomeOf(said) === "list-stale") continue;
				assert.ok(said.kind === "approved", outcomeOf(said));
				const approval = verifyApproval(said.approval, world.trust);
				approvals.push(isRefusal(approval) ? assert.fail(approval.code) : approval);
			}
		});
		for (let kill = 1; kill <= kills; kill++) {
			operator.fate = () => (kill % 3 === 0 ? "lost" : kill % 3 === 1 ? "unanswered" : "answered");
			const before = acknowledged.size;
			await until(() => acknowledged.size > before + 2, "it works");
			await new Promise((resolve) => setTimeout(resolve, 7 * kill));
			where.child.kill("SIGKILL");
			await once(where.child, "exit");
			where = await started(file, operator, mandate, ports);
		}
		operator.fate = () => "answered";
		isOver = true;
		await Promise.all(working);
		await until(() => [...acknowledged].every((id) => operator.has.has(id)), "all is brought");
		await client.endAsync(true);
		where.child.kill("SIGTERM");
		await once(where.child, "exit");
		await operator.server.close();
		const parts = approvals.map(({ body }) => body).sort((a, b) => (a.from < b.from ? -1 : 1));
		for (const [at, part] of parts.entries())
			if (at > 0) assert.ok(part.from >= (parts[at - 1]?.to ?? 0n), "a part of the mandate was used twice");
		for (const a of approvals) assert.ok(!approvals.some((b) => convictsGateway(a, b)));
		assert.ok(approvals.length > kills && acknowledged.size > kills);
		ran(t, "kills", { kills, operations: acknowledged.size + approvals.length });
	}));

async function started(
	file: string,
	operator: FogOperator,
	mandate: Bytes,
	ports: { readonly http: number; readonly mqtt: number },
): Promise<{ readonly child: ChildProcess; readonly url: string; readonly broker: string }> {
	const settings = {
		file,
		operator: operator.server.url,
		id: toHex(issuer.id),
		mandates: [toHex(mandate)],
		now: clock.now,
		...ports,
	};
	const child = spawn(process.execPath, [program, JSON.stringify(settings)], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	for await (const line of createInterface({ input: child.stdout ?? assert.fail() }))
		return { child, ...(JSON.parse(line) as { url: string; broker: string }) };
	return assert.fail("it never served");
}

test("a gateway that cannot begin leaves nothing open, and says why", async () => {
	const taken = await startBroker({ port: 0 });
	await inFolder(async (file) => {
		FogStore.create(file, gatewaySigner.key);
		const options: FogOptions = {
			file,
			signer: gatewaySigner,
			verify,
			operator: { url: "http://127.0.0.1:1", id: issuer.id },
			broker: { kind: "embedded", port: Number(new URL(taken.url).port) },
			port: 0,
			log: quiet,
		};
		await assert.rejects(startFog(options), /EADDRINUSE/);
		await assert.rejects(startFog({ ...options, broker: { kind: "other", url: "http://a" } }), RangeError);
		const refused = await startFog({ ...options, signer: world.operator.ruling });
		assert.equal(isRefusal(refused) && refused.code, "key-unknown");
		const missing = await startFog({ ...options, file: `${file}.none` });
		assert.equal(isRefusal(missing) && missing.code, "state-damaged");
		const fine = await startFog({ ...options, broker: { kind: "embedded", port: 0 } });
		if (isRefusal(fine)) return assert.fail(fine.detail);
		await fine.subscribed;
		assert.equal(fine.standing().operator.isInReach, false);
		await fine.close();
	});
	await taken.close();
	assert.equal(fromHex(gateway)?.length, 32);
});

async function until(isSo: () => boolean, what: string): Promise<void> {
	const deadline = Date.now() + 60_000;
	while (!isSo()) {
		if (Date.now() > deadline) assert.fail(`never: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}
