/**
 * Devices that pay offline: what they count is durable before anything leaves, whatever write fails; who is paid knows
 * how they stand, and a stolen one is refused once a newer list has come.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes, isRefusal, parseMessage, type Slice } from "@tenten/protocol";
import { inProcessChannel, memoryStore, Wallet } from "@tenten/wallet";
import { type Fault, faultyStore, StoreFault } from "../packages/module/test/support/faulty-store.ts";
import { certifyDevice, give, statusListOf } from "./support/robots.ts";
import { newSigner, ok, openTown, random, type Town } from "./support/town.ts";

/** What the links of these messages count. */
function rangesIn(messages: readonly Bytes[]): readonly Slice[] {
	return messages.flatMap((encoded) => {
		const message = parseMessage(encoded);
		if (isRefusal(message) || message.kind !== "transfer") return [];
		return message.tokens.flatMap(({ hops }) => hops.at(-1)?.spent ?? []);
	});
}

type Scene = {
	readonly town: Town;
	readonly shop: Wallet;
	readonly robot: Wallet;
	readonly store: ReturnType<typeof memoryStore>;
	/** opens the robot's wallet again from what became durable */
	readonly reopen: (fault?: Fault) => Promise<Wallet>;
};

async function openScene(suspended: readonly number[] = []): Promise<Scene> {
	const town = await openTown();
	const [ann, shop] = [await town.wallet(5_000n), await town.wallet()];
	const [store, key] = [memoryStore(), random(32)];
	const reopen = async (fault?: Fault): Promise<Wallet> => {
		const over = fault === undefined ? store : { ...store, ...faultyStore(store, fault) };
		const unlock = { kind: "device", key } as const;
		return ok(await Wallet.open({ store: over, unlock, now: () => town.clock.now, random }));
	};
	const robot = await reopen();
	await certifyDevice(town, robot, newSigner());
	for (let i = 0; i < 4; i++) await give(town, ann, robot, 300n);
	assert.equal(await shop.module.devices.takeStatusList(await statusListOf(town, suspended)), undefined);
	return { town, shop, robot, store, reopen };
}

const ask = async ({ town, shop }: Scene, amount: bigint): Promise<Bytes> =>
	ok(await shop.request({ asset: town.asset, amount })).encoded;

test("a device pays, counts on after a restart and a cancel, and ends where its slice does", async () => {
	const scene = await openScene();
	const { shop, town } = scene;
	let { robot } = scene;
	const first = ok(await robot.start({ request: await ask(scene, 250n) }));
	assert.deepEqual(rangesIn(first.messages), [{ reset: 1, from: 0n, to: 250n }]);
	await robot.close();
	robot = await scene.reopen();
	ok(await robot.cancel(first.attempt));
	const channel = inProcessChannel(shop.handle);
	const paid = ok(await robot.pay({ request: await ask(scene, 350n) }, channel));
	assert.equal(paid.fundsState, "spent");
	assert.equal(shop.balance(town.asset).available, 350n);
	const next = ok(await robot.start({ request: await ask(scene, 400n) }));
	const ranges = rangesIn(next.messages);
	assert.equal(ranges[0]?.from, 600n);
	assert.equal(ranges.at(-1)?.to, 1_000n);
	const none = await robot.start({ request: await ask(scene, 1n) });
	assert.ok(isRefusal(none));
	assert.equal(none.code, "limit-exceeded");
	await robot.close();
	await town.close();
});

test("a stolen device is refused offline once a newer list is held, whoever brought it", async () => {
	const scene = await openScene();
	const { shop, robot, town } = scene;
	const channel = inProcessChannel(shop.handle);
	assert.equal(ok(await robot.pay({ request: await ask(scene, 100n) }, channel)).fundsState, "spent");
	town.clock.now += 60;
	const neighbour = await town.wallet();
	const news = await statusListOf(town, [1]);
	assert.equal(await neighbour.module.devices.takeStatusList(news), undefined);
	for (const list of neighbour.module.devices.statusLists())
		assert.equal(await shop.module.devices.takeStatusList(list), undefined);
	const refused = ok(await robot.pay({ request: await ask(scene, 100n) }, channel));
	assert.notEqual(refused.fundsState, "spent");
	assert.equal(shop.balance(town.asset).available, 100n);
	const older = await shop.module.devices.takeStatusList(
		await statusListOf({ ...town, clock: { now: town.clock.now - 30 } }),
	);
	assert.equal(older?.code, "status-list-rollback");
	await robot.close();
	await town.close();
});

test("a status list counts on after a restart and a newer trust list", async () => {
	const scene = await openScene();
	const { town } = scene;
	let { robot } = scene;
	town.clock.now += 60;
	const news = await statusListOf(town, [1]);
	assert.equal(await robot.module.devices.takeStatusList(news), undefined);
	const isHeld = async (): Promise<void> => {
		assert.deepEqual(robot.module.devices.statusLists(), [news]);
		const refused = await robot.start({ request: await ask(scene, 100n) });
		assert.equal(isRefusal(refused) && refused.code, "device-suspended");
	};
	await isHeld();
	await robot.close();
	robot = await scene.reopen();
	await isHeld();
	const before = await town.operator.trustList();
	town.clock.now += 60 * 86_400;
	const after = await town.operator.trustList();
	assert.notDeepEqual(after, before);
	ok(await robot.module.setTrustList(after, town.operator.id));
	assert.deepEqual(robot.module.devices.statusLists(), [news]);
	await robot.close();
	await town.close();
});

test("who holds no current status list takes nothing of a device", async () => {
	const scene = await openScene();
	const { shop, robot, town } = scene;
	town.clock.now += 86_400;
	const late = ok(await robot.pay({ request: await ask(scene, 100n) }, inProcessChannel(shop.handle)));
	assert.notEqual(late.fundsState, "spent");
	assert.equal(shop.balance(town.asset).available, 0n);
	await robot.close();
	await town.close();
});

test("whichever write of a device's payment fails, no range is ever signed twice in what leaves", async () => {
	let cuts = 0;
	for (const when of ["before", "after"] as const)
		for (let commit = 1; ; commit++) {
			const scene = await openScene();
			const left: Slice[] = [];
			const channel = inProcessChannel(scene.shop.handle);
			const seen = {
				exchange: async (messages: readonly Bytes[]) => {
					left.push(...rangesIn(messages));
					return channel.exchange(messages);
				},
			};
			await scene.robot.close();
			let wasCut = false;
			const broken = await scene.reopen({ commit, when, how: "crash" });
			try {
				await broken.pay({ request: await ask(scene, 250n) }, seen);
			} catch (error) {
				if (!(error instanceof StoreFault)) throw error;
				wasCut = true;
			}
			const robot = await scene.reopen();
			ok(await robot.pay({ request: await ask(scene, 200n) }, seen));
			const distinct = [...new Map(left.map((range) => [`${range.from}-${range.to}`, range])).values()];
			const sorted = distinct.toSorted((a, b) => Number(a.from - b.from));
			for (const [i, range] of sorted.entries())
				assert.ok(range.from >= (sorted[i - 1]?.to ?? 0n), `${when} ${commit}: ${range.from}`);
			assert.ok(sorted.length >= 1);
			await robot.close();
			await scene.town.close();
			if (!wasCut) break;
			cuts++;
		}
	assert.ok(cuts >= 4, `${cuts} cuts`);
});
