/**
 * The contract of the store: the scenes that hold on SQLite, played again on PostgreSQL.
 *
 * On a server started for them, or on that of `DATABASE_URL`, whichever engine it is.
 * Every statement that they run is looked at: none uses what engines of many machines do not share.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { playOn } from "./support/database.ts";
import { postgresForTests } from "./support/postgres.ts";
import { unshared } from "./support/shared-sql.ts";

const scenes = [
	"attacks",
	"claim-form",
	"claims",
	"crossing-host",
	"denied",
	"device-daily",
	"device-places",
	"device-records",
	"devices",
	"domain",
	"drafts",
	"enrolment",
	"forgetting",
	"forks",
	"histories",
	"hostile",
	"http",
	"issues",
	"late-release",
	"ledger",
	"lost",
	"management",
	"managers",
	"prune",
	"rail",
	"refund-until",
	"rulings",
	"seal-trees",
	"sealing",
	"sealing-pages",
	"sealing-words",
	"settle/bank-desk",
	"status-lists",
	"terms",
	"webhooks",
	"webhooks-delivery",
];

const server = await postgresForTests();
const statements = new Set<string>();
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
	const [first] = given as [string | { readonly text: string }];
	statements.add(typeof first === "string" ? first : first.text);
	return Reflect.apply(query, this, given);
} as typeof query;

if (typeof server === "string") test("the scenes on PostgreSQL", { skip: server }, () => {});
else {
	playOn(server.fresh);
	for (const scene of scenes) await import(`./${scene}.test.ts`);
	// A test of its own: where a hook of all fails, those after it stop nothing, and what they leave keeps the process.
	test("no statement of theirs uses what engines do not share", () => {
		assert.ok(statements.size > 60, `${statements.size} statements`);
		for (const statement of statements) assert.deepEqual(unshared(statement), [], statement);
	});
}
