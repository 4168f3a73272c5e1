/** Pragmas of SQLite: settings that are read back, because SQLite ignores what it does not know. */
import type { DatabaseSync } from "node:sqlite";

/** Sets a pragma; throws where it then is not `expected`. */
export function setPragma(
	database: DatabaseSync,
	name: string,
	value: string,
	expected: string | number = value,
): void {
	database.exec(`pragma ${name} = ${value}`);
	const found = readPragma(database, name);
	if (found !== expected) throw new Error(`${name} is ${found} and not ${expected}`);
}

export function readPragma(database: DatabaseSync, name: string): unknown {
	return Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0];
}
