/** What an app may know of the meters that this module takes part in: where each stands, never its secrets. */
import { type AssetId, type Bytes, type DurableMeterPayer, dueFor, type MeterPayee } from "@tenten/protocol";
import type { Core } from "../core.ts";
import { claimWakesAt } from "./claiming.ts";
import type { Meters } from "./meters.ts";
import type { MeterFacts, PayeeMeterRow, PayerMeterRow } from "./rows.ts";

export type MeterSummary = {
	readonly meter: Bytes;
	/** digest of the request that it answers */
	readonly request: Bytes;
	readonly asset: AssetId;
	/** what it is for, in the request's terms */
	readonly purpose: string | null;
	/** minor units: what the payer set aside */
	readonly held: bigint;
	/** as far as this side knows: after a restart a payer waits for its payee's word */
	readonly ticks: number;
	/** minor units: what these ticks come to */
	readonly due: bigint;
	/** the price: so many minor units for so many ticks */
	readonly units: bigint;
	readonly perTicks: number;
	/** the most that may be ticked */
	readonly most: number;
	/** hash of the other side's certificate */
	readonly party: Bytes;
	/** unix seconds: by then it is to be closed */
	readonly until: number;
	/** unix seconds: when an operator is asked for this side's part, if it is still open; null where nothing is to be */
	readonly claimsAt: number | null;
	/** waits for the other side, or for an operator */
	readonly isOpen: boolean;
} & (
	| { readonly side: "payer"; readonly state: Exclude<DurableMeterPayer["kind"], "stopped"> }
	| {
			readonly side: "payee";
			/** `outdated`: opened before a tick was hashed as it is now, so that its ticks are neither counted nor claimed */
			readonly state: PayeeMeterRow["state"]["kind"] | "outdated";
	  }
);

/** Every meter on record, on either side. */
export function metersIn(core: Core, meters: Meters): readonly MeterSummary[] {
	const paying = [...meters.payers.rows.entries.values()].map((row) => payersMeter(core, meters, row));
	const paid = [...meters.payees.rows.entries.values()].map((row) => payeesMeter(core, meters, row));
	return [...paying, ...paid];
}

/** One's own side of a meter; the payer's where this module is both. */
export function meterOf(core: Core, meters: Meters, meter: Bytes): MeterSummary | undefined {
	const payer = meters.payers.rows.get(meter);
	if (payer !== undefined) return payersMeter(core, meters, payer);
	const payee = meters.payees.rows.get(meter);
	return payee && payeesMeter(core, meters, payee);
}

function payersMeter(core: Core, meters: Meters, row: PayerMeterRow): MeterSummary {
	const { meter, kind } = row.state;
	const state = meters.payers.state(meter);
	const live = state?.kind === "open" || state?.kind === "stopped" ? state.ticks : 0;
	const summary = summaryOf(meter, row, row.counted ?? live, row.payee);
	const isOpen =
		kind === "locked" || kind === "open" || kind === "stopped" || (kind === "claimed" && !row.isOver);
	// A payer that has stopped waits for its payee's count: to whoever looks, its meter is open still.
	const shown = kind === "stopped" ? "open" : kind;
	return { ...summary, side: "payer", state: shown, isOpen, claimsAt: claimWakesAt(core, row) };
}

function payeesMeter(core: Core, meters: Meters, row: PayeeMeterRow): MeterSummary {
	const { meter, kind } = row.state;
	const live = ticksOf(meters.payees.state(meter));
	const summary = summaryOf(meter, row, row.counted ?? live, row.payer);
	if (meters.outdated.looks(meter))
		return { ...summary, side: "payee", state: "outdated", isOpen: false, claimsAt: null };
	const isOpen = kind !== "closed" && !(kind === "claimed" && row.isOver);
	return { ...summary, side: "payee", state: kind, isOpen, claimsAt: claimWakesAt(core, row) };
}

function ticksOf(state: MeterPayee | undefined): number {
	return state !== undefined && "ticks" in state ? state.ticks : 0;
}

function summaryOf(meter: Bytes, facts: MeterFacts, ticks: number, party: Bytes) {
	const { request, asset, purpose, held, units, perTicks, most, until } = facts;
	const said = { meter, request, asset, purpose, held, units, perTicks, most, party, until };
	return { ...said, ticks, due: dueFor(facts, ticks) };
}
