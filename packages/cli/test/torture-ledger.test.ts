/** A short torture of a ledger: transfers in parallel, kills of its process and of its database's server, nothing lost. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ran } from "../../../test/support/ran.ts";
import { startPostgres } from "../src/server/postgres-server.ts";
import { seededChance } from "../src/torture/chance.ts";
import { type LedgerTortured, tortureLedger } from "../src/torture/ledger-torture.ts";

const root = mkdtempSync(join(tmpdir(), "tenten-torture-ledger-"));
after(() => rmSync(root, { recursive: true, force: true }));

const transfers = 600;
const kills = 4;

function assertWhole(tortured: LedgerTortured): void {
	assert.deepEqual(tortured.losses, []);
	assert.ok(tortured.done + tortured.refused >= transfers && tortured.kills >= kills);
	assert.ok(tortured.done > tortured.refused);
}

test("a ledger that is killed at random keeps its sum and every limit, and loses nothing acknowledged", async (t) => {
	const folder = mkdtempSync(join(root, "sqlite-"));
	const tortured = await tortureLedger({ folder, chance: seededChance(1), transfers, kills });
	ran(t, "kills", { "kills of a ledger": tortured.kills, transfers: tortured.done + tortured.refused });
	assertWhole(tortured);
});

test("nor does one whose database is killed as well", async (t) => {
	const postgres = await startPostgres();
	if (typeof postgres === "string") return t.skip(postgres);
	const folder = mkdtempSync(join(root, "postgres-"));
	const torturing = tortureLedger({ folder, postgres, chance: seededChance(2), transfers, kills });
	const tortured = await torturing.finally(() => postgres.stop());
	ran(t, "kills", {
		kills: tortured.kills,
		transfers: tortured.done + tortured.refused,
	});
	assertWhole(tortured);
});
