/** What happened, as a text, a sign and a drawing: every kind of entry has its own. */
import type { HistoryKind, HistoryView } from "@tenten/wallet/page";
import type { Key } from "../state/language.svelte.ts";
import type { IconName } from "./icons.ts";

type Happened = {
	readonly label: Key;
	/** what it did to the wallet's balance */
	readonly sign: "+" | "−" | "";
	readonly icon: IconName;
};

export const happened: Readonly<Record<HistoryKind, Happened>> = {
	paid: { label: "history.paid", sign: "−", icon: "pay" },
	received: { label: "history.received", sign: "+", icon: "receive" },
	issued: { label: "history.issued", sign: "+", icon: "topUp" },
	redeemed: { label: "history.redeemed", sign: "−", icon: "pay" },
	cancelled: { label: "history.cancelled", sign: "", icon: "close" },
	returned: { label: "history.returned", sign: "", icon: "receive" },
	refunded: { label: "history.refunded", sign: "", icon: "receive" },
	exchanged: { label: "history.exchanged", sign: "", icon: "relay" },
	refreshed: { label: "history.refreshed", sign: "", icon: "done" },
	spent: { label: "history.spent", sign: "−", icon: "lost" },
};

export type DayOf<T> = { readonly day: string; readonly entries: readonly T[] };

/** Entries that are in order, by the day that `dayOf` names. */
export function byDay(
	entries: readonly HistoryView[],
	dayOf: (seconds: number) => string,
): readonly DayOf<HistoryView>[] {
	const days = new Map<string, HistoryView[]>();
	for (const entry of entries) {
		const day = dayOf(entry.at);
		const known = days.get(day);
		if (known === undefined) days.set(day, [entry]);
		else known.push(entry);
	}
	return [...days].map(([day, each]) => ({ day, entries: each }));
}
