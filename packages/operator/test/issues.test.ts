/** An issue pays no more than it holds, whatever rows are free. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openStore } from "../src/store/open-store.ts";
import { takeFromIssue } from "../src/store/registry.ts";
import { databaseForTest } from "./support/database.ts";

test("an issue pays no more than it holds, to the unit", async () => {
	const store = await openStore(await databaseForTest());
	const issue = new Uint8Array(32).fill(1);
	const take = (amount: bigint) => store.run((transaction) => takeFromIssue(transaction, issue, amount));
	await store.run((transaction) =>
		transaction
			.insertInto("issues")
			.values({ issue_id: issue, asset: new Uint8Array(32), issued: 100n, paid: 0n })
			.execute(),
	);
	assert.deepEqual(
		[await take(60n), await take(41n), await take(40n), await take(1n)],
		[true, false, true, false],
	);
	await store.close();
});
