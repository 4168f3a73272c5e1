/**
 * Status lists in the module: the newest of each operator and number is kept, and counts under the trust list of the
 * moment, as freeze lists do (`freezing.ts`). Whatever is held can be handed on: it is signed.
 */
import {
	type Bytes,
	equalBytes,
	integer,
	isRefusal,
	parseOwn,
	type Refusal,
	readStatusList,
	Statuses,
	serialize,
	type Trust,
	toHex,
	verifyStatusList,
} from "@tenten/protocol";
import type { Core } from "./core.ts";

const prefix = "status/";

/** Seconds since its issue for which a list counts here; without this row until it expires. */
const oldestKey = "status-oldest";
const oldestRow = integer(0, Number.MAX_SAFE_INTEGER);

/** How old a list may be, in seconds; null: as old as its operator lets it be. */
export function oldestStatus(rows: ReadonlyMap<string, Bytes>): number | null {
	const kept = rows.get(oldestKey);
	const oldest = kept === undefined ? null : parseOwn(oldestRow, kept);
	if (isRefusal(oldest)) throw new Error(`${oldestKey} was sealed by another version: ${oldest.detail}`);
	return oldest;
}

/** Durable, and counts from now on. */
export async function setOldestStatus(core: Core, oldest_s: number | null): Promise<void> {
	const value = oldest_s === null ? null : serialize(oldestRow, oldest_s);
	await core.commit({ other: [{ key: oldestKey, value }] });
	const trust = core.keptTrust();
	if (!isRefusal(trust)) trust.statuses = trust.statuses.notOlderThan(oldest_s ?? Number.POSITIVE_INFINITY);
}

/** What the lists among these rows say under a trust list; what it does not vouch for counts no more. */
export function keptStatuses(rows: ReadonlyMap<string, Bytes>, trust: Trust): Statuses {
	let statuses = Statuses.none.notOlderThan(oldestStatus(rows) ?? Number.POSITIVE_INFINITY);
	for (const [key, encoded] of rows) {
		if (!key.startsWith(prefix)) continue;
		// Kept once verified; one that has expired since is refused where a device pays (`refuseStale`).
		const list = readStatusList(encoded, trust);
		if (!isRefusal(list)) statuses = statuses.with(list);
	}
	return statuses;
}

/** Takes a list that anyone handed on, if it is newer than the one that is held; the same again changes nothing. */
export async function takeStatusList(core: Core, encoded: Bytes): Promise<Refusal | undefined> {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const { statuses } = trust;
	const newest = (operator: Bytes, number: number) => statuses.list(operator, number);
	const list = verifyStatusList(encoded.slice(), { trust, newest, now: core.now() });
	if (isRefusal(list)) return list;
	const held = statuses.list(list.operator, list.number);
	if (held !== null && equalBytes(held.encoded, list.encoded)) return undefined;
	const key = `${prefix}${toHex(list.operator)}/${list.number}`;
	await core.commit({ other: [{ key, value: list.encoded }] });
	trust.statuses = statuses.with(list);
	return undefined;
}
