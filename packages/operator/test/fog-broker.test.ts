/** The embedded broker carries what is ours and nothing else, and bounds what strangers make it hold. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { topicName } from "@tenten/protocol";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { type BrokerLimits, type RunningBroker, startBroker } from "../src/fog/index.ts";
import { Sessions } from "../src/fog/sessions.ts";

const room = "0f".repeat(32);
const inviter = topicName({ kind: "room", room, side: "inviter" });
const guest = topicName({ kind: "room", room, side: "guest" });

async function withBroker(
	limits: Partial<BrokerLimits>,
	use: (broker: RunningBroker) => Promise<void>,
): Promise<void> {
	const broker = await startBroker({ port: 0, limits });
	try {
		await use(broker);
	} finally {
		await broker.close();
	}
}

async function client({ url }: RunningBroker, options: IClientOptions = {}): Promise<MqttClient> {
	const made = mqtt.connect(url, { reconnectPeriod: 0, ...options });
	made.on("error", () => undefined);
	await new Promise<void>((resolve, reject) => {
		made.once("connect", () => resolve());
		made.once("close", () => reject(new Error("not let in")));
	});
	return made;
}

const gone = (made: MqttClient): Promise<void> =>
	new Promise((resolve) => made.once("close", () => resolve()));

async function subscribed(made: MqttClient, topic: string, qos: 0 | 1 | 2 = 1): Promise<boolean> {
	try {
		const granted = await made.subscribeAsync(topic, { qos });
		return granted.every((each) => each.qos <= 1);
	} catch {
		return false;
	}
}

describe("the embedded broker", () => {
	test("brings a letter to whoever listens on its very topic, and to nobody by a pattern", () =>
		withBroker({}, async (broker) => {
			const [listening, curious, sender] = [await client(broker), await client(broker), await client(broker)];
			assert.ok(await subscribed(listening, inviter));
			for (const pattern of ["#", "+/+/+/+/+", "tenten/1/rooms/+/inviter", `${inviter}/#`, "$SYS/#", "other"])
				assert.ok(!(await subscribed(curious, pattern)), pattern);
			let overheard = 0;
			curious.on("message", () => overheard++);
			const came = new Promise<Buffer>((resolve) => {
				listening.once("message", (_, payload) => resolve(payload));
			});
			await sender.publishAsync(inviter, "a letter", { qos: 1 });
			assert.equal(`${await came}`, "a letter");
			assert.equal(overheard, 0);
			for (const each of [listening, curious, sender]) await each.endAsync();
		}));

	test("ends who retains, sends QoS 2, has a will, names another topic or sends a long packet", () =>
		withBroker({ packetBytes: 1_000 }, async (broker) => {
			const attempts: readonly ((made: MqttClient) => void)[] = [
				(made) => made.publish(inviter, "kept", { qos: 1, retain: true }),
				(made) => made.publish(inviter, "twice", { qos: 2 }),
				(made) => made.publish("elsewhere", "word", { qos: 1 }),
				(made) => made.publish(`${inviter}/more`, "word", { qos: 0 }),
				(made) => made.publish(inviter, Buffer.alloc(1_000), { qos: 1 }),
			];
			for (const attempt of attempts) {
				const made = await client(broker);
				const ended = gone(made);
				attempt(made);
				await ended;
			}
			const will = { topic: inviter, payload: Buffer.from("late"), qos: 1, retain: false } as const;
			await assert.rejects(client(broker, { will }), /not let in/);
			const fine = await client(broker);
			await fine.publishAsync(inviter, Buffer.alloc(900), { qos: 1 });
			await fine.endAsync();
		}));

	test("grants QoS 2 to nobody, and no more topics than its limit", () =>
		withBroker({ topics: 2 }, async (broker) => {
			const made = await client(broker);
			assert.ok(!(await subscribed(made, inviter, 2)));
			for (const topic of [inviter, guest, inviter]) assert.ok(await subscribed(made, topic));
			assert.ok(!(await subscribed(made, topicName({ kind: "room", room: "1e".repeat(32), side: "guest" }))));
			await made.endAsync();
		}));

	test("bounds the connections of an address, and the messages of a connection", () =>
		withBroker({ connectionsByAddress: 2, messagesPerMinute: 10 }, async (broker) => {
			const first = await client(broker);
			const second = await client(broker);
			const third = connect(Number(new URL(broker.url).port), "127.0.0.1");
			third.on("error", () => undefined);
			await once(third, "close");
			const ended = gone(first);
			for (let i = 0; i < 12; i++) first.publish(inviter, "word", { qos: 1 });
			await ended;
			await second.publishAsync(inviter, "word", { qos: 1 });
			await second.endAsync();
		}));

	test("keeps letters for who is away, as many as fit, and gives each once", () =>
		withBroker({ letters: 3, letterBytes: 250 }, async (broker) => {
			const session = { clean: false, clientId: "sleeper" };
			const sleeper = await client(broker, session);
			assert.ok(await subscribed(sleeper, inviter));
			await sleeper.endAsync();
			const sender = await client(broker);
			// A flow of QoS 1 is acknowledged before it is handed on: the next one is behind it.
			for (const length of [100, 100, 100, 10, 10])
				await sender.publishAsync(inviter, Buffer.alloc(length), { qos: 1 });
			await until(() => broker.count().letters === 3);
			assert.equal(broker.count().bytes, 210);
			const lengths: number[] = [];
			const awake = mqtt.connect(broker.url, { ...session, reconnectPeriod: 0 });
			awake.on("message", (_, payload) => lengths.push(payload.length));
			await until(() => broker.count().letters === 0 && lengths.length === 3);
			assert.deepEqual(lengths, [100, 100, 10]);
			assert.equal(broker.count().bytes, 0);
			for (const each of [awake, sender]) await each.endAsync();
		}));

	test("refuses a port that is taken", () =>
		withBroker({}, async ({ url }) => {
			await assert.rejects(startBroker({ port: Number(new URL(url).port) }), /EADDRINUSE/);
		}));
});

describe("kept sessions", () => {
	const limits = { sessions: 2, letters: 10, letterBytes: 1_000, bytes: 150, keep_ms: 1_000 };
	const packet = (length: number, brokerCounter = 1) => ({
		payload: new Uint8Array(length),
		brokerId: "broker",
		brokerCounter,
	});
	const subscribe = (sessions: Sessions, id: string) =>
		sessions.addSubscriptions({ id }, [{ topic: inviter, qos: 1 }]);
	const waiting = async (sessions: Sessions, id: string): Promise<number> =>
		(await sessions.outgoingStream({ id }).toArray()).length;

	test("are as many as their limit: the one longest unseen goes, with its letters", async () => {
		const sessions = new Sessions(limits);
		for (const id of ["a", "b", "a"]) await subscribe(sessions, id);
		await sessions.outgoingEnqueue({ clientId: "b" }, packet(100));
		await subscribe(sessions, "c");
		assert.deepEqual(sessions.count(), { sessions: 2, letters: 0, bytes: 0 });
		const topics = await sessions.subscriptionsByTopic(inviter);
		assert.deepEqual(
			topics.map(({ clientId }) => clientId),
			["a", "c"],
		);
	});

	test("share one bound of bytes, which what is acknowledged or over frees", async () => {
		let now_ms = 0;
		const sessions = new Sessions(limits, () => now_ms);
		for (const id of ["a", "b"]) await subscribe(sessions, id);
		const both = [{ clientId: "a" }, { clientId: "b" }];
		await sessions.outgoingEnqueueCombi(both, packet(100));
		assert.deepEqual([await waiting(sessions, "a"), await waiting(sessions, "b")], [1, 0]);
		await sessions.outgoingUpdate({ id: "a" }, { ...packet(100), messageId: 7 });
		await sessions.outgoingClearMessageId({ id: "a" }, { ...packet(0), messageId: 7 });
		await sessions.outgoingEnqueueCombi(both.toReversed(), packet(100, 2));
		assert.deepEqual([await waiting(sessions, "a"), await waiting(sessions, "b")], [0, 1]);
		now_ms = 1_000;
		assert.equal(await waiting(sessions, "b"), 0);
		assert.equal(sessions.count().bytes, 0);
	});

	test("end with their last topic, or with a client that wants none", async () => {
		const sessions = new Sessions(limits);
		for (const id of ["a", "b"]) await subscribe(sessions, id);
		await sessions.outgoingEnqueue({ clientId: "a" }, packet(10));
		await sessions.removeSubscriptions({ id: "a" }, [inviter]);
		await sessions.cleanSubscriptions({ id: "b" });
		assert.deepEqual(sessions.count(), { sessions: 0, letters: 0, bytes: 0 });
	});
});

async function until(isSo: () => boolean): Promise<void> {
	const deadline = Date.now() + 20_000;
	while (!isSo()) {
		if (Date.now() > deadline) assert.fail("never");
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}
