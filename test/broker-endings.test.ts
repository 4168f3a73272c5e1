/**
 * What is closed stays closed: clients of a broker that does not answer, ended in the middle of what they ask it. And who
 * is not closed is answered once it does.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { encodeFogAnswer, type FogAnswer, isRefusal } from "@tenten/protocol";
import { fogByMqtt, mqttDial } from "@tenten/wallet";
import { joinBroker } from "../packages/operator/src/fog/mqtt.ts";
import { encodeFrame } from "../packages/wallet/src/transport/relay-frame.ts";

/** First bytes of packets (MQTT 3.1.1, section 2.2.1). */
const packets = {
	connect: 0x10,
	connack: 0x20,
	brought: 0x30,
	publish: 0x32,
	subscribe: 0x82,
	suback: 0x90,
} as const;
type Packet = "connect" | "subscribe" | "publish";
/** of a subscription (section 3.9.3) */
const outcomes = { taken: 1, refused: 0x80 } as const;

/** Takes connections, and answers what is named. */
async function dumbBroker(
	answers: readonly Packet[],
	outcome: keyof typeof outcomes = "taken",
): Promise<{
	readonly url: string;
	readonly connections: readonly Socket[];
	readonly heard: (packet: Packet) => Promise<void>;
	/** Brings this to whoever is connected, whatever it has subscribed to. */
	readonly bring: (answer: FogAnswer) => void;
	readonly stop: () => void;
}> {
	const connections: Socket[] = [];
	const waiting = new Map<number, () => void>();
	const server = createServer((socket) => {
		connections.push(socket);
		socket.on("error", () => undefined);
		socket.on("data", ([kind = 0, , high = 0, low = 0]: Buffer) => {
			if (kind === packets.connect && answers.includes("connect"))
				socket.write(Uint8Array.of(packets.connack, 2, 0, 0));
			if (kind === packets.subscribe && answers.includes("subscribe"))
				socket.write(Uint8Array.of(packets.suback, 3, high, low, outcomes[outcome]));
			waiting.get(kind)?.();
		});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	return {
		url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
		connections,
		heard: (packet) => new Promise((resolve) => waiting.set(packets[packet], resolve)),
		bring: (answer) => {
			const payload = encodeFogAnswer(answer);
			// Delivered at most once, under a topic of one letter (section 3.3).
			const packet = Uint8Array.of(packets.brought, 3 + payload.length, 0, 1, 0x61, ...payload);
			for (const each of connections) each.write(packet);
		},
		stop: () => {
			for (const each of connections) each.destroy();
			server.close();
		},
	};
}

/** As long as it takes for a client that came back at once to be seen. */
const aMoment_ms = 200;

test("a gateway that is closed before its broker took its subscription does not come back", async () => {
	const broker = await dumbBroker(["connect"]);
	const subscribing = broker.heard("subscribe");
	const at = joinBroker({
		url: broker.url,
		gateway: new Uint8Array(32),
		answer: () => assert.fail("nothing was asked"),
		report: (error) => assert.fail(String(error)),
	});
	await subscribing;
	await at.close();
	await pause(aMoment_ms);
	assert.equal(broker.connections.length, 1);
	broker.stop();
});

test("nor does a device's line to its gateway", async () => {
	const broker = await dumbBroker(["connect"]);
	const subscribing = broker.heard("subscribe");
	const line = await fogByMqtt({
		url: broker.url,
		gateway: new Uint8Array(32),
		rules: { loopback: true },
	});
	assert.ok(!isRefusal(line));
	await subscribing;
	line.close();
	await pause(aMoment_ms);
	assert.equal(broker.connections.length, 1);
	broker.stop();
});

test("a broker that refuses a subscription is come back to after a pause, and not by who was closed", async () => {
	const broker = await dumbBroker(["connect", "subscribe"], "refused");
	const at = joinBroker({
		url: broker.url,
		gateway: new Uint8Array(32),
		answer: () => assert.fail("nothing was asked"),
		report: (error) => assert.fail(String(error)),
	});
	const line = await fogByMqtt({ url: broker.url, gateway: new Uint8Array(32), rules: { loopback: true } });
	assert.ok(!isRefusal(line));
	while (broker.connections.length < 4) await pause(10);
	await at.close();
	line.close();
	// Two clients, and as many tries as pauses of half a second or longer have gone by.
	const tries = broker.connections.length;
	assert.ok(tries <= 6, `${tries} tries`);
	await pause(aMoment_ms);
	assert.equal(broker.connections.length, tries);
	broker.stop();
});

test("who ask one question at the same time are all answered, and the end of the one ends no other", async (t) => {
	const broker = await dumbBroker(["connect", "subscribe"]);
	const timeout_ms = 20_000;
	const options = { url: broker.url, gateway: new Uint8Array(32), rules: { loopback: true }, timeout_ms };
	const subscribing = broker.heard("subscribe");
	const line = await fogByMqtt(options);
	assert.ok(!isRefusal(line));
	t.after(() => {
		line.close();
		broker.stop();
	});
	await subscribing;
	// The line waits by this clock, so that what is slow here is not late.
	t.mock.timers.enable({ apis: ["setTimeout"] });
	const id = new Uint8Array(16);
	const ask = () => line.ask({ kind: "time", id });
	const publishing = broker.heard("publish");
	const first = ask();
	await publishing;
	t.mock.timers.tick(timeout_ms / 2);
	const [second, third] = [ask(), ask()];
	t.mock.timers.tick(timeout_ms / 2);
	const late = await first;
	assert.equal(isRefusal(late) && late.code, "channel-failed");
	const answer = { kind: "time", id, time: Uint8Array.of(1), since: 0 } as const;
	broker.bring(answer);
	assert.deepEqual(await Promise.all([second, third]), [answer, answer]);
});

test("a side that leaves its room goes, also where its last letter is not acknowledged", {
	timeout: 10_000,
}, async () => {
	const broker = await dumbBroker(["connect", "subscribe"]);
	const socket = mqttDial({ loopback: true })(`${broker.url}/v1/rooms/${"0a".repeat(32)}/guest`);
	assert.ok(!isRefusal(socket));
	await new Promise<void>((resolve) => {
		socket.onopen = resolve;
	});
	const sent = broker.heard("publish");
	socket.send(
		Uint8Array.from(encodeFrame({ kind: "letter", id: new Uint8Array(16), sealed: new Uint8Array(64) })),
	);
	await sent;
	const [connection] = broker.connections;
	assert.ok(connection !== undefined);
	const gone = once(connection, "close");
	socket.close();
	await gone;
	broker.stop();
});
