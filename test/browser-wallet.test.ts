/** A wallet whose keys are inside WebCrypto: pays, restarts, crashes, is backed up under its code and brought back. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type KeyShelf, memoryShelf, newRecoveryCode, platformCryptography } from "@tenten/module";
import { type Bytes, isRefusal, type Refusal, sha256 } from "@tenten/protocol";
import { inProcessChannel, memoryStore, Wallet } from "@tenten/wallet";
import { without } from "./support/channels.ts";
import { ok, openTown, random, type Town } from "./support/town.ts";

// Argon2id is tried where backups are opened.
const cryptography = { ...platformCryptography, stretch: async (_: Bytes, salt: Bytes) => sha256(salt) };
const recoveryCode = newRecoveryCode(random);
const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "ok");

function unlockOf(shelf: KeyShelf) {
	return { kind: "webcrypto", shelf, recoveryCode } as const;
}

async function restore(town: Town, backup: Bytes, code: string, shelf?: KeyShelf) {
	const unlock = shelf === undefined ? ({ kind: "device", key: random(32) } as const) : unlockOf(shelf);
	return Wallet.restore({ store: memoryStore(), unlock, now: () => town.clock.now, random }, backup, code);
}

describe("a wallet whose keys do not come out", () => {
	for (const suite of ["Ed25519", "ES256"] as const)
		test(`is paid, pays, is opened again in the middle and goes on: ${suite}`, async () => {
			const town = await openTown();
			const bob = await town.wallet();
			const [device, shelf] = [town.device(), memoryShelf()];
			const unlock = unlockOf(shelf);
			const ann = await device.open({ unlock });
			assert.equal(await ann.join(town.operator, town.operator.id, asked, suite), undefined);
			await town.fund(ann, 1_000n);
			const request = ok(await bob.request({ asset: town.asset, amount: 300n }));
			const { attempt } = ok(await ann.pay({ request: request.encoded }, without(bob.handle, "reserved")));
			await ann.close();
			// No code is needed where the keys are there.
			const again = await device.open({ unlock: { kind: "webcrypto", shelf } });
			assert.equal(ok(await again.recover(attempt, inProcessChannel(bob.handle))), "spent");
			assert.equal(bob.balance(town.asset).available, 300n);
			const back = ok(await again.request({ asset: town.asset, amount: 300n }));
			ok(await bob.pay({ request: back.encoded }, inProcessChannel(again.handle)));
			assert.equal(ok(await again.redeem(town.asset)).credited, 1_000n);
			await again.close();
			await town.close();
		});

	test("is not made anew where its browser forgot it", async () => {
		const town = await openTown();
		const { open } = town.device();
		const unlock = { kind: "webcrypto", shelf: memoryShelf() } as const;
		await assert.rejects(open({ unlock }), /unlock-failed/);
		await town.close();
	});

	test("crashes before and after each write of its beginning: it opens, and no key of the shelf is lost", async () => {
		for (let writes = 1; ; writes++) {
			const town = await openTown();
			const [device, shelf] = [town.device(), memoryShelf()];
			let left = writes;
			const spend = (): void => {
				if (--left < 0) throw new Error("the power failed");
			};
			const failing: KeyShelf = {
				...shelf,
				put: async (name, key) => {
					spend();
					await shelf.put(name, key);
				},
			};
			const commit: typeof device.store.commit = async (rows) => {
				spend();
				await device.store.commit(rows);
			};
			const run = async (): Promise<void> => {
				const store = { ...device.store, commit };
				const wallet = await device.open({ store, unlock: unlockOf(failing), cryptography });
				if ((await wallet.join(town.operator, town.operator.id, asked)) !== undefined) throw new Error();
				await town.fund(wallet, 100n);
			};
			const ended = await run().then(
				() => true,
				() => false,
			);
			const again = await device.open({ unlock: unlockOf(shelf) });
			const rows = [...(await device.store.load()).keys()].filter((key) => key.startsWith("keys/"));
			// What the last run left on the shelf is gone; what a row names is there.
			const shelved = [...(await shelf.all()).keys()].filter((name) => name !== "root");
			assert.deepEqual(shelved.sort(), rows.sort());
			assert.equal(await again.join(town.operator, town.operator.id, asked), undefined);
			await again.settlePending();
			await town.fund(again, 5n);
			const { available } = again.balance(town.asset);
			assert.ok(available === 5n || available === 105n, String(available));
			await town.close();
			if (ended) break;
			assert.ok(writes < 40, "it never ends");
		}
	});
});

describe("a backup under a recovery code", () => {
	async function lost(town: Town): Promise<Bytes> {
		const device = town.device();
		const ann = await device.open({ unlock: unlockOf(memoryShelf()) });
		assert.equal(await ann.join(town.operator, town.operator.id, asked), undefined);
		await town.fund(ann, 700n);
		const backup = await ann.module.backup();
		await ann.close();
		return backup;
	}

	for (const where of ["Node", "a browser"] as const)
		test(`brings its value to new keys in ${where}`, async () => {
			const town = await openTown();
			const backup = await lost(town);
			const shelf = where === "Node" ? undefined : memoryShelf();
			const typed = recoveryCode.toLowerCase().replaceAll("-", " ");
			const again = ok(await restore(town, backup, typed, shelf));
			assert.equal(await again.join(town.operator, town.operator.id, asked), undefined);
			assert.equal(await again.bringBack(true), undefined);
			assert.equal(ok(await again.redeem(town.asset)).credited, 700n);
			await town.close();
		});

	test("of Node, under a passphrase, brings its value into a browser", async () => {
		const town = await openTown();
		const backup = await (await town.wallet(700n)).module.backup("correct horse", "interactive");
		const again = ok(await restore(town, backup, "correct horse", memoryShelf()));
		assert.equal(await again.join(town.operator, town.operator.id, asked), undefined);
		assert.equal(await again.bringBack(true), undefined);
		assert.equal(again.balance(town.asset).available, 700n);
		await town.close();
	});

	test("opens for no other code, and nothing is made", async () => {
		const town = await openTown();
		const backup = await lost(town);
		const store = memoryStore();
		const options = { store, unlock: unlockOf(memoryShelf()), now: () => town.clock.now, random };
		for (const code of [newRecoveryCode(random), "", recoveryCode.slice(0, -1)])
			assert.equal(codeOf(await Wallet.restore(options, backup, code)), "unlock-failed");
		assert.equal((await store.load()).size, 0);
		await town.close();
	});
});
