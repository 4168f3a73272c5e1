/** The journal in memory. */
import {
	type HistoryEntry,
	type HistoryQuery,
	type HistoryStore,
	placeOfCursor,
	searchForm,
} from "./history.ts";

export function memoryHistory(): HistoryStore {
	const entries: HistoryEntry[] = [];
	const ids = new Set<string>();
	return {
		append: async (entry) => {
			if (ids.has(entry.id)) return;
			ids.add(entry.id);
			entries.push({ ...entry });
		},
		list: async (query) => {
			const page: HistoryEntry[] = [];
			// Places count from one, so `place` is also the index of the entry after it.
			let place = Math.min(placeOfCursor(query.cursor) - 1, entries.length);
			for (; place > 0 && page.length < query.limit; place--) {
				const entry = entries[place - 1] as HistoryEntry;
				if (fits(entry, query)) page.push(entry);
			}
			const more = entries.slice(0, place).some((entry) => fits(entry, query));
			return { entries: page, next: more ? String(place + 1) : null };
		},
	};
}

function fits(entry: HistoryEntry, query: HistoryQuery): boolean {
	return (
		(query.kind === undefined || entry.kind === query.kind) &&
		(query.asset === undefined || entry.asset === query.asset) &&
		(query.from === undefined || entry.at >= query.from) &&
		(query.until === undefined || entry.at < query.until) &&
		(query.text === undefined || searchForm(entry.party, entry.note).includes(searchForm(query.text)))
	);
}
