/** Statements over many rows: a text that is kept is used again for the very same columns, and looks rows up by their key. */
import assert from "node:assert/strict";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { test } from "node:test";
import { bindKeys } from "../src/request-key.ts";
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

test("keys that were bound before are looked up, and not searched for among all", async () => {
	const database = new DatabaseSync(":memory:", { readBigInts: true });
	const statements = new Set<string>();
	const prepare = database.prepare.bind(database);
	database.prepare = (statement: string): StatementSync => {
		statements.add(statement);
		return prepare(statement);
	};
	const store = await openStore(database);
	const key = { scope: "claims", key: "one", content: id(1) };
	const other = { ...key, content: id(2) };
	const bound = await store.run((transaction) => bindKeys(transaction, [{ key, at: 1 }]));
	assert.deepEqual([bound(key), bound(other)], [true, false]);
	statements.clear();
	const again = await store.run((transaction) =>
		bindKeys(transaction, [
			{ key: other, at: 2 },
			{ key: { ...key, scope: "rulings" }, at: 2 },
		]),
	);
	assert.deepEqual([again(key), again(other)], [true, false]);
	const plans = [...statements]
		.filter((statement) => /^(select|with)/i.test(statement.trim()))
		.map((statement) =>
			prepare(`explain query plan ${statement}`)
				.all()
				.map(({ detail }) => String(detail)),
		);
	assert.equal(plans.length, 1);
	assert.deepEqual(
		plans.flat().filter((step) => /^SCAN idempotency_keys/.test(step)),
		[],
		plans.flat().join("; "),
	);
	await store.close();
});
