/** The trees of seals in the store: as the naive tree has them, whoever changes them at once, and wherever power fails. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import {
	type Bytes,
	isRefusal,
	limits,
	type SumNode,
	sha256,
	stateAlgebra,
	sumAlgebra,
	toHex,
	verifyLineProof,
	verifyStateProof,
} from "@tenten/protocol";
import fc from "fast-check";
import { batchesOf, digest } from "../../protocol/test/seal/support/keys.ts";
import { entriesAfter, naiveStateRoot } from "../../protocol/test/seal/support/naive.ts";
import {
	changeLines,
	changeState,
	type LineChange,
	liabilitiesIn,
	lineProofIn,
	stateProofIn,
	stateRoot,
} from "../src/seal/trees.ts";
import { openStore } from "../src/store/open-store.ts";
import type { Store, StoreOptions } from "../src/store/store.ts";
import { databaseForTest, repeats } from "./support/database.ts";
import { inFolder } from "./support/in-folder.ts";

const stores: Store[] = [];
after(() => Promise.all(stores.map((store) => store.close())));

async function open(database: string, options: StoreOptions = {}): Promise<Store> {
	const store = await openStore(database, options);
	stores.push(store);
	return store;
}

const account = (number: number): Bytes => sha256(Uint8Array.of(number, number >> 8));
const linesOf = () => ({ asset: new Uint8Array(randomBytes(32)), secret: new Uint8Array(32).fill(7) });
type Lines = ReturnType<typeof linesOf>;

const setLines = (store: Store, lines: Lines, changes: readonly LineChange[]): Promise<SumNode> =>
	store.run(async (transaction) => {
		const root = await changeLines(transaction, lines, changes);
		assert.ok(!isRefusal(root));
		return root;
	});
const rootIn = (store: Store, lines: Lines): Promise<SumNode> =>
	store.read((transaction) => liabilitiesIn(transaction, lines.asset));

async function amountIn(store: Store, lines: Lines, number: number): Promise<bigint | undefined> {
	const proof = await store.read((transaction) => lineProofIn(transaction, lines, account(number)));
	if (proof === undefined) return undefined;
	const line = verifyLineProof(proof, await rootIn(store, lines));
	assert.ok(!isRefusal(line));
	return line.amount;
}

test("the state map is the naive tree's after every batch, and proves each key there and not there", async () => {
	await fc.assert(
		fc.asyncProperty(batchesOf(digest), async (batches) => {
			const store = await openStore(await databaseForTest(), {});
			try {
				for (const [at, batch] of batches.entries()) {
					const root = await store.run((transaction) => changeState(transaction, batch));
					const entries = entriesAfter(batches.slice(0, at + 1).flat());
					assert.deepEqual(root, naiveStateRoot(entries));
					assert.deepEqual(await store.read(stateRoot), root);
					for (const { key } of batch) {
						const proof = await store.read((transaction) => stateProofIn(transaction, key));
						const proved = verifyStateProof(proof, root);
						const entry = entries.get(toHex(key))?.entry;
						const meant = entry === undefined ? { kind: "absent" } : { kind: "present", value: entry };
						assert.deepEqual(proved, meant);
					}
				}
			} finally {
				await store.close();
			}
		}),
		{ numRuns: repeats(24) },
	);
});

test("lines change where they stand: the root is that of a tree that is built of what they are now", async () => {
	const [store, lines] = [await open(await databaseForTest()), linesOf()];
	const amounts = new Map(Array.from({ length: 500 }, (_, number) => [number, BigInt(number)]));
	const asChanges = (): readonly LineChange[] =>
		[...amounts].map(([number, amount]) => ({ account: account(number), amount }));
	await setLines(store, lines, asChanges());
	for (let round = 1; round <= 4; round++) {
		const changes = Array.from({ length: 40 }, (_, at) => (at * 13 * round) % 600).map((number) => {
			const amount = number % 5 === 0 ? null : BigInt(round * number);
			if (amount === null) amounts.delete(number);
			else amounts.set(number, amount);
			return { account: account(number), amount };
		});
		const root = await setLines(store, lines, changes);
		const anew = { ...linesOf(), secret: lines.secret, asset: lines.asset };
		const other = await openStore(":memory:");
		assert.deepEqual(await setLines(other, anew, asChanges()), root);
		await other.close();
		assert.equal(
			root.sum,
			[...amounts.values()].reduce((sum, amount) => sum + amount, 0n),
		);
		for (const { account: changed, amount } of changes.slice(0, 5)) {
			const number = [...amounts.keys()].find((each) => toHex(account(each)) === toHex(changed));
			assert.equal(number === undefined ? null : await amountIn(store, lines, number), amount);
		}
	}
	const all = [...amounts.keys()].map((number) => ({ account: account(number), amount: null }));
	assert.deepEqual(await setLines(store, lines, all), sumAlgebra.empty);
	const left = await store.read((transaction) =>
		transaction.selectFrom("seal_pages").select("path").where("tree", "=", lines.asset).execute(),
	);
	assert.deepEqual(left, [{ path: "" }]);
});

test("amounts below zero, or above all bounds together, are refused and change nothing", async () => {
	const [store, lines] = [await open(await databaseForTest()), linesOf()];
	const before = await setLines(store, lines, [{ account: account(1), amount: limits.amount - 5n }]);
	const tried = async (changes: readonly LineChange[]): Promise<void> => {
		const refused = await store.run((transaction) => changeLines(transaction, lines, changes));
		assert.ok(isRefusal(refused) && refused.code === "amount-invalid");
		assert.deepEqual(await rootIn(store, lines), before);
	};
	await tried([{ account: account(2), amount: -1n }]);
	await tried([{ account: account(2), amount: limits.amount + 1n }]);
	await tried([
		{ account: account(3), amount: 1n },
		{ account: account(2), amount: 5n },
	]);
	const moved = [
		{ account: account(1), amount: 5n },
		{ account: account(2), amount: limits.amount - 5n },
	];
	assert.equal((await setLines(store, lines, moved)).sum, limits.amount);
});

test("assets, and the state map, have trees of their own", async () => {
	const store = await open(await databaseForTest());
	const [one, other] = [linesOf(), linesOf()];
	await setLines(store, one, [{ account: account(1), amount: 4n }]);
	await setLines(store, other, [{ account: account(1), amount: 9n }]);
	await store.run((transaction) => changeState(transaction, [{ key: account(1), entry: account(2) }]));
	assert.deepEqual([await amountIn(store, one, 1), await amountIn(store, other, 1)], [4n, 9n]);
	assert.deepEqual(await store.read(stateRoot), stateAlgebra.leaf(account(1), account(2)));
});

test("two that change one tree at once follow one another: nothing of either is lost", async () => {
	const database = await databaseForTest();
	const first = await open(database);
	const second = database === ":memory:" ? first : await open(database);
	const lines = linesOf();
	const rounds = 12;
	const write = async (store: Store, from: number): Promise<void> => {
		for (let round = 0; round < rounds; round++)
			await setLines(store, lines, [
				{ account: account(from + round), amount: 1n },
				{ account: account(99), amount: BigInt(from + round) },
			]);
	};
	await Promise.all([write(first, 1), write(second, 101)]);
	const { sum } = await rootIn(first, lines);
	const shared = await amountIn(first, lines, 99);
	assert.ok(shared !== undefined);
	assert.equal(sum - shared, BigInt(2 * rounds));
	for (const from of [1, 101])
		for (let round = 0; round < rounds; round++) assert.equal(await amountIn(first, lines, from + round), 1n);
});

test("power fails before and after the commit: the tree is that of before, or of after", () =>
	inFolder(async (database) => {
		const lines = linesOf();
		const begun = await openStore(database, {});
		const before = await setLines(
			begun,
			lines,
			[1, 2, 3, 4].map((number) => ({ account: account(number), amount: 7n })),
		);
		await begun.close();
		const changes = [
			{ account: account(1), amount: null },
			{ account: account(5), amount: 30n },
		];
		for (const point of ["beforeCommit", "afterCommit"] as const) {
			// Opening commits too: that is let through.
			let isArmed = false;
			const store = await openStore(database, {
				onCommit: (at) => {
					if (isArmed && at === point) throw new Error("power");
				},
			});
			isArmed = true;
			await assert.rejects(setLines(store, lines, changes), /power/);
			await store.close();
			const opened = await openStore(database, {});
			const { sum } = await rootIn(opened, lines);
			assert.equal(sum, point === "beforeCommit" ? before.sum : 51n, point);
			if (point === "beforeCommit") assert.deepEqual(await rootIn(opened, lines), before);
			assert.equal(await amountIn(opened, lines, 2), 7n);
			await opened.close();
		}
	}));

test("a page that is cut off, too long or gone is damage, and no answer", async () => {
	const [store, lines] = [await open(await databaseForTest()), linesOf()];
	await setLines(
		store,
		lines,
		Array.from({ length: 60 }, (_, number) => ({ account: account(number), amount: 1n })),
	);
	const pages = await store.read((transaction) =>
		transaction
			.selectFrom("seal_pages")
			.select(["path", "content"])
			.where("tree", "=", lines.asset)
			.execute(),
	);
	const below = pages.find(({ path }) => path.length === 1);
	assert.ok(below);
	const asked = Array.from({ length: 60 }, (_, number) => number);
	const damaged = async (content: Bytes | null): Promise<void> => {
		await store.run(async (transaction) => {
			const rows = transaction.deleteFrom("seal_pages").where("tree", "=", lines.asset);
			await rows.where("path", "=", below.path).execute();
			if (content === null) return;
			const row = { tree: lines.asset, path: below.path, content };
			await transaction.insertInto("seal_pages").values(row).execute();
		});
		const reading = Promise.all(asked.map((number) => amountIn(store, lines, number)));
		await assert.rejects(reading, /damaged/);
	};
	await damaged(below.content.slice(0, -1));
	await damaged(Uint8Array.of(...below.content, 0));
	await damaged(null);
});
