/** The ledger's machine on its real store, through crashes, repeats, lies and clocks that go back, beside a book of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ledgerRefusals } from "@tenten/protocol";
import { ran } from "../../../test/support/ran.ts";
import { runLedgerWorld } from "../src/index.ts";

const seeds = 5;
const rounds = 70;

test("whatever clients ask and wherever power fails, a ledger does and says what the checker's book says", async (t) => {
	const counts = { transfers: 0, refused: 0, repeated: 0, crashes: 0, inDoubt: 0, expired: 0 };
	const words = new Set<string>();
	for (let seed = 1; seed <= seeds; seed++) {
		const report = await runLedgerWorld(seed, rounds);
		for (const name of Object.keys(counts) as (keyof typeof counts)[]) counts[name] += report[name];
		for (const word of report.words) words.add(word);
	}
	ran(t, "simulation", {
		"transfers of a ledger": counts.transfers,
		"refused by it": counts.refused,
		"crashes of it": counts.crashes,
		"requests in doubt": counts.inDoubt,
	});
	for (const [name, count] of Object.entries(counts)) assert.ok(count > 20, `${count} ${name}`);
	const openings = /asset|least|most|limits-invalid/;
	const never = ["done", "exists", ...Object.keys(ledgerRefusals)].filter(
		(word) => !words.has(word) && !openings.test(word),
	);
	assert.deepEqual(never, [], "answers that were never given");
});

test("a seed makes the same world again", async () => {
	assert.deepEqual(await runLedgerWorld(3, 12), await runLedgerWorld(3, 12));
});
