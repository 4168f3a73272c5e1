/**
 * Sets: many rows in one statement.
 *
 * A statement's text depends on how many rows it takes, and a text that never comes again is prepared for
 * nothing. So sets are cut into powers of two: a handful of texts for each statement, each worked out once.
 * Writers sort what others may write too, by key, or they would wait for one another in a circle.
 */
import {
	CompiledQuery,
	type InsertObject,
	PostgresAdapter,
	type QueryResult,
	type RawBuilder,
	sql,
} from "kysely";
import { clientOf } from "./postgres.ts";
import { binaryRows, type CopiedValue, copyIn } from "./postgres-copy.ts";
import type { Schema } from "./schema.ts";
import { mustWrite, Overtaken, type Transaction } from "./store.ts";

/** Rows in one statement at most: far below what any engine takes in parameters. */
const largest = 256;

type Compilable = { readonly compile: () => CompiledQuery };

/** By the engine's adapter, then by statement and size. */
const texts = new WeakMap<object, Map<string, string>>();

function textOf(transaction: Transaction, name: string, size: number, build: () => Compilable): string {
	const engine = transaction.getExecutor().adapter.constructor;
	const known = texts.get(engine) ?? new Map<string, string>();
	texts.set(engine, known);
	const key = `${name} ${size}`;
	const text = known.get(key) ?? build().compile().sql;
	known.set(key, text);
	return text;
}

/** A statement over `items`, run in parts. `name` says which one: whatever changes its text, but for its size, changes that. */
type InParts<I> = readonly [
	transaction: Transaction,
	name: string,
	items: readonly I[],
	build: (part: readonly I[]) => Compilable,
	parameters: (item: I) => readonly unknown[],
];

async function runParts<I>(
	...[transaction, name, items, build, parameters]: InParts<I>
): Promise<readonly QueryResult<unknown>[]> {
	const results: QueryResult<unknown>[] = [];
	for (let from = 0; from < items.length; ) {
		const size = Math.min(largest, 2 ** Math.floor(Math.log2(items.length - from)));
		const part = items.slice(from, from + size);
		const text = textOf(transaction, name, size, () => build(part));
		const values: unknown[] = [];
		for (const item of part) for (const value of parameters(item)) values.push(value);
		const query = CompiledQuery.raw(text, values);
		results.push(await transaction.executeQuery(query));
		from += size;
	}
	return results;
}

/** The rows that it returns, all of them. */
export async function inParts<I, R>(...statement: InParts<I>): Promise<readonly R[]> {
	return (await runParts(...statement)).flatMap(({ rows }) => rows as R[]);
}

/** How many rows it writes: rows that are counted cost less than rows that are returned. */
export async function writeParts<I>(...statement: InParts<I>): Promise<number> {
	const results = await runParts(...statement);
	return results.reduce((sum, { numAffectedRows }) => sum + Number(numAffectedRows), 0);
}

/** As `insertNew`, of many rows with the same columns. */
export async function insertNewSet<T extends keyof Schema & string>(
	transaction: Transaction,
	table: T,
	rows: readonly InsertObject<Schema, T>[],
): Promise<void> {
	mustWrite(await insertMissing(transaction, table, rows), rows.length);
}

/** Inserts the rows whose keys are not taken; answers how many they were. */
export function insertMissing<T extends keyof Schema & string>(
	transaction: Transaction,
	table: T,
	rows: readonly InsertObject<Schema, T>[],
): Promise<number> {
	const columns = Object.keys(rows[0] ?? {});
	return insertParts(transaction, table, columns, rows, (row) =>
		columns.map((column) => (row as Readonly<Record<string, unknown>>)[column]),
	);
}

function insertParts<I>(
	transaction: Transaction,
	table: string,
	columns: readonly string[],
	items: readonly I[],
	valuesOf: (item: I) => readonly unknown[],
): Promise<number> {
	const build = (part: readonly I[]): CompiledQuery => {
		const rows = part.map((item) => sql`(${sql.join(valuesOf(item))})`);
		return sql`insert into ${sql.table(table)} (${sql.join(columns.map((name) => sql.ref(name)))})
			values ${sql.join(rows)} on conflict do nothing`.compile(transaction);
	};
	const name = `insert into ${table} (${columns.join()})`;
	return writeParts(transaction, name, items, (part) => ({ compile: () => build(part) }), valuesOf);
}

const keyTaken = "23505";

/**
 * As `insertNewSet`, of so many rows that what each costs counts: copied on PostgreSQL. `valuesOf` in the order of
 * `columns`, each of which is an int8, text or bytea.
 */
export async function copyNewSet<T extends keyof Schema & string, I>(
	transaction: Transaction,
	table: T,
	columns: readonly (keyof Schema[T] & string)[],
	items: readonly I[],
	valuesOf: (item: I) => readonly CopiedValue[],
): Promise<void> {
	const client = clientOf(transaction);
	if (client === undefined)
		return mustWrite(await insertParts(transaction, table, columns, items, valuesOf), items.length);
	const rows = binaryRows(items.flatMap(valuesOf), columns.length);
	const statement = `copy ${table} (${columns.join()}) from stdin (format binary)`;
	const written = await copyIn(client, statement, rows).catch((error: { readonly code?: string }) => {
		throw error.code === keyTaken ? new Overtaken() : error;
	});
	mustWrite(written, items.length);
}

/** Rows of a table whose `column` is among `values`. */
export function selectIn<T extends keyof Schema & string, C extends keyof Schema[T] & string>(
	transaction: Transaction,
	table: T,
	column: keyof Schema[T] & string,
	wanted: readonly C[],
	values: readonly (Uint8Array | string)[],
): Promise<readonly Pick<Schema[T], C>[]> {
	return inParts(
		transaction,
		`select ${wanted.join()} from ${table} by ${column}`,
		values,
		(part) => ({
			compile: () =>
				sql`select ${sql.join(wanted.map((name) => sql.ref(name)))} from ${sql.table(table)}
					where ${sql.ref(column)} in (${sql.join([...part])})`.compile(transaction),
		}),
		(value) => [value],
	);
}

/** Deletes the rows of a table whose `column` is among `values`. */
export async function deleteIn<T extends keyof Schema & string>(
	transaction: Transaction,
	table: T,
	column: keyof Schema[T] & string,
	values: readonly Uint8Array[],
): Promise<void> {
	await inParts(
		transaction,
		`delete from ${table} by ${column}`,
		values,
		(part) => ({
			compile: () =>
				sql`delete from ${sql.table(table)} where ${sql.ref(column)} in (${sql.join([...part])})`.compile(
					transaction,
				),
		}),
		(value) => [value],
	);
}

/** Rows of a table whose key, two columns, is among `places`. */
export function selectAt<T extends keyof Schema & string, C extends keyof Schema[T] & string>(
	transaction: Transaction,
	table: T,
	key: readonly [keyof Schema[T] & string, keyof Schema[T] & string],
	wanted: readonly C[],
	places: readonly (readonly [Uint8Array | string, Uint8Array | string])[],
): Promise<readonly Pick<Schema[T], C>[]> {
	return inParts(
		transaction,
		`select ${wanted.join()} from ${table} at ${key.join()}`,
		places,
		(part) => ({
			compile: () => {
				const rows = part.map((place) => sql`(${sql.join(place.map((value) => typed(transaction, value)))})`);
				return rowsAt(table, key, wanted, rows).compile(transaction);
			},
		}),
		(place) => place,
	);
}

/** From the list to the table, whatever the planner thinks of it: each place is one look into the index. */
function rowsAt(
	table: string,
	[first, second]: readonly [string, string],
	wanted: readonly string[],
	rows: readonly RawBuilder<unknown>[],
): RawBuilder<unknown> {
	const columns = sql.join(wanted.map((name) => sql.ref(`${table}.${name}`)));
	const same = (name: string) => sql`${sql.ref(`${table}.${name}`)} = ${sql.ref(`places.${name}`)}`;
	return sql`with places (${sql.ref(first)}, ${sql.ref(second)}) as (values ${sql.join(rows)})
		select ${columns} from places cross join ${sql.table(table)} where ${same(first)} and ${same(second)}`;
}

/** PostgreSQL takes what has no type for text. */
function typed(transaction: Transaction, value: Uint8Array | string): RawBuilder<unknown> {
	const isCast = transaction.getExecutor().adapter instanceof PostgresAdapter && typeof value !== "string";
	return isCast ? sql`cast(${value} as bytea)` : sql`${value}`;
}

/** Raises what was paid of issues that are there, each within what was issued; else `Overtaken`. */
export async function takeFromIssues(
	transaction: Transaction,
	rows: readonly Schema["issues"][],
): Promise<void> {
	// An upsert of rows that were read, since its parameters have the types of its columns on every engine.
	const taken = await inParts(
		transaction,
		"take from issues",
		rows,
		(part) =>
			transaction
				.insertInto("issues")
				.values(part)
				.onConflict((conflict) =>
					conflict
						.column("issue_id")
						.doUpdateSet((row) => ({ paid: row("issues.paid", "+", row.ref("excluded.paid")) }))
						.where((row) =>
							row(row("issues.issued", "-", row.ref("issues.paid")), ">=", row.ref("excluded.paid")),
						),
				)
				.returning(sql<bigint>`1`.as("taken")),
		({ issue_id, asset, issued, paid }) => [issue_id, asset, issued, paid],
	);
	mustWrite(taken.length, rows.length);
}

/** Adds to balances that no bound can stop: credits, and books without owners. */
export async function addToBalances(
	transaction: Transaction,
	rows: readonly Schema["balances"][],
): Promise<void> {
	await inParts(
		transaction,
		"add to balances",
		rows,
		(part) =>
			transaction
				.insertInto("balances")
				.values(part)
				.onConflict((conflict) =>
					conflict
						.columns(["book", "owner", "asset"])
						.doUpdateSet((row) => ({ amount: row("balances.amount", "+", row.ref("excluded.amount")) })),
				),
		({ book, owner, asset, amount }) => [book, owner, asset, amount],
	);
}
