/**
 * Connections to PostgreSQL: int8 read as bigint, bytea as Uint8Array, and none that would lose what it
 * acknowledged.
 *
 * A server runs without `fsync`, `synchronous_commit` or `full_page_writes` only if somebody turned them off;
 * then it acknowledges what a loss of power takes back. So they are read on every connection, and money is
 * not kept there. CockroachDB and YugabyteDB have a log of their own, which these settings do not speak of.
 */
import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Schema } from "./schema.ts";

const int8 = 20;
const bytea = 17;

/** Milliseconds until whoever wants a connection is told that there is none. */
const connectTimeout_ms = 10_000;
/** Seconds after which the server ends a transaction whose process is gone without a word. */
const idleInTransaction_s = 60;

export type Connection = {
	readonly client: pg.PoolClient;
	/** runs statements on this connection alone */
	readonly database: Kysely<Schema>;
};

/**
 * An address without its `schema` parameter, and that schema: so that several operators have tables of their own
 * in one database.
 */
function splitSchema(url: string): { readonly address: string; readonly schema: string | null } {
	const address = new URL(url);
	const schema = address.searchParams.get("schema");
	if (schema !== null && !/^[a-z_][a-z0-9_]{0,62}$/.test(schema))
		throw new Error(`${schema} is no schema's name`);
	address.searchParams.delete("schema");
	return { address: address.href, schema };
}

const clients = new WeakMap<Kysely<Schema>, pg.PoolClient>();

/** The connection that a transaction runs on, for what Kysely has no words for; undefined on another engine. */
export function clientOf(transaction: Kysely<Schema>): pg.PoolClient | undefined {
	return clients.get(transaction);
}

export class Connections {
	readonly #pool: pg.Pool;
	readonly #schema: string | null;
	readonly #checked = new WeakMap<pg.PoolClient, Kysely<Schema>>();

	constructor(url: string, connections: number) {
		const { address, schema } = splitSchema(url);
		this.#schema = schema;
		this.#pool = new pg.Pool({
			connectionString: address,
			max: connections,
			connectionTimeoutMillis: connectTimeout_ms,
			keepAlive: true,
			types: { getTypeParser },
		});
		// A connection that breaks while idle is left by the pool; in use, its next statement fails.
		this.#pool.on("error", ignore);
		this.#pool.on("connect", (client) => client.on("error", ignore));
	}

	async take(): Promise<Connection> {
		const client = await this.#pool.connect();
		const known = this.#checked.get(client);
		if (known !== undefined) return { client, database: known };
		try {
			await client.query(`set idle_in_transaction_session_timeout = '${idleInTransaction_s}s'`);
			await refuseLossy(client);
			if (this.#schema !== null) await enter(client, this.#schema);
		} catch (error) {
			client.release(true);
			throw error;
		}
		const own = { query: prepared(client), release: ignore } as unknown as pg.PoolClient;
		const pool = { connect: async () => own, end: async () => {}, options: this.#pool.options };
		const database = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
		this.#checked.set(client, database);
		clients.set(database, client);
		return { client, database };
	}

	end(): Promise<void> {
		return this.#pool.end();
	}
}

/** Removes the schema that an address names, with everything in it: for books that were made to be thrown away. */
export async function dropSchema(url: string): Promise<void> {
	const { address, schema } = splitSchema(url);
	if (schema === null) throw new Error("no schema is named, and nothing else is removed");
	const client = new pg.Client({ connectionString: address, connectionTimeoutMillis: connectTimeout_ms });
	await client.connect();
	try {
		await client.query(`drop schema if exists ${schema} cascade`);
	} finally {
		await client.end();
	}
}

function ignore(): void {}

/** Parameters from which on it pays to have the server keep a statement: reading its text costs more than running it. */
const manyParameters = 64;

/** Statements over many rows are prepared once a connection: sets make few texts, again and again (`sets.ts`). */
function prepared(client: pg.PoolClient): (text: string, values: readonly unknown[]) => Promise<unknown> {
	const names = new Map<string, string>();
	return (text, values) => {
		if (typeof text !== "string" || (values ?? []).length < manyParameters)
			return client.query(text, values as unknown[]);
		const name = names.get(text) ?? `set ${names.size}`;
		names.set(text, name);
		return client.query({ name, text, values: values as unknown[] });
	};
}

/** What several connections make at once is made by one of them. */
async function enter(client: pg.PoolClient, schema: string): Promise<void> {
	await client.query(`set search_path to ${schema}`);
	const { rows } = await client.query("select 1 from pg_namespace where nspname = $1", [schema]);
	if (rows.length > 0) return;
	await client.query(`create schema if not exists ${schema}`).catch((error: { readonly code?: string }) => {
		if (error.code !== "23505" && error.code !== "42P06") throw error;
	});
}

/** The settings without which an acknowledged commit may be lost, and what they must be. */
const durable: Readonly<Record<string, readonly string[]>> = {
	fsync: ["on"],
	synchronous_commit: ["on", "remote_apply"],
	full_page_writes: ["on"],
};

async function refuseLossy(client: pg.PoolClient): Promise<void> {
	const { rows } = await client.query<{ version: string }>("select version() as version");
	if (/CockroachDB|-YB-/.test(rows[0]?.version ?? "")) return;
	const names = Object.keys(durable);
	const settings = await client.query<Record<string, string>>(
		`select ${names.map((name) => `current_setting('${name}') as ${name}`).join(", ")}`,
	);
	for (const name of names) {
		const value = settings.rows[0]?.[name] ?? "unknown";
		if (!durable[name]?.includes(value)) throw new Error(`${name} is ${value}: not for money`);
	}
}

const getTypeParser = ((oid: number, format?: "text" | "binary") => {
	if (oid === int8) return BigInt;
	const read = pg.types.getTypeParser(oid, format);
	return oid === bytea ? (text: string) => new Uint8Array(read(text) as Buffer) : read;
}) as typeof pg.types.getTypeParser;
