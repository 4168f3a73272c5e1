/**
 * Meters that one side denies, or lies about, at a real operator with its store: nobody gains by it, and a lie convicts.
 *
 * Who lies is a module of which two copies run, as no honest one does: the one signs low, the other claims deep.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, isRefusal, type Refusal, toHex } from "@tenten/protocol";
import { type Channel, inProcessChannel, memoryStore, Wallet, type WalletStore } from "@tenten/wallet";
import { openMeter } from "./support/open-meter.ts";
import { ok, openTown, random, type Town, asset as yen } from "./support/town.ts";

const day = 86_400;
const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;

type Party = {
	readonly wallet: Wallet;
	/** another wallet from what is durable now: with its copy it can say two things */
	readonly copy: () => Promise<Wallet>;
	readonly certificate: Bytes;
};

async function partyOf(town: Town): Promise<Party> {
	const key = random(32);
	const open = async (store: WalletStore): Promise<Wallet> => {
		const unlock = { kind: "device", key } as const;
		const wallet = ok(await Wallet.open({ store, unlock, now: () => town.clock.now, random }));
		wallet.connect(town.operator.id, town.operator);
		return wallet;
	};
	const store = memoryStore();
	const wallet = await open(store);
	assert.equal(await wallet.join(town.operator, town.operator.id, asked), undefined);
	const copy = async (): Promise<Wallet> => {
		const other = memoryStore();
		await other.commit([...(await store.load())].map(([name, value]) => ({ key: name, value })));
		return open(other);
	};
	return { wallet, copy, certificate: wallet.module.certificates()[0]?.hash as Bytes };
}

type World = { readonly town: Town; readonly payer: Party; readonly payee: Party; readonly meter: Bytes };

const to = (wallet: Wallet): Channel => inProcessChannel(wallet.handle);

/** A meter of 250 yen for a hundred ticks, of which so many were ticked; of every tick its payee keeps a record. */
async function opened(ticks: number): Promise<World> {
	const town = await openTown({
		policy: { trustListValidity: 9_999 * day, certificateValidity: 9_999 * day },
	});
	const [payer, payee] = [await partyOf(town), await partyOf(town)];
	await town.fund(payer.wallet, 1_000n);
	const { meter } = await openMeter({ town, payer: payer.wallet, payee: payee.wallet });
	for (let tick = 0; tick < ticks; tick++) await payer.wallet.meters.tick(meter, to(payee.wallet));
	return { town, payer, payee, meter };
}

const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "taken");

async function culprits({ town }: World): Promise<readonly string[]> {
	return (await town.operator.caseFiles(null)).map(({ culprit }) => toHex(culprit));
}

async function soundBooks({ town }: World): Promise<void> {
	assert.deepEqual((await town.operator.audit(yen.code)).broken, []);
	await town.close();
}

const account = async ({ town }: World, { wallet }: Party): Promise<bigint> =>
	ok(await wallet.account(town.asset));

describe("a meter that one side does not close", () => {
	test("a payer that denies the Close pays its ticks, and gets its rest once", async () => {
		const world = await opened(40);
		const { town, payer, payee, meter } = world;
		ok(await payee.wallet.meters.close(meter));
		assert.equal(payee.wallet.meters.get(meter)?.state, "counted");
		town.clock.now += 2 * day;
		await payee.wallet.upkeep();
		town.clock.now += yen.grace;
		await payee.wallet.upkeep();
		assert.equal(ok(await payer.wallet.meters.claim(meter)).kind, "paid");
		assert.deepEqual([await account(world, payee), await account(world, payer)], [100n, 150n]);
		assert.deepEqual(await culprits(world), []);
		await soundBooks(world);
	});

	test("a payee that denies the count leaves all that it does not claim to its payer", async () => {
		const world = await opened(40);
		const { town, payer, meter } = world;
		town.clock.now += 2 * day;
		assert.equal(codeOf(await payer.wallet.meters.claim(meter)), "ruling-early");
		town.clock.now += yen.grace;
		assert.equal(ok(await payer.wallet.meters.claim(meter)).kind, "paid");
		assert.equal(await account(world, payer), 250n);
		await world.payee.wallet.upkeep();
		assert.equal(await account(world, world.payee), 0n, "too late");
		await soundBooks(world);
	});

	test("what is claimed is claimed again with the same bytes until it is paid", async () => {
		const world = await opened(12);
		const { town, payee, meter } = world;
		town.clock.now += 2 * day;
		const shown: string[] = [];
		const ask = async ({ request }: { readonly request: Bytes }) => {
			shown.push(toHex(request));
			return town.operator.rule(request);
		};
		for (let times = 0; times < 2; times++)
			assert.equal(ok(await payee.wallet.module.meters.claim(meter, ask)).kind, "kept");
		const again = await payee.copy();
		town.clock.now += yen.grace;
		assert.deepEqual(ok(await again.module.meters.claim(meter, ask)), {
			kind: "paid",
			amount: 30n,
			fresh: 0n,
		});
		assert.equal(new Set(shown).size, 1);
		assert.equal(await account(world, payee), 30n);
		await soundBooks(world);
	});
});

describe("a payee that signs low and claims deep", () => {
	test("is convicted by the Close that its payer shows, and paid by that alone", async () => {
		const world = await opened(10);
		const { town, payer, payee, meter } = world;
		const liar = await payee.copy();
		for (let tick = 0; tick < 30; tick++) await payer.wallet.meters.tick(meter, to(payee.wallet));
		// A wallet would hear its payer first.
		ok(await liar.module.meters.close(meter));
		assert.equal(liar.meters.get(meter)?.ticks, 10);
		ok(await payer.wallet.meters.resume(meter, to(liar)));
		assert.equal(payer.wallet.meters.get(meter)?.state, "closed");
		town.clock.now += 2 * day;
		assert.equal(await payee.wallet.meters.claimDue(), 1, "forty ticks, kept");
		const again = await payer.copy();
		assert.equal(await again.meters.claimDue(), 1, "its payee may not have it: the Close is shown");
		assert.deepEqual(await culprits(world), [toHex(payee.certificate)]);
		town.clock.now += yen.grace;
		assert.deepEqual(ok(await payee.wallet.meters.claim(meter)), { kind: "paid", amount: 0n, fresh: 0n });
		assert.equal(await account(world, payee), 0n);
		await soundBooks(world);
	});
});

describe("a payer that closes and claims the rest", () => {
	test("is convicted by its own Close, and its payee is paid", async () => {
		const world = await opened(40);
		const { town, payer, payee, meter } = world;
		const liar = await payer.copy();
		ok(await payer.wallet.meters.close(meter, to(payee.wallet)));
		assert.equal(payee.wallet.balance(town.asset).available, 100n);
		town.clock.now += 2 * day + yen.grace;
		ok(await liar.meters.claim(meter));
		ok(await payee.wallet.redeem(town.asset));
		assert.deepEqual(await culprits(world), [toHex(payer.certificate)]);
		assert.equal(await account(world, payee), 100n);
		await soundBooks(world);
	});
});
