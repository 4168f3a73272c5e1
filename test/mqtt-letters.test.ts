/** What a device spends on a letter at a broker: its acknowledgement and its answer are one write, and few beats are heard. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, Socket } from "node:net";
import { test } from "node:test";
import { isRefusal } from "@tenten/protocol";
import { mqttDial } from "@tenten/wallet";
import { decodeFrame, encodeFrame } from "../packages/wallet/src/transport/relay-frame.ts";

/** First bytes of packets (MQTT 3.1.1, section 2.2.1). */
const packets = { connect: 0x10, publish: 0x32, subscribe: 0x82 } as const;
const [connack, suback, puback] = [0x20, 0x90, 0x40] as const;
const letter = encodeFrame({ kind: "letter", id: new Uint8Array(16), sealed: new Uint8Array(41) });

/** Takes connections and subscriptions, and tells of whatever else came at once. */
async function broker(came: (bytes: Buffer, device: Socket) => void) {
	const server = createServer((device) => {
		device.on("error", () => undefined);
		device.on("data", (bytes: Buffer) => {
			const [kind, , high = 0, low = 0] = bytes;
			if (kind === packets.connect) device.write(Uint8Array.of(connack, 2, 0, 0));
			else if (kind === packets.subscribe) device.write(Uint8Array.of(suback, 3, high, low, 1));
			else came(bytes, device);
		});
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const url = `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`;
	const socket = mqttDial({ loopback: true })(`${url}/v1/rooms/${"0a".repeat(32)}/guest`);
	assert.ok(!isRefusal(socket));
	return {
		socket,
		stop: () => {
			socket.close();
			server.close();
		},
	};
}

test("a letter's acknowledgement and its answer are one write", async (t) => {
	let heard: () => void = () => undefined;
	const answered = new Promise<void>((resolve) => {
		heard = resolve;
	});
	let isBrought = false;
	const { socket, stop } = await broker((_, device) => {
		// The device's own letter is answered with one, under a topic of one letter, which is to be acknowledged as 7.
		if (isBrought) return heard();
		isBrought = true;
		device.write(Uint8Array.of(packets.publish, 5 + letter.length, 0, 1, 0x61, 0, 7, ...letter));
	});
	const send = (): void => socket.send(Uint8Array.from(letter));
	socket.onopen = send;
	let writes = (): number => 0;
	// Whoever answers has made and sealed it first: not in the same breath.
	socket.onmessage = async () => {
		const writer = Socket.prototype as Required<Pick<Socket, "_write" | "_writev">>;
		const [one, many] = [t.mock.method(writer, "_write"), t.mock.method(writer, "_writev")];
		writes = () => one.mock.callCount() + many.mock.callCount();
		for (let step = 0; step < 5; step++) await undefined;
		send();
	};
	await answered;
	stop();
	assert.equal(writes(), 1);
});

test("of a broker's acknowledgements at most one a second is a beat", async () => {
	const letters = 50;
	let left = letters;
	let ended: () => void = () => undefined;
	const all = new Promise<void>((resolve) => {
		ended = resolve;
	});
	const { socket, stop } = await broker((bytes, device) => {
		// A fixed head, the length in one byte, a topic with its length in two, then the packet's id.
		const at = 4 + bytes.readUInt16BE(2);
		device.write(Uint8Array.of(puback, 2, ...bytes.subarray(at, at + 2)));
		if (--left > 0) socket.send(Uint8Array.from(letter));
		else ended();
	});
	const from_ms = performance.now();
	let beats = 0;
	socket.onopen = () => socket.send(Uint8Array.from(letter));
	socket.onmessage = ({ data }) => {
		const frame = decodeFrame(new Uint8Array(data as ArrayBuffer));
		if (!isRefusal(frame) && frame.kind === "beat") beats++;
	};
	await all;
	await new Promise((resolve) => setTimeout(resolve, 50));
	stop();
	assert.ok(beats >= 1, "it is not told that the broker is there");
	const most = 1 + Math.floor((performance.now() - from_ms) / 1_000);
	assert.ok(beats <= most, `${beats} beats for ${letters} acknowledgements, at most ${most}`);
});
