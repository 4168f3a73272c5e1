/** Settlement through crashes, records late and twice, and a bank that refuses, gives back and says it again, beside a book of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ran } from "../../../test/support/ran.ts";
import { Counts } from "../src/counts.ts";
import { runSettlementWorld } from "../src/index.ts";

const seeds = [5, 1, 7, 3];
const rounds = 60;

test("whatever fails and whatever a bank says, each record is on one claim of either party, and paid once", async (t) => {
	const counts = new Counts();
	for (const seed of seeds) {
		const report = await runSettlementWorld(seed, rounds);
		assert.equal(report.violation, undefined);
		counts.merge(report.counts);
	}
	const met = counts.all("settlement");
	ran(t, "simulation", {
		"records of devices": met["records"] ?? 0,
		"claims of parties": (met["paid"] ?? 0) + (met["paid again"] ?? 0),
		"crashes of their operator": met["crashes"] ?? 0,
	});
	for (const what of [
		...[
			"brought again",
			"early",
			"crashes",
			"files asked for again",
			"read again",
			"reopened",
			"contradicts",
		],
		...["charges", "suspensions", "releases", "paid again"],
	])
		assert.ok((met[what] ?? 0) > 0, `never: ${what}`);
});

test("a seed makes the same world of settlement again", async () => {
	assert.deepEqual(await runSettlementWorld(5, 12), await runSettlementWorld(5, 12));
});
