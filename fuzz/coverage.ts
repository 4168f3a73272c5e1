/**
 * Coverage of our sources by V8's own counters, block by block: what a coverage-guided loop is guided by, and how a
 * test sees which decoders no target reaches.
 *
 * Node strips types by blanking them out, so that a place in what runs is the same place in the file.
 */
import { Session } from "node:inspector/promises";

export type Range = { readonly from: number; readonly to: number; readonly count: number };

/** Functions and blocks that ran since the last look, by file under `packages/`. */
export type Taken = ReadonlyMap<string, readonly Range[]>;

export class Coverage {
	readonly #session = new Session();

	/** Counts from here on: what is loaded later is counted too. */
	async start(): Promise<void> {
		this.#session.connect();
		await this.#session.post("Profiler.enable");
		await this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
	}

	/** What ran since the last look: outer ranges before the ranges in them. */
	async take(): Promise<Taken> {
		const { result } = await this.#session.post("Profiler.takePreciseCoverage");
		const taken = new Map<string, Range[]>();
		for (const { url, functions } of result) {
			const file = /\/(packages\/[a-z]+\/src\/.*\.ts)$/.exec(url)?.[1];
			if (file === undefined) continue;
			const ranges = functions.flatMap((each) => each.ranges);
			const found = ranges.map(({ startOffset: from, endOffset: to, count }) => ({ from, to, count }));
			taken.set(file, [...(taken.get(file) ?? []), ...found]);
		}
		return taken;
	}

	async stop(): Promise<void> {
		await this.#session.post("Profiler.stopPreciseCoverage");
		this.#session.disconnect();
	}
}
