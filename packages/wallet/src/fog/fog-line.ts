/**
 * A device's line to its gateway: questions and their answers, over an MQTT broker or HTTP (docs/spec/fog.md#questions).
 *
 *   ask ──▶ question ──▶ … no answer for a while, or connected anew: the same bytes again ──▶ answer of that very id
 *
 * What comes back is the gateway's word and no more: lists and approvals are verified by whoever asked. After
 * `channel-failed` it is not known whether the gateway did what it was asked; the same question may be asked again.
 */
import { readAtMost } from "@tenten/client";
import {
	type Bytes,
	encodeFogQuestion,
	equalBytes,
	type FogAnswer,
	type FogQuestion,
	fogAnswerMost,
	isRefusal,
	parseFogAnswer,
	type Refusal,
	refuse,
	toHex,
	topicName,
} from "@tenten/protocol";
import type { MqttClient } from "mqtt";
import { type BrokerAccount, brokerConnection } from "../transport/dial-mqtt.ts";
import { checkPeerUrl, type PeerRules } from "../transport/peer-rules.ts";

export type FogLine = {
	/** Asks until it is answered; `channel-failed` where that takes too long. */
	readonly ask: (question: FogQuestion) => Promise<FogAnswer | Refusal>;
	/** Every question that waits ends with `channel-failed`. */
	readonly close: () => void;
};

export type FogLineOptions = {
	/** for a question to be answered */
	readonly timeout_ms?: number;
	/** what has no answer yet is asked again as often */
	readonly repeat_ms?: number;
};

const usual = { timeout_ms: 20_000, repeat_ms: 4_000 } as const;
const keepalive_s = 20;
const reconnect_ms = 1_000;
const cose = "application/cose";

/** `url`: the gateway's door, as the device's owner configured it. */
export function fogByHttp(url: string, options: FogLineOptions = {}): FogLine {
	const { timeout_ms, repeat_ms } = { ...usual, ...options };
	const target = `${url.replace(/\/$/, "")}/v1/questions`;
	const open = new Set<AbortController>();
	let isClosed = false;
	const once = async (question: FogQuestion, left_ms: number): Promise<FogAnswer | Refusal> => {
		const stop = new AbortController();
		const late = setTimeout(() => stop.abort(), left_ms);
		open.add(stop);
		try {
			return await post(target, question, stop.signal);
		} catch (error) {
			return refuse("channel-failed", error instanceof Error ? error.message : "no answer");
		} finally {
			clearTimeout(late);
			open.delete(stop);
		}
	};
	return {
		ask: async (question) => {
			const until_ms = performance.now() + timeout_ms;
			for (;;) {
				if (isClosed) return refuse("channel-failed", "closed");
				const answer = await once(question, until_ms - performance.now());
				const left_ms = until_ms - performance.now();
				if (!isRefusal(answer) || left_ms <= repeat_ms) return answer;
				await new Promise((resolve) => setTimeout(resolve, repeat_ms));
			}
		},
		close: () => {
			isClosed = true;
			for (const stop of open) stop.abort();
		},
	};
}

async function post(
	target: string,
	question: FogQuestion,
	signal: AbortSignal,
): Promise<FogAnswer | Refusal> {
	const body = new Uint8Array(encodeFogQuestion(question));
	const headers = { "content-type": cose };
	const response = await fetch(target, { method: "POST", headers, body, redirect: "error", signal });
	if (response.status !== 200) {
		await response.body?.cancel();
		return refuse("channel-failed", `status ${response.status}`);
	}
	return read(await readAtMost(response, fogAnswerMost), question);
}

export type FogByMqtt = FogLineOptions & {
	/** the broker's: `mqtt://host:port` or `mqtts://host:port` */
	readonly url: string;
	/** the id of the gateway's key */
	readonly gateway: Bytes;
	/** as for HTTP, with `mqtts` in the place of `https` */
	readonly rules?: PeerRules;
	readonly account?: BrokerAccount;
};

/** Connects, and again whenever that ends, until it is closed; `peer-refused` where the address is not for us. */
export async function fogByMqtt(options: FogByMqtt): Promise<FogLine | Refusal> {
	const { url, gateway, rules = {}, account } = options;
	const { timeout_ms, repeat_ms } = { ...usual, ...options };
	const place = /^mqtts?:\/\/[^/?#]+$/.test(url)
		? checkPeerUrl(url.replace(/^mqtt/, "http"), rules)
		: refuse("peer-refused", "no broker");
	if (isRefusal(place)) return place;
	const { MqttClient } = await import("mqtt");
	const own = { gateway: toHex(gateway), client: toHex(crypto.getRandomValues(new Uint8Array(16))) };
	const broker = { url: place, isTls: url.startsWith("mqtts:") };
	const client = new MqttClient(() => brokerConnection(broker, rules, fogAnswerMost + 256), {
		...(account ?? {}),
		protocolVersion: 4,
		clientId: `d${own.client.slice(0, 22)}`,
		clean: true,
		keepalive: keepalive_s,
		reconnectPeriod: reconnect_ms,
		resubscribe: false,
	});
	return lineOver(client, own, { timeout_ms, repeat_ms });
}

function lineOver(
	client: MqttClient,
	own: { readonly gateway: string; readonly client: string },
	{ timeout_ms, repeat_ms }: Required<FogLineOptions>,
): FogLine {
	type Waiting = {
		/** its question's id in hex, which others may ask at the same time */
		readonly id: string;
		readonly send: () => void;
		readonly end: (answer: FogAnswer | Refusal) => void;
	};
	const waiting = new Set<Waiting>();
	let isSubscribed = false;
	// A close follows, and another try.
	client.on("error", () => undefined);
	client.on("close", () => (isSubscribed = false));
	client.on("connect", () => {
		client.subscribe(topicName({ kind: "answer", ...own }), { qos: 1 }, (error, granted) => {
			// Another try after the pause. `reconnect` takes none, and leaves a client that hears of no end.
			if (error !== null || granted?.some(({ qos }) => qos > 1) === true) return void client.stream.destroy();
			isSubscribed = true;
			for (const { send } of waiting) send();
		});
	});
	client.on("message", (_, payload) => {
		const answer = parseFogAnswer(Uint8Array.from(payload));
		if (isRefusal(answer)) return;
		const id = toHex(answer.id);
		for (const each of waiting) if (each.id === id) each.end(answer);
	});
	let isClosed = false;
	return {
		ask: (question) =>
			new Promise((resolve) => {
				if (isClosed) return resolve(refuse("channel-failed", "closed"));
				const payload = Buffer.from(encodeFogQuestion(question));
				const topic = topicName({ kind: "question", ...own });
				const send = (): void => {
					if (isSubscribed) client.publish(topic, payload, { qos: 1 }, () => undefined);
				};
				const again = setInterval(send, repeat_ms);
				const end = (answer: FogAnswer | Refusal): void => {
					clearInterval(again);
					clearTimeout(late);
					waiting.delete(asked);
					resolve(answer);
				};
				const late = setTimeout(() => end(refuse("channel-failed", "no answer in time")), timeout_ms);
				const asked: Waiting = { id: toHex(question.id), send, end };
				waiting.add(asked);
				send();
			}),
		close: () => {
			isClosed = true;
			for (const { end } of waiting) end(refuse("channel-failed", "closed"));
			client.end(true);
		},
	};
}

/** The answer of that question, or none. */
function read(encoded: Bytes, { id }: FogQuestion): FogAnswer | Refusal {
	const answer = parseFogAnswer(encoded);
	if (isRefusal(answer)) return refuse("channel-failed", `an answer that does not read: ${answer.code}`);
	return equalBytes(answer.id, id) ? answer : refuse("channel-failed", "the answer of another question");
}
