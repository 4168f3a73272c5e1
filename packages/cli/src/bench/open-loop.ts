/**
 * An open-loop generator: requests leave when they are due, whether or not earlier ones were answered, and are
 * timed from when they were due.
 *
 * Somebody who waits for an answer before it sends the next leaves out the very requests that a slow server would
 * have kept waiting ("coordinated omission"). Here arrivals are a Poisson process at the offered rate. What the
 * server sheds (503) is no error: it is counted apart, its claim goes back to the pool, and by choice it is sent
 * again when Retry-After says so, still timed from when it was first due.
 */
import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { type Bytes, sha256, toHex } from "@tenten/protocol";

type Sent =
	/** `retryAfter_s`: what the server asked for, where it shed */
	| { readonly kind: "accepted" }
	| { readonly kind: "shed"; readonly retryAfter_s: number }
	/** no answer, or another one: whether it counted is not known, or it was refused */
	| { readonly kind: "failed"; readonly what: string };

export type Sender = { readonly send: (claim: Bytes) => Promise<Sent>; readonly close: () => void };

const timeout_ms = 30_000;

/** Sends claims as wallets do, over as many connections as are needed. */
export function claimSender(url: string): Sender {
	const agent = new Agent({ keepAlive: true, maxFreeSockets: 1024 });
	const { hostname: host, port } = new URL(url);
	const send = (claim: Bytes): Promise<Sent> =>
		new Promise((resolve) => {
			const failed = (error: Error): void => resolve({ kind: "failed", what: error.message });
			const headers = {
				"content-type": "application/cose",
				"content-length": claim.length,
				"idempotency-key": toHex(sha256(claim)),
			};
			const path = "/v1/claims";
			const asking = request({ host, port, path, method: "POST", agent, headers, timeout: timeout_ms });
			asking.on("timeout", () => asking.destroy(new Error("timed out")));
			const again = (): void => resolve(send(claim));
			// The server had closed a connection that said nothing for a while, and had taken nothing from it.
			const isStale = (error: Error): boolean =>
				asking.reusedSocket && (error as NodeJS.ErrnoException).code === "ECONNRESET";
			asking.on("error", (error) => (isStale(error) ? again() : failed(error)));
			asking.on("response", (response) => {
				const { statusCode = 0 } = response;
				response.resume().on("error", failed);
				response.on("end", () => {
					const retryAfter_s = Number(response.headers["retry-after"] ?? 1);
					if (statusCode === 200) resolve({ kind: "accepted" });
					else if (statusCode === 503) resolve({ kind: "shed", retryAfter_s });
					else resolve({ kind: "failed", what: `status ${statusCode}` });
				});
			});
			asking.end(claim);
		});
	return { send, close: () => agent.destroy() };
}

export type Loaded = {
	readonly offered: number;
	readonly accepted: number;
	readonly shed: number;
	readonly failed: number;
	/** why, and how often */
	readonly failures: ReadonlyMap<string, number>;
	/** how long requests were sent; answers may come after */
	readonly elapsed_s: number;
	/** milliseconds from when each accepted one was due until its answer */
	readonly latencies_ms: readonly number[];
	/** of every second: offered, accepted, shed */
	readonly seconds: readonly Second[];
};

export type Second = { offered: number; accepted: number; shed: number; latencies_ms: number[] };

export type LoadOptions = {
	readonly send: Sender["send"];
	/** the next claim; undefined ends the load before its time */
	readonly next: () => Bytes | undefined;
	/** requests a second */
	readonly rate: number;
	readonly duration_s: number;
	/** what is shed: sent again when the server says so, or left to whoever comes next */
	readonly onShed: "retry" | "drop";
};

export async function openLoop(options: LoadOptions): Promise<Loaded> {
	const { next, rate, duration_s } = options;
	const tally = new Tally(options);
	const from_ms = performance.now();
	const end_ms = from_ms + 1000 * duration_s;
	let due_ms = from_ms;
	let isOver = false;
	while (!isOver) {
		const now_ms = performance.now();
		while (due_ms <= now_ms && due_ms < end_ms) {
			const claim = tally.returned.pop() ?? next();
			isOver = claim === undefined;
			if (claim === undefined) break;
			tally.offer(claim, due_ms, from_ms);
			due_ms += (-1000 * Math.log(1 - Math.random())) / rate;
		}
		isOver ||= due_ms >= end_ms;
		await new Promise((resolve) => setTimeout(resolve, Math.max(0, Math.min(due_ms - performance.now(), 1))));
	}
	const elapsed_s = Math.min(duration_s, (performance.now() - from_ms) / 1000);
	await tally.settled();
	return tally.result(elapsed_s);
}

class Tally {
	/** claims that were shed and are spent by nobody */
	readonly returned: Bytes[] = [];
	readonly #options: LoadOptions;
	readonly #open = new Set<Promise<void>>();
	readonly #seconds: Second[] = [];
	readonly #latencies: number[] = [];
	readonly #failures = new Map<string, number>();
	#offered = 0;
	#shed = 0;
	#failed = 0;

	constructor(options: LoadOptions) {
		this.#options = options;
	}

	offer(claim: Bytes, due_ms: number, from_ms: number): void {
		this.#offered++;
		this.#second(due_ms - from_ms).offered++;
		const done = this.#run(claim, due_ms, from_ms).finally(() => this.#open.delete(done));
		this.#open.add(done);
	}

	async #run(claim: Bytes, due_ms: number, from_ms: number): Promise<void> {
		for (;;) {
			const sent = await this.#options.send(claim);
			const at_ms = performance.now();
			const second = this.#second(at_ms - from_ms);
			switch (sent.kind) {
				case "accepted":
					second.accepted++;
					second.latencies_ms.push(at_ms - due_ms);
					this.#latencies.push(at_ms - due_ms);
					return;
				case "failed":
					this.#failed++;
					this.#failures.set(sent.what, (this.#failures.get(sent.what) ?? 0) + 1);
					return;
				case "shed":
					second.shed++;
					this.#shed++;
					if (this.#options.onShed === "drop") {
						this.returned.push(claim);
						return;
					}
					await new Promise((resolve) => setTimeout(resolve, 1000 * sent.retryAfter_s));
					continue;
				default:
					sent satisfies never;
			}
		}
	}

	#second(since_ms: number): Second {
		const at = Math.floor(since_ms / 1000);
		while (this.#seconds.length <= at)
			this.#seconds.push({ offered: 0, accepted: 0, shed: 0, latencies_ms: [] });
		return this.#seconds[at] as Second;
	}

	async settled(): Promise<void> {
		while (this.#open.size > 0) await Promise.all(this.#open);
	}

	result(elapsed_s: number): Loaded {
		return {
			offered: this.#offered,
			accepted: this.#latencies.length,
			shed: this.#shed,
			failed: this.#failed,
			failures: this.#failures,
			elapsed_s,
			latencies_ms: this.#latencies,
			seconds: this.#seconds,
		};
	}
}

/** Requests a second that are accepted with this many always under way, until the time or the claims are over. */
export async function closedLoop(
	{ send, next }: Pick<LoadOptions, "send" | "next">,
	underWay: number,
	duration_s: number,
): Promise<{ readonly rate: number; readonly accepted: number }> {
	let accepted = 0;
	const from_ms = performance.now();
	const until_ms = from_ms + 1000 * duration_s;
	const one = async (): Promise<void> => {
		while (performance.now() < until_ms) {
			const claim = next();
			if (claim === undefined) return;
			const sent = await send(claim);
			if (sent.kind === "failed") throw new Error(`below capacity a claim failed: ${sent.what}`);
			if (sent.kind === "accepted") accepted++;
			// Who asks again at once takes from the server what it would have done meanwhile.
			else await pause(Math.min(1000 * sent.retryAfter_s, Math.max(0, until_ms - performance.now())));
		}
	};
	await Promise.all(Array.from({ length: underWay }, one));
	return { rate: accepted / ((performance.now() - from_ms) / 1000), accepted };
}
