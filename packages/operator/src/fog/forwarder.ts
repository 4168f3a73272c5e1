/**
 * Brings what a gateway keeps to the operator, while the line is there.
 *
 *   oldest that wait ──▶ one batch ──▶ operator ──each id: taken, or why not──▶ durable here ──▶ the next batch
 *                                        └─ no answer: the same again, after a pause that grows
 *
 * What is too early for the operator waits apart and is brought again after a while: a clock that was ahead costs its
 * device no record, and one that lies keeps nobody else's waiting.
 *
 * A record counts as brought once the operator named its id, and no sooner: a batch whose answer was lost is sent again,
 * and the operator has one record of an id. So nothing is lost and nothing doubled, wherever either side is killed.
 */
import { type Bytes, isRefusal, type Refusal, recordsMost, type TakenRecord, toHex } from "@tenten/protocol";
import type { FogStore } from "./store.ts";

export type ForwarderOptions = {
	readonly store: FogStore;
	/** Brings encoded records; a refusal where it is not known what became of them. */
	readonly deliver: (records: readonly Bytes[]) => Promise<readonly TakenRecord[] | Refusal>;
	/** Before each batch; a refusal where the line is down. */
	readonly refresh: () => Promise<Refusal | undefined>;
	/** unix seconds */
	readonly now: () => number;
	/** between two rounds while the line is there, and at most while it is not */
	readonly pause_ms: number;
	readonly pauseMost_ms: number;
	/** until what was too early is brought again */
	readonly early_ms: number;
	/** seconds for which acknowledged records are kept on */
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
	#tookUpAt_ms = Number.NEGATIVE_INFINITY;
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

	/** All that waits, one batch after another. */
	async #round(): Promise<Refusal | undefined> {
		const { store, refresh, now, keep_s, report } = this.#options;
		try {
			const refusal = await refresh();
			if (refusal !== undefined) return refusal;
			await this.#takeUp();
			for (;;) {
				const waiting = store.waiting(recordsMost);
				if (waiting.length === 0 || this.#isStopping) return await store.forget(now() - keep_s);
				const failed = await this.#bring(waiting.map(({ id, encoded }) => ({ id, encoded })));
				if (failed !== undefined) return failed;
			}
		} catch (error) {
			report(error);
			return { kind: "refusal", code: "channel-failed", detail: "a bug" };
		}
	}

	/**
	 * Never by a clock that may be set back: what waits apart would wait for ever. A full disk is left to the next round,
	 * since what is brought meanwhile makes room.
	 */
	async #takeUp(): Promise<void> {
		const { store, early_ms } = this.#options;
		if (performance.now() < this.#tookUpAt_ms + early_ms) return;
		if ((await store.takeUp()) === undefined) this.#tookUpAt_ms = performance.now();
	}

	async #bring(
		records: readonly { readonly id: Bytes; readonly encoded: Bytes }[],
	): Promise<Refusal | undefined> {
		const { store, deliver, now } = this.#options;
		const taken = await deliver(records.map(({ encoded }) => encoded));
		if (isRefusal(taken)) return taken;
		const asked = new Set(records.map(({ id }) => toHex(id)));
		// What was not asked about is no answer.
		const said = (taken as readonly TakenRecord[]).filter(({ id }) => asked.has(toHex(id)));
		if (said.length === 0) return { kind: "refusal", code: "channel-failed", detail: "it names no record" };
		for (const { id, code } of said)
			if (code !== null) {
				const full = await store.setAside(id, code);
				if (full !== undefined) return full;
			}
		return store.acknowledge(
			said.filter(({ code }) => code === null).map(({ id }) => id),
			now(),
		);
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
