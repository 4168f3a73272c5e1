/** How the wallet on a device is, in counts that the store itself confirms. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryShelf, newRecoveryCode } from "@tenten/module";
import { memorySettings } from "@tenten/wallet";
import { deadOperator } from "./support/channels.ts";
import { asked, carry, openDesk, person, requestOf } from "./support/desks.ts";
import { ok, openTown, random } from "./support/town.ts";

const day = 86_400;

async function openPerson() {
	const town = await openTown();
	const device = town.device();
	const unlock = { kind: "webcrypto", shelf: memoryShelf(), recoveryCode: newRecoveryCode(random) } as const;
	const open: typeof device.open = (options) => device.open({ unlock, ...options });
	const guarded = { store: device.store, open };
	return { town, ...(await openDesk(town, memorySettings(), guarded)) };
}

test("a wallet that nobody has used holds its keys, trusts nobody and has nothing to back up", async () => {
	const { town, desk, device } = await openPerson();
	const health = await desk.health();
	assert.deepEqual(
		[health.tokens, health.entries, health.trustedUntil, health.certifiedUntil, health.changedSince],
		[0, 0, null, null, false],
	);
	assert.equal(health.rows, (await device.store.load()).size);
	await town.close();
});

test("counts what is held, what waits and until when it may go on without its operator", async () => {
	const { town, desk, wallet, device } = await openPerson();
	const start = town.clock.now;
	ok(await desk.join("http://operator.example", asked));
	await town.fund(wallet, 900n, town.asset.code, 3);
	const bob = await person(town);
	ok(await desk.pay((await requestOf(bob.desk, desk, 100n)).digest, 100n));
	wallet.connect(town.operator.id, { ...deadOperator, trustList: () => town.operator.trustList() });
	await desk.redeem(desk.overview().balances[0]?.asset.id ?? "", 300n);
	const health = await desk.health();
	assert.deepEqual(
		[health.tokens, health.entries, health.open, health.pendingOrders],
		[wallet.module.tokens().length, 1, 1, 1],
	);
	assert.deepEqual([health.trustedUntil, health.certifiedUntil], [start + 90 * day, start + 365 * day]);
	const rows = await device.store.load();
	let bytes = 0;
	for (const [key, value] of rows) bytes += key.length + value.length;
	assert.deepEqual([health.rows, health.bytes], [rows.size, bytes]);
	town.clock.now = start + 91 * day;
	assert.equal((await desk.health()).trustedUntil, null);
	await town.close();
});

test("says when it was backed up, whether anything happened since, and knows it after a restart", async () => {
	const { town, desk, wallet, device, settings } = await openPerson();
	ok(await desk.join("http://operator.example", asked));
	await town.fund(wallet, 900n);
	const before = await desk.health();
	assert.deepEqual([before.backedUpAt, before.changedSince], [null, true]);
	town.clock.now += 60;
	await desk.backup.make();
	const after = await desk.health();
	assert.deepEqual([after.backedUpAt, after.changedSince], [town.clock.now, false]);
	town.clock.now += 60;
	const bob = await person(town);
	const { bundle } = ok(await desk.pay((await requestOf(bob.desk, desk, 100n)).digest, 100n));
	await carry(desk, bob.desk, bundle);
	await wallet.close();
	const { desk: again } = await openDesk(town, settings, device);
	const now = await again.health();
	assert.deepEqual([now.backedUpAt, now.changedSince], [town.clock.now - 60, true]);
	await town.close();
});
