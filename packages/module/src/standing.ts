/**
 * Status lists in the module: the newest of each operator and number is kept, and counts under the trust list of the
 * moment, as freeze lists do (`freezing.ts`). Whatever is held can be handed on: it is signed.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	type Refusal,
	readStatusList,
	Statuses,
	type Trust,
	toHex,
	verifyStatusList,
} from "@tenten/protocol";
import type { Core } from "./core.ts";

const prefix = "status/";

/** What the lists among these rows say under a trust list; what it does not vouch for counts no more. */
export function keptStatuses(rows: ReadonlyMap<string, Bytes>, trust: Trust): Statuses {
	let statuses = Statuses.none;
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
