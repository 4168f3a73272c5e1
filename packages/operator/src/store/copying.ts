/**
 * A copy of an SQLite database while its operator works: one moment of it, whole, in a file of its own.
 *
 * SQLite's own backup reads on a connection of its own, in one step, so that the writer goes on (WAL) and nothing
 * is begun anew. What can go wrong is that the source is damaged already: so the copy is checked before anybody
 * relies on it, and what it says of itself is counted in the copy, not in the source.
 */
import { closeSync, fsyncSync, openSync } from "node:fs";
import { backup, DatabaseSync } from "node:sqlite";
import { toHex } from "@tenten/protocol";
import { migrations } from "./migrations.ts";

/** What a copy holds. */
export type CopySummary = {
	/** the last step that made its tables */
	readonly schema: number;
	/** how often its operator was started */
	readonly starts: number;
	/** the audit log's last entry */
	readonly audit: { readonly position: number; readonly hash: string };
	/** the newest trust list that it knows */
	readonly trustListVersion: number;
	/** rows of each table */
	readonly rows: Readonly<Record<string, number>>;
	/** minor units of each book and asset, in hexadecimal: what the books say */
	readonly balances: readonly { readonly book: string; readonly asset: string; readonly amount: string }[];
};

const everyPage = 2 ** 31 - 1;

/** Copies `file` to `to`, durably. Throws where the copy is not whole. */
export async function copyDatabase(file: string, to: string): Promise<CopySummary> {
	const source = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
	try {
		await backup(source, to, { rate: everyPage });
	} finally {
		source.close();
	}
	const summary = summaryOf(to);
	const copy = openSync(to, "r");
	try {
		fsyncSync(copy);
	} finally {
		closeSync(copy);
	}
	return summary;
}

/** What a database that nobody uses holds. Throws where it is damaged, or another program's. */
export function summaryOf(file: string): CopySummary {
	const database = new DatabaseSync(file, { readBigInts: true });
	try {
		// Alone in its file: no second file beside it that could be forgotten.
		database.exec("PRAGMA journal_mode = DELETE");
		const verdict = database.prepare("PRAGMA integrity_check").get()?.["integrity_check"];
		if (verdict !== "ok") throw new Error(`${file} is damaged: ${String(verdict)}`);
		const number = (statement: string): number =>
			Number(Object.values(database.prepare(statement).get() ?? { none: 0 })[0]);
		const last = database
			.prepare("select position, hash from audit_log order by position desc limit 1")
			.get();
		const tables = database
			.prepare("select name from sqlite_schema where type = 'table' order by name")
			.all();
		const sums = database.prepare(
			"select book, asset, sum(amount) as amount from balances group by book, asset order by book, asset",
		);
		return {
			schema: number("select coalesce(max(version), 0) from schema_versions"),
			starts: number("select count from starts where name = 'operator'"),
			audit: { position: Number(last?.["position"] ?? 0), hash: toHex(asBytes(last?.["hash"])) },
			trustListVersion: number("select coalesce(max(version), 0) from trust_lists"),
			rows: Object.fromEntries(
				tables.map(({ name }) => [String(name), number(`select count(*) from "${String(name)}"`)]),
			),
			balances: sums.all().map(({ book, asset, amount }) => ({
				book: String(book),
				asset: toHex(asBytes(asset)),
				amount: String(amount),
			})),
		};
	} finally {
		database.close();
	}
}

/** Whether this program can open a copy: it knows every step that made its tables. */
export function isKnownSchema({ schema }: CopySummary): boolean {
	return schema >= 1 && schema <= migrations.length;
}

function asBytes(value: unknown): Uint8Array {
	return value instanceof Uint8Array ? value : new Uint8Array(32);
}
