/**
 * A gateway at its broker: hears the questions on its topics and answers each on its client's.
 *
 *   connected ──▶ subscribed ──question──▶ answered ──▶ …        the connection ends ──▶ connects again, after a pause
 *
 * The broker is one's own or anybody's; it may lose and repeat, so a device asks again. Nothing that it says ends the
 * process.
 */
import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import {
	type Bytes,
	isRefusal,
	packetLengths,
	type Refusal,
	toHex,
	topicName,
	topicOf,
} from "@tenten/protocol";
import { MqttClient } from "mqtt";

export type FogAtBroker = {
	/** resolves at the first subscription */
	readonly subscribed: Promise<void>;
	readonly isConnected: () => boolean;
	readonly close: () => Promise<void>;
};

export type FogAtBrokerOptions = {
	/** `mqtt://host:port` or `mqtts://host:port`; an account may stand in it */
	readonly url: string;
	/** the id of the gateway's key */
	readonly gateway: Bytes;
	readonly answer: (question: Bytes) => Promise<Bytes | Refusal>;
	/** told what `answer` throws */
	readonly report: (error: unknown) => void;
};

const pause_ms = 1_000;
const keepalive_s = 20;
const ports = { "mqtt:": 1883, "mqtts:": 8883 } as const;
/** the longest question, with its topic and heads */
const packetMost = 65_536 + 256;
/** questions that are being answered; of more nothing is heard, and they are asked again */
const atOnceMost = 1_024;

/** Throws a RangeError where the address is no broker's. */
export function joinBroker({ url, gateway, answer, report }: FogAtBrokerOptions): FogAtBroker {
	const address = brokerAddress(url);
	const id = toHex(gateway);
	const client = new MqttClient(() => dial(address), {
		...(address.username === "" ? {} : { username: address.username, password: address.password }),
		protocolVersion: 4,
		clientId: `f${id.slice(0, 22)}`,
		clean: true,
		keepalive: keepalive_s,
		reconnectPeriod: pause_ms,
		resubscribe: false,
	});
	let isSubscribed = (): void => undefined;
	const subscribed = new Promise<void>((resolve) => {
		isSubscribed = resolve;
	});
	let inHand = 0;
	const hear = async (topic: string, question: Bytes): Promise<void> => {
		const place = topicOf(topic);
		if (place?.kind !== "question" || place.gateway !== id || inHand >= atOnceMost) return;
		inHand++;
		try {
			const answered = await answer(question);
			if (isRefusal(answered)) return;
			const to = topicName({ ...place, kind: "answer" });
			client.publish(to, Buffer.from(answered), { qos: 1 }, () => undefined);
		} finally {
			inHand--;
		}
	};
	// A close follows, and another try.
	client.on("error", () => undefined);
	client.on("message", (topic, payload) => {
		hear(topic, Uint8Array.from(payload)).catch(report);
	});
	client.on("connect", () => {
		client.subscribe(`tenten/1/fog/${id}/+/question`, { qos: 1 }, (error, granted) => {
			if (error === null && granted?.every(({ qos }) => qos <= 1) === true) isSubscribed();
			// Another try after the pause. `reconnect` takes none, and leaves a client that hears of no end.
			else client.stream.destroy();
		});
	});
	return {
		subscribed,
		isConnected: () => client.connected,
		close: () => client.endAsync(true),
	};
}

type Address = {
	readonly host: string;
	readonly port: number;
	readonly isTls: boolean;
	readonly username: string;
	readonly password: string;
};

function brokerAddress(text: string): Address {
	const url = URL.parse(text);
	if (url === null || (url.protocol !== "mqtt:" && url.protocol !== "mqtts:") || url.hostname === "")
		throw new RangeError("a broker is at mqtt://host:port or mqtts://host:port");
	return {
		host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
		port: Number(url.port || ports[url.protocol]),
		isTls: url.protocol === "mqtts:",
		username: decodeURIComponent(url.username),
		password: decodeURIComponent(url.password),
	};
}

function dial({ host, port, isTls }: Address): Socket {
	const socket = isTls ? connectTls({ host, port, servername: host }) : connectPlain({ host, port });
	socket.setNoDelay();
	const isInBounds = packetLengths(packetMost);
	socket.on("data", (chunk: Buffer) => {
		if (!isInBounds(chunk)) socket.destroy(new Error("a packet longer than any question"));
	});
	return socket;
}
