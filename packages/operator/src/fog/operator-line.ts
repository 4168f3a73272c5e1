/** The line from a gateway to its operator: HTTP, to an address that whoever runs the gateway named. */
import {
	type Bytes,
	type FogListName,
	isRefusal,
	parse,
	type Refusal,
	recordBatch,
	recordsTaken,
	refuse,
	serialize,
	type TakenRecord,
} from "@tenten/protocol";
import type { ListName } from "./lists.ts";

export const recordsPath = "/v1/device-records";
const listPaths: Readonly<Record<FogListName, string>> = {
	trustList: "/v1/trust-list",
	freezeList: "/v1/freeze-list",
};

const cose = "application/cose";
const answer_ms = 15_000;
/** of an answer */
const mostBytes = 65_536;

export type OperatorLine = {
	/** `list-stale`: there is no status list of this number. */
	readonly list: (name: ListName) => Promise<Bytes | Refusal>;
	/** its signed time */
	readonly time: () => Promise<Bytes | Refusal>;
	readonly deliver: (records: readonly Bytes[]) => Promise<readonly TakenRecord[] | Refusal>;
};

/** `url`: the operator's, with or without a path. `channel-failed` whenever there is no good answer. */
export function operatorLine(url: string): OperatorLine {
	const base = url.replace(/\/$/, "");
	return {
		list: (name) =>
			name === "trustList" || name === "freezeList"
				? ask(`${base}${listPaths[name]}`, {})
				: ask(`${base}/v1/status-lists/${name.slice("statusList/".length)}`, {}, noSuchList),
		time: () => ask(`${base}/v1/time`, {}),
		deliver: async (records) => {
			const body = new Uint8Array(serialize(recordBatch, records));
			const answer = await ask(`${base}${recordsPath}`, {
				method: "POST",
				body,
				headers: { "content-type": cose },
			});
			return isRefusal(answer) ? answer : readTaken(answer as Bytes);
		},
	};
}

/** `channel-failed`: what became of the records is not known. */
export function readTaken(answer: Bytes): readonly TakenRecord[] | Refusal {
	const taken = parse(recordsTaken, answer);
	return isRefusal(taken) ? refuse("channel-failed", `an answer that does not read: ${taken.code}`) : taken;
}

const noSuchList = refuse("list-stale", "the operator has none of this number");

/** `missing`: what an answer 404 says, where that is one. */
async function ask(url: string, init: RequestInit, missing?: Refusal): Promise<Bytes | Refusal> {
	try {
		const response = await fetch(url, { ...init, redirect: "error", signal: AbortSignal.timeout(answer_ms) });
		if (response.status !== 200) {
			await response.body?.cancel();
			if (missing !== undefined && response.status === 404) return missing;
			return refuse("channel-failed", `status ${response.status}`);
		}
		return await bodyOf(response);
	} catch (error) {
		return refuse("channel-failed", error instanceof Error ? error.message : "no answer");
	}
}

async function bodyOf(response: Response): Promise<Bytes | Refusal> {
	const parts: Uint8Array[] = [];
	let length = 0;
	for await (const part of response.body ?? []) {
		length += part.length;
		if (length > mostBytes) return refuse("channel-failed", "an answer that is too long");
		parts.push(part);
	}
	return new Uint8Array(Buffer.concat(parts));
}
