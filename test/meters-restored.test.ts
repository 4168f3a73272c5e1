/** Meters of a wallet that is restored from a backup: by its owner's word they are claimed, and paid to new keys. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inProcessChannel, memoryStore, Wallet } from "@tenten/wallet";
import { openMeter } from "./support/open-meter.ts";
import { ok, openTown, random, type Town, asset as yen } from "./support/town.ts";

const day = 86_400;
const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;

/** A meter of 250 yen for a hundred ticks, of which forty were ticked: 100 yen are due. */
async function ticked() {
	const town = await openTown({
		policy: { trustListValidity: 9_999 * day, certificateValidity: 9_999 * day },
	});
	const [payer, payee] = [await town.wallet(0n), await town.wallet()];
	await town.fund(payer, 1_000n);
	const { meter } = await openMeter({ town, payer, payee });
	const channel = inProcessChannel(payee.handle);
	for (let tick = 0; tick < 40; tick++) assert.equal(await payer.meters.tick(meter, channel), undefined);
	return { town, payer, payee, meter };
}

/** The lost wallet's backup on a new device, which has joined again. */
async function restored(town: Town, lost: Wallet): Promise<Wallet> {
	const backup = await lost.module.backup("correct horse", "interactive");
	const unlock = { kind: "device", key: random(32) } as const;
	const options = { store: memoryStore(), unlock, now: () => town.clock.now, random };
	const wallet = ok(await Wallet.restore(options, backup, "correct horse"));
	assert.equal(await wallet.join(town.operator, town.operator.id, asked), undefined);
	return wallet;
}

async function isClean(town: Town): Promise<void> {
	assert.deepEqual((await town.operator.audit(yen.code)).broken, []);
	assert.deepEqual(await town.operator.caseFiles(null), []);
	await town.close();
}

describe("a wallet that is restored while a meter is open", () => {
	test("as payee claims its ticks by its owner's word, and is paid from until and grace on", async () => {
		const { town, payee, meter } = await ticked();
		const again = await restored(town, payee);
		assert.equal(await again.bringBack(), undefined);
		assert.equal(again.meters.get(meter)?.state, "open");
		assert.equal(await again.bringBack(true), undefined);
		assert.equal(again.meters.get(meter)?.state, "claimed");
		town.clock.now += 2 * day + yen.grace;
		await again.upkeep();
		assert.equal(again.meters.get(meter)?.isOpen, false);
		assert.equal(ok(await again.account(town.asset)), 100n);
		await isClean(town);
	});

	test("as payer claims the rest by its owner's word, once its grace is over and not before", async () => {
		const { town, payer, payee, meter } = await ticked();
		const again = await restored(town, payer);
		town.clock.now += 2 * day;
		await payee.upkeep();
		assert.equal(await again.bringBack(true), undefined);
		assert.equal(again.meters.get(meter)?.state, "open");
		town.clock.now += yen.grace;
		await again.upkeep();
		assert.equal(again.meters.get(meter)?.state, "open");
		assert.equal(await again.bringBack(true), undefined);
		assert.equal(again.meters.get(meter)?.isOpen, false);
		assert.deepEqual(
			[again.balance(town.asset).available, ok(await again.account(town.asset))],
			[750n, 150n],
		);
		await payee.upkeep();
		assert.equal(ok(await payee.account(town.asset)), 100n);
		await isClean(town);
	});

	test("claims nothing of a key that came with an earlier backup already: the word says nothing of it", async () => {
		const { town, payee, meter } = await ticked();
		const again = await restored(town, await restored(town, payee));
		assert.equal(await again.bringBack(true), undefined);
		assert.equal(again.meters.get(meter)?.state, "open");
		await isClean(town);
	});
});
