/** With a passkey registered nothing is paid without its word: for this request, payee, asset and amount, and once. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Authentication } from "@tenten/module";
import { type Bytes, isRefusal, type Refusal } from "@tenten/protocol";
import { inProcessChannel, memoryStore, Wallet } from "@tenten/wallet";
import { Authenticator, type Said } from "../packages/module/test/support/authenticator.ts";
import { asset, ok, openTown, random, type Town } from "./support/town.ts";

const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "ok");
const authenticator = new Authenticator("ES256", 7);

async function guarded(town: Town, amount = 1_000n): Promise<Wallet> {
	const wallet = await town.wallet(amount);
	const registration = authenticator.register(wallet.module.newPasskey());
	assert.equal(await wallet.module.registerPasskey(registration), undefined);
	return wallet;
}

async function asking(wallet: Wallet, town: Town, amount: bigint, code?: string): Promise<Bytes> {
	const of = code === undefined ? town.asset : town.assetOf(code);
	return ok(await wallet.request({ asset: of, amount })).encoded;
}

/** The passkey's word for what the wallet asks it. */
function word(asked: Authentication | Refusal | undefined, said?: Said) {
	assert.ok(asked !== undefined && !isRefusal(asked));
	return authenticator.answer(asked.challenge, said);
}

describe("a payment with a passkey registered", () => {
	test("is made with its word, and is refused without: nothing is signed or set aside", async () => {
		const town = await openTown();
		const [ann, bob] = [await guarded(town), await town.wallet()];
		const request = await asking(bob, town, 300n);
		assert.equal(codeOf(await ann.start({ request })), "authentication-failed");
		assert.equal(ann.balance(town.asset).available, 1_000n);
		const assertion = word(ann.module.askPasskey(request));
		const paid = ok(await ann.pay({ request, assertion }, inProcessChannel(bob.handle)));
		assert.equal(paid.fundsState, "spent");
		assert.equal(bob.balance(town.asset).available, 300n);
		await town.close();
	});

	test("is refused with a word for another request, payee, asset or amount", async () => {
		const assets = [asset, { ...asset, code: "EUR" }];
		const town = await openTown({ policy: { assets } });
		const [ann, bob, eve] = [await guarded(town), await town.wallet(), await town.wallet()];
		await town.fund(ann, 500n, "EUR");
		const open = await asking(bob, town, 0n);
		const shown = { request: open, amount: 10n };
		const others = [
			{ request: open, amount: 11n },
			{ request: await asking(bob, town, 10n) },
			{ request: await asking(eve, town, 10n) },
			{ request: await asking(bob, town, 10n, "EUR") },
		];
		for (const other of others) {
			const assertion = word(ann.module.askPasskey(shown.request, shown.amount));
			assert.equal(codeOf(await ann.start({ ...other, assertion })), "authentication-failed");
		}
		const assertion = word(ann.module.askPasskey(shown.request, shown.amount));
		assert.equal(codeOf(await ann.start({ ...shown, assertion })), "ok");
		await town.close();
	});

	test("is refused with a word that was used before, where a request may be paid twice", async () => {
		const town = await openTown();
		const [ann, bob] = [await guarded(town, 0n), await town.wallet()];
		await town.fund(ann, 100n, town.asset.code, 4);
		const asked = { asset: town.asset, amount: 5n, isStatic: true, mode: "direct" } as const;
		const { encoded: request } = ok(await bob.request(asked));
		const assertion = word(ann.module.askPasskey(request));
		assert.equal(codeOf(await ann.start({ request, assertion })), "ok");
		assert.equal(codeOf(await ann.start({ request, assertion })), "authentication-failed");
		const again = word(ann.module.askPasskey(request));
		assert.equal(codeOf(await ann.start({ request, assertion: again })), "ok");
		await town.close();
	});

	test("keeps the count with the lock: a copy of the authenticator is refused after a restart", async () => {
		const town = await openTown();
		const { open } = town.device();
		const first = await open();
		const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
		assert.equal(await first.join(town.operator, town.operator.id, asked), undefined);
		await town.fund(first, 100n, town.asset.code, 4);
		const registration = authenticator.register(first.module.newPasskey(), { signCount: 4 });
		assert.equal(await first.module.registerPasskey(registration), undefined);
		const bob = await town.wallet();
		const request = await asking(bob, town, 10n);
		const counted = word(first.module.askPasskey(request), { signCount: 9 });
		ok(await first.start({ request, assertion: counted }));
		await first.close();
		const again = await open();
		assert.equal(again.module.passkey?.signCount, 9);
		const second = await asking(bob, town, 10n);
		const pays = async (signCount: number): Promise<string> => {
			const assertion = word(again.module.askPasskey(second), { signCount });
			return codeOf(await again.start({ request: second, assertion }));
		};
		assert.equal(await pays(9), "authentication-failed");
		assert.equal(await pays(10), "ok");
		await town.close();
	});

	test("is asked of the app as before where none is registered", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(100n), await town.wallet()];
		const request = await asking(bob, town, 10n);
		assert.equal(ann.module.askPasskey(request), undefined);
		assert.equal(codeOf(await ann.start({ request })), "ok");
		await town.close();
	});
});

describe("a passkey", () => {
	test("is replaced by nobody, and removed by its own word", async () => {
		const town = await openTown();
		const ann = await guarded(town);
		const thief = new Authenticator("ES256", 8);
		const { module } = ann;
		const taken = await module.registerPasskey(thief.register(module.newPasskey()));
		assert.equal(codeOf(taken), "authentication-failed");
		const asked = module.askToRemovePasskey();
		assert.ok(asked !== undefined);
		assert.equal(codeOf(await module.removePasskey(thief.answer(asked.challenge))), "authentication-failed");
		const request = await asking(await town.wallet(), town, 10n);
		const forPayment = word(ann.module.askPasskey(request));
		assert.equal(codeOf(await module.removePasskey(forPayment)), "authentication-failed");
		assert.equal(await module.removePasskey(word(module.askToRemovePasskey())), undefined);
		assert.equal(module.passkey, undefined);
		assert.equal(codeOf(await ann.start({ request })), "ok");
		await town.close();
	});

	test("that answers a challenge of before the restart, or none, is not registered", async () => {
		const town = await openTown();
		const { open } = town.device();
		const first = await open();
		const challenge = first.module.newPasskey();
		await first.close();
		const again = await open();
		for (const asked of [challenge, random(32)])
			assert.equal(
				codeOf(await again.module.registerPasskey(authenticator.register(asked))),
				"authentication-failed",
			);
		assert.equal(again.module.passkey, undefined);
		await town.close();
	});

	test("does not come with a backup: whoever opened it has shown more", async () => {
		const town = await openTown();
		const backup = await (await guarded(town)).module.backup("correct horse", "interactive");
		const unlock = { kind: "device", key: random(32) } as const;
		const options = { store: memoryStore(), unlock, now: () => town.clock.now, random };
		const again = ok(await Wallet.restore(options, backup, "correct horse"));
		assert.equal(again.module.passkey, undefined);
		await town.close();
	});
});
