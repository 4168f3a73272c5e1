/** Losing a wallet: what a backup brings back, what its keys never do again, and who may open what. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Bytes, isRefusal, type Refusal } from "@tenten/protocol";
import { inProcessChannel, memoryStore, sqliteStore, Wallet } from "@tenten/wallet";
import { without } from "./support/channels.ts";
import { ok, openTown, random, type Town } from "./support/town.ts";

const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "ok");

async function restore(town: Town, backup: Bytes, passphrase = "correct horse") {
	const options = {
		store: memoryStore(),
		unlock: { kind: "device", key: random(32) } as const,
		now: () => town.clock.now,
		random,
	};
	return Wallet.restore(options, backup, passphrase);
}

const backupOf = (wallet: Wallet): Promise<Bytes> => wallet.module.backup("correct horse", "interactive");

describe("a restored backup", () => {
	test("moves tokens and account to a new key, and the old key pays, asks and promises nothing again", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
		ok(await ann.redeem(town.asset, 400n));
		const open = ok(await ann.request({ asset: town.asset, amount: 5n }));
		const backup = await backupOf(ann);
		await ann.close();

		const again = ok(await restore(town, backup));
		assert.equal(again.balance(town.asset).available, 0n);
		assert.equal(again.balance(town.asset).awaited, 600n);
		const request = ok(await bob.request({ asset: town.asset, amount: 100n }));
		assert.equal(codeOf(await again.start({ request: request.encoded })), "funds-insufficient");
		assert.equal(codeOf(await again.request({ asset: town.asset, amount: 1n })), "certificate-expired");
		assert.equal(await again.join(town.operator, town.operator.id, asked), undefined);
		assert.equal(codeOf(await again.start({ request: request.encoded })), "funds-insufficient");
		const payer = await town.wallet(50n);
		const late = ok(await payer.pay({ request: open.encoded }, inProcessChannel(again.handle)));
		assert.equal(late.fundsState, "safe");

		assert.equal(await again.bringBack(true), undefined);
		assert.equal(again.balance(town.asset).available, 1_000n);
		const certificates = new Set(again.module.tokens().map(({ certificate }) => certificate.join()));
		const [old, fresh] = again.module.certificates();
		assert.deepEqual([...certificates], [fresh?.hash.join()]);
		assert.deepEqual(
			[old, fresh].map((own) => again.module.isRestored(own?.hash as Bytes)),
			[true, false],
		);
		assert.equal(
			ok(await again.pay({ request: request.encoded }, inProcessChannel(bob.handle))).fundsState,
			"spent",
		);
		assert.equal(ok(await again.redeem(town.asset)).credited, 900n);
		assert.deepEqual((await town.operator.audit(town.asset.code)).broken, []);
		assert.deepEqual(await town.operator.caseFiles(null), []);
		await town.operator.close();
	});

	test("pays with what came after it, not with what it brought, whatever the app asks for", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(500n), await town.wallet()];
		const again = ok(await restore(town, await backupOf(ann)));
		assert.equal(await again.join(town.operator, town.operator.id, asked), undefined);
		const old = again.module.tokens().map(({ output }) => output);
		town.clock.now += 60;
		await town.fund(again, 500n);
		const requests = [
			ok(await bob.request({ asset: town.asset, amount: 500n })),
			ok(await bob.request({ asset: town.asset, amount: 500n })),
		];
		const [first, second] = requests.map(({ encoded }) => encoded) as [Bytes, Bytes];
		assert.equal(ok(await again.pay({ request: first }, inProcessChannel(bob.handle))).fundsState, "spent");
		assert.deepEqual(
			again.module.tokens().map(({ output }) => output),
			old,
		);
		const shown = ok(again.module.readRequest(second));
		const consent = { request: shown.digest, payee: shown.payee.hash, amount: 500n };
		assert.equal(
			codeOf(await again.module.pay({ request: second, consent, inputs: old })),
			"certificate-expired",
		);
		await town.close();
	});

	test("has no key left that could still be certified", async () => {
		const town = await openTown();
		const ann = await town.device().open();
		ok(await ann.module.setTrustList(await town.operator.trustList(), town.operator.id));
		const enrolment = await ann.module.enrol(town.operator.id, asked);
		const again = ok(await restore(town, await backupOf(ann)));
		const enrolled = ok(await town.operator.enrol(enrolment));
		assert.equal(codeOf(await again.module.certify(enrolled)), "owner-mismatch");
		assert.equal(codeOf(await ann.module.certify(enrolled)), "ok");
		await town.close();
	});

	test("stays restored when it is opened again, and a backup of it is one of a new key", async () => {
		const town = await openTown();
		const backup = await backupOf(await town.wallet(100n));
		const once = ok(await restore(town, backup));
		assert.equal(await once.join(town.operator, town.operator.id, asked), undefined);
		const twice = ok(await restore(town, await backupOf(once)));
		assert.equal(await twice.join(town.operator, town.operator.id, asked), undefined);
		assert.equal(await twice.bringBack(true), undefined);
		// The backup that it was made of knew no more about these than this wallet does.
		assert.equal(twice.balance(town.asset).awaited, 100n);
		assert.deepEqual(
			twice.module.certificates().map(({ hash }) => twice.module.isRestored(hash)),
			[true, true, false],
		);
		await town.close();
	});

	test("decides nothing that was open: the other side and the operator do", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
		const request = ok(await bob.request({ asset: town.asset, amount: 300n }));
		const { attempt } = ok(await ann.pay({ request: request.encoded }, without(bob.handle, "reserved")));
		const again = ok(await restore(town, await backupOf(ann)));
		assert.equal(await again.join(town.operator, town.operator.id, asked), undefined);
		town.clock.now += 3_600;
		assert.deepEqual(await again.tick(), []);
		assert.equal((await again.cancel(attempt))?.code, "certificate-expired");
		ok(await again.recover(attempt, inProcessChannel(bob.handle)));
		assert.equal(again.module.payer(attempt), "locked");
		assert.equal(await again.bringBack(true), undefined);
		assert.equal(again.balance(town.asset).awaited, 1_000n);
		// The first wallet was not lost after all: its word counts, and nobody has said two.
		ok(await ann.recover(attempt, inProcessChannel(bob.handle)));
		assert.equal(bob.balance(town.asset).available, 300n);
		await town.close();
	});

	test("takes a release that comes for what was reserved before", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
		const request = ok(await bob.request({ asset: town.asset, amount: 300n }));
		const { attempt } = ok(await ann.pay({ request: request.encoded }, without(bob.handle, "release")));
		const again = ok(await restore(town, await backupOf(bob)));
		assert.equal(await again.join(town.operator, town.operator.id, asked), undefined);
		assert.equal(ok(await ann.recover(attempt, inProcessChannel(again.handle))), "spent");
		assert.equal(await again.bringBack(true), undefined);
		assert.equal(ok(await again.redeem(town.asset)).credited, 300n);
		await town.close();
	});

	test("opens with its passphrase, whole, into an empty store, and not otherwise", async () => {
		const town = await openTown();
		const ann = await town.wallet(100n);
		const backup = await backupOf(ann);
		assert.equal(codeOf(await restore(town, backup, "wrong horse")), "unlock-failed");
		assert.equal(codeOf(await restore(town, backup.slice(0, -1))), "state-damaged");
		const spoiled = backup.slice();
		spoiled[backup.length - 40] = (spoiled[backup.length - 40] ?? 0) ^ 1;
		assert.notEqual(codeOf(await restore(town, spoiled)), "ok");
		const store = memoryStore();
		await store.commit([{ key: "token/x", value: Uint8Array.of(1) }]);
		const unlock = { kind: "device", key: random(32) } as const;
		const taken = await Wallet.restore({ store, unlock, now: () => 0, random }, backup, "correct horse");
		assert.equal(codeOf(taken), "wallet-in-use");
		await town.close();
	});
});

describe("a wallet in a file", () => {
	function inFile() {
		const folder = mkdtempSync(join(tmpdir(), "wallet-"));
		const open = (passphrase: string) => {
			const store = sqliteStore(join(folder, "wallet.sqlite"), { busyTimeout_ms: 50 });
			if (isRefusal(store)) return store;
			const unlock = { kind: "passphrase", passphrase, cost: "interactive" } as const;
			return Wallet.open({ store, unlock, now: () => 1_800_000_000, random }).then(async (wallet) => {
				if (isRefusal(wallet)) await store.close();
				return wallet;
			});
		};
		return { open, remove: () => rmSync(folder, { recursive: true }) };
	}

	test("opens with the passphrase that made it, and with no other", async () => {
		const { open, remove } = inFile();
		await ok(await open("correct horse")).close();
		assert.equal(codeOf(await open("wrong horse")), "unlock-failed");
		assert.equal(codeOf(await open("")), "unlock-failed");
		await ok(await open("correct horse")).close();
		remove();
	});

	test("belongs to one program at a time", async () => {
		const { open, remove } = inFile();
		const first = ok(await open("correct horse"));
		assert.equal(codeOf(await open("correct horse")), "wallet-in-use");
		await first.close();
		await ok(await open("correct horse")).close();
		remove();
	});
});
