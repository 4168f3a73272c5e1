/**
 * A room at an MQTT broker, as a socket: letters go out on the other side's topic and come in on one's own
 * (docs/spec/transports.md#mqtt). Whatever the relay's link does on a WebSocket it does here.
 *
 *   connect, session kept ──▶ subscribe to one's own topic ──▶ open ──▶ letters ──▶ the connection ends ──▶ close
 *
 * The broker keeps letters for a side that was there before and is away (QoS 1, a session that outlasts the connection),
 * if it can; a letter that it lost is sent again until it is answered. `taken` and beats are the broker's own business:
 * it is told that a letter came by the acknowledgement of MQTT, and answers its pings.
 */
import { connect as connectPlain, type Socket as NetSocket } from "node:net";
import { connect as connectTls } from "node:tls";
import { isRefusal, packetLengths, type Refusal, refuse, topicName } from "@tenten/protocol";
import type { MqttClient } from "mqtt";
import { checkPeerUrl, type PeerRules, pinningLookup } from "./peer-rules.ts";
import type { Dial, Socket } from "./relay-connection.ts";
import { decodeFrame, encodeFrame, maximumFrameBytes, otherSide, type Side } from "./relay-frame.ts";

/** What a broker asks of whoever connects; in the open where the address is no `mqtts`. */
export type BrokerAccount = { readonly username: string; readonly password: string };

/** A room at a broker: where the broker is, and whose letters are waited for. */
type Place = { readonly url: URL; readonly isTls: boolean; readonly room: string; readonly side: Side };

const ports = { plain: 1883, tls: 8883 } as const;
const keepalive_s = 20;
/** what comes before the subscription is acknowledged */
const earlyMost = 128;
const ending_ms = 1_000;
/** between two beats that stand for whatever else the broker says: each letter has its acknowledgement */
const beatsApart_ms = 1_000;
/** the longest frame, with its topic and heads */
const maximumPacketBytes = maximumFrameBytes + 256;
const roomAddress = /^(mqtts?:\/\/[^/?#]+)\/v1\/rooms\/([0-9a-f]{64})\/(inviter|guest)$/;

/** `rules` as for HTTP, with `mqtts` in the place of `https`. */
export function mqttDial(rules: PeerRules = {}, account?: BrokerAccount): Dial {
	return (address) => {
		const place = placeAt(address, rules);
		return isRefusal(place) ? place : mqttSocket(place, rules, account);
	};
}

function placeAt(address: string, rules: PeerRules): Place | Refusal {
	const [, broker, room, side] = roomAddress.exec(address) ?? [];
	if (broker === undefined || room === undefined) return refuse("peer-refused", "no room at a broker");
	const url = checkPeerUrl(broker.replace(/^mqtt/, "http"), rules);
	if (isRefusal(url)) return url;
	return { url, isTls: broker.startsWith("mqtts:"), room, side: side as Side };
}

function mqttSocket(place: Place, rules: PeerRules, account: BrokerAccount | undefined): Socket {
	const { room, side } = place;
	let client: MqttClient | undefined;
	let isEnded = false;
	let early: Uint8Array[] | undefined = [];
	const end = (): void => {
		if (isEnded) return;
		isEnded = true;
		socket.onclose?.({ code: 1006 });
	};
	const isBeatDue = atMostEvery(beatsApart_ms);
	const heard = (frame: Uint8Array): void => {
		socket.onmessage?.({ data: Uint8Array.from(frame).buffer });
	};
	const socket: Socket = {
		binaryType: "arraybuffer",
		onopen: null,
		onmessage: null,
		onclose: null,
		onerror: null,
		send: (data) => {
			const frame = decodeFrame(data);
			if (isEnded || isRefusal(frame) || frame.kind !== "letter") return;
			const topic = topicName({ kind: "room", room, side: otherSide[side] });
			// What is lost with the connection is sent again on the next one.
			client?.publish(topic, Buffer.from(data), { qos: 1 }, () => undefined);
		},
		close: () => {
			isEnded = true;
			if (client !== undefined) leave(client);
		},
	};
	const begin = async (): Promise<void> => {
		const { MqttClient } = await import("mqtt");
		if (isEnded) return;
		client = new MqttClient(() => brokerConnection(place, rules, maximumPacketBytes), {
			...(account ?? {}),
			protocolVersion: 4,
			clientId: `${side === "guest" ? "g" : "i"}${room.slice(0, 22)}`,
			clean: false,
			keepalive: keepalive_s,
			reconnectPeriod: 0,
			resubscribe: false,
		});
		client.on("error", () => client?.end(true));
		client.on("close", end);
		client.on("message", (_, payload) => {
			if (early === undefined) heard(payload);
			else if (early.length < earlyMost) early.push(payload);
		});
		client.on("packetreceive", ({ cmd }) => {
			if (cmd !== "publish" && early === undefined && isBeatDue()) heard(encodeFrame({ kind: "beat" }));
		});
		client.on("connect", () => {
			client?.subscribe(topicName({ kind: "room", room, side }), { qos: 1 }, (error, granted) => {
				if (isEnded) return;
				if (error !== null || granted?.some(({ qos }) => qos > 1) === true) return void client?.end(true);
				socket.onopen?.();
				const waiting = early ?? [];
				early = undefined;
				for (const frame of waiting) heard(frame);
			});
		});
	};
	begin().catch(end);
	return socket;
}

/** True the first time that it is asked, and again when so much time has gone by. */
function atMostEvery(pause_ms: number): () => boolean {
	let next_ms = 0;
	return () => {
		const now_ms = performance.now();
		if (now_ms < next_ms) return false;
		next_ms = now_ms + pause_ms;
		return true;
	};
}

/** To the address that was checked; a packet longer than that many bytes ends it before it is read. */
export function brokerConnection(
	{ url, isTls }: Pick<Place, "url" | "isTls">,
	rules: PeerRules,
	packetBytes: number,
): NetSocket {
	const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
	const port = Number(url.port || (isTls ? ports.tls : ports.plain));
	const lookup = pinningLookup(url, rules);
	const socket = isTls
		? connectTls({ host, port, lookup, servername: host })
		: connectPlain({ host, port, lookup });
	socket.setNoDelay();
	const isInBounds = packetLengths(packetBytes);
	socket.on("data", (chunk: Buffer) => {
		if (!isInBounds(chunk)) socket.destroy(new Error("a packet longer than any of ours"));
		// What is said to one chunk goes out together: the acknowledgement of a letter with its answer.
		socket.cork();
		setImmediate(() => socket.uncork());
	});
	return socket;
}

/**
 * What is under way goes out first, if that takes no long time. A letter that comes meanwhile is not acknowledged, so
 * that the broker keeps it.
 */
function leave(client: MqttClient): void {
	client.options.customHandleAcks = () => undefined;
	const { stream } = client;
	// Once it is ending, a client hears no second word about it: not even that it is to be quick.
	setTimeout(() => stream.destroy(), ending_ms).unref();
	client.end();
}
