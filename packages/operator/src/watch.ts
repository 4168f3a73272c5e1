/**
 * Watch: the books are looked at while the operator works, and payouts stop where they do not agree.
 *
 *   look      each few seconds: balances among themselves
 *   recount   each few minutes: all issues and all lines, at one moment, in pieces beside the writer
 *   broken ─▶ payouts of that asset stop, durably; whoever listens is told; a person resolves it and allows them again
 *
 * Both keep to a fiftieth of the time, however much there is to count. A stop loses nothing: redeemers are told to
 * come again, and their links stay good. What a watch cannot see is a wrong that leaves all sums as they are.
 */
import { setImmediate as turn } from "node:timers/promises";
import { assetHash, brokenInvariants, type Refusal, refuse, type Totals } from "@tenten/protocol";
import type { Acting } from "./access.ts";
import type { OperatorContext } from "./context.ts";
import { appendAudit } from "./store/audit-log.ts";
import { allowPayouts, type PayoutStop, payoutStop, stopPayouts } from "./store/payout-stops.ts";
import { readApart } from "./store/sqlite-reader.ts";
import type { Job, Transaction } from "./store/store.ts";
import { recountOf, totalsOf } from "./totals.ts";
import { tell } from "./webhooks/outbox.ts";

export type Alarm = { readonly code: string; readonly reasons: readonly string[] };

export type WatchState = {
	/** unix seconds of the last full count that was finished; null before the first */
	readonly countedAt: number | null;
	readonly stops: readonly (PayoutStop & { readonly code: string })[];
};

const restBetween = 50;
const lookEvery_ms = 5_000;
const recountEvery_ms = 600_000;

export class Watch {
	readonly #context: OperatorContext;
	/** the file, where the store is one of SQLite */
	readonly #file: string | null;
	readonly #listeners: ((alarm: Alarm) => void)[] = [];
	#state: WatchState = { countedAt: null, stops: [] };

	constructor(context: OperatorContext, file: string | null) {
		this.#context = context;
		this.#file = file;
	}

	get state(): WatchState {
		return this.#state;
	}

	/** Told once of each stop that this process made. */
	onAlarm(listener: (alarm: Alarm) => void): void {
		this.#listeners.push(listener);
	}

	/** Holds balances against each other. */
	async look(): Promise<void> {
		for (const code of this.#codes()) {
			const totals = await this.#context.store.read((transaction) =>
				totalsOf(transaction, this.#asset(code)),
			);
			await this.#judge(code, brokenInvariants(totals, asBooked(totals)));
		}
		await this.#readStops();
	}

	/** Counts every issue and every line again. */
	async recount(): Promise<void> {
		for (const code of this.#codes()) await this.#judge(code, await this.#count(code));
		this.#state = { ...this.#state, countedAt: this.#context.now() };
		await this.#readStops();
	}

	/** Pays again, if the books agree now. Whoever asks is in the audit log, and what was answered. */
	async allow(code: string, acting: Acting): Promise<Refusal | undefined> {
		if (!this.#codes().includes(code)) return refuse("asset-unknown");
		const broken = await this.#count(code);
		const refusal = broken.length > 0 ? refuse("payout-stopped", broken.join("; ")) : undefined;
		await this.#context.store.run(async (transaction) => {
			const stop = await payoutStop(transaction, this.#asset(code));
			const outcome = refusal?.code ?? "done";
			const [at, detail] = [this.#context.now(), stop === undefined ? "" : stop.reasons];
			const entry = { ...acting, at, act: "payoutsAllowed", subject: code, outcome, detail } as const;
			const { hash: cause } = await appendAudit(transaction, entry);
			if (refusal !== undefined) return;
			await allowPayouts(transaction, this.#asset(code));
			const said = { cause, subject: code, account: null, data: { asset: code } };
			if (stop !== undefined)
				await tell(transaction, this.#context, { type: "tenten.payouts.allowed", ...said });
		});
		await this.#readStops();
		return refusal;
	}

	/** Looks and counts until it is stopped. A failure is told, and it goes on. */
	start(failed: (error: unknown) => void): () => Promise<void> {
		const loops = [
			paced(() => this.look(), lookEvery_ms, failed),
			paced(() => this.recount(), recountEvery_ms, failed),
		];
		return async () => {
			for (const stop of loops) await stop();
		};
	}

	#codes(): readonly string[] {
		return this.#context.definitions.assets().map(({ code }) => code);
	}

	#asset(code: string): Uint8Array {
		return assetHash({ operator: this.#context.id, code });
	}

	/** Everything that does not hold, counted at one moment. */
	#count(code: string): Promise<readonly string[]> {
		const asset = this.#asset(code);
		const job: Job<readonly string[]> = async (transaction) => {
			const totals = await totalsOf(transaction, asset);
			return brokenInvariants(totals, await recountOf(transaction, asset, this.#file === null ? null : turn));
		};
		return this.#file === null ? this.#context.store.read(job) : readApart(this.#file, job);
	}

	async #judge(code: string, broken: readonly string[]): Promise<void> {
		if (broken.length === 0) return;
		const { store, now, entropy } = this.#context;
		const stop = { reasons: broken.join("; "), since: now() };
		const isNew = await store.run(async (transaction) => {
			const isFirst = await stopPayouts(transaction, this.#asset(code), stop);
			const data = { asset: code, reasons: stop.reasons };
			const said = { cause: entropy(32), subject: code, account: null, data };
			if (isFirst) await tell(transaction, this.#context, { type: "tenten.payouts.stopped", ...said });
			return isFirst;
		});
		if (isNew) for (const listener of this.#listeners) listener({ code, reasons: broken });
	}

	async #readStops(): Promise<void> {
		const found = await this.#context.store.read(async (transaction) => {
			const stops = [];
			for (const code of this.#codes()) {
				const stop = await payoutStop(transaction, this.#asset(code));
				if (stop !== undefined) stops.push({ ...stop, code });
			}
			return stops;
		});
		this.#state = { ...this.#state, stops: found };
	}
}

/** A count that says what the books say: for checks among balances alone. */
function asBooked({ issued, redeemed, refunded, burned }: Totals): Parameters<typeof brokenInvariants>[1] {
	return { issued, paid: redeemed + refunded + burned, waiting: 0n, overpaid: 0, lines: 0n };
}

/** Why nothing of an asset may be paid in this transaction; undefined where it may. */
export async function refusedPayout(
	transaction: Transaction,
	{ id }: Pick<OperatorContext, "id">,
	code: string,
): Promise<Refusal | undefined> {
	const stop = await payoutStop(transaction, assetHash({ operator: id, code }));
	return stop && refuse("payout-stopped", "its books are being looked into");
}

/** Why nothing of an asset may be issued in this transaction: what may not come back is not brought out either. */
export async function refusedIssue(
	transaction: Transaction,
	context: Pick<OperatorContext, "id">,
	code: string,
): Promise<Refusal | undefined> {
	const stopped = await refusedPayout(transaction, context, code);
	return stopped && refuse("issue-stopped", stopped.detail);
}

/** Runs `work` again and again, with a rest of at least `every_ms` and many times what it took. */
export function paced(
	work: () => Promise<void>,
	every_ms: number,
	failed: (error: unknown) => void,
): () => Promise<void> {
	let isOver = false;
	let running: Promise<void> = Promise.resolve();
	let timer: NodeJS.Timeout;
	const once = async (): Promise<void> => {
		const begun = performance.now();
		await work().catch(failed);
		if (!isOver) plan(Math.max(every_ms, restBetween * (performance.now() - begun)));
	};
	const plan = (rest_ms: number): void => {
		timer = setTimeout(() => {
			running = once();
		}, rest_ms);
		timer.unref();
	};
	plan(every_ms);
	return () => {
		isOver = true;
		clearTimeout(timer);
		return running;
	};
}
