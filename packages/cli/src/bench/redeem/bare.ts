/**
 * The bare verifications of claims, on all cores: threads that do nothing but check the signatures which
 * verifying these very claims asks for, every certificate being known.
 */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { verify } from "@tenten/module";
import {
	type Bytes,
	claim,
	isRefusal,
	parse,
	Trust,
	type TrustListBody,
	verifyClaim,
} from "@tenten/protocol";
import { must } from "../../ecosystem.ts";
import type { SignatureCheck } from "../bare-work.ts";

/** The signatures that verifying each of these claims asks for, after a first one has shown the certificates. */
export function checksOf(
	claims: readonly Bytes[],
	list: TrustListBody,
	operator: Bytes,
	now: number,
): readonly (readonly SignatureCheck[])[] {
	const checks: SignatureCheck[] = [];
	const trust = new Trust(list, (key, message, signature) => {
		checks.push({ key, message, signature });
		return verify(key, message, signature);
	});
	const checksIn = (encoded: Bytes): readonly SignatureCheck[] => {
		checks.length = 0;
		const verified = must(
			verifyClaim(must(parse(claim, encoded)), { trust, operator, now, publishedAt: () => undefined }),
		);
		if (verified.tokens.some(isRefusal)) throw new Error("a token of our own is refused");
		return [...checks];
	};
	for (const encoded of claims.slice(0, 16)) checksIn(encoded);
	return claims.map(checksIn);
}

export type BareThreads = {
	/** Claims a second, of all threads together, over so many milliseconds. */
	readonly rate: (slice_ms: number) => Promise<number>;
	readonly close: () => Promise<void>;
};

export async function startBareThreads(checks: readonly (readonly SignatureCheck[])[]): Promise<BareThreads> {
	const threads = Array.from(
		{ length: availableParallelism() },
		() => new Worker(new URL(import.meta.url), { workerData: null }),
	);
	await Promise.all(threads.map((thread) => once(thread, "message")));
	for (const thread of threads) thread.postMessage(checks);
	return {
		rate: async (slice_ms) => {
			const done = threads.map((thread) => once(thread, "message") as Promise<[number]>);
			for (const thread of threads) thread.postMessage(slice_ms);
			const rates = (await Promise.all(done)).map(([rate]) => rate);
			return rates.reduce((sum, rate) => sum + rate, 0);
		},
		close: async () => {
			for (const thread of threads) await thread.terminate();
		},
	};
}

if (!isMainThread && parentPort !== null) runThread(parentPort);

function runThread(port: NonNullable<typeof parentPort>): void {
	let checks: readonly (readonly SignatureCheck[])[] = [];
	port.on("message", (told: typeof checks | number) => {
		if (typeof told !== "number") checks = told;
		else port.postMessage(rateOf(checks, told));
	});
	port.postMessage("ready");
}

function rateOf(checks: readonly (readonly SignatureCheck[])[], slice_ms: number): number {
	const from_ms = performance.now();
	for (let done = 0; ; done++) {
		for (const { key, message, signature } of checks[done % checks.length] ?? [])
			if (!verify(key, message, signature)) throw new Error("a signature of our own does not hold");
		const elapsed_ms = performance.now() - from_ms;
		if (elapsed_ms >= slice_ms) return (1000 * (done + 1)) / elapsed_ms;
	}
}
