/** Opens a store by the name of its database, and brings its tables to what this code knows. */
import type { DatabaseSync } from "node:sqlite";
import { tracedStore } from "../tracing.ts";
import { migrate } from "./migrate.ts";
import { openPostgresStore } from "./postgres-store.ts";
import { openSqliteStore } from "./sqlite-store.ts";
import type { Store, StoreOptions } from "./store.ts";

/** Whether a database's name is the address of a PostgreSQL server, or of one that speaks as it does. */
export function isPostgresUrl(database: string): boolean {
	return /^postgres(ql)?:\/\//.test(database);
}

/** `database` is a file, `:memory:`, an SQLite database that is open already, or a `postgres://` address. */
export async function openStore(database: string | DatabaseSync, options: StoreOptions = {}): Promise<Store> {
	const isPostgres = isServer(database);
	const store = openUnchanged(database, options);
	try {
		await migrate(store, isPostgres ? "bytea" : "blob");
		return tracedStore(store, isPostgres ? "postgresql" : "sqlite");
	} catch (error) {
		await store.close();
		throw error;
	}
}

/** As `openStore`, with whatever tables there are. */
export function openUnchanged(database: string | DatabaseSync, options: StoreOptions = {}): Store {
	return isServer(database) ? openPostgresStore(database, options) : openSqliteStore(database, options);
}

function isServer(database: string | DatabaseSync): database is string {
	return typeof database === "string" && isPostgresUrl(database);
}
