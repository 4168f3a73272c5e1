/**
 * Every durable write of a wallet and its module fails, before it and after it, in memory and in SQLite.
 *
 * A scenario is run with its n-th write failing, for n = 1, 2, … until all of it ran. The machine is gone from
 * there on; then the wallet is opened again from what was durable, does again what it was at, and in the end
 * every unit is back on an account: none lost, none made, no fork on file. A durable write that no scenario
 * reaches fails the suite.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Bytes, isRefusal } from "@tenten/protocol";
import { memoryStore, sqliteStore, Wallet, type WalletStore } from "@tenten/wallet";
import { StoreFault } from "../packages/module/test/support/faulty-store.ts";
import { ran } from "./support/ran.ts";
import { ok, openTown, random, asset as yen } from "./support/town.ts";
import {
	asked,
	channelTo,
	documents,
	due,
	isCut,
	joined,
	redeemAll,
	rich,
	type Scene,
	scenes,
	seats,
	type World,
} from "./support/wallet-scenes.ts";
import { type Watch, watch, writePoints } from "./support/write-points.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-writes-"));
let watching: Watch;
before(async () => {
	watching = await watch();
});
after(() => rmSync(folder, { recursive: true, force: true }));

type Plan = { readonly write: number; readonly when: "before" | "after" };

/** A store that is gone from its n-th write on; `writes` counts rows and history alike. */
function mortalStore(store: WalletStore, plan: Plan): WalletStore & { readonly writes: () => number } {
	let writes = 0;
	let isGone = false;
	const mortal = async <T>(run: () => Promise<T>, counts: boolean): Promise<T> => {
		if (isGone) throw new StoreFault("gone");
		const isPlanned = counts && ++writes === plan.write;
		if (isPlanned) isGone = true;
		if (isPlanned && plan.when === "before") throw new StoreFault("gone before a write");
		const done = await run();
		if (isPlanned) throw new StoreFault("gone after a write");
		return done;
	};
	return {
		writes: () => writes,
		load: () => mortal(() => store.load(), false),
		commit: (rows) => mortal(() => store.commit(rows), true),
		close: async () => undefined,
		history: {
			append: (...entry) => mortal(() => store.history.append(...entry), true),
			list: (query) => mortal(() => store.history.list(query), false),
		},
	};
}

type Medium = { readonly name: string; readonly store: () => WalletStore };

const media: readonly Medium[] = [
	{ name: "memory", store: memoryStore },
	{
		name: "SQLite",
		store: () => {
			const opened = sqliteStore(join(folder, `${random(8).join("")}.sqlite`));
			assert.ok(!isRefusal(opened));
			return opened;
		},
	},
];

async function openWorld(key: Bytes): Promise<World & { readonly deposited: () => bigint }> {
	const town = await openTown({
		policy: { assets: [yen, seats], certificateValidity: 9_999 * 86_400, trustListValidity: 9_999 * 86_400 },
	});
	let deposited = 0n;
	const open = async (store: WalletStore): Promise<Wallet> => {
		const wallet = ok(
			await Wallet.open({
				store,
				unlock: { kind: "device", key },
				now: () => town.clock.now,
				random,
				consider: async () => ({ documents }),
			}),
		);
		wallet.connect(town.operator.id, town.operator);
		return wallet;
	};
	const other = await town.wallet(1_000n);
	deposited += 1_000n;
	const deposit = async (wallet: Wallet, amount: bigint): Promise<void> => {
		const account = wallet.module.certificates().at(-1)?.hash as Bytes;
		assert.equal(await town.operator.deposit(random(32), account, "JPY", amount), undefined);
		deposited += amount;
	};
	return { town, other, open, deposit, deposited: () => deposited };
}

/** Whether the planned write was reached. */
async function cutOff(scene: Scene, medium: Medium, plan: Plan, where: string): Promise<boolean> {
	const world = await openWorld(random(32));
	const store = medium.store();
	const isFirst = scene === scenes["opening and joining"];
	if (!isFirst) await scene.prepare(world, await world.open(store));
	const mortal = mortalStore(store, plan);
	const act = async (over: WalletStore): Promise<void> => {
		try {
			await scene.act(world, await world.open(over));
		} catch (error) {
			if (!isCut(error)) throw error;
		}
	};
	await act(mortal);
	const wasReached = mortal.writes() >= plan.write;
	const again = await world.open(store);
	if (isFirst) await joined(world, again);
	scene.holds?.(again);
	if (scene.again) await scene.act(world, again);
	await settle(world, again, where);
	await world.town.close();
	await store.close();
	return wasReached;
}

/** Every doubt is ended, by the other side while it can be asked, else by the operator; then all is counted. */
async function settle(
	world: World & { readonly deposited: () => bigint },
	wallet: Wallet,
	where: string,
): Promise<void> {
	const { town, other, deposited } = world;
	const sides = [
		[wallet, other],
		[other, wallet],
	] as const;
	for (const [asking, answering] of [...sides, ...sides]) {
		await asking.settlePending();
		for (const attempt of asking.module.open())
			if (isRefusal(await asking.recover(attempt, channelTo(answering)))) await asking.resolve(attempt);
	}
	if (wallet.module.open().length + other.module.open().length > 0) {
		for (const [asking] of sides) for (const attempt of asking.module.open()) await asking.resolve(attempt);
		town.clock.now += due;
		for (const [asking] of sides) for (const attempt of asking.module.open()) await asking.askRefund(attempt);
	}
	await redeemAll(world, wallet);
	const { totals, broken } = await town.operator.audit("JPY");
	assert.deepEqual(broken, [], where);
	assert.deepEqual([totals.outstanding, totals.held, totals.drawn], [0n, deposited(), 0n], where);
	assert.equal(await town.outstanding("SEAT"), 0n, where);
	assert.deepEqual(await town.operator.caseFiles(null), [], where);
}

let points = 0;

for (const medium of media)
	for (const [name, scene] of Object.entries(scenes))
		test(`${name}, in ${medium.name}: cut off before and after every durable write`, async () => {
			let write = 1;
			for (let isReached = true; isReached; write++)
				for (const when of ["before", "after"] as const) {
					isReached = await cutOff(scene, medium, { write, when }, `${when} write ${write}`);
					if (!isReached) break;
					points++;
				}
			assert.ok(write > 2, "nothing was written");
		});

/** Whether the planned write was reached while a backup was put back. */
async function cutOffRestoring(plan: Plan, nothingPaidSince: boolean, where: string): Promise<boolean> {
	const key = random(32);
	const world = await openWorld(key);
	const lost = await world.open(memoryStore());
	await rich(world, lost);
	const backup = await lost.module.backup("correct horse", "interactive");
	const store = memoryStore();
	const mortal = mortalStore(store, plan);
	const bringBack = async (wallet: Wallet): Promise<void> => {
		wallet.connect(world.town.operator.id, world.town.operator);
		assert.equal(await wallet.join(world.town.operator, world.town.operator.id, asked), undefined);
		assert.equal(await wallet.bringBack(nothingPaidSince), undefined);
		if (nothingPaidSince || wallet.module.awaited().length === 0) return;
		await redeemAll(world, wallet);
		world.town.clock.now += 75 * 86_400;
		assert.equal(await wallet.bringBack(), undefined);
	};
	const restore = async (over: WalletStore): Promise<Wallet> => {
		const unlock = { kind: "device", key } as const;
		const options = { store: over, unlock, now: () => world.town.clock.now, random };
		return ok(await Wallet.restore(options, backup, "correct horse"));
	};
	try {
		await bringBack(await restore(mortal));
	} catch (error) {
		if (!isCut(error)) throw error;
	}
	const again = (await store.load()).size === 0 ? await restore(store) : await world.open(store);
	await again.settlePending();
	await bringBack(again);
	await settle(world, again, where);
	assert.equal(ok(await again.account(world.town.asset)), 1_000n, where);
	await world.town.close();
	return mortal.writes() >= plan.write;
}

for (const [how, nothingPaidSince] of [
	["at once", true],
	["once it is due", false],
] as const)
	test(`a backup that is put back ${how}: cut off before and after every durable write`, async () => {
		let write = 1;
		for (let isReached = true; isReached; write++)
			for (const when of ["before", "after"] as const) {
				isReached = await cutOffRestoring({ write, when }, nothingPaidSince, `${when} write ${write}`);
				if (!isReached) break;
				points++;
			}
		assert.ok(write > 4, `${write - 2} writes`);
	});

test("no durable write of the wallet is left out", async (t) => {
	const places = [
		...writePoints(
			"packages/module/src/**/*.ts",
			/\b(core|this|state|staged|store|vault)\.(#store\.)?commit\(/,
		),
		...writePoints("packages/wallet/src/wallet.ts", /\.history\.append\(|this\.#record\(/),
		...writePoints(
			// That of browsers runs in one: browser-store.test.ts.
			"packages/wallet/src/store/{memory,sqlite}-*.ts",
			/\b(insertion|set|remove)\.run\(|rows\.(set|delete)\(|entries\.push\(/,
		),
	];
	ran(t, "cuts", { "of wallets": points, "places of theirs that make something durable": places.length });
	assert.deepEqual(await watching.unreached(places), []);
});
