/** A shelf holds any number of wallets, few of them open, and loses nothing by closing them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isRefusal } from "@tenten/protocol";
import { inProcessChannel, sqliteStore } from "@tenten/wallet";
import { ok, openTown, random, type Town } from "../../../test/support/town.ts";
import { Shelf } from "../src/replay/shelf.ts";

const root = mkdtempSync(join(tmpdir(), "tenten-shelf-"));
after(() => rmSync(root, { recursive: true }));

const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
const names = ["ann", "bob/../cy", "dan", "eve", "fay"];

async function stocked(capacity: number): Promise<{ town: Town; shelf: Shelf; folder: string }> {
	const town = await openTown();
	const folder = mkdtempSync(join(root, "shelf-"));
	const shelf = new Shelf({ folder, capacity, operatorId: town.operator.id, operator: town.operator });
	for (const name of names)
		await shelf.use(name, town.clock.now, async (wallet) => {
			assert.equal(await wallet.join(town.operator, town.operator.id, asked), undefined);
			const account = wallet.module.certificates()[0]?.hash as Uint8Array;
			await town.operator.deposit(random(32), account, town.asset.code, 100n);
			ok(await wallet.topUp(town.asset, 100n));
		});
	return { town, shelf, folder };
}

/** How many of the files are open: an open wallet lets nobody else in. */
async function openFiles(folder: string): Promise<number> {
	let open = 0;
	for (let i = 1; i <= names.length; i++) {
		const store = sqliteStore(join(folder, `wallet-${i}.sqlite`), { busyTimeout_ms: 0 });
		if (isRefusal(store)) open++;
		else await store.close();
	}
	return open;
}

test("only so many wallets are open, and each opens again with all that it owned", async () => {
	const { town, shelf, folder } = await stocked(2);
	assert.equal(await openFiles(folder), 2);
	for (const name of [...names, ...names])
		await shelf.use(name, null, async (wallet) => assert.equal(wallet.balance(town.asset).available, 100n));
	assert.equal(await openFiles(folder), 2);
	await shelf.close();
	assert.equal(await openFiles(folder), 0);
	await town.close();
});

test("what is in use stays open, however many are", async () => {
	const { town, shelf, folder } = await stocked(1);
	await shelf.use("ann", null, (ann) =>
		shelf.use("dan", null, (dan) =>
			shelf.use("eve", null, async () => {
				assert.equal(await openFiles(folder), 3);
				const request = ok(await dan.request({ asset: town.asset, amount: 30n }));
				const payment = ok(await ann.pay({ request: request.encoded }, inProcessChannel(dan.handle)));
				assert.equal(payment.fundsState, "spent");
			}),
		),
	);
	await shelf.use("fay", null, async () => assert.equal(await openFiles(folder), 1));
	await shelf.use("dan", null, async (dan) => assert.equal(dan.balance(town.asset).available, 130n));
	await shelf.close();
	await town.close();
});

test("a copy of a wallet owns the same token, and signs with the same key", async () => {
	const { town, shelf } = await stocked(2);
	await shelf.copy("ann", "copy of ann");
	const seen = await Promise.all(
		["ann", "copy of ann"].map((name) =>
			shelf.use(name, null, async ({ module }) => [
				module.tokens()[0]?.output,
				module.certificates()[0]?.hash,
			]),
		),
	);
	assert.deepEqual(seen[0], seen[1]);
	await shelf.close();
	await town.close();
});
