/** Tokens that were really issued and paid verify; the walk gives back what each payer did. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { serializeToken, verifyToken } from "@tenten/protocol";
import {
	createHolder,
	createWorld,
	expectRefusal,
	expectValue,
	issueTo,
	pay,
} from "../../../module/test/support/world.ts";

for (const suite of ["Ed25519", "ES256"] as const)
	test(`${suite}: a token of three payments verifies, and is what its last payer made`, async () => {
		const world = await createWorld({ suite });
		const [a, b, c] = [await createHolder(world), await createHolder(world), await createHolder(world)];
		const issued = await issueTo(world, a, 1000n, { batch: 5 });
		const first = await pay(world, issued, a, b, 600n);
		const second = await pay(world, first.paid, b, c, 600n, { release: world.random() });
		assert.ok(first.change);
		for (const token of [issued, first.paid, first.change, second.paid]) {
			const read = expectValue(verifyToken(serializeToken(token), world.trust));
			assert.deepEqual(read, token);
		}
		assert.equal(second.paid.amount, 600n);
		assert.equal(second.paid.hops, 2);
		assert.equal(first.change.hops, 0);
		const locked = await pay(world, second.paid, c, a, 1n, { release: world.random(), released: false });
		const seen = expectValue(verifyToken(serializeToken(locked.paid), world.trust));
		assert.equal(seen.pending?.payeeDecides, false);
		expectRefusal(verifyToken(serializeToken(locked.paid).subarray(1), world.trust), "malformed");
	});
