/**
 * The contract of the store: the scenes that hold on SQLite, played again on PostgreSQL.
 *
 * On a server started for them, or on that of `DATABASE_URL`, whichever engine it is.
 */
import { test } from "node:test";
import { playOn } from "./support/database.ts";
import { postgresForTests } from "./support/postgres.ts";

const scenes = [
	"attacks",
	"claim-form",
	"claims",
	"denied",
	"enrolment",
	"forgetting",
	"forks",
	"histories",
	"hostile",
	"http",
	"issues",
	"late-release",
	"management",
	"rulings",
	"terms",
];

const source = await postgresForTests();
if (typeof source === "string") test("the scenes on PostgreSQL", { skip: source }, () => {});
else {
	playOn(source);
	for (const scene of scenes) await import(`./${scene}.test.ts`);
}
