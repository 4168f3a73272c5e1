/**
 * The app's record of what happened, for people: a journal that only grows, newest first when read.
 *
 * It decides nothing: where the money is, the module says. An app that crashed between the two tells the
 * journal again; an entry whose id is there already is left as it was.
 */

export type HistoryKind =
	| "issued"
	| "paid"
	| "received"
	| "cancelled"
	| "returned"
	| "exchanged"
	| "refreshed"
	| "redeemed"
	| "refunded"
	/** by a wallet that was lost, after the backup that this one was restored from */
	| "spent";

export type HistoryEntry = {
	/** names what happened, e.g. `paid/<attempt in hex>` */
	readonly id: string;
	/** seconds since 1970-01-01T00:00:00Z, by the clock of the device */
	readonly at: number;
	readonly kind: HistoryKind;
	/** the text of the asset's id */
	readonly asset: string;
	readonly amount: bigint;
	/** who was on the other side, as it was shown */
	readonly party: string;
	/** what for */
	readonly note: string;
};

/** All that is given must fit. */
export type HistoryQuery = {
	/** a part of the party or the note, whatever its case and width */
	readonly text?: string;
	readonly kind?: HistoryKind;
	readonly asset?: string;
	/** seconds: at or after */
	readonly from?: number;
	/** seconds: before */
	readonly until?: number;
	/** where the last page ended */
	readonly cursor?: string;
	/** entries a page */
	readonly limit: number;
};

export type HistoryPage = {
	readonly entries: readonly HistoryEntry[];
	/** for the next page; null where there is none */
	readonly next: string | null;
};

/**
 * From when an entry survives a loss of power: from now on (the default), or with whatever is made durable next.
 * The second saves a sync of the disk; it is for what the module can tell again (ADR 0028).
 */
export type Durability = "now" | "nextCommit";

export type HistoryStore = {
	readonly append: (entry: HistoryEntry, durability?: Durability) => Promise<void>;
	readonly list: (query: HistoryQuery) => Promise<HistoryPage>;
};

/** One form for what looks the same to a person: case, and full or half width (Unicode NFKC). */
export function searchForm(...texts: readonly string[]): string {
	return texts.join("\n").normalize("NFKC").toLowerCase();
}

/** Whether an entry is one that is asked for. */
export function fits(entry: HistoryEntry, query: HistoryQuery): boolean {
	return (
		(query.kind === undefined || entry.kind === query.kind) &&
		(query.asset === undefined || entry.asset === query.asset) &&
		(query.from === undefined || entry.at >= query.from) &&
		(query.until === undefined || entry.at < query.until) &&
		(query.text === undefined || searchForm(entry.party, entry.note).includes(searchForm(query.text)))
	);
}

/** The place in the journal that a cursor names, counted from one; beyond the end where there is none. */
export function placeOfCursor(cursor: string | undefined): number {
	if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
	if (!/^[1-9][0-9]{0,14}$/.test(cursor)) throw new RangeError("a cursor comes from the page before");
	return Number(cursor);
}
