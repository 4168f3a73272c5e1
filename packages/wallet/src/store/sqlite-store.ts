/**
 * A wallet in one SQLite file. A commit returns when it is on the disk.
 */
import type { DatabaseSync } from "node:sqlite";
import { isRefusal, type Refusal } from "@tenten/protocol";
import { openSqliteFile } from "./sqlite-file.ts";
import { sqliteHistory } from "./sqlite-history.ts";
import type { WalletStore } from "./wallet-store.ts";

const defaultBusyTimeout_ms = 2_000;

/** The wallet at `path`, made where there is none; `wallet-in-use` while another process has it open. */
export function sqliteStore(
	path: string,
	options: { readonly busyTimeout_ms?: number } = {},
): WalletStore | Refusal {
	const database = openSqliteFile(path, options.busyTimeout_ms ?? defaultBusyTimeout_ms);
	if (isRefusal(database)) return database;
	const { load, commit } = rowsOf(database);
	return {
		history: sqliteHistory(database),
		load,
		commit,
		close: async () => {
			if (database.isOpen) database.close();
		},
	};
}

function rowsOf(database: DatabaseSync): Pick<WalletStore, "load" | "commit"> {
	const all = database.prepare("select key, value from row");
	const set = database.prepare(
		"insert into row (key, value) values (?, ?) on conflict (key) do update set value = excluded.value",
	);
	const remove = database.prepare("delete from row where key = ?");
	return {
		load: async () =>
			new Map(all.all().map(({ key, value }) => [key as string, value as Uint8Array] as const)),
		commit: async (writes) => {
			database.exec("begin immediate");
			try {
				for (const { key, value } of writes)
					if (value === null) remove.run(key);
					else set.run(key, value);
				database.exec("commit");
			} catch (error) {
				if (database.isTransaction) database.exec("rollback");
				throw error;
			}
		},
	};
}
