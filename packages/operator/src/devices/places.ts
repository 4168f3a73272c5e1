/**
 * Places of the status lists: one for each device under each of its parties, one for each party.
 *
 * A change raises the revision of its list, in the transaction that makes it; the list is signed anew when it is asked
 * for (`status-lists.ts`). So of all lists, those alone are signed again of which something changed.
 */
import { statusesPerList } from "@tenten/protocol";
import { sql } from "kysely";
import { insertNew } from "../store/insert-new.ts";
import type { Transaction } from "../store/store.ts";
import { drawNumber, nextNumber, takeNumber } from "./numbers.ts";

/** As the draft numbers them; 3 is of places that a restored copy does not know. */
const statusAt = { valid: 0, revoked: 1, suspended: 2, unknown: 3 } as const;
export type PlaceStatus = keyof typeof statusAt;

export function listOf(place: number): number {
	return Math.floor(place / statusesPerList);
}

/** The next place, `valid` from now on. */
export async function takePlace(transaction: Transaction): Promise<number> {
	const place = await drawNumber(transaction, "place");
	await openPlace(transaction, place);
	return place;
}

/** A place whose number was given for this alone is `valid` from now on. */
export async function openPlace(transaction: Transaction, place: number): Promise<void> {
	await insertNew(transaction, "device_places", [{ place, status: statusAt.valid }]);
	await openList(transaction, listOf(place));
}

/** Makes room for a list of this number, where there is none. */
export async function openList(transaction: Transaction, number: number): Promise<void> {
	const empty = new Uint8Array();
	await transaction
		.insertInto("device_lists")
		.values({
			...{ number, revision: 1n, signed_revision: 0n, issued_at: 0, expires_at: 0 },
			...{ signer: empty, encoded: empty },
		})
		.onConflict((conflict) => conflict.doNothing())
		.execute();
}

/**
 * Gives up the next places, and the numbers of as many budgets: a copy has forgotten which of them were given. They
 * count as not valid, so that devices of which it knows nothing are enrolled again.
 */
export async function losePlaces(transaction: Transaction, lost: number): Promise<void> {
	const [place, reset] = [await nextNumber(transaction, "place"), await nextNumber(transaction, "reset")];
	await takeNumber(transaction, "place", place, lost - 1);
	await takeNumber(transaction, "reset", reset, lost - 1);
	await insertNew(transaction, "device_lost", [{ place_from: place, place_to: place + lost }]);
	for (let number = listOf(place); number <= listOf(place + lost - 1); number++) {
		await openList(transaction, number);
		await changeList(transaction, number);
	}
}

/** Of a place that was given, by whoever decides about it alone. */
export async function setStatus(transaction: Transaction, place: number, status: PlaceStatus): Promise<void> {
	await transaction
		.updateTable("device_places")
		.set({ status: statusAt[status] })
		.where("place", "=", place)
		.execute();
	await changeList(transaction, listOf(place));
}

/** What stands at a place of this list has changed. */
export async function changeList(transaction: Transaction, number: number): Promise<void> {
	await transaction
		.updateTable("device_lists")
		.set({ revision: sql`revision + 1` })
		.where("number", "=", number)
		.execute();
}

/** The places of a list as two bits each (docs/spec/devices.md#status-lists), no further than the last that is not valid. */
export async function placesIn(transaction: Transaction, number: number): Promise<Uint8Array> {
	const from = number * statusesPerList;
	const rows = await transaction
		.selectFrom("device_places")
		.select(["place", "status"])
		.where("place", ">=", from)
		.where("place", "<", from + statusesPerList)
		.where("status", "<>", statusAt.valid)
		.orderBy("place")
		.execute();
	const lost = await transaction
		.selectFrom("device_lost")
		.selectAll()
		.where("place_from", "<", from + statusesPerList)
		.where("place_to", ">", from)
		.execute();
	const stopped = await transaction
		.selectFrom("device_managers")
		.select("place")
		.distinct()
		.where("stopped", "=", 1)
		.where("place", ">=", from)
		.where("place", "<", from + statusesPerList)
		.execute();
	// How a device stands itself goes before what becomes of its managers.
	const marks = [
		...new Map([
			...stopped.map(({ place }) => [Number(place) - from, statusAt.suspended] as const),
			...rows.map(({ place, status }) => [Number(place) - from, Number(status)] as const),
		]),
	];
	for (const { place_from, place_to } of lost) {
		const [first, after] = [Math.max(Number(place_from) - from, 0), Number(place_to) - from];
		for (let index = first; index < Math.min(after, statusesPerList); index++)
			marks.push([index, statusAt.unknown]);
	}
	const last = marks.reduce((most, [index]) => Math.max(most, index), -1);
	const bits = new Uint8Array((last + 4) >> 2);
	for (const [index, status] of marks)
		bits[index >> 2] = (bits[index >> 2] ?? 0) | (status << (2 * (index & 3)));
	return bits;
}
