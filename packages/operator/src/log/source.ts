/**
 * Where the files of a log are read: a folder, or an address of anybody's. Nothing of them is believed here.
 */
import { join } from "node:path";
import type { Bytes } from "@tenten/protocol";
import { readWhole } from "./files.ts";

/**
 * The file at a path as docs/spec/log.md names them; undefined where it is not there, or longer than `most` bytes. Once
 * `stop` is aborted nobody waits for it any more.
 */
export type LogSource = (path: string, most: number, stop?: AbortSignal) => Promise<Bytes | undefined>;

export function folderSource(folder: string): LogSource {
	return (path, most) => readWhole(join(folder, path), most);
}

/** Nobody answered, or not in time, or not as whoever serves a log does: no verdict on the log. */
export class LogUnreachable extends Error {}

const usualTimeout_ms = 30_000;

/**
 * Under an address that whoever asks has chosen; redirects are not followed. A file has `timeout_ms` to come whole.
 * Throws `LogUnreachable`.
 */
export function httpSource(address: string, { timeout_ms = usualTimeout_ms } = {}): LogSource {
	const base = address.replace(/\/+$/, "");
	return fetchedSource((path) => `${base}/${path}`, timeout_ms);
}

/** As `httpSource`, where each path has an address of its own making. */
export function fetchedSource(addressOf: (path: string) => string, timeout_ms = usualTimeout_ms): LogSource {
	return async (path, most, stop) => {
		try {
			return await fetched(addressOf(path), most, inTime(timeout_ms, stop));
		} catch (cause) {
			throw new LogUnreachable(`${path}: ${cause instanceof Error ? cause.message : cause}`, { cause });
		}
	};
}

/** Aborted after so long, or with `stop`. */
export function inTime(timeout_ms: number, stop: AbortSignal | undefined): AbortSignal {
	const late = AbortSignal.timeout(timeout_ms);
	return stop === undefined ? late : AbortSignal.any([late, stop]);
}

async function fetched(url: string, most: number, signal: AbortSignal): Promise<Bytes | undefined> {
	const answer = await fetch(url, { redirect: "error", signal });
	if (answer.status === 404 || answer.status === 410) {
		await answer.body?.cancel();
		return undefined;
	}
	if (!answer.ok || answer.body === null) throw new Error(`status ${answer.status}`);
	const parts: Uint8Array[] = [];
	let length = 0;
	for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
		length += part.length;
		if (length > most) return undefined;
		parts.push(part);
	}
	return new Uint8Array(Buffer.concat(parts));
}
