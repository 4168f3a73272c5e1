/**
 * Loaded before a program under torture, with `--expose-gc`: says what the process holds once its parent asks, after a full
 * collection. The program itself knows nothing of it. It ends with its parent.
 */
import { setTimeout as pause } from "node:timers/promises";

/** Bytes. */
export type Weight = {
	/** what is left on the heap after a full collection, with the buffers that objects there hold */
	readonly held: number;
	/** that the system has in memory for the process, right after */
	readonly resident: number;
};

/** What to load. */
export const weigher: string = import.meta.url;

const collect = globalThis.gc;
if (process.send !== undefined && collect !== undefined) {
	process.on("message", async () => {
		// What finalizers let go of in one is collected by the next.
		for (let round = 0; round < 2; round++) {
			collect();
			await pause(0);
		}
		const { heapUsed, external, rss } = process.memoryUsage();
		process.send?.({ held: heapUsed + external, resident: rss } satisfies Weight);
	});
	process.on("disconnect", () => process.exit());
}
