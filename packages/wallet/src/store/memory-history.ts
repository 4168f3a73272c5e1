/** The journal in memory. */
import { fits, type HistoryEntry, type HistoryStore, placeOfCursor } from "./history.ts";

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
