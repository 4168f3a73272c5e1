/** The books after a test: every invariant holds, and the totals are those expected. */
import assert from "node:assert/strict";
import type { Totals } from "@tenten/protocol";
import type { Ecosystem } from "./ecosystem.ts";

export async function assertBalanced(
	{ operator, world }: Ecosystem,
	expected: Partial<Totals> = {},
): Promise<void> {
	const { totals, broken } = await operator.audit(world.asset.code);
	assert.deepEqual(broken, []);
	for (const [name, amount] of Object.entries(expected))
		assert.equal(totals[name as keyof Totals], amount, name);
}
