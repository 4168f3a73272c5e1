/**
 * The meters that a program opened for calls, and which tick each call shows.
 *
 *   (nothing) ──▶ row durable, budget held ──▶ opened ──▶ a tick a call, no write ──▶ used up, or settled ──▶ what was due
 *
 * A tick is shown for one call, and again for the same call until it has its answer. What can go wrong: a call is
 * charged twice, because its answer was lost or the program ended. In this program's life a key keeps its tick; a call
 * that its caller has named keeps it durably, by one write before the tick is shown and one once its outcome is known:
 * until then its meter stays open, for the programs after this one too. After a restart the server says how many ticks
 * it has: only then is the next one shown.
 */
import type { MeterSummary } from "@tenten/module";
import {
	type Bytes,
	equalBytes,
	isRefusal,
	type Refusal,
	readTick,
	refuse,
	sameAsset,
	toHex,
} from "@tenten/protocol";
import type { Channel } from "../transport/channel.ts";
import type { Budget } from "./budget.ts";
import { callHash } from "./call.ts";
import type { CallMeter, PaidCalls } from "./calls.ts";
import type { ChosenMeter } from "./choosing.ts";
import { readResponse, responseHeader } from "./headers.ts";
import { meterHeader, writeMeteredCall } from "./meter-call.ts";
import { discard, type SentCall } from "./sent-call.ts";
import { type Showing, showTick, statusOfCall } from "./showing.ts";

export type MeteringCalls = Showing & {
	readonly calls: PaidCalls;
	readonly budget: Budget;
	/** unix seconds */
	readonly now: () => number;
	readonly channel: (row: CallMeter) => Channel;
};

/** A tick that a call shows. */
type Taken = {
	readonly row: CallMeter;
	readonly meter: Bytes;
	readonly ticks: number;
	readonly header: string;
};

/** seconds: an opening of a program that ended is given up by then */
const patience = 120;
/** paths of which it is remembered whether their calls are metered */
const mostPaths = 10_000;

export class CallMeters {
	readonly #options: MeteringCalls;
	/** by call, the tick of what was cut off */
	readonly #open = new Map<string, Taken>();
	/** ticks that no server took, by the request of their meter */
	readonly #spare = new Map<string, Taken[]>();
	/** those that are being opened, by request */
	readonly #opening = new Set<string>();
	/** meters whose server was heard since this program started, by request: until then the last tick is not known */
	readonly #heard = new Map<string, Promise<Refusal | undefined>>();
	/** by path, the request of the meter that pays there; null where none does */
	readonly #paths = new Map<string, string | null>();

	constructor(options: MeteringCalls) {
		this.#options = options;
	}

	/**
	 * The answer to a call by a meter; undefined where there is none for it. `isNamed`: its caller will ask for it by its
	 * key again, after a crash too.
	 */
	async call(key: string, call: SentCall, isNamed: boolean): Promise<Response | Refusal | undefined> {
		try {
			return await this.#call(key, call, isNamed);
		} finally {
			// Nobody can ask for it by a key that was told to nobody: its tick is owed no answer any more.
			if (!isNamed) this.#open.delete(key);
		}
	}

	async #call(key: string, call: SentCall, isNamed: boolean): Promise<Response | Refusal | undefined> {
		let isResumed = false;
		for (let tried = 0; tried < this.#options.tries; tried++) {
			const taken = this.#open.get(key) ?? this.#kept(key) ?? (await this.#take(key, call, isNamed));
			if (taken === undefined || isRefusal(taken)) return taken;
			this.#open.set(key, taken);
			const came = await showTick(taken.header, taken.row.origin, call, this.#options);
			if (isRefusal(came) || came.status >= 500) {
				// Not taken: nobody asks for this call again, so its tick is for the next.
				if (!isRefusal(came) && !isNamed && !came.headers.has(meterHeader)) await this.#giveBack(key, taken);
				return came;
			}
			if (came.status !== 402) return this.#answered(key, taken, came);
			discard(came);
			const why = whyNot(came);
			if (why === "request-mismatch") await this.#forget(key);
			else if (why === "amount-mismatch" || isResumed || !isAbout(why))
				return this.#leave(key, call, taken, why);
			else {
				isResumed = true;
				const silent = await this.#resume(taken.row, taken.meter);
				if (silent !== undefined) return pending("a call by meter, and the server cannot be reached");
			}
		}
		return pending("the server takes none of these ticks");
	}

	/** The tick of a call that was named, as it was shown before. */
	#kept(key: string): Taken | undefined {
		const named = this.#options.calls.named(key);
		const row =
			named && this.#options.calls.meters().find(({ request }) => equalBytes(request, named.request));
		const meter = row && this.#summaryOf(row)?.meter;
		return named && row && meter && { row, meter, ticks: named.ticks, header: named.header };
	}

	async #take(key: string, call: SentCall, isNamed: boolean): Promise<Taken | Refusal | undefined> {
		await this.#settleSpent(new URL(call.url).origin);
		const row = this.#guess(call.url);
		const summary = row && this.#summaryOf(row);
		if (row === undefined || summary === undefined) return undefined;
		const silent = await this.#hear(row, summary.meter);
		if (silent !== undefined) return silent;
		const taken = this.#spare.get(toHex(row.request))?.pop() ?? this.#next(row, summary.meter);
		if (isRefusal(taken)) {
			await this.#settle(row);
			return undefined;
		}
		// From here on the meter is not closed: what is closed makes no call that its server has lost.
		this.#open.set(key, taken);
		const { request } = row;
		const { ticks, header } = taken;
		const at = this.#options.now();
		if (isNamed)
			await this.#options.calls.keepNamed({ key, hash: callHash(call), request, ticks, header, at });
		return taken;
	}

	/** The next tick that is no named call's. */
	#next(row: CallMeter, meter: Bytes): Taken | Refusal {
		const { wallet, calls } = this.#options;
		for (;;) {
			const frame = wallet.module.meters.tick(meter);
			if (isRefusal(frame)) return frame;
			const tick = readTick(frame);
			if (isRefusal(tick)) return tick;
			const { ticks } = tick;
			if (!calls.isNamed(row.request, ticks))
				return { row, meter, ticks, header: writeMeteredCall(meter, frame) };
		}
	}

	/** What the server has of a meter, once since this program started. */
	#hear(row: CallMeter, meter: Bytes): Promise<Refusal | undefined> {
		const id = toHex(row.request);
		const known = this.#heard.get(id);
		if (known !== undefined) return known;
		const heard = this.#resume(row, meter).then((silent) => {
			if (silent !== undefined) this.#heard.delete(id);
			return silent;
		});
		this.#heard.set(id, heard);
		return heard;
	}

	/** Both sides' last words again; refused where the server could not be reached. */
	async #resume(row: CallMeter, meter: Bytes): Promise<Refusal | undefined> {
		const { wallet, channel, tries } = this.#options;
		let said = await wallet.meters.resume(meter, channel(row));
		for (let tried = 1; tried < tries && isRefusal(said) && said.code === "channel-failed"; tried++)
			said = await wallet.meters.resume(meter, channel(row));
		return isRefusal(said) && said.code === "channel-failed" ? said : undefined;
	}

	/** A call that was free, or answered by somebody else, leaves its tick for the next one. */
	async #answered(key: string, taken: Taken, came: Response): Promise<Response | Refusal> {
		this.#open.delete(key);
		const isTold = came.headers.has(meterHeader);
		if (isTold || came.status === 410) await this.#options.calls.tellNamed(key);
		if (isTold) return came;
		if (came.status === 410)
			return refuse(
				"answer-gone",
				"it was answered, or not asked for in time, and the server knows of it no more",
			);
		await this.#giveBack(key, taken);
		return came;
	}

	/** The server takes no tick of this meter for this call: it is paid in another way, unless it may have been. */
	async #leave(
		key: string,
		call: SentCall,
		taken: Taken,
		why: string | undefined,
	): Promise<Refusal | undefined> {
		const summary = this.#summaryOf(taken.row);
		if (why === "amount-mismatch" || why === undefined) {
			this.#learn(call.url, null);
			await this.#giveBack(key, taken);
			return undefined;
		}
		const isUnpaid = summary === undefined || (summary.state === "closed" && summary.ticks < taken.ticks);
		if (!isUnpaid) return pending(`its tick was shown, and the server says ${why}`);
		await this.#forget(key);
		await this.#settle(taken.row);
		return undefined;
	}

	async #forget(key: string): Promise<void> {
		this.#open.delete(key);
		await this.#options.calls.dropNamed(key);
	}

	async #giveBack(key: string, taken: Taken): Promise<void> {
		const id = toHex(taken.row.request);
		await this.#forget(key);
		this.#spare.set(id, [...(this.#spare.get(id) ?? []), taken]);
	}

	/** Opens a meter, unless there is one: nothing is paid where it is refused. */
	async open(url: string, origin: string, asking: ChosenMeter): Promise<Refusal | undefined> {
		const { wallet, calls, budget, now, channel } = this.#options;
		const { asset, amount, digest: request, address, units, perTicks } = asking;
		const known = this.#usable(origin).find(
			(row) => sameAsset(row.asset, asset) && row.units === units && row.perTicks === perTicks,
		);
		this.#learn(url, known ?? null);
		if (known !== undefined) return undefined;
		const free = calls.hold(budget, { origin, asset, amount });
		if (isRefusal(free)) return free;
		const id = toHex(request);
		this.#opening.add(id);
		try {
			const row: CallMeter = {
				...{ request, origin, asset, amount, address, units, perTicks, at: now(), isOver: false },
			};
			await calls.keepMeter(row, free);
			const opened = await wallet.meters.open({ request: asking.request, patience }, channel(row));
			const summary = this.#summaryOf(row);
			if (summary?.state !== "open") {
				if (summary?.state === "locked") await wallet.meters.cancel(summary.meter);
				await calls.dropMeter(row);
				return isRefusal(opened) ? opened : refuse("channel-failed", "the payee cannot be reached");
			}
			this.#heard.set(id, Promise.resolve(undefined));
			this.#learn(url, row);
			return undefined;
		} finally {
			this.#opening.delete(id);
			free();
		}
	}

	/** What a program that ended left: meters that were never opened are none, and what others came to is written down. */
	async begin(): Promise<void> {
		for (const row of this.#options.calls.meters()) {
			const summary = this.#summaryOf(row);
			if (summary?.state === "locked") await this.#options.wallet.meters.cancel(summary.meter);
			if (!row.isOver) await this.#wroteEnd(row);
		}
	}

	/**
	 * Closes all that can be: what they hold beyond what was due comes back. How many still wait, for their server or for
	 * the answer to a call.
	 */
	async settle(): Promise<number> {
		let left = 0;
		for (const row of this.#options.calls.meters()) {
			const isOpening = this.#opening.has(toHex(row.request));
			if (!row.isOver && (isOpening || !(await this.#settle(row, true)))) left++;
		}
		return left;
	}

	/** Used up, or its time is over: what is left comes back, and another is opened. */
	async #settleSpent(origin: string): Promise<void> {
		for (const row of this.#options.calls.meters())
			if (!row.isOver && row.origin === origin && this.#isSpent(row)) await this.#settle(row);
	}

	/** Whether no call can be made by it any more, as far as is known; undefined where it is not open. */
	#isSpent(row: CallMeter): boolean | undefined {
		const summary = this.#summaryOf(row);
		if (summary?.state !== "open") return undefined;
		const hasSpare = (this.#spare.get(toHex(row.request)) ?? []).length > 0;
		return this.#options.now() >= summary.until || (summary.ticks >= summary.most && !hasSpare);
	}

	/**
	 * Named calls by it that have no answer, also those of an earlier program: where their server is asked, those that it
	 * may still answer. One that it answered and knows no more (`gone`) has none for anybody, and one that it never
	 * took (`unknown`) is not paid.
	 */
	async #waiting({ request, origin }: CallMeter, isAsked: boolean): Promise<boolean> {
		const { calls } = this.#options;
		const unanswered = calls.unanswered(request);
		if (!isAsked) return unanswered.length > 0;
		for (const named of unanswered) {
			const status = await statusOfCall(named, origin, this.#options);
			if (status === "gone") await calls.tellNamed(named.key);
			else if (status !== "unknown") return true;
		}
		return false;
	}

	/** Whether a call by it has no answer yet, while its server can be asked for one. */
	async #isOwed(row: CallMeter, { state, until }: MeterSummary, isAsked: boolean): Promise<boolean> {
		if (state !== "open" || this.#options.now() >= until) return false;
		const isWaiting = await this.#waiting(row, isAsked);
		// Last: calls begin while the server is asked.
		return isWaiting || [...this.#open.values()].some((taken) => equalBytes(taken.row.request, row.request));
	}

	/** `isAsked`: its server, how far calls of an earlier program are. */
	async #settle(row: CallMeter, isAsked = false): Promise<boolean> {
		const { wallet, channel } = this.#options;
		const summary = this.#summaryOf(row);
		if (summary !== undefined) {
			const silent = await this.#hear(row, summary.meter);
			if (await this.#isOwed(row, summary, isAsked && silent === undefined)) return false;
			if (silent === undefined) await wallet.meters.close(summary.meter, channel(row));
		}
		return this.#wroteEnd(row);
	}

	/** Writes down what a meter came to, if it is over. */
	async #wroteEnd(row: CallMeter): Promise<boolean> {
		const summary = this.#summaryOf(row);
		if (summary?.state === "open" || summary?.state === "locked" || summary?.state === "claimed")
			return false;
		const amount = summary?.state === "closed" ? summary.due : 0n;
		if (summary === undefined || amount === 0n) await this.#options.calls.dropMeter(row);
		else await this.#options.calls.keepMeter({ ...row, amount, isOver: true });
		return true;
	}

	#summaryOf({ request }: CallMeter): MeterSummary | undefined {
		return this.#options.wallet.meters
			.list()
			.find((each) => each.side === "payer" && equalBytes(each.request, request));
	}

	/** Meters of an origin that can be ticked. */
	#usable(origin: string): readonly CallMeter[] {
		return this.#options.calls
			.meters()
			.filter((row) => !row.isOver && row.origin === origin && this.#isSpent(row) === false);
	}

	#guess(url: string): CallMeter | undefined {
		const { origin, pathname } = new URL(url);
		const known = this.#paths.get(origin + pathname);
		if (known === null) return undefined;
		const usable = this.#usable(origin);
		return usable.find(({ request }) => toHex(request) === known) ?? usable[0];
	}

	#learn(url: string, row: CallMeter | null): void {
		if (this.#paths.size >= mostPaths) this.#paths.clear();
		const { origin, pathname } = new URL(url);
		this.#paths.set(origin + pathname, row && toHex(row.request));
	}
}

function pending(detail: string): Refusal {
	return refuse("answer-pending", detail);
}

/** Why a server did not take a tick; undefined where it does not say. */
function whyNot({ headers }: Response): string | undefined {
	const settled = readResponse(headers.get(responseHeader) ?? "");
	return "why" in settled ? settled.why : undefined;
}

/** Whether it may be another once both sides have said their last words. */
function isAbout(why: string | undefined): boolean {
	return (
		why === "meter-over" || why === "attempt-unknown" || why === "tick-invalid" || why === "lock-pending"
	);
}
