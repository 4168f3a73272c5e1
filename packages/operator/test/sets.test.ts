/** Statements over many rows: a text that is kept is used again for the very same columns. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openStore } from "../src/store/open-store.ts";
import { deleteIn, insertNewSet } from "../src/store/sets.ts";

const id = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

test("rows whose columns come in another order are written to their own columns", async () => {
	const store = await openStore(":memory:");
	await store.run(async (transaction) => {
		await insertNewSet(transaction, "releases", [{ lock: id(1), release: id(2), published_at: 3 }]);
		await insertNewSet(transaction, "releases", [{ release: id(5), published_at: 6, lock: id(4) }]);
	});
	const rows = await store.read((transaction) =>
		transaction.selectFrom("releases").selectAll().orderBy("lock").execute(),
	);
	assert.deepEqual(rows, [
		{ lock: id(1), release: id(2), published_at: 3n },
		{ lock: id(4), release: id(5), published_at: 6n },
	]);
	await store.close();
});

test("rows are deleted by the column that is named, whichever was named before", async () => {
	const store = await openStore(":memory:");
	const left = await store.run(async (transaction) => {
		await insertNewSet(transaction, "releases", [
			{ lock: id(1), release: id(2), published_at: 0 },
			{ lock: id(2), release: id(1), published_at: 0 },
			{ lock: id(3), release: id(4), published_at: 0 },
		]);
		await deleteIn(transaction, "releases", "lock", [id(1)]);
		await deleteIn(transaction, "releases", "release", [id(4)]);
		return transaction.selectFrom("releases").select("lock").execute();
	});
	assert.deepEqual(left, [{ lock: id(2) }]);
	await store.close();
});
