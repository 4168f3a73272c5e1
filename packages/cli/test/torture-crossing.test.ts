/** A short torture of payments across operators: both ways, either operator killed at random, none half done. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ran } from "../../../test/support/ran.ts";
import { everyKind } from "../src/across/token-legs.ts";
import { seededChance } from "../src/torture/chance.ts";
import { tortureCrossing } from "../src/torture/crossing-torture.ts";

const root = mkdtempSync(join(tmpdir(), "tenten-torture-crossing-"));
after(() => rmSync(root, { recursive: true, force: true }));

test("two operators that are killed at random leave no payment half done, and keep what they acknowledged", async (t) => {
	const [payments, kills] = [60, 3];
	const options = {
		folder: root,
		chance: seededChance(3),
		payments,
		kills,
		together: 10,
		lanes: 6,
		kinds: everyKind,
	};
	const tortured = await tortureCrossing(options);
	t.diagnostic(JSON.stringify(tortured));
	ran(t, "kills", { "kills of operators that pay across": tortured.kills, payments: tortured.payments });
	assert.deepEqual(tortured.losses, []);
	assert.ok(tortured.payments >= payments && tortured.kills >= kills);
	assert.equal(tortured.committed + tortured.returned + tortured.notBegun, tortured.payments);
	assert.ok(tortured.committed > 0);
	for (const { from, to } of everyKind)
		assert.ok((tortured.kinds[`${from} to ${to}`] ?? 0) > 0, `${from} to ${to}`);
});
