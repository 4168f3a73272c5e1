/** Lines of a device to its gateway, for tests: HTTP to its door, and MQTT to its broker. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
	encodeFogQuestion,
	type FogAnswer,
	type FogQuestion,
	isRefusal,
	parseFogAnswer,
	type Refusal,
	refuse,
	toHex,
	topicName,
} from "@tenten/protocol";
import mqtt from "mqtt";
import type { RunningFog } from "../../src/fog/index.ts";

type Ask = (question: FogQuestion) => Promise<FogAnswer | Refusal>;
type Line = { readonly ask: Ask; readonly close: () => void };

export const fogLines: Readonly<Record<string, (fog: RunningFog) => Line>> = {
	HTTP: ({ url }) => {
		let isClosed = false;
		const ask: Ask = async (question) => {
			if (isClosed) return refuse("channel-failed", "closed");
			const body = new Uint8Array(encodeFogQuestion(question));
			const headers = { "content-type": "application/cose" };
			const response = await fetch(`${url}/v1/questions`, { method: "POST", headers, body });
			assert.equal(response.status, 200);
			return parseFogAnswer(new Uint8Array(await response.arrayBuffer()));
		};
		const close = (): void => {
			isClosed = true;
		};
		return { ask, close };
	},
	MQTT: ({ broker, standing }) => {
		const own = { gateway: standing().gateway, client: randomBytes(16).toString("hex") };
		const client = mqtt.connect(broker, { reconnectPeriod: 50 });
		const waiting = new Map<string, (answer: FogAnswer) => void>();
		const subscribed = new Promise<void>((resolve) => {
			client.on("connect", () =>
				client.subscribe(topicName({ kind: "answer", ...own }), { qos: 1 }, () => resolve()),
			);
		});
		client.on("message", (_, payload) => {
			const answer = parseFogAnswer(Uint8Array.from(payload));
			if (isRefusal(answer)) return assert.fail(answer.code);
			waiting.get(toHex(answer.id))?.(answer);
		});
		let isClosed = false;
		const ask: Ask = async (question) => {
			if (isClosed) return refuse("channel-failed", "closed");
			await subscribed;
			return new Promise((resolve) => {
				waiting.set(toHex(question.id), resolve);
				const asked = Buffer.from(encodeFogQuestion(question));
				client.publish(topicName({ kind: "question", ...own }), asked, { qos: 1 });
			});
		};
		const close = (): void => {
			isClosed = true;
			client.end(true);
		};
		return { ask, close };
	},
};
