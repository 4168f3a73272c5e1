/** Housekeeping: requests for meters that nobody can answer any more, and meters whose time is surely over. */
import type { Core } from "../core.ts";
import type { Meters } from "./meters.ts";
import type { PayeeMeterRow, PayerMeterRow } from "./rows.ts";

/** Within `exclusively`. How many rows went. */
export async function forgetMeters(core: Core, { requests, payers, payees, shown }: Meters): Promise<number> {
	const surelyPast = core.surelyPast();
	const isPast = (row: PayerMeterRow | PayeeMeterRow): boolean => overFrom(row) < surelyPast;
	const paying = [...payers.rows.entries].filter(([, row]) => isPast(row)).map(([id]) => id);
	const paid = [...payees.rows.entries].filter(([, row]) => isPast(row)).map(([id]) => id);
	const now = core.now();
	const asked = [...requests.entries]
		.filter(([, { signed }]) => signed.body.expiresAt < now)
		.map(([id]) => id);
	const writes = [
		...paying.map((id) => payers.rows.write(id, null)),
		...paid.map((id) => payees.rows.write(id, null)),
		...asked.map((id) => requests.write(id, null)),
	];
	if (writes.length === 0) return 0;
	await core.commit({ other: writes });
	for (const id of paying) {
		payers.forget(id);
		shown.delete(id);
	}
	for (const id of paid) payees.forget(id);
	for (const id of asked) requests.set(id, null);
	return writes.length;
}

/** From when on a record is of no use, unix seconds. What is locked waits for its payer to give it up. */
function overFrom({
	state,
	claimableFrom,
	keepUntil,
	lastDay,
	isOver,
}: PayerMeterRow | PayeeMeterRow): number {
	switch (state.kind) {
		case "locked":
			return Number.POSITIVE_INFINITY;
		case "reserved":
			// Without its release it is worth nothing, and after this time with it.
			return claimableFrom;
		case "open":
		case "stopped":
		case "counted":
			return lastDay;
		case "claimed":
			return isOver ? keepUntil : lastDay;
		case "closed":
		case "cancelled":
			return keepUntil;
		default:
			return state satisfies never;
	}
}
