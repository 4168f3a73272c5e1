/** The books after a test: every invariant holds, the totals are those expected, and seals say the same where they are made. */
import assert from "node:assert/strict";
import type { Totals } from "@tenten/protocol";
import { brokenSeals } from "../../src/sealing/examine.ts";
import type { Ecosystem } from "./ecosystem.ts";

/** Of all whose acts go through a log in tests. */
export const saltSecret = new Uint8Array(32).fill(0x5e);

export async function assertBalanced(
	{ operator, world }: Ecosystem,
	expected: Partial<Totals> = {},
): Promise<void> {
	const { totals, broken } = await operator.audit(world.asset.code);
	assert.deepEqual(broken, []);
	assert.deepEqual(await operator.store.read((transaction) => brokenSeals(transaction, saltSecret)), []);
	for (const [name, amount] of Object.entries(expected))
		assert.equal(totals[name as keyof Totals], amount, name);
}
