/** Backups and passkeys at the desk: what comes back, when, and what does not; and nothing paid without the word. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryShelf, newRecoveryCode } from "@tenten/module";
import { type Bytes, isRefusal, type OperatorClient } from "@tenten/protocol";
import { type Desk, memorySettings, memoryStore, operatorsOfBackup, restoreDesk } from "@tenten/wallet";
import { Authenticator } from "../packages/module/test/support/authenticator.ts";
import { deadOperator } from "./support/channels.ts";
import { asked, carry, codeOf, openDesk, person, requestOf } from "./support/desks.ts";
import { ok, openTown, random, type Town } from "./support/town.ts";

const recoveryCode = newRecoveryCode(random);
const unlock = () => ({ kind: "webcrypto", shelf: memoryShelf(), recoveryCode }) as const;
const day = 86_400;

/** A person whose keys do not come out, with this much. */
async function guarded(town: Town, amount: bigint) {
	const device = town.device();
	const kept = unlock();
	const opened = await openDesk(town, memorySettings(), {
		...device,
		open: (options) => device.open({ unlock: kept, ...options }),
	});
	ok(await opened.desk.join("http://operator.example", asked));
	await town.fund(opened.wallet, amount);
	return opened;
}

function restore(town: Town, file: Bytes, operator: OperatorClient = town.operator, code = recoveryCode) {
	const options = {
		store: memoryStore(),
		settings: memorySettings(),
		unlock: unlock(),
		now: () => town.clock.now,
		random,
		operatorAt: () => operator,
	};
	return restoreDesk(options, file, code);
}

const available = (desk: Desk) => desk.overview().balances[0]?.available;

describe("a backup at the desk", () => {
	test("shows no request again that the lost wallet made: nothing is paid to those keys", async () => {
		const town = await openTown();
		const { desk, wallet } = await guarded(town, 1n);
		const asset = desk.overview().balances[0]?.asset.id ?? "";
		ok(await desk.ask({ asset, amount: 300n }));
		const file = await desk.backup.make();
		await wallet.close();
		const again = ok(await restore(town, file));
		assert.deepEqual(again.overview().asked, []);
		await town.close();
	});

	test("brings everything back at once where nothing was paid since", async () => {
		const town = await openTown();
		const { desk, wallet } = await guarded(town, 700n);
		assert.deepEqual(await desk.backup.standing(), []);
		const file = await desk.backup.make();
		assert.deepEqual(
			ok(operatorsOfBackup(file)).map(({ name, url }) => [name, url]),
			[["Town", "http://operator.example"]],
		);
		await wallet.close();
		const again = ok(await restore(town, file));
		const [standing] = await again.backup.standing();
		assert.deepEqual(
			[standing?.asset.code, standing?.awaited, standing?.mayMove, standing?.spent],
			["JPY", 700n, 700n, 0n],
		);
		assert.equal(available(again), 0n);
		assert.equal(await again.backup.bringBack(asked, true), undefined);
		assert.equal(available(again), 700n);
		assert.deepEqual(await again.backup.standing(), []);
		await town.close();
	});

	test("says what is awaited until when, what the lost wallet paid, and pays it to nobody twice", async () => {
		const town = await openTown();
		const start = town.clock.now;
		const { desk, wallet } = await guarded(town, 300n);
		await town.fund(wallet, 300n);
		const { desk: bob } = await person(town);
		const file = await desk.backup.make();
		const request = await requestOf(bob, desk, 300n);
		const { bundle } = ok(await desk.pay(request.digest, 300n));
		await carry(desk, bob, bundle);
		await wallet.close();
		ok(await bob.redeem(request.asset.id));

		const again = ok(await restore(town, file));
		assert.equal(await again.backup.bringBack(asked), undefined);
		const [standing] = await again.backup.standing();
		assert.deepEqual([standing?.awaited, standing?.spent], [300n, 300n]);
		// Two graces after the last day for redeeming.
		assert.deepEqual([standing?.from, standing?.until], [start + 74 * day, start + 74 * day]);
		assert.deepEqual(again.overview().balances[0]?.awaited, 300n);
		town.clock.now = start + 74 * day;
		await again.tidy();
		assert.equal(await again.backup.bringBack(asked), undefined);
		assert.equal(ok(await again.account(request.asset.id)), 300n);
		const [after] = await again.backup.standing();
		assert.deepEqual([after?.awaited, after?.mayMove, after?.from, after?.spent], [0n, 0n, null, 300n]);
		await town.close();
	});

	test("is opened where no operator is in reach, and goes on when one is", async () => {
		const town = await openTown();
		const { desk, wallet } = await guarded(town, 700n);
		const file = await desk.backup.make();
		await wallet.close();
		let isDark = true;
		const far = new Proxy(town.operator, {
			get: (_, name) => {
				const from = isDark && name in deadOperator ? deadOperator : town.operator;
				const member: unknown = Reflect.get(from, name);
				return typeof member === "function" ? member.bind(from) : member;
			},
		});
		const again = ok(await restore(town, file, far));
		assert.equal((await again.backup.bringBack(asked, true))?.code, "channel-failed");
		assert.equal((await again.backup.standing())[0]?.awaited, 700n);
		isDark = false;
		assert.equal(await again.backup.bringBack(asked, true), undefined);
		assert.equal(available(again), 700n);
		await town.close();
	});

	test("opens for no other code, in no full store, from no other file: and nothing is made", async () => {
		const town = await openTown();
		const { desk } = await guarded(town, 700n);
		const file = await desk.backup.make();
		assert.equal(codeOf(await restore(town, file, town.operator, newRecoveryCode(random))), "unlock-failed");
		for (const other of [new Uint8Array(), file.subarray(1), random(64)]) {
			assert.equal(codeOf(await restore(town, other)), "state-damaged");
			assert.equal(codeOf(operatorsOfBackup(other)), "state-damaged");
		}
		const full = town.device();
		await full.open();
		const settings = memorySettings();
		const options = { unlock: unlock(), now: () => town.clock.now, random, store: full.store, settings };
		assert.equal(codeOf(await restoreDesk(options, file, recoveryCode)), "wallet-in-use");
		assert.equal(await settings.get("operators"), undefined);
		await town.close();
	});
});

describe("a passkey at the desk", () => {
	const authenticator = new Authenticator("ES256", 7);

	test("is registered, asked about what is paid, and removed, in plain data", async () => {
		const town = await openTown();
		const [{ desk: ann }, { desk: bob }] = [await person(town, 1_000n), await person(town)];
		assert.equal(ann.passkey.registered(), null);
		assert.equal(ann.passkey.askToRemove(), null);
		const first = await requestOf(bob, ann, 300n);
		assert.equal(ann.passkey.ask(first.digest, 300n), null);
		assert.equal(await ann.passkey.register(authenticator.register(ann.passkey.challenge())), undefined);
		assert.equal(ann.passkey.registered()?.relyingParty, "wallet.example");
		assert.equal(codeOf(await ann.pay(first.digest, 300n)), "authentication-failed");
		const word = (digest: string, amount: bigint) => {
			const question = ann.passkey.ask(digest, amount);
			assert.ok(question !== null && !isRefusal(question));
			return authenticator.answer(question.challenge);
		};
		assert.equal(
			codeOf(await ann.pay(first.digest, 300n, { assertion: word(first.digest, 299n) })),
			"authentication-failed",
		);
		const { bundle } = ok(await ann.pay(first.digest, 300n, { assertion: word(first.digest, 300n) }));
		await carry(ann, bob, bundle);
		assert.equal(available(bob), 300n);
		assert.equal(codeOf(ann.passkey.ask(first.digest, 300n)), "consent-missing");

		const removal = ann.passkey.askToRemove();
		assert.ok(removal !== null);
		assert.equal(await ann.passkey.remove(authenticator.answer(removal.challenge)), undefined);
		const second = await requestOf(bob, ann, 10n);
		ok(await ann.pay(second.digest, 10n));
		await town.close();
	});
});
