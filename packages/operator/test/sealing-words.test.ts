/** Words on funds beside a seal that is being made: a word is before the seal or after it, as what is paid in by it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { assetHash, serialize, signedReserve, signReserve } from "@tenten/protocol";
import { expectValue, verify } from "../../module/test/support/world.ts";
import { storedSurroundings } from "../src/sealing/around.ts";
import type { Sealer } from "../src/sealing/sealer.ts";
import type { Transaction } from "../src/store/store.ts";
import { createEcosystem, enrolHolder } from "./support/ecosystem.ts";
import { assertLogged } from "./support/seal-scenes.ts";
import { reservesIn, trustee } from "./support/sealed.ts";
import { freshLog, openSealed } from "./support/sealer-log.ts";

/** for what waits for the seal, and would not have to */
const moment_ms = 100;

for (const [name, when] of [
	[
		"funds that come, and what is paid in by them, before a seal reads the words on them are in the next",
		"before",
	],
	[
		"funds that come, and what is paid in by them, after a seal reads the words on them are in the next",
		"after",
	],
] as const)
	test(name, async () => {
		const ecosystem = await createEcosystem();
		const { operator, world } = ecosystem;
		const { hash: account } = (await enrolHolder(ecosystem)).certificate;
		const body = { operator: operator.id, asset: assetHash(world.asset), heldAt: operator.now() };
		const paidIn = async (on: Sealer, amount: bigint): Promise<void> => {
			const word = serialize(signedReserve, await signReserve({ ...body, amount }, trustee));
			expectValue(await on.takeReserve(word, verify));
			assert.equal(await operator.deposit(world.random(), account, world.asset.code, 100n), undefined);
		};
		let meanwhile: (() => Promise<void>) | undefined;
		let coming = Promise.resolve();
		const comes = async (): Promise<void> => {
			coming = meanwhile?.() ?? coming;
			meanwhile = undefined;
			await Promise.race([coming, pause(moment_ms)]);
		};
		const around = async (transaction: Transaction) => {
			if (when === "before") await comes();
			const read = await storedSurroundings(transaction);
			if (when === "after") await comes();
			return read;
		};
		const folder = await freshLog();
		const { sealer, close } = await openSealed(operator, folder, { around });
		const sealed = async () => {
			const { assets, reserves } = await sealer.seal();
			return [assets.map(({ held }) => held), reserves.map((word) => word.body.amount)];
		};
		try {
			await paidIn(sealer, 100n);
			meanwhile = () => paidIn(sealer, 200n);
			assert.deepEqual(await sealed(), [[100n], [100n]]);
			await coming;
			assert.deepEqual(await sealed(), [[200n], [200n]]);
		} finally {
			await coming;
			await close();
		}
		assert.equal(await assertLogged(operator, folder), 2);
		await operator.close();
	});

test("a seal is dated once what it says is read: a word that came while it waited is not ahead of it", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world, clock } = ecosystem;
	const { hash: account } = (await enrolHolder(ecosystem)).certificate;
	const folder = await freshLog();
	const around = async (transaction: Transaction) => {
		clock.now += 600;
		return { reserves: await reservesIn(transaction, { id: operator.id, now: clock.now }) };
	};
	const { sealer, close } = await openSealed(operator, folder, { around });
	try {
		assert.equal(await operator.deposit(world.random(), account, world.asset.code, 100n), undefined);
		const { sealedAt, reserves } = await sealer.seal();
		assert.deepEqual([sealedAt, reserves.map(({ body }) => body.heldAt)], [clock.now, [clock.now]]);
	} finally {
		await close();
	}
	assert.equal(await assertLogged(operator, folder), 1);
	await operator.close();
});
