/**
 * Memory: how much an input makes a target allocate, and whether what lives on grows.
 *
 * What is judged is all that was allocated from an input to its verdict, also what was dropped again at once: that is
 * never less than the peak, and does not depend on when V8 collects. Every collection tells what it found and what it
 * left, so the sum is right however many there were. Buffers outside of V8's heap count; what libsodium and SQLite
 * take by themselves does not.
 */
import { setImmediate } from "node:timers/promises";
import { GCProfiler, getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Bytes that an input may make be allocated: so many, and so many for each byte of it. */
export type MemoryLimits = { readonly base: number; readonly perByte: number };
export const memoryLimits: MemoryLimits = { base: 2 << 20, perByte: 512 };

/** Of servers, modules and machines, where an input opens stores, and all rows are looked at after it. */
export const serverMemory: MemoryLimits = { base: 16 << 20, perByte: 512 };

setFlagsFromString("--expose-gc");
// Otherwise a collection frees buffers after it has told what it left, and what is freed late is taken for never used.
setFlagsFromString("--no-concurrent-array-buffer-sweeping");
const collect = runInNewContext("gc") as () => void;

/** Again and again: what was collected leaves buffers to be freed, and has callbacks that free more. */
async function collectAll(): Promise<void> {
	for (let i = 0; i < 3; i++) {
		collect();
		await setImmediate();
	}
}

/** bytes in V8's heap and in buffers beside it */
function bytesUsed(): number {
	const { used_heap_size, external_memory } = getHeapStatistics();
	return used_heap_size + external_memory;
}

type GcHeap = {
	readonly heapStatistics: { readonly usedHeapSize: number; readonly externalMemory: number };
};

function bytesIn({ heapStatistics: { usedHeapSize, externalMemory } }: GcHeap): number {
	return usedHeapSize + externalMemory;
}

/** Bytes that one run allocates: the middle of five, since compiling adds to a few. */
async function allocatedBy(run: () => unknown): Promise<number> {
	const found: number[] = [];
	for (let i = 0; i < 5; i++) found.push(await allocatedOnce(run));
	return found.sort((a, b) => a - b)[2] as number;
}

async function allocatedOnce(run: () => unknown): Promise<number> {
	const profiler = new GCProfiler();
	profiler.start();
	let left = bytesUsed();
	await run();
	const after = bytesUsed();
	let allocated = 0;
	for (const { beforeGC, afterGC } of profiler.stop().statistics as readonly {
		readonly beforeGC: GcHeap;
		readonly afterGC: GcHeap;
	}[]) {
		allocated += bytesIn(beforeGC) - left;
		left = bytesIn(afterGC);
	}
	return allocated + after - left;
}

type Candidate = { readonly input: Uint8Array; readonly weight: number };

/** so many of each kind: on a busy machine a few are slow for nothing */
const candidates = 8;

/** What the hungriest input took, and what it might have. */
export type Hungriest = { readonly input: Uint8Array; readonly bytes: number; readonly limit: number };

/**
 * Watches every input cheaply, and measures a few in the end: those after which most was in use, and the slowest,
 * since what allocates so much that V8 collects in the middle takes its time.
 */
export class Hunger {
	#largest: readonly Candidate[] = [];
	#slowest: readonly Candidate[] = [];

	async watch(input: Uint8Array, run: () => string | Promise<string>): Promise<string> {
		const [before, began] = [bytesUsed(), performance.now()];
		const outcome = run();
		const known = typeof outcome === "string" ? outcome : await outcome;
		this.#slowest = most(this.#slowest, { input, weight: performance.now() - began });
		const used = bytesUsed() - before - memoryLimits.perByte * input.length;
		this.#largest = most(this.#largest, { input, weight: used });
		return known;
	}

	/** The input that came nearest to its limit, or went farthest beyond it. */
	async hungriest(
		run: (input: Uint8Array) => unknown,
		{ base, perByte }: MemoryLimits = memoryLimits,
	): Promise<Hungriest> {
		let worst: Hungriest = { input: new Uint8Array(), bytes: 0, limit: base };
		for (const { input } of [...this.#largest, ...this.#slowest]) {
			const bytes = await allocatedBy(() => run(input));
			const limit = base + perByte * input.length;
			if (bytes / limit >= worst.bytes / worst.limit) worst = { input, bytes, limit };
		}
		return worst;
	}
}

function most(before: readonly Candidate[], next: Candidate): readonly Candidate[] {
	const last = before[candidates - 1];
	if (last !== undefined && last.weight >= next.weight) return before;
	return [...before, next].sort((a, b) => b.weight - a.weight).slice(0, candidates);
}

/** Bytes a run: a short text and its place in a table are 80 and more. */
export const mostKept = 40;

/** What fills a cache has filled it, or has seen it emptied, after so many rounds. */
const rounds = 4;

/**
 * Bytes that live on after each of `times` runs: the middle of five parts. A cache that fills is in some parts, and
 * where it is emptied one falls; what is kept of every input is in all. Where it is more than may be kept, it is
 * measured again, on the same things: what fills comes to an end, and a leak does not.
 */
export async function keptPerRun(times: number, run: (number: number) => unknown): Promise<number> {
	const part = Math.round(times / 5);
	let number = 0;
	const runPart = async (): Promise<number> => {
		for (const end = number + part; number < end; number++) {
			await run(number);
			if (number % 64 === 0) await setImmediate();
		}
		await collectAll();
		return bytesUsed();
	};
	// Always after as much work: some of what is over takes a while to be freed.
	let before = await runPart();
	let perRun = 0;
	for (let round = 0; round < rounds; round++) {
		const found: number[] = [];
		while (found.length < 5) {
			const after = await runPart();
			found.push((after - before) / part);
			before = after;
		}
		perRun = found.sort((a, b) => a - b)[2] as number;
		if (perRun < mostKept) break;
	}
	// Once more, so that what it holds on to was alive all the time.
	await run(number);
	return perRun;
}
