/** What every store promises, whatever it is made of. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StoreWrite } from "@tenten/module";
import fc from "fast-check";
import type { HistoryEntry, HistoryQuery, WalletStore } from "../../src/index.ts";

export type StoreUnderTest = {
	readonly store: WalletStore;
	/** as after a restart: closes the store and opens what it kept */
	readonly reopen: () => Promise<WalletStore>;
};

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
	describe(`${name} keeps rows`, () => rowContract(open));
	describe(`${name} keeps history`, () => historyContract(open));
}

function rowContract(open: () => Promise<StoreUnderTest>): void {
	test("a new store holds nothing", async () => {
		const { store } = await open();
		assert.equal((await store.load()).size, 0);
		await store.close();
	});

	test("what was committed is loaded, now and after a restart", async () => {
		const { store, reopen } = await open();
		await store.commit([
			{ key: "token/00", value: bytes(1, 2, 3) },
			{ key: "empty", value: bytes() },
		]);
		const expected = new Map([
			["token/00", bytes(1, 2, 3)],
			["empty", bytes()],
		]);
		assert.deepEqual(plain(await store.load()), expected);
		const reopened = await reopen();
		assert.deepEqual(plain(await reopened.load()), expected);
		await reopened.close();
	});

	test("any sequence of commits leaves what a map would hold", async () => {
		const write: fc.Arbitrary<StoreWrite> = fc.record({
			key: fc.constantFrom("a", "b", "token/aa", "token/ab", "counter"),
			value: fc.option(fc.uint8Array({ maxLength: 40 }), { nil: null }),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(fc.array(write, { maxLength: 6 }), { maxLength: 6 }), async (commits) => {
				const { store, reopen } = await open();
				const expected = new Map<string, Uint8Array>();
				for (const writes of commits) {
					await store.commit(writes);
					for (const { key, value } of writes)
						if (value === null) expected.delete(key);
						else expected.set(key, value);
				}
				const reopened = await reopen();
				assert.deepEqual(sorted(await reopened.load()), sorted(expected));
				await reopened.close();
			}),
			{ numRuns: 20 },
		);
	});

	test("bytes changed by the caller afterwards are not changed in the store", async () => {
		const { store } = await open();
		const value = bytes(7, 7);
		await store.commit([{ key: "a", value }]);
		value.fill(0);
		assert.deepEqual(plain(await store.load()).get("a"), bytes(7, 7));
		await store.close();
	});

	test("a row of 64 KiB, and a thousand rows in one commit", async () => {
		const { store, reopen } = await open();
		const large = new Uint8Array(65_536).fill(9);
		const many = Array.from({ length: 1000 }, (_, i) => ({ key: `token/${i}`, value: bytes(i & 255) }));
		await store.commit([...many, { key: "large", value: large }]);
		const reopened = await reopen();
		const rows = plain(await reopened.load());
		assert.equal(rows.size, 1001);
		assert.deepEqual(rows.get("large"), large);
		await reopened.close();
	});
}

function historyContract(open: () => Promise<StoreUnderTest>): void {
	const entry = (i: number, changes: Partial<HistoryEntry> = {}): HistoryEntry => ({
		id: `paid/${i}`,
		at: 1_700_000_000 + i,
		kind: "paid",
		asset: "JPY",
		amount: 100n,
		party: "Kissaten Ｍｏｏｎ",
		note: `cup ${i}`,
		...changes,
	});

	test("entries come newest first, page by page, and none twice", async () => {
		const { store, reopen } = await open();
		for (let i = 1; i <= 7; i++) await store.history.append(entry(i));
		const reopened = await reopen();
		const seen: string[] = [];
		let query: HistoryQuery = { limit: 3 };
		for (;;) {
			const page = await reopened.history.list(query);
			seen.push(...page.entries.map(({ id }) => id));
			if (page.next === null) break;
			query = { ...query, cursor: page.next };
		}
		assert.deepEqual(
			seen,
			[7, 6, 5, 4, 3, 2, 1].map((i) => `paid/${i}`),
		);
		await reopened.close();
	});

	test("a page that ends with the last entry names no next page", async () => {
		const { store } = await open();
		for (let i = 1; i <= 3; i++) await store.history.append(entry(i));
		assert.equal((await store.history.list({ limit: 3 })).next, null);
		assert.notEqual((await store.history.list({ limit: 2 })).next, null);
		await store.close();
	});

	test("an entry told twice is there once, as it was told first", async () => {
		const { store } = await open();
		await store.history.append(entry(1));
		await store.history.append(entry(1, { note: "again" }));
		assert.deepEqual((await store.history.list({ limit: 9 })).entries, [entry(1)]);
		await store.close();
	});

	test("every field comes back whole, and an amount beyond 2^53 with it", async () => {
		const { store } = await open();
		const large = entry(1, { amount: 2n ** 63n - 1n, note: "50% '_\" 珈琲\n", kind: "refunded" });
		await store.history.append(large);
		assert.deepEqual((await store.history.list({ limit: 1 })).entries, [large]);
		await store.close();
	});

	test("search finds parts of party and note, whatever their case and width", async () => {
		const { store } = await open();
		await store.history.append(entry(1));
		await store.history.append(entry(2, { party: "Bakery", note: "100%_rye" }));
		const found = async (text: string): Promise<readonly string[]> =>
			(await store.history.list({ text, limit: 9 })).entries.map(({ id }) => id);
		assert.deepEqual(await found("moon"), ["paid/1"]);
		assert.deepEqual(await found("ＭＯＯＮ"), ["paid/1"]);
		assert.deepEqual(await found("%_"), ["paid/2"]);
		assert.deepEqual(await found("_%"), []);
		assert.deepEqual(await found("nothing"), []);
		await store.close();
	});

	test("filters narrow together", async () => {
		const { store } = await open();
		await store.history.append(entry(1));
		await store.history.append(entry(2, { kind: "received" }));
		await store.history.append(entry(3, { asset: "KWH" }));
		await store.history.append(entry(4));
		const ids = async (query: Omit<HistoryQuery, "limit">): Promise<readonly string[]> =>
			(await store.history.list({ ...query, limit: 9 })).entries.map(({ id }) => id);
		assert.deepEqual(await ids({ kind: "paid" }), ["paid/4", "paid/3", "paid/1"]);
		assert.deepEqual(await ids({ kind: "paid", asset: "JPY" }), ["paid/4", "paid/1"]);
		assert.deepEqual(await ids({ from: entry(2).at, until: entry(4).at }), ["paid/3", "paid/2"]);
		await store.close();
	});

	test("a cursor that no page gave is a bug", async () => {
		const { store } = await open();
		await assert.rejects(async () => store.history.list({ cursor: "1 or 1=1", limit: 1 }), RangeError);
		await store.close();
	});
}

/** Buffers and arrays of another realm compare unequal; the bytes are what counts. */
function plain(rows: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
	return new Map([...rows].map(([key, value]) => [key, Uint8Array.from(value)]));
}

function sorted(rows: ReadonlyMap<string, Uint8Array>): readonly (readonly [string, Uint8Array])[] {
	return [...plain(rows)].sort(([a], [b]) => (a < b ? -1 : 1));
}
