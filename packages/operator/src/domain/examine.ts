/** Lots and statuses held against the seals: what is held must be outstanding, and what stands here stand in the map. */
import {
	type Bytes,
	type DomainRecord,
	equalBytes,
	isBalanced,
	recordKey,
	recordValue,
	type Seal,
	toHex,
} from "@tenten/protocol";
import { stateEntriesIn } from "../seal/trees.ts";
import type { Effect } from "../sealing/effects.ts";
import type { Transaction } from "../store/store.ts";
import { everyRecord } from "./rows.ts";

/** Minor units that lots hold, by asset; an asset of lots is no money of the books. */
export type HeldInLots = ReadonlyMap<string, { readonly asset: Bytes; readonly held: bigint }>;

export async function heldInLots(transaction: Transaction): Promise<HeldInLots> {
	const held = new Map<string, { readonly asset: Bytes; readonly held: bigint }>();
	for (const record of await everyRecord(transaction)) {
		if (record.kind !== "lot") continue;
		const { asset, amount, end } = record;
		const before = held.get(toHex(asset))?.held ?? 0n;
		held.set(toHex(asset), { asset, held: before + (end === null ? amount : 0n) });
	}
	return held;
}

/** In words, for whoever looks after the keeper. */
export async function brokenRecords(
	transaction: Transaction,
	seal: Seal | null,
	waiting: readonly Effect[],
): Promise<readonly string[]> {
	const broken: string[] = [];
	for (const [hex, { asset, held }] of await heldInLots(transaction)) {
		const said = outstanding(seal, asset, waiting);
		if (said !== held) broken.push(`asset ${hex}: seals say ${said} outstanding, lots hold ${held}`);
	}
	const records = await everyRecord(transaction);
	const wrong = records.filter((each) => each.kind === "lot" && !isBalanced(each)).length;
	if (wrong > 0) broken.push(`${wrong} lots were divided into more or less than they had`);
	const missing = await notInMap(transaction, records, waiting);
	return missing === 0 ? broken : [...broken, `${missing} records are not in the state map`];
}

const signs: Readonly<Record<string, bigint>> = { issues: 1n, redemptions: -1n, burns: -1n, chargeOffs: -1n };

function outstanding(seal: Seal | null, asset: Bytes, waiting: readonly Effect[]): bigint {
	const before = seal?.assets.find((each) => equalBytes(each.asset, asset))?.outstanding ?? 0n;
	const items = waiting.flatMap((effect) => (effect.kind === "item" ? [effect] : []));
	return items
		.filter((item) => item.asset !== null && equalBytes(item.asset, asset))
		.reduce((sum, { batch, amount }) => sum + (signs[batch] ?? 0n) * amount, before);
}

async function notInMap(
	transaction: Transaction,
	records: readonly DomainRecord[],
	waiting: readonly Effect[],
): Promise<number> {
	const coming = new Set(waiting.flatMap((effect) => (effect.kind === "state" ? [toHex(effect.value)] : [])));
	const entries = await stateEntriesIn(transaction, records.map(recordKey));
	return records.filter((record, at) => {
		const entry = entries[at] ?? null;
		const value = recordValue(record);
		return !coming.has(toHex(value)) && (entry === null || !equalBytes(entry, value));
	}).length;
}
