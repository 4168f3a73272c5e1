/**
 * Anchors: others who keep a log's checkpoints, so that it cannot be rewritten before them.
 *
 * One port, any number of anchors. Each gets the newest checkpoint; those between are covered by it, so nothing piles
 * up where an anchor is away. How far each is stands in the log's own file, and what was not brought before a crash
 * is brought after it. An anchor that fails is tried again, later each time; the log waits for none.
 */
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Bytes, equalBytes, fromUtf8, isRefusal, parseNote } from "@tenten/protocol";
import { httpPost } from "../webhooks/post.ts";
import { readWhole, writeFiles } from "./files.ts";

/** A checkpoint to be kept by others. */
export type Anchored = { readonly size: number; readonly note: Bytes };

/** Keeps checkpoints; false where it did not take one, and it is to be brought again. */
export type Anchor = {
	/** by which it is known again after a restart */
	readonly name: string;
	readonly put: (checkpoint: Anchored, signal: AbortSignal) => Promise<boolean>;
};

/** A folder elsewhere: a file a size. What it has of a size it keeps: another text of it is not taken. */
export function folderAnchor(folder: string): Anchor {
	return {
		name: `folder:${folder}`,
		put: async ({ size, note }) => {
			const name = `${size}.checkpoint`;
			const kept = await readWhole(join(folder, name), 2 ** 20);
			if (kept !== undefined) return saysTheSame(kept, note);
			await writeFiles(folder, new Map([[name, note]]));
			return true;
		},
	};
}

function saysTheSame(a: Bytes, b: Bytes): boolean {
	const [x, y] = [parseNote(a), parseNote(b)];
	return !isRefusal(x) && !isRefusal(y) && equalBytes(x.text, y.text);
}

/** An address that takes a checkpoint by POST, and says that it has it by a status from 200 to 299. */
export function httpAnchor(url: string, { isNetworkTrusted = false } = {}): Anchor {
	const post = httpPost(isNetworkTrusted);
	return {
		name: `http:${url}`,
		put: async ({ note }, signal) => {
			const headers = { "content-type": "text/plain; charset=utf-8" };
			const { outcome } = await post({ url, headers, body: fromUtf8(note) ?? "" }, signal);
			return outcome === "delivered";
		},
	};
}

/** The log, as anchors see it. */
type Log = {
	readonly published: Anchored;
	readonly anchored: (name: string) => number;
	readonly setAnchored: (name: string, size: number) => void;
};

const attempt_ms = 10_000;
const firstPause_ms = 1_000;
const longestPause_ms = 300_000;

/** One attempt to bring the newest checkpoint to an anchor that lacks it. Whether it has it. Never throws. */
export async function bring(log: Log, anchor: Anchor, stop: AbortSignal): Promise<boolean> {
	const { size, note } = log.published;
	if (log.anchored(anchor.name) >= size) return true;
	try {
		const signal = AbortSignal.any([stop, AbortSignal.timeout(attempt_ms)]);
		if (!(await anchor.put({ size, note }, signal))) return false;
		log.setAnchored(anchor.name, size);
		return true;
	} catch {
		return false;
	}
}

export class Anchoring {
	readonly #log: Log;
	readonly #stop = new AbortController();
	readonly #running: readonly Promise<void>[];
	#wake: (() => void)[] = [];

	/** Begins at once with what each anchor lacks. */
	constructor(log: Log, anchors: readonly Anchor[], pause_ms: number = firstPause_ms) {
		this.#log = log;
		this.#running = anchors.map((anchor) => this.#run(anchor, pause_ms));
	}

	/** To be called when there is a newer checkpoint. */
	published(): void {
		for (const wake of this.#wake.splice(0)) wake();
	}

	/** The size that each anchor is known to have; −1 for none. */
	has(anchor: Anchor): number {
		return this.#log.anchored(anchor.name);
	}

	async #run(anchor: Anchor, pause_ms: number): Promise<void> {
		let failures = 0;
		while (!this.#stop.signal.aborted) {
			if (this.#log.anchored(anchor.name) >= this.#log.published.size) await this.#woken();
			else if (await bring(this.#log, anchor, this.#stop.signal)) failures = 0;
			else await this.#pause(Math.min(longestPause_ms, pause_ms * 2 ** Math.min(20, failures++)));
		}
	}

	#woken(): Promise<void> {
		return new Promise((resolve) => {
			if (this.#stop.signal.aborted) resolve();
			else this.#wake.push(resolve);
		});
	}

	/** Ended early by a stop. */
	#pause(pause_ms: number): Promise<void> {
		return setTimeout(pause_ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
	}

	/** Ends after the attempts that are under way; before the log is closed. */
	async stop(): Promise<void> {
		this.#stop.abort();
		this.published();
		await Promise.all(this.#running);
	}
}
