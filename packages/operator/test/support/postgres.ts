/** A PostgreSQL server for the tests of one process: that of `DATABASE_URL`, or one started for them. */
import { randomBytes } from "node:crypto";
import { cp, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { after } from "node:test";
import pg from "pg";
import { fastFolder } from "../../../../test/support/memory-folder.ts";
import { type PostgresServer, startPostgres } from "../../../cli/src/server/postgres-server.ts";

export type PostgresForTests = {
	/** an empty database each time, as a schema of its own */
	readonly fresh: () => Promise<string>;
	/** ends every connection that is in a transaction of these tests */
	readonly breakLines: () => Promise<void>;
};

/** Lets a server be started whose files are in memory. */
async function inMemory<T>(start: () => Promise<T>): Promise<T> {
	const { TMPDIR } = process.env;
	process.env["TMPDIR"] = fastFolder();
	try {
		return await start();
	} finally {
		if (TMPDIR === undefined) delete process.env["TMPDIR"];
		else process.env["TMPDIR"] = TMPDIR;
	}
}

/** The server, or why there is none. */
export async function postgresForTests(): Promise<PostgresForTests | string> {
	const { DATABASE_URL: given } = process.env;
	const server = given === undefined ? await inMemory(startPostgres) : { url: given, stop: async () => {} };
	if (typeof server === "string") return server;
	const run = `tenten-${randomBytes(6).toString("hex")}`;
	const client = new pg.Client({ connectionString: server.url });
	await client.connect();
	const schemas: string[] = [];
	after(async () => {
		if (given !== undefined)
			for (const schema of schemas) await client.query(`drop schema if exists ${schema} cascade`);
		await client.end();
		await server.stop();
	});
	return {
		fresh: async () => {
			const schema = `tenten_${randomBytes(6).toString("hex")}`;
			schemas.push(schema);
			const url = new URL(server.url);
			url.searchParams.set("schema", schema);
			url.searchParams.set("application_name", run);
			return url.href;
		},
		breakLines: async () => {
			await client.query(
				"select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1 and xact_start is not null",
				[run],
			);
		},
	};
}

/** The schemas of a database whose names begin with one of these words. */
export async function schemasOn(url: string, beginnings: readonly string[]): Promise<readonly string[]> {
	const client = new pg.Client({ connectionString: url });
	await client.connect();
	const { rows } = await client.query<{ name: string }>(
		"select nspname as name from pg_namespace where nspname ~ $1 order by 1",
		[`^(${beginnings.join("|")})_`],
	);
	await client.end();
	return rows.map(({ name }) => name);
}

/**
 * A server over a base backup of another, taken while that works (PostgreSQL 25.3.4): what was committed before this
 * is called is in it.
 */
export function baseBackupOf({ url, data }: PostgresServer): Promise<PostgresServer | string> {
	const isCopied = (file: string): boolean => !["pg_wal", "postmaster.pid"].includes(basename(file));
	const into = async (to: string): Promise<void> => {
		const client = new pg.Client({ connectionString: url });
		await client.connect();
		try {
			await client.query("select pg_backup_start('tenten', true)");
			await cp(data, to, { recursive: true, filter: isCopied });
			const { rows } = await client.query<{ label: string }>(
				"select labelfile as label from pg_backup_stop(false)",
			);
			await writeFile(join(to, "backup_label"), rows[0]?.label ?? "", { mode: 0o600 });
			// Last: the log of all that was written while the files were copied.
			await cp(join(data, "pg_wal"), join(to, "pg_wal"), { recursive: true });
		} finally {
			await client.end();
		}
	};
	return startPostgres({ url, into });
}
