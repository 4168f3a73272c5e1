/**
 * Rooms at MQTT brokers: the channel's promises hold on the embedded broker and on Mosquitto, and a hand-over survives
 * whatever a broker, or the line to it, does to letters.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startBroker } from "@tenten/operator/fog";
import { type Bytes, isRefusal, packetLengths, topicName, topicOf } from "@tenten/protocol";
import {
	type Dial,
	type Handle,
	makeInvitation,
	nodeDial,
	type RelayLink,
	type RelayLinkOptions,
	relayLink,
} from "@tenten/wallet";
import fc from "fast-check";
import { channelContract } from "../packages/wallet/test/support/channel-contract.ts";
import { chance } from "./support/chance.ts";
import { type Mosquitto, noMosquitto, startMosquitto } from "./support/mosquitto.ts";
import { ok, openTown } from "./support/town.ts";

const dial = nodeDial({ loopback: true });
const silent: Handle = async () => [];
const message = (text: string): Bytes => new TextEncoder().encode(text);
const echo: Handle = async (received) => received.map((each) => each.toReversed());

function join(options: Partial<RelayLinkOptions> & Pick<RelayLinkOptions, "invitation" | "side">): RelayLink {
	const link = relayLink({ handle: silent, dial, ...options });
	return isRefusal(link) ? assert.fail(link.detail) : link;
}

type Broker = { readonly url: string; readonly stop: () => Promise<void> };

const embedded = async (port = 0): Promise<Broker> => {
	const { url, close } = await startBroker({ port });
	return { url, stop: close };
};

const brokers: Readonly<Record<string, (port?: number) => Promise<Broker | Mosquitto>>> = {
	"the embedded broker": embedded,
	...(noMosquitto === false ? { Mosquitto: startMosquitto } : {}),
};

test("Mosquitto is there to be tested against", { skip: noMosquitto }, () => undefined);

for (const [name, start] of Object.entries(brokers)) {
	channelContract(`over ${name}`, async (handle) => {
		const broker = await start();
		const invitation = makeInvitation(broker.url);
		const inviter = join({ invitation, side: "inviter", handle });
		const guest = join({ invitation, side: "guest" });
		return {
			channel: guest,
			stop: async () => {
				guest.close();
				inviter.close();
				await broker.stop();
			},
		};
	});

	describe(`a room at ${name}`, () => {
		test("keeps letters for a side that was there before", async () => {
			const broker = await start();
			const invitation = makeInvitation(broker.url);
			const first = join({ invitation, side: "inviter" });
			const sent = join({ invitation, side: "guest" });
			assert.deepEqual(await sent.exchange([message("there?")]), []);
			first.close();
			sent.close();
			const guest = join({ invitation, side: "guest", repeat_ms: 3_600_000 });
			const answers = guest.exchange([message("ab")]);
			await new Promise((resolve) => setTimeout(resolve, 200));
			const again = join({ invitation, side: "inviter", handle: echo });
			assert.deepEqual(await answers, [message("ba")]);
			guest.close();
			again.close();
			await broker.stop();
		});

		test("goes on after the broker was restarted and forgot everything", async () => {
			const broker = await start();
			const invitation = makeInvitation(broker.url);
			const guest = join({ invitation, side: "guest", repeat_ms: 300 });
			const answers = guest.exchange([message("ab")]);
			await new Promise((resolve) => setTimeout(resolve, 100));
			await broker.stop();
			const restarted = await start(Number(new URL(broker.url).port));
			const inviter = join({ invitation, side: "inviter", handle: echo });
			assert.deepEqual(await answers, [message("ba")]);
			guest.close();
			inviter.close();
			await restarted.stop();
		});
	});
}

/** A line that loses, repeats, delays and reorders what goes out on it. */
function bad(chance: (below: number) => number): Dial {
	return (address) => {
		const socket = dial(address);
		if (isRefusal(socket)) return socket;
		const send = (data: Uint8Array<ArrayBuffer>): void => {
			if (chance(10) < 3) return;
			for (let copies = 1 + chance(2); copies > 0; copies--) setTimeout(() => socket.send(data), chance(30));
		};
		return new Proxy(socket, {
			get: (target, name) => (name === "send" ? send : Reflect.get(target, name, target)),
			set: (target, name, value) => Reflect.set(target, name, value, target),
		});
	};
}

describe("a hand-over at a broker", () => {
	test("is paid once, however letters are lost, repeated, delayed and reordered", async () => {
		const town = await openTown();
		const broker = await embedded();
		for (let seed = 1; seed <= 6; seed++) {
			const [payer, payee] = [await town.wallet(500n), await town.wallet()];
			const shared = { invitation: makeInvitation(broker.url), dial: bad(chance(seed)), repeat_ms: 60 };
			const inviter = join({ ...shared, side: "inviter", handle: payee.handle });
			const guest = join({ ...shared, side: "guest", handle: payer.handle });
			const { encoded } = ok(await payee.request({ asset: town.asset, amount: 200n }));
			const { fundsState } = ok(await payer.pay({ request: encoded }, guest));
			assert.equal(fundsState, "spent", `seed ${seed}`);
			assert.equal(payer.balance(town.asset).available, 300n);
			assert.equal(payee.balance(town.asset).available, 200n);
			guest.close();
			inviter.close();
		}
		await broker.stop();
		await town.close();
	});
});

describe("an address of a broker", () => {
	test("is dealt with as any that somebody else gave", () => {
		const options = { side: "guest", handle: silent, dial: nodeDial() } as const;
		for (const relay of [
			"mqtt://broker.example",
			"mqtts://10.0.0.1",
			"mqtts://broker.example/path",
			"mqtts://u:p@broker.example",
			"mqttx://broker.example",
		]) {
			const refused = relayLink({ ...options, invitation: makeInvitation(relay) });
			assert.equal(isRefusal(refused) && refused.code, "peer-refused", relay);
		}
	});
});

describe("topics", () => {
	test("are read back, and patterns are none", () => {
		const room = "0f".repeat(32);
		const client = "1e".repeat(16);
		for (const topic of [
			{ kind: "room", room, side: "guest" },
			{ kind: "question", gateway: room, client },
			{ kind: "answer", gateway: room, client },
		] as const)
			assert.deepEqual(topicOf(topicName(topic)), topic);
		for (const name of [
			"#",
			"tenten/#",
			`tenten/1/rooms/+/guest`,
			`tenten/1/rooms/${room}/#`,
			`tenten/1/rooms/${room}`,
		])
			assert.equal(topicOf(name), undefined, name);
	});
});

describe("lengths of packets", () => {
	const packet = (length: number): Bytes => {
		const head = [0x30];
		for (let left = length; ; ) {
			const digit = left % 128;
			left = Math.floor(left / 128);
			head.push(left > 0 ? digit | 0x80 : digit);
			if (left === 0) break;
		}
		return Uint8Array.from([...head, ...new Uint8Array(length).fill(0xff)]);
	};

	test("however packets are cut, the longest that is allowed passes and one byte more does not", () => {
		fc.assert(
			fc.property(
				fc.array(fc.nat(400), { minLength: 1 }),
				fc.array(fc.integer({ min: 1, max: 90 })),
				(sizes, cuts) => {
					const most = Math.max(...sizes);
					const stream = Buffer.concat(sizes.map(packet));
					const passes = (limit: number): boolean => {
						const isInBounds = packetLengths(limit);
						let at = 0;
						for (const cut of [...cuts, stream.length]) {
							if (!isInBounds(stream.subarray(at, at + cut))) return false;
							at += cut;
						}
						return true;
					};
					assert.ok(passes(most));
					if (most > 0) assert.ok(!passes(most - 1));
				},
			),
		);
	});

	test("a length of five bytes is none", () => {
		assert.ok(!packetLengths(400)(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80)));
	});
});
