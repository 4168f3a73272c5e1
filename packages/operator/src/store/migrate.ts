/**
 * Migrating: brings a database to the newest step that this code knows, whoever starts first.
 *
 * A step's row is written before its statements, in one transaction: of several processes that start together
 * one applies it, and the others wait for its row. A database is refused that has steps which this code does
 * not know, or others under their numbers, or not all of the tables that its steps made.
 */
import { encodeItem, equalBytes, sha256 } from "@tenten/protocol";
import { CompiledQuery, sql } from "kysely";
import { type Migration, migrations, versionTable } from "./migrations.ts";
import type { Store, Transaction } from "./store.ts";

/** The engine's word for bytes. */
type Blob = "blob" | "bytea";

export async function migrate(store: Store, blob: Blob): Promise<void> {
	for (let tries = 1; ; tries++)
		try {
			return await store.run((transaction) => bringUp(transaction, blob));
		} catch (error) {
			if (tries > 1 || !isMadeMeanwhile(error)) throw error;
		}
}

/** Processes that make one table at once: the catalogue of PostgreSQL lets one of them, and fails the others. */
function isMadeMeanwhile(error: unknown): boolean {
	const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
	return code === "23505" || code === "42P07";
}

async function bringUp(transaction: Transaction, blob: Blob): Promise<void> {
	await execute(transaction, versionTable, blob);
	const applied = await countApplied(transaction);
	const newest = migrations.length;
	if (applied > newest)
		throw new Error(`the database is of version ${applied}, and this program knows ${newest}`);
	if (blob === "blob" && applied === 0) await completeReleases(transaction);
	for (const migration of migrations.slice(applied)) await apply(transaction, migration, blob);
	await refuseUnlessWhole(transaction);
}

async function execute(transaction: Transaction, statement: string, blob: Blob): Promise<void> {
	await transaction.executeQuery(CompiledQuery.raw(statement.replaceAll("{blob}", blob)));
}

/** Of the words, however they are laid out. */
export function digestOf({ statements }: Migration): Uint8Array {
	return sha256(encodeItem(statements.map((statement) => statement.replaceAll(/\s+/g, " "))));
}

/** How many steps were applied; throws where they are not ours. */
async function countApplied(transaction: Transaction): Promise<number> {
	const rows = await transaction.selectFrom("schema_versions").selectAll().orderBy("version").execute();
	for (const [position, { version, digest }] of rows.entries()) {
		const known = migrations[position];
		if (Number(version) !== position + 1 || (known && !equalBytes(digest, digestOf(known))))
			throw new Error(`the database is damaged, or another program's: version ${version} is not ours`);
	}
	return rows.length;
}

async function apply(transaction: Transaction, migration: Migration, blob: Blob): Promise<void> {
	const taken = await transaction
		.insertInto("schema_versions")
		.values({ version: migration.version, digest: digestOf(migration) })
		.onConflict((conflict) => conflict.doNothing())
		.returning("version")
		.execute();
	if (taken.length === 0) return;
	for (const statement of migration.statements) await execute(transaction, statement, blob);
	await migration.move?.(transaction);
}

/** SQLite files of before there were versions: releases were published, and nobody wrote when. They count as in time. */
async function completeReleases(transaction: Transaction): Promise<void> {
	const { rows } = await sql<{ name: string }>`pragma table_info(releases)`.execute(transaction);
	if (rows.length === 0 || rows.some(({ name }) => name === "published_at")) return;
	await sql`alter table releases add column published_at bigint not null default 0`.execute(transaction);
}

async function refuseUnlessWhole(transaction: Transaction): Promise<void> {
	const made = migrations.flatMap(({ statements }) =>
		statements.flatMap((statement) => /^CREATE TABLE IF NOT EXISTS (\w+)/.exec(statement)?.[1] ?? []),
	);
	for (const table of made)
		await sql`select 1 from ${sql.table(table)} where 1 = 0`.execute(transaction).catch((cause: unknown) => {
			if (!isMissing(cause)) throw cause;
			throw new Error(`the database is damaged: it has no table ${table}`, { cause });
		});
}

/** No such table; any other failure says nothing of the database: its server may be gone for a moment. */
function isMissing(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	return ("code" in error && error.code === "42P01") || error.message.startsWith("no such table");
}
