/**
 * Meters that callers opened with a toll, and which ticks of each have had their call.
 *
 *   call with a tick ──▶ the meter takes it (no write but each 64) ──▶ the handler ──▶ its answer ──▶ (each 64) written down
 *
 * The meter's count says what is paid, and the module keeps it. What stands here is which call each tick was for. What
 * can go wrong: a call is made twice, or one that was paid is never made, after a crash. So a tick whose answer is
 * written down pays for nothing more; the others, at most 64 a meter and those that were under way, are served again
 * when they are shown again: the server makes them twice, under one name, and nobody is charged twice. A call that has
 * no answer is written down before a tick is taken that no longer proves its own.
 */
import type { ModuleStore } from "@tenten/module";
import {
	type AssetId,
	type Bytes,
	dueFor,
	equalBytes,
	fromHex,
	isRefusal,
	type Refusal,
	refuse,
	sameAsset,
	type Tick,
	toHex,
	writeMeterBundle,
} from "@tenten/protocol";
import type { Wallet } from "../wallet.ts";
import type { Price } from "./asked.ts";
import { type Call, callHash } from "./call.ts";
import { type MeteredCall, meterHeader, meterOffer, writeTaken } from "./meter-call.ts";
import type { NumberedCall } from "./ticking.ts";
import { pending } from "./toll-answers.ts";
import type { PaymentStatus } from "./toll-doors.ts";
import { callPath } from "./toll-paths.ts";
import { behind, dropsOf, type KeptMeter, meterRows, type Unanswered, writesOf } from "./toll-rows.ts";

/** ticks that one may pay, that a crash may lose, and answers that it may leave unwritten */
const block = 64;
/** seconds after which a meter is to be closed */
const open_s = 86_400;
/** `preimage`: of its tick, which proves it again however far it is behind. A failed one is as if it had not been shown. */
type MadeCall = {
	readonly hash: string;
	readonly preimage: Bytes;
	stands: "running" | "failed" | "answered";
};

type Metered = {
	readonly meter: Bytes;
	readonly id: string;
	readonly asset: AssetId;
	readonly units: bigint;
	readonly perTicks: number;
	/** as written before this program started */
	readonly before: KeptMeter;
	/** the calls of ticks, by number: those that had no answer before, too */
	readonly calls: Map<number, MadeCall>;
	/** the last tick that is paid */
	deepest: number;
	/** answers since the last write */
	unwritten: number;
	/** calls that stand in it without an answer */
	noted: ReadonlySet<number>;
};

/** `amount`: what all its ticks come to, in minor units; `request`: signed, encoded. */
type Offered = { readonly amount: bigint; readonly request: Bytes };

export class TollMeters {
	readonly #wallet: Wallet;
	readonly #store: ModuleStore;
	/** unix seconds */
	readonly #now: () => number;
	readonly #rows: Map<string, KeptMeter>;
	readonly #meters = new Map<string, Metered>();

	private constructor(wallet: Wallet, store: ModuleStore, now: () => number, rows: Map<string, KeptMeter>) {
		this.#wallet = wallet;
		this.#store = store;
		this.#now = now;
		this.#rows = rows;
	}

	/** `state-damaged` where the rows cannot be read. */
	static async open(wallet: Wallet, store: ModuleStore, now: () => number): Promise<TollMeters | Refusal> {
		const rows = await meterRows(store);
		return isRefusal(rows) ? rows : new TollMeters(wallet, store, now, rows);
	}

	/** A request for a meter of this price, where the price has one; undefined where it cannot be made. */
	async offer(origin: string, price: Price, lifetime: number): Promise<Offered | undefined> {
		const { asset, amount: units, calls: perTicks = 1, meter: ticks } = price;
		if (ticks === undefined) return undefined;
		const until = this.#now() + open_s;
		const terms = { asset, units, perTicks, ticks, until, offer: meterOffer(origin), lifetime };
		const made = await this.#wallet.meters.request({ ...terms, step: block, keepEvery: block });
		return isRefusal(made) ? undefined : { amount: dueFor(terms, ticks), request: made.encoded };
	}

	/** A call by a tick of a meter of this very price, or why it is none. Nothing has changed. */
	callOf({ meter, frame, tick }: MeteredCall, call: Call, price: Price): NumberedCall | Refusal {
		const metered = this.#find(meter);
		if (metered === undefined) return refuse("attempt-unknown", "no such meter");
		if (!isPriceOf(metered, price)) return refuse("amount-mismatch", "a meter of another price");
		const hash = toHex(callHash(call));
		const { ticks: number } = tick;
		return {
			name: nameOf(meter, number, hash),
			key: meteredKey({ meter, tick }, hash),
			take: () => this.#take(metered, { frame, tick }, hash),
			giveBack: () => gaveBack(metered, number),
			answered: () => this.#answered(metered, number),
			taken: { [meterHeader]: writeTaken(number) },
			pending: () => pending(callPath(hash), { call: hash }, { [meterHeader]: writeTaken(number, true) }),
		};
	}

	/** How far a call is whose handler does not run: whoever cannot show its tick is told that nothing is known. */
	statusOf({ meter, tick }: Omit<MeteredCall, "frame">, hash: string): PaymentStatus {
		const metered = this.#find(meter);
		if (metered === undefined) return "unknown";
		// Nothing is paid by asking: the tick itself is not handed on.
		if (this.#notPaid(metered, tick) !== undefined) return "unknown";
		const had = metered.calls.get(tick.ticks);
		if (had !== undefined && had.hash !== hash) return "unknown";
		return had?.stands === "answered" || isBefore(metered, tick.ticks) ? "gone" : "paid";
	}

	#find(meter: Bytes): Metered | undefined {
		const id = toHex(meter);
		const known = this.#meters.get(id);
		if (known !== undefined) return known;
		const summary = this.#wallet.meters.get(meter);
		if (summary?.side !== "payee") return undefined;
		const { asset, units, perTicks } = summary;
		const before = this.#rows.get(id) ?? { row: { upTo: 0, left: [] }, unanswered: [] };
		const terms = { meter: Uint8Array.from(meter), id, asset, units, perTicks };
		const calls = new Map(before.unanswered.slice(-behind).map((each) => [each.number, failedBefore(each)]));
		const noted = new Set(calls.keys());
		const made = { ...terms, before, calls, deepest: before.row.upTo, unwritten: 0, noted };
		this.#meters.set(id, made);
		return made;
	}

	/** Pays the tick and takes it for this call, once. */
	async #take(
		metered: Metered,
		{ frame, tick }: Pick<MeteredCall, "frame" | "tick">,
		hash: string,
	): Promise<Refusal | undefined> {
		const { ticks: number, preimage } = tick;
		// Before it is paid: what this tick would leave behind unproved is made again after a restart, too.
		if (leavesUnnoted(metered, number)) await this.#write(metered);
		// And whatever is answered late is still among those that the last tick proves.
		if (outruns(metered, number)) return refuse("overloaded", "a call long before this one is still made");
		const not = await this.#pay(metered, frame, tick);
		if (not !== undefined) return not;
		const had = metered.calls.get(number);
		const isMade = had !== undefined && had.stands !== "failed";
		if (isMade && had.hash !== hash) return refuse("request-mismatch", "this tick has paid for another call");
		if (isMade || isBefore(metered, number)) return refuse("answer-gone", "a call that was made");
		metered.calls.set(number, { hash, preimage, stands: "running" });
		return undefined;
	}

	/** Has the meter take the tick. Its last tick tells whether it did: what is paid already is proved by that one. */
	async #pay(metered: Metered, frame: Bytes, tick: Tick): Promise<Refusal | undefined> {
		const { meter } = metered;
		await this.#wallet.handle(writeMeterBundle(meter, [frame]));
		metered.deepest = Math.max(metered.deepest, this.#wallet.meters.get(meter)?.ticks ?? 0);
		return this.#notPaid(metered, tick);
	}

	/** Why a tick is not among those that the meter's last one has paid for. */
	#notPaid({ meter, calls }: Metered, tick: Tick): Refusal | undefined {
		const { module, meters } = this.#wallet;
		const had = calls.get(tick.ticks);
		if (had !== undefined && equalBytes(had.preimage, tick.preimage)) return undefined;
		if (module.meters.has(meter, tick, behind - 1)) return undefined;
		const summary = meters.get(meter);
		if (summary === undefined) return refuse("attempt-unknown", "no such meter");
		const isLong = summary.ticks - tick.ticks >= behind;
		if (isLong && (summary.state === "open" || summary.state === "counted"))
			return refuse("answer-gone", "long before the last tick");
		return refuse(summary.state === "open" ? "tick-invalid" : "meter-over");
	}

	async #answered(metered: Metered, number: number): Promise<void> {
		const call = metered.calls.get(number);
		if (call !== undefined) call.stands = "answered";
		if (++metered.unwritten >= block) await this.#write(metered);
	}

	/** Writes down which ticks had their answers, and the calls that have none. */
	async #write(metered: Metered): Promise<void> {
		metered.unwritten = 0;
		const { id, meter, deepest, calls } = metered;
		// Before the row: of a number in it that is not known to be paid its payer would make another call, in vain.
		await this.#wallet.module.meters.keep(meter);
		const left: number[] = [];
		for (let each = Math.max(1, deepest - behind + 1); each <= deepest; each++)
			if (calls.get(each)?.stands !== "answered" && !isBefore(metered, each)) left.push(each);
		for (const [each, { stands }] of calls)
			if (each + behind <= deepest && stands === "answered") calls.delete(each);
		const kept = { row: { upTo: deepest, left }, unanswered: unansweredOf(calls) };
		await this.#store.commit(writesOf(id, kept, (this.#rows.get(id)?.unanswered.length ?? 0) > 0));
		this.#rows.set(id, kept);
		metered.noted = new Set(kept.unanswered.map(({ number }) => number));
	}

	/** Drops what stands of meters that are over. */
	async clear(): Promise<void> {
		const open = new Set(
			this.#wallet.meters.list().flatMap((each) => (each.isOpen ? [toHex(each.meter)] : [])),
		);
		for (const id of this.#meters.keys()) if (!open.has(id)) this.#meters.delete(id);
		const gone = [...this.#rows.keys()].filter((id) => !open.has(id));
		if (gone.length === 0) return;
		await this.#store.commit(gone.flatMap(dropsOf));
		for (const id of gone) this.#rows.delete(id);
	}
}

/** Whether a call of this price is one tick of the meter, exactly. */
function isPriceOf({ asset, units, perTicks }: Metered, { asset: own, amount, calls = 1 }: Price): boolean {
	return sameAsset(asset, own) && units * BigInt(calls) === amount * BigInt(perTicks);
}

/** Whether its answer was written down before this program started. */
function isBefore({ before: { row, unanswered } }: Metered, number: number): boolean {
	const { upTo, left } = row;
	return number <= upTo && !left.includes(number) && !unanswered.some((each) => each.number === number);
}

/** Whatever it was at then: nobody makes it now. */
function failedBefore({ call, preimage }: Unanswered[number]): MadeCall {
	return { hash: toHex(call), preimage, stands: "failed" };
}

/** Those that failed first: of more than can be kept, the latest are. */
function unansweredOf(calls: ReadonlyMap<number, MadeCall>): Unanswered {
	return (["failed", "running"] as const).flatMap((wanted) =>
		[...calls].flatMap(([number, { hash, preimage, stands }]) =>
			stands === wanted ? [{ number, call: fromHex(hash) as Bytes, preimage }] : [],
		),
	);
}

/** Whether a tick would leave a call behind that failed, further than the last tick proves, and that is nowhere written. */
function leavesUnnoted({ calls, noted }: Metered, number: number): boolean {
	for (const [each, { stands }] of calls)
		if (stands === "failed" && each + behind <= number && !noted.has(each)) return true;
	return false;
}

/** Whether a tick would leave a call behind whose handler runs, further than the last tick proves. */
function outruns({ calls, deepest }: Metered, number: number): boolean {
	for (const [each, { stands }] of calls)
		if (stands === "running" && each + behind > deepest && each + behind <= number) return true;
	return false;
}

/** The latest are kept, so that they can be made again however many calls came after them. */
function gaveBack({ calls }: Metered, number: number): void {
	const call = calls.get(number);
	if (call !== undefined) call.stands = "failed";
	const failed = [...calls].filter(([, { stands }]) => stands === "failed");
	for (const [each] of failed.slice(0, -behind)) calls.delete(each);
}

function nameOf(meter: Bytes, number: number, hash: string): string {
	return `${toHex(meter)}.${number}.${hash.slice(0, 16)}`;
}

/** What an answer is remembered by. Who cannot show the tick has no answer of it. */
export function meteredKey({ meter, tick }: Omit<MeteredCall, "frame">, hash: string): string {
	return `${nameOf(meter, tick.ticks, hash)}.${toHex(tick.preimage)}.${hash}`;
}
