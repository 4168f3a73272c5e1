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
import { type Bytes, isRefusal, type OperatorClient } from "@tenten/protocol";
import {
	type Channel,
	inProcessChannel,
	memoryStore,
	sqliteStore,
	Wallet,
	type WalletStore,
} from "@tenten/wallet";
import { StoreFault } from "../packages/module/test/support/faulty-store.ts";
import { deadChannel, without } from "./support/channels.ts";
import { ran } from "./support/ran.ts";
import { ok, openTown, random, type Town, asset as yen } from "./support/town.ts";
import { type Watch, watch, writePoints } from "./support/write-points.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-writes-"));
let watching: Watch;
before(async () => {
	watching = await watch();
});
after(() => rmSync(folder, { recursive: true, force: true }));

const seats = { ...yen, code: "SEAT", name: "Seat" };
const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
const documents = [{ mediaType: "text/plain", content: Uint8Array.of(1, 2, 3) }];
const due = yen.redeemWindow + yen.grace;

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

type World = {
	readonly town: Town;
	readonly other: Wallet;
	/** opens the wallet that is cut off, over this store */
	readonly open: (store: WalletStore) => Promise<Wallet>;
	/** brings value onto its account or into it */
	readonly deposit: (wallet: Wallet, amount: bigint) => Promise<void>;
};

/** What is done before, and then under failing writes: again after a restart, so it finds what it has begun. */
type Scene = {
	readonly prepare: (world: World, wallet: Wallet) => Promise<void>;
	readonly act: (world: World, wallet: Wallet) => Promise<void>;
	/** once more after the restart: nobody else brings it to an end */
	readonly again?: true;
	/** what is durable, wherever it was cut off */
	readonly holds?: (wallet: Wallet) => void;
};

const channelTo = (wallet: Wallet): Channel => ({
	exchange: async (messages) => {
		try {
			return await inProcessChannel(wallet.handle).exchange(messages);
		} catch (error) {
			if (!isCut(error)) throw error;
			return { kind: "refusal", code: "channel-failed", detail: "" };
		}
	},
});

const isCut = (error: unknown): boolean => /StoreFault|gone|open it again/.test(String(error));

const joined = async ({ town, deposit }: World, wallet: Wallet): Promise<void> => {
	assert.equal(await wallet.join(town.operator, town.operator.id, asked), undefined);
	await deposit(wallet, 1_000n);
};

const rich = async (world: World, wallet: Wallet): Promise<void> => {
	await joined(world, wallet);
	ok(await wallet.topUp(world.town.asset, 600n, 2));
};

const requestOf = async ({ town }: World, payee: Wallet, terms: object = {}): Promise<Bytes> =>
	ok(await payee.request({ asset: town.asset, amount: 250n, ...terms })).encoded;

/** Both sides ask the operator for what they had set aside. */
const askRefunds = async ({ other }: World, wallet: Wallet): Promise<void> => {
	for (const side of [wallet, other]) for (const attempt of side.module.open()) await side.askRefund(attempt);
};

/** Back to the accounts before the time to redeem is over. */
const redeemAll = async ({ town, other }: World, wallet: Wallet): Promise<void> => {
	for (const side of [wallet, other])
		for (const { code } of [yen, seats])
			if (side.module.tokens().some(({ asset, heldBy }) => asset.code === code && heldBy === null))
				ok(await side.redeem(town.assetOf(code)));
};

const everything = { links: 0, bytes: 0, time: Number.MAX_SAFE_INTEGER, count: 1 };

const away: OperatorClient = (() => {
	const refuse = async () => ({ kind: "refusal", code: "channel-failed", detail: "" }) as const;
	return {
		trustList: refuse,
		enrol: refuse,
		withdraw: refuse,
		claim: refuse,
		rule: refuse,
		release: refuse,
		account: refuse,
	};
})();

/** The attempt that was prepared: the only one. */
const onlyAttempt = (wallet: Wallet): Bytes => wallet.module.attempts()[0]?.attempt ?? new Uint8Array();

const exchangeTerms = ({ town }: World) => ({
	mode: "exchange" as const,
	against: { asset: town.assetOf("SEAT"), amount: 1n },
});

const scenes: Readonly<Record<string, Scene>> = {
	"opening and joining": {
		prepare: async () => undefined,
		act: async (world, wallet) => {
			assert.equal(await wallet.join(world.town.operator, world.town.operator.id, asked), undefined);
		},
	},
	"a newer trust list": {
		prepare: rich,
		act: async ({ town }, wallet) => {
			const neighbour = await openTown();
			town.operator.setPeers([neighbour.operator.entry]);
			await neighbour.close();
			await wallet.join(town.operator, town.operator.id, asked);
		},
	},
	"a top-up": {
		prepare: joined,
		act: async ({ town }, wallet) => void (await wallet.topUp(town.asset, 300n, 3)),
	},
	"a top-up that is refused": {
		prepare: joined,
		act: async ({ town }, wallet) => void (await wallet.topUp(town.asset, 9_000n)),
	},
	"a redemption": {
		prepare: rich,
		act: async ({ town }, wallet) => void (await wallet.redeem(town.asset, 350n)),
	},
	"a refresh": { prepare: rich, act: async (_, wallet) => void (await wallet.upkeep(everything)) },
	"a payment": {
		prepare: rich,
		act: async (world, wallet) => {
			const request = await requestOf(world, world.other);
			await wallet.pay({ request, documents }, channelTo(world.other));
			// Notes that the payee is done with it, which is worth no write of its own.
			await wallet.module.forget();
		},
	},
	"being paid": {
		prepare: rich,
		act: async (world, wallet) => {
			const request = await requestOf(world, wallet);
			await world.other.pay({ request, documents }, channelTo(wallet));
		},
	},
	"a payment given up": {
		prepare: rich,
		act: async (world, wallet) => {
			const request = await requestOf(world, world.other);
			const { attempt } = ok(await wallet.start({ request, patience: 60 }));
			await wallet.cancel(attempt, channelTo(world.other));
		},
	},
	"a direct payment sent back": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			const request = await requestOf(world, wallet, { mode: "direct" });
			ok(await world.other.pay({ request }, channelTo(wallet)));
		},
		act: async (world, wallet) => {
			await wallet.sendBack(onlyAttempt(wallet), channelTo(world.other));
			// Notes that the payer has it, which is worth no write of its own.
			await wallet.module.forget();
		},
	},
	"a direct payment that comes back": {
		prepare: rich,
		act: async (world, wallet) => {
			const request = await requestOf(world, world.other, { mode: "direct" });
			const { attempt } = ok(await wallet.pay({ request }, channelTo(world.other)));
			ok(await world.other.sendBack(attempt, channelTo(wallet)));
		},
	},
	"a direct payment": {
		prepare: rich,
		act: async (world, wallet) => {
			const request = await requestOf(world, world.other, { mode: "direct" });
			await wallet.pay({ request }, channelTo(world.other));
		},
	},
	"a direct payment of which no word came, until its payee pays it back": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			const request = await requestOf(world, world.other, { mode: "direct", amount: 1_600n });
			await world.deposit(wallet, 1_000n);
			ok(await wallet.topUp(world.town.asset, 1_000n));
			ok(await wallet.pay({ request }, without(world.other.handle, "reserved")));
		},
		act: async (world, wallet) => {
			const request = await requestOf(world, wallet, { amount: 1_600n });
			await world.other.pay({ request }, channelTo(wallet));
		},
		holds: ({ module }) => {
			const [sent, back] = [module.attempts(), module.attempts()].map((all, i) =>
				all.find(({ side }) => side === (i === 0 ? "payer" : "payee")),
			);
			assert.equal(sent?.isOpen, back === undefined, "what came back and the word of it are one write");
		},
	},
	"an exchange, deciding": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			await world.town.fund(world.other, 4n, "SEAT");
		},
		act: async (world, wallet) => {
			const request = await requestOf(world, world.other, exchangeTerms(world));
			await wallet.pay({ request }, channelTo(world.other));
		},
	},
	"an exchange, not deciding": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			await world.town.fund(wallet, 4n, "SEAT");
		},
		act: async (world, wallet) => {
			const request = await requestOf(world, wallet, exchangeTerms(world));
			await world.other.pay({ request }, channelTo(wallet));
		},
	},
	"a release that comes while the operator is asked": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			const request = await requestOf(world, wallet);
			ok(await world.other.pay({ request }, without(wallet.handle, "release")));
		},
		act: async (world, wallet) => {
			const { town, other } = world;
			const attempt = onlyAttempt(wallet);
			await wallet.resolve(attempt);
			wallet.connect(town.operator.id, away);
			await other.recover(attempt, channelTo(wallet));
			wallet.connect(town.operator.id, town.operator);
			await wallet.resolve(attempt);
		},
	},
	"a refund": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			const request = await requestOf(world, world.other);
			ok(await wallet.pay({ request }, deadChannel));
			await redeemAll(world, wallet);
			world.town.clock.now += due;
		},
		act: askRefunds,
		again: true,
	},
	"a refund of what was locked for an exchange": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			await world.town.fund(wallet, 4n, "SEAT");
			const request = await requestOf(world, wallet, exchangeTerms(world));
			ok(await world.other.pay({ request }, without(wallet.handle, "counterTransfer")));
			await redeemAll(world, wallet);
			world.town.clock.now += due;
		},
		act: askRefunds,
		again: true,
	},
	"old records forgotten": {
		prepare: async (world, wallet) => {
			await rich(world, wallet);
			const request = await requestOf(world, world.other);
			ok(await wallet.pay({ request, documents }, channelTo(world.other)));
			await redeemAll(world, wallet);
			// Late enough for another trust list, which says that the time has passed.
			world.town.clock.now += 6_000 * 86_400;
			await world.town.renew(wallet);
		},
		act: async (_, wallet) => void (await wallet.module.forget()),
	},
};

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
async function cutOffRestoring(plan: Plan, where: string): Promise<boolean> {
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

test("a backup that is put back: cut off before and after every durable write", async () => {
	let write = 1;
	for (let isReached = true; isReached; write++)
		for (const when of ["before", "after"] as const) {
			isReached = await cutOffRestoring({ write, when }, `${when} write ${write}`);
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
			"packages/wallet/src/store/*.ts",
			/\b(insertion|set|remove)\.run\(|rows\.(set|delete)\(|entries\.push\(/,
		),
	];
	ran(t, "cuts", { "of wallets": points, "places of theirs that make something durable": places.length });
	assert.deepEqual(await watching.unreached(places), []);
});
