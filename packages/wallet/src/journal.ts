/** The app's journal: which of what the module tells goes into the history, and as what. */
import type { MeterTold, Told } from "@tenten/module";
import { type AssetId, type Bytes, toHex } from "@tenten/protocol";
import type { HistoryEntry, HistoryKind } from "./store/history.ts";

/** What happened; `id` names it, so that telling it again changes nothing. Amount in minor units. */
export type Happened = {
	readonly kind: HistoryKind;
	readonly id: Bytes;
	readonly asset: AssetId;
	readonly amount: bigint;
	readonly party: Bytes;
	readonly note: string;
};

/** An asset as the journal writes it. */
export function assetText({ operator, code }: AssetId): string {
	return `${toHex(operator)}/${code}`;
}

export function entryOf({ kind, id, asset, amount, party, note }: Happened, at: number): HistoryEntry {
	return {
		id: `${kind}/${toHex(id)}`,
		at,
		kind,
		asset: assetText(asset),
		amount,
		party: toHex(party),
		note,
	};
}

/** What is told, as it goes into the history; undefined where a person would not look for it. */
export function happened(told: Told): Happened | undefined {
	const kind = historyKind(told);
	const { attempt, asset, amount, party, memo } = told;
	return kind && { kind, id: attempt, asset, amount, party, note: memo };
}

/** What a person would look for in the history, of all that is told. */
function historyKind({ news, side }: Told): HistoryKind | undefined {
	switch (news) {
		case "owned":
			return "received";
		case "sent":
		case "released":
			return "paid";
		case "returned":
			return "returned";
		case "cancelled":
			return side === "payer" ? "cancelled" : undefined;
		case "ruled":
			return side === "payer" ? "refunded" : undefined;
		case "locked":
		case "reserved":
		case "refused":
		case "double-decision":
			return undefined;
		default:
			return news satisfies never;
	}
}

/** One entry a meter, once it is over: what was paid by it. Undefined where nothing was, or it goes on. */
export function metered(told: MeterTold): Happened | undefined {
	const { news, meter, side, asset, amount, held, party, purpose } = told;
	if (news !== "closed" && news !== "paid") return undefined;
	// A payer that claimed has the rest back on its account.
	const paid = side === "payer" && news === "paid" ? held - amount : amount;
	if (paid <= 0n) return undefined;
	const kind = side === "payer" ? "paid" : "received";
	return { kind, id: meter, asset, amount: paid, party, note: purpose ?? "" };
}
