/**
 * What a toll writes down of a meter: which of its ticks had their answers, and the calls that had none yet.
 *
 * A tick far behind the last one is proved by nothing but its preimage. So a call that failed, or that was being made,
 * stands here with it, and is made again after a restart however many ticks came since.
 */
import type { ModuleStore, StoreWrite } from "@tenten/module";
import {
	bytes32,
	integer,
	isRefusal,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
} from "@tenten/protocol";
import { meterPrefix, unansweredPrefix } from "./answers.ts";
import { mostMeteredCalls } from "./meter-call.ts";

/** how far a tick may be behind the last one, and still have its call made: many calls are under way at once */
export const behind = 256;

/** Ticks up to `upTo` had their answers, but `left` of the latest, and those without an answer. */
export const meterRow = record({
	upTo: integer(0, mostMeteredCalls),
	left: list(integer(1, mostMeteredCalls), behind),
});
type MeterRow = TypeOf<typeof meterRow>;

/** Calls that failed, the latest so many, and those that were being made: as many may be. */
export const unansweredRow = list(
	record({ number: integer(1, mostMeteredCalls), call: bytes32, preimage: bytes32 }),
	2 * behind,
);
export type Unanswered = TypeOf<typeof unansweredRow>;

/** As it is written: both in one commit. */
export type KeptMeter = { readonly row: MeterRow; readonly unanswered: Unanswered };

/** What a store holds of meters, by their ids, or `state-damaged`. */
export async function meterRows(store: ModuleStore): Promise<Map<string, KeptMeter> | Refusal> {
	const rows = new Map<string, KeptMeter>();
	const stored = await store.load();
	for (const [key, value] of stored) {
		if (!key.startsWith(meterPrefix)) continue;
		const id = key.slice(meterPrefix.length);
		const beside = stored.get(unansweredPrefix + id);
		const row = parse(meterRow, value);
		if (isRefusal(row)) return damaged(id, row);
		const unanswered = beside === undefined ? [] : parse(unansweredRow, beside, beside.length);
		if (isRefusal(unanswered)) return damaged(id, unanswered);
		rows.set(id, { row, unanswered });
	}
	return rows;
}

function damaged(id: string, { detail }: Refusal): Refusal {
	return refuse("state-damaged", `meter ${id}: ${detail}`);
}

/** `had`: whether there are calls without an answer on record. */
export function writesOf(id: string, { row, unanswered }: KeptMeter, had: boolean): readonly StoreWrite[] {
	const beside = unanswered.length === 0 ? null : serialize(unansweredRow, unanswered);
	return [
		{ key: meterPrefix + id, value: serialize(meterRow, row) },
		...(had || beside !== null ? [{ key: unansweredPrefix + id, value: beside }] : []),
	];
}

/** What drops all of it. */
export function dropsOf(id: string): readonly StoreWrite[] {
	return [meterPrefix, unansweredPrefix].map((prefix) => ({ key: prefix + id, value: null }));
}
