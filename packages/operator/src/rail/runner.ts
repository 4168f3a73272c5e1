/**
 * Runs a party of the account rail in real time: what it sends goes to the others over HTTP, and again until they have
 * it; what is due by the clock is done when it is due.
 *
 * An answer of 204 ends a message, and so does a refusal, which is written to the log: it would be refused again.
 * Anything else leaves it in the outbox. No redirect is followed, and nobody is asked but whom the addresses name.
 */
import { paced } from "../watch.ts";
import type { RailParty, Taking } from "./host.ts";
import { Lanes } from "./lanes.ts";
import { type RailMessage, writeJson } from "./message-form.ts";
import type { RailBalance } from "./posting.ts";

/** Told of what happens, in words; `isWrong` where somebody has to look. */
export type RailLog = (what: string, isWrong: boolean) => void;

export type RunnerOptions = {
	readonly party: RailParty & {
		kept(payment: string): Promise<unknown>;
		balances(): Promise<readonly RailBalance[]>;
	};
	/** where each other party is: https://… or, on this machine, http://… */
	readonly addresses: Readonly<Record<string, string>>;
	/** milliseconds */
	readonly now: () => number;
	/** milliseconds for which a message waits before it is looked at: for whoever wants to watch */
	readonly pause_ms?: (() => number) | undefined;
	/** milliseconds for which a payment is kept after its end; for ever if left out */
	readonly keep_ms?: number;
	readonly log: RailLog;
};

const timeout_ms = 10_000;
const forgetEvery_ms = 3_600_000;
/** Between two looks at the clock where nothing is known to be due. */
const longestWait_ms = 60_000;
/** After a look at the clock that failed, as it does while the store is away. */
const failedPause_ms = 1_000;
const refusals: ReadonlySet<number> = new Set([400, 409, 413, 415, 422]);

export class RailRunner {
	readonly #options: RunnerOptions;
	#timer: NodeJS.Timeout | undefined;
	#isOver = false;
	#endForgetting: () => Promise<void> = async () => {};
	readonly #lanes = new Lanes((message) => this.#post(message));

	constructor(options: RunnerOptions) {
		this.#options = options;
	}

	/** Sends what waits, and goes on until it is stopped. */
	start(): void {
		this.#setTimer(0);
		const { keep_ms, log } = this.#options;
		if (keep_ms === undefined) return;
		const forget = (): Promise<void> => this.#forget(keep_ms);
		this.#endForgetting = paced(forget, forgetEvery_ms, (error) => log(String(error), true));
	}

	async #forget(keep_ms: number): Promise<void> {
		const { party, now, log } = this.#options;
		const forgotten = await party.forget(now() - keep_ms);
		if (forgotten > 0) log(`${forgotten} payments that ended were forgotten`, false);
	}

	async take(message: RailMessage): Promise<Taking> {
		const pause_ms = this.#options.pause_ms?.() ?? 0;
		if (pause_ms > 0) await new Promise((resolve) => setTimeout(resolve, pause_ms));
		try {
			const taking = await this.#options.party.take(message);
			if (taking.kind === "taken") this.#lanes.put(taking.sends);
			return taking;
		} finally {
			this.#setTimer();
		}
	}

	kept(payment: string): Promise<unknown> {
		return this.#options.party.kept(payment);
	}

	balances(): Promise<readonly RailBalance[]> {
		return this.#options.party.balances();
	}

	/** Sends nothing more, and lets go of the store. */
	async stop(): Promise<void> {
		this.#isOver = true;
		clearTimeout(this.#timer);
		await this.#endForgetting();
		await this.#lanes.stop();
		await this.#options.party.close();
	}

	async #wake(): Promise<void> {
		try {
			this.#lanes.put(await this.#options.party.wake());
			this.#setTimer();
		} catch (error) {
			this.#options.log(String(error), true);
			this.#setTimer(failedPause_ms);
		}
	}

	#setTimer(least_ms = 1): void {
		clearTimeout(this.#timer);
		if (this.#isOver) return;
		const { party, now } = this.#options;
		const wait_ms = Math.max(least_ms, (party.dueAt() ?? Number.POSITIVE_INFINITY) - now());
		this.#timer = setTimeout(() => void this.#wake(), Math.min(wait_ms, longestWait_ms));
	}

	async #post(message: RailMessage): Promise<void> {
		const { addresses, party, log } = this.#options;
		const address = Object.hasOwn(addresses, message.to) ? addresses[message.to] : undefined;
		if (address === undefined) return log(`nobody said where ${message.to} is`, true);
		try {
			const { status, body } = await fetch(`${address}/v1/messages`, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: writeJson(message),
				redirect: "error",
				signal: AbortSignal.timeout(timeout_ms),
			});
			await body?.cancel();
			if (refusals.has(status)) log(`${message.to} refused ${message.id}: ${status}`, true);
			if (status === 204 || refusals.has(status)) await party.delivered(message.id);
		} catch (error) {
			// It stays in the outbox: whoever was out of reach is asked again.
			log(`${message.to} did not answer ${message.id}: ${String(error)}`, false);
		}
		this.#setTimer();
	}
}
