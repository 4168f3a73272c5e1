/**
 * Brings what a gateway keeps to the operator, while the line is there.
 *
 *   oldest that wait ──▶ one batch ──▶ operator ──each id: taken, or why not──▶ one write here ──▶ the next batch
 *                                        └─ no answer: the same again, after a pause that grows
 *
 * What is too early for the operator waits apart until its own date, and is brought again then, a batch of it after each
 * batch of what is new: a clock that was ahead costs its device no record, and one that lies keeps nobody else's waiting.
 * Where the operator says again that it is early, this gateway's clock is ahead, and what is dated later is not asked about
 * for a while.
 *
 * A record counts as brought once the operator named its id, and no sooner: a batch whose answer was lost is sent again,
 * and the operator has one record of an id. So nothing is lost and nothing doubled, wherever either side is killed.
 */
import { type Bytes, isRefusal, type Refusal, recordsMost, type TakenRecord, toHex } from "@tenten/protocol";
import type { FogStore, KeptRecord } from "./store.ts";
import { early } from "./store-file.ts";

export type ForwarderOptions = {
	readonly store: FogStore;
	/** Brings encoded records; a refusal where it is not known what became of them. */
	readonly deliver: (records: readonly Bytes[]) => Promise<readonly TakenRecord[] | Refusal>;
	/** Before each batch; a refusal where the line is down. */
	readonly refresh: () => Promise<Refusal | undefined>;
	/** unix seconds: no clock that is behind the operator's, or what is due there would wait here */
	readonly now: () => number;
	/** between two rounds while the line is there, and at most while it is not */
	readonly pause_ms: number;
	readonly pauseMost_ms: number;
	/** until what is due by this clock, and was too early again, is brought once more */
	readonly early_ms: number;
	/** seconds for which acknowledged and refused records are kept on */
	readonly keep_s: number;
	/** told once when the line breaks, and once when it is there again */
	readonly told: (refusal: Refusal | undefined) => void;
	/** told what throws: a bug, or a store that fails */
	readonly report: (error: unknown) => void;
};

export class Forwarder {
	readonly #options: ForwarderOptions;
	readonly #stopped: Promise<void>;
	readonly #done: Promise<void>;
	#end = (): void => undefined;
	#isStopping = false;
	/** by a clock that is never set back */
	#earlyAt_ms = Number.NEGATIVE_INFINITY;
	/** undefined until the first round */
	#isInReach: boolean | undefined;

	constructor(options: ForwarderOptions) {
		this.#options = options;
		this.#stopped = new Promise((resolve) => {
			this.#end = resolve;
		});
		this.#done = this.#run();
	}

	/** Whether the operator answered last. */
	get isInReach(): boolean {
		return this.#isInReach === true;
	}

	/** What is under way is waited for. */
	async stop(): Promise<void> {
		this.#isStopping = true;
		this.#end();
		await this.#done;
	}

	async #run(): Promise<void> {
		const { pause_ms, pauseMost_ms } = this.#options;
		let pause = pause_ms;
		while (!this.#isStopping) {
			const refusal = await this.#round();
			this.#tell(refusal);
			pause = refusal === undefined ? pause_ms : Math.min(2 * pause, pauseMost_ms);
			await this.#wait(pause);
		}
	}

	/** All that waits and is due, one batch after another, in turn. */
	async #round(): Promise<Refusal | undefined> {
		const { store, refresh, now, keep_s, report } = this.#options;
		try {
			const refusal = await refresh();
			if (refusal !== undefined) return refusal;
			while (!this.#isStopping) {
				const waiting = store.waiting(recordsMost);
				const failed = await this.#bring(waiting);
				if (failed !== undefined) return failed;
				const due = this.#due();
				const failedThen = (await this.#bring(due)) ?? (await store.forget(now() - keep_s));
				if (failedThen !== undefined) return failedThen;
				if (waiting.length + due.length === 0) break;
			}
			return undefined;
		} catch (error) {
			report(error);
			return { kind: "refusal", code: "channel-failed", detail: "a bug" };
		}
	}

	#due(): readonly KeptRecord[] {
		const { store, now, early_ms } = this.#options;
		return performance.now() < this.#earlyAt_ms + early_ms ? [] : store.due(now(), recordsMost);
	}

	async #bring(records: readonly KeptRecord[]): Promise<Refusal | undefined> {
		if (records.length === 0) return undefined;
		const { store, deliver, now } = this.#options;
		const taken = await deliver(records.map(({ encoded }) => encoded));
		if (isRefusal(taken)) return taken;
		const wasEarly = new Map(records.map(({ id, refused }) => [toHex(id), refused === early]));
		// What was not asked about is no answer.
		const said = (taken as readonly TakenRecord[]).filter(({ id }) => wasEarly.has(toHex(id)));
		if (said.length === 0) return { kind: "refusal", code: "channel-failed", detail: "it names no record" };
		if (said.some(({ id, code }) => code === early && wasEarly.get(toHex(id))))
			this.#earlyAt_ms = performance.now();
		return store.noteAnswers(said, now());
	}

	#tell(refusal: Refusal | undefined): void {
		const isInReach = refusal === undefined;
		if (isInReach !== this.#isInReach) this.#options.told(refusal);
		this.#isInReach = isInReach;
	}

	async #wait(pause_ms: number): Promise<void> {
		let timer: ReturnType<typeof setTimeout> | undefined;
		const passed = new Promise<void>((resolve) => {
			// Some of the pause is chance, so that all gateways of an operator do not come back at once.
			timer = setTimeout(resolve, pause_ms * (0.5 + Math.random() / 2));
		});
		await Promise.race([passed, this.#stopped]);
		clearTimeout(timer);
	}
}
