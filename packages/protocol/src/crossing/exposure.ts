/**
 * What a destination risks with one source under one agreement: bounded, whatever the source does.
 *
 *   reserve ─▶ open ── commit ─▶ unsettled ── settled ─▶ nothing
 *                └──── void ─▶ nothing
 *
 * Open and unsettled together never exceed the agreed exposure. Minor units of the asset that is credited.
 */

export type Positions = {
	/** reserved, not ended */
	readonly open: bigint;
	/** credited, not settled */
	readonly unsettled: bigint;
};

export const noPositions: Positions = { open: 0n, unsettled: 0n };

export function mayReserve({ open, unsettled }: Positions, credits: bigint, exposure: bigint): boolean {
	return open + unsettled + credits <= exposure;
}

export function withReserved({ open, unsettled }: Positions, credits: bigint): Positions {
	return { open: open + credits, unsettled };
}

export function withVoided({ open, unsettled }: Positions, credits: bigint): Positions {
	return { open: taken(open, credits), unsettled };
}

export function withCredited({ open, unsettled }: Positions, credits: bigint): Positions {
	return { open: taken(open, credits), unsettled: unsettled + credits };
}

/** Once both have countersigned the settlement. */
export function withSettled({ open, unsettled }: Positions, credits: bigint): Positions {
	return { open, unsettled: taken(unsettled, credits) };
}

function taken(from: bigint, credits: bigint): bigint {
	if (credits > from) throw new RangeError("more than there is of this position");
	return from - credits;
}
