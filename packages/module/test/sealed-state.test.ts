/** The state is opened as it was committed, or refused; a commit that failed is never passed over. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, isRefusal } from "@tenten/protocol";
import fc from "fast-check";
import { memoryStore } from "../../wallet/src/store/memory-store.ts";
import { type ModuleStore, openState, type SealedState, type StoreWrite } from "../src/index.ts";
import { faultyStore, StoreFault } from "./support/faulty-store.ts";

const stateKey = new Uint8Array(32).fill(7);
const bytes = (...values: readonly number[]): Bytes => Uint8Array.from(values);

async function mustOpen(store: ModuleStore, key: Bytes = stateKey): Promise<SealedState> {
	const state = await openState(store, key);
	assert.ok(!isRefusal(state), isRefusal(state) ? `${state.code} ${state.detail}` : "");
	return state;
}

async function codeOf(store: ModuleStore, key: Bytes = stateKey): Promise<string> {
	const state = await openState(store, key);
	return isRefusal(state) ? state.code : "opened";
}

/** A store holding what two commits left, and the rows as each left them. */
async function twoCommits() {
	const store = memoryStore();
	const state = await mustOpen(store);
	await state.commit([
		{ key: "token/a", value: bytes(1) },
		{ key: "token/b", value: bytes(2) },
	]);
	const first = await store.load();
	await state.commit([
		{ key: "token/a", value: bytes(3) },
		{ key: "token/b", value: null },
		{ key: "token/c", value: bytes(4) },
	]);
	return { store, first, second: await store.load() };
}

describe("a sealed state", () => {
	test("opens as it was committed, and counts its commits", async () => {
		const { store } = await twoCommits();
		const state = await mustOpen(store);
		assert.deepEqual(
			state.rows,
			new Map([
				["token/a", bytes(3)],
				["token/c", bytes(4)],
			]),
		);
		assert.equal(state.counter, 2);
	});

	test("any sequence of commits opens as what a map would hold", async () => {
		const write: fc.Arbitrary<StoreWrite> = fc.record({
			key: fc.constantFrom("a", "b", "token/aa", "token/ab"),
			value: fc.option(fc.uint8Array({ maxLength: 40 }), { nil: null }),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(fc.array(write, { maxLength: 6 }), { maxLength: 6 }), async (commits) => {
				const store = memoryStore();
				const expected = new Map<string, Bytes>();
				const state = await mustOpen(store);
				// Not awaited one by one: they queue.
				await Promise.all(commits.map((writes) => state.commit(writes)));
				for (const { key, value } of commits.flat())
					if (value === null) expected.delete(key);
					else expected.set(key, value);
				const opened = await mustOpen(store);
				assert.deepEqual(opened.rows, expected);
				assert.deepEqual(state.rows, expected);
				assert.equal(opened.counter, commits.length);
			}),
			{ numRuns: 50 },
		);
	});

	test("holds no plaintext", async () => {
		const store = memoryStore();
		const secret = new Uint8Array(40).fill(0x5a);
		await (await mustOpen(store)).commit([{ key: "token/a", value: secret }]);
		for (const row of (await store.load()).values())
			assert.equal(Buffer.from(row).includes(Buffer.from(secret.subarray(0, 8))), false);
	});

	test("commits rows of the key store in the same write, and leaves them as they are", async () => {
		const store = memoryStore();
		const state = await mustOpen(store);
		await state.commit([{ key: "token/a", value: bytes(1) }], [{ key: "keys/aa", value: bytes(9) }]);
		assert.deepEqual((await store.load()).get("keys/aa"), bytes(9));
		assert.deepEqual([...(await mustOpen(store)).rows.keys()], ["token/a"]);
	});

	test("takes no rows under names that are not its own", async () => {
		const state = await mustOpen(memoryStore());
		for (const key of ["counter", "keys", "keys/aa", "", "naïve", "a b", "x".repeat(129)])
			assert.throws(() => state.commit([{ key, value: bytes(1) }]), RangeError, key);
		for (const key of ["counter", "token/a"])
			assert.throws(() => state.commit([], [{ key, value: bytes(1) }]), RangeError, key);
	});

	test("that is closed takes no more commits", async () => {
		const state = await mustOpen(memoryStore());
		await state.close();
		await assert.rejects(state.commit([]), /open it again/);
	});
});

describe("a damaged state is refused:", () => {
	const cases: Readonly<Record<string, (rows: Rows, first: ReadonlyMap<string, Bytes>) => void>> = {
		"a row altered": ({ set, get }) => set("token/a", flipped(get("token/a"))),
		"a row cut short": ({ set, get }) => set("token/a", get("token/a").subarray(0, 10)),
		"a row moved": ({ set, get }) => set("token/d", get("token/c")),
		"two rows exchanged": ({ set, get }) => {
			const a = get("token/a");
			set("token/a", get("token/c"));
			set("token/c", a);
		},
		"a row lost": ({ remove }) => remove("token/a"),
		"a row put back to an older version": ({ set }, first) => set("token/a", first.get("token/a") as Bytes),
		"a deleted row put back": ({ set }, first) => set("token/b", first.get("token/b") as Bytes),
		"the head put back": ({ set }, first) => set("counter", first.get("counter") as Bytes),
		"the head lost": ({ remove }) => remove("counter"),
		"the head altered": ({ set, get }) => set("counter", flipped(get("counter"))),
		"a stranger's row added": ({ set }) => set("token/x", new Uint8Array(60)),
	};
	for (const [name, damage] of Object.entries(cases))
		test(name, async () => {
			const { store, first, second } = await twoCommits();
			assert.equal(await codeOf(store), "opened");
			const writes: StoreWrite[] = [];
			damage(
				{
					get: (key) => second.get(key) as Bytes,
					set: (key, value) => writes.push({ key, value }),
					remove: (key) => writes.push({ key, value: null }),
				},
				first,
			);
			await store.commit(writes);
			assert.equal(await codeOf(store), "state-damaged");
		});

	test("another key", async () => {
		const { store } = await twoCommits();
		assert.equal(await codeOf(store, new Uint8Array(32)), "state-damaged");
	});

	test("but the whole of an older commit opens, with the counter that shows it", async () => {
		const { store, first } = await twoCommits();
		await store.commit([{ key: "token/c", value: null }]);
		await store.commit([...first].map(([key, value]) => ({ key, value })));
		assert.equal((await mustOpen(store)).counter, 1);
	});
});

describe("a commit that fails", () => {
	for (const when of ["before", "after"] as const)
		test(`${when} it was durable stops the state, and opening again shows which`, async () => {
			const store = memoryStore();
			const state = await mustOpen(faultyStore(store, { commit: 2, when, how: "fail" }));
			await state.commit([{ key: "a", value: bytes(1) }]);
			const [second, third] = [2, 3].map((n) => state.commit([{ key: "a", value: bytes(n) }]));
			await assert.rejects(second as Promise<void>, StoreFault);
			await assert.rejects(third as Promise<void>, /open it again/);
			assert.deepEqual(state.rows.get("a"), bytes(1));
			const opened = await mustOpen(store);
			assert.deepEqual(opened.rows.get("a"), when === "before" ? bytes(1) : bytes(2));
			await opened.commit([{ key: "a", value: bytes(4) }]);
			assert.deepEqual((await mustOpen(store)).rows.get("a"), bytes(4));
		});
});

type Rows = {
	readonly get: (key: string) => Bytes;
	readonly set: (key: string, value: Bytes) => void;
	readonly remove: (key: string) => void;
};

function flipped(value: Bytes): Bytes {
	const changed = Uint8Array.from(value);
	changed[30] = (changed[30] as number) ^ 1;
	return changed;
}
