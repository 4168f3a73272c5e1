/** Rooms of a gateway over HTTP: a device without MQTT and one with it meet there, and nobody holds more than is bounded. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { signerFrom, verify } from "@tenten/module";
import { FogStore, type RunningFog, startBroker, startFog } from "@tenten/operator/fog";
import { type Bytes, isRefusal } from "@tenten/protocol";
import { type Handle, makeInvitation, nodeDial, type RelayLink, relayLink, type Side } from "@tenten/wallet";
import { noMosquitto, startMosquitto } from "../../../test/support/mosquitto.ts";
import { openRooms } from "../src/fog/rooms.ts";
import { freePort } from "../src/server/port.ts";

const root = mkdtempSync(join(tmpdir(), "tenten-fog-rooms-"));
after(() => rmSync(root, { recursive: true, force: true }));
const signer = signerFrom(new Uint8Array(32).fill(7), "Ed25519");
const words = (text: string): Bytes => new Uint8Array(Buffer.from(text));

async function withRooms(
	broker: Parameters<typeof startFog>[0]["broker"],
	use: (fog: RunningFog) => Promise<void>,
): Promise<void> {
	const file = join(mkdtempSync(join(root, "fog-")), "fog.db");
	FogStore.create(file, signer.key);
	const fog = await startFog({
		file,
		signer,
		verify,
		operator: { url: "http://127.0.0.1:1", id: new Uint8Array(32) },
		broker,
		port: 0,
		log: { info: () => undefined, error: (fields) => assert.fail(JSON.stringify(fields)) },
	});
	if (isRefusal(fog)) return assert.fail(fog.detail);
	const rooms = openRooms(fog);
	try {
		await use(fog);
	} finally {
		await rooms.close();
		await fog.close();
	}
}

const secret = (): Bytes => makeInvitation("").secret;
const repeats: Handle = async (messages) => messages.map((each) => words(`heard ${Buffer.from(each)}`));

function link(relay: string, key: Bytes, side: Side, handle: Handle = repeats): RelayLink {
	const made = relayLink({
		invitation: { relay, secret: key },
		side,
		handle,
		dial: nodeDial({ loopback: true }),
		repeat_ms: 500,
		timeout_ms: 60_000,
	});
	return isRefusal(made) ? assert.fail(made.detail) : made;
}

async function hears(from: RelayLink, text: string): Promise<void> {
	const answers = await from.exchange([words(text)]);
	if (isRefusal(answers)) return assert.fail(answers.detail);
	assert.deepEqual(
		(answers as readonly Bytes[]).map((each) => `${Buffer.from(each)}`),
		[`heard ${text}`],
	);
}

async function meets(fog: RunningFog): Promise<void> {
	const byHttp = fog.url.replace(/^http/, "ws");
	for (const [inviter, guest] of [
		[byHttp, fog.broker],
		[fog.broker, byHttp],
		[byHttp, byHttp],
	] as const) {
		const key = secret();
		const sides = [link(inviter, key, "inviter"), link(guest, key, "guest")] as const;
		await Promise.all([hears(sides[0], "from the inviter"), hears(sides[1], "from the guest")]);
		for (const each of sides) each.close();
	}
}

test("a side by HTTP and a side by MQTT meet in one room, either way", () =>
	withRooms({ kind: "embedded", port: 0 }, meets));

test("at a broker of others as well", { skip: noMosquitto }, async () => {
	const mosquitto = await startMosquitto();
	await withRooms({ kind: "other", url: mosquitto.url }, meets);
	await mosquitto.stop();
});

test("what is said to a side that has gone is told when it is back, and a broker that was away is come back to", async () => {
	const port = await freePort();
	let broker = await startBroker({ port });
	await withRooms({ kind: "other", url: broker.url }, async (fog) => {
		const byHttp = fog.url.replace(/^http/, "ws");
		const key = secret();
		const first = link(byHttp, key, "inviter");
		const second = link(fog.broker, key, "guest");
		await hears(second, "here");
		first.close();
		const late = second.exchange([words("while you were away")]);
		const again = link(byHttp, key, "inviter");
		const answers = await late;
		assert.ok(!isRefusal(answers) && `${Buffer.from(answers[0] as Bytes)}` === "heard while you were away");
		await broker.close();
		const over = again.exchange([words("over a restart")]);
		broker = await startBroker({ port });
		const told = await over;
		assert.ok(!isRefusal(told) && `${Buffer.from(told[0] as Bytes)}` === "heard over a restart");
		for (const each of [again, second]) each.close();
	});
	await broker.close();
});

test("of a side that connects twice the newer connection has the room, and what is no frame ends one", () =>
	withRooms({ kind: "embedded", port: 0 }, async (fog) => {
		const byHttp = fog.url.replace(/^http/, "ws");
		const key = secret();
		const states: string[] = [];
		const older = relayLink({
			invitation: { relay: byHttp, secret: key },
			side: "inviter",
			handle: repeats,
			dial: nodeDial({ loopback: true }),
			told: (state) => states.push(state),
		});
		const guest = link(fog.broker, key, "guest");
		await hears(guest, "first");
		const newer = link(byHttp, key, "inviter", async () => [words("the newer one")]);
		while (states.at(-1) !== "closed") await new Promise((resolve) => setTimeout(resolve, 5));
		const answers = await guest.exchange([words("second")]);
		assert.ok(!isRefusal(answers) && `${Buffer.from(answers[0] as Bytes)}` === "the newer one");
		assert.ok(!isRefusal(older));
		for (const each of [newer, guest]) each.close();
		const socket = new WebSocket(`${byHttp}/v1/rooms/${"0a".repeat(32)}/guest`);
		socket.onopen = () => socket.send(Uint8Array.of(1));
		const { code, reason } = await new Promise<CloseEvent>((resolve) => (socket.onclose = resolve));
		assert.deepEqual([code, reason], [4_000, "malformed"]);
		const none = new WebSocket(`${byHttp}/v1/rooms/0a/guest`);
		await new Promise((resolve) => (none.onclose = resolve));
	}));
