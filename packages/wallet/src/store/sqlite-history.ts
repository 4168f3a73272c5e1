/** The journal in the wallet's SQLite file. */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import {
	type HistoryEntry,
	type HistoryKind,
	type HistoryStore,
	placeOfCursor,
	searchForm,
} from "./history.ts";
import { setPragma } from "./pragma.ts";

const insert = `
	insert into history (id, at, kind, asset, amount, party, note, search)
	values (:id, :at, :kind, :asset, :amount, :party, :note, :search)
	on conflict (id) do nothing`;

// instr and not like: the text may hold any character.
const select = `
	select place, id, at, kind, asset, amount, party, note from history
	where place < :place
		and (:kind is null or kind = :kind)
		and (:asset is null or asset = :asset)
		and (:from is null or at >= :from)
		and (:until is null or at < :until)
		and (:text is null or instr(search, :text) > 0)
	order by place desc limit :limit`;

export function sqliteHistory(database: DatabaseSync): HistoryStore {
	const insertion = database.prepare(insert);
	const selection = database.prepare(select);
	selection.setReadBigInts(true);
	return {
		append: async (entry, durability = "now") => {
			const insert = (): void => {
				insertion.run({ ...entry, search: searchForm(entry.party, entry.note) });
			};
			if (durability === "now") insert();
			else withoutSync(database, insert);
		},
		list: async (query) => {
			const rows = selection.all({
				place: placeOfCursor(query.cursor),
				kind: query.kind ?? null,
				asset: query.asset ?? null,
				from: query.from ?? null,
				until: query.until ?? null,
				text: query.text === undefined ? null : searchForm(query.text),
				// One more than asked for tells whether there is a next page.
				limit: query.limit + 1,
			});
			const page = rows.slice(0, query.limit);
			const { place } = (rows.length > query.limit ? page.at(-1) : undefined) ?? { place: null };
			return { entries: page.map(entryOf), next: place === null ? null : String(place) };
		},
	};
}

/**
 * Commits `write` to the log and leaves the sync to the next commit, which syncs the log up to itself
 * (sqlite.org/pragma.html#pragma_synchronous). Money is committed by the same connection: that every other
 * commit is synced again is read back.
 */
function withoutSync(database: DatabaseSync, write: () => void): void {
	database.exec("pragma synchronous = normal");
	try {
		write();
	} finally {
		setPragma(database, "synchronous", "full", 2);
	}
}

function entryOf(row: Readonly<Record<string, SQLOutputValue>>): HistoryEntry {
	const { id, at, kind, asset, amount, party, note } = row;
	return {
		id: id as string,
		at: Number(at),
		kind: kind as HistoryKind,
		asset: asset as string,
		amount: amount as bigint,
		party: party as string,
		note: note as string,
	};
}
