/**
 * A wallet that is restored from an older backup: what it paid since stays paid, the rest comes back, and nobody
 * is convicted of what an honest person does (ADR 0041).
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AwaitedToken } from "@tenten/module";
import {
	type Bytes,
	isRefusal,
	type OperatorClient,
	parseRulingRequest,
	type Refusal,
	type RulingRequest,
	refuse,
	serializeRulingRequest,
	toHex,
} from "@tenten/protocol";
import { inProcessChannel, memoryStore, Wallet } from "@tenten/wallet";
import { without } from "./support/channels.ts";
import { ok, openTown, random, type Town } from "./support/town.ts";

const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
const codeOf = (result: unknown): string => (isRefusal(result) ? (result as Refusal).code : "ok");
const day = 86_400;
/** redeem until and two graces */
const due = 75 * day;

const backupOf = (wallet: Wallet): Promise<Bytes> => wallet.module.backup("correct horse", "interactive");

type Restored = { readonly wallet: Wallet; readonly spent: () => Promise<readonly bigint[]> };

/** A wallet of a backup, that has joined again; by another way to its operator where one is given. */
async function restored(
	town: Town,
	backup: Bytes,
	operator: OperatorClient = town.operator,
): Promise<Restored> {
	const store = memoryStore();
	const unlock = { kind: "device", key: random(32) } as const;
	const options = { store, unlock, now: () => town.clock.now, random };
	const wallet = ok(await Wallet.restore(options, backup, "correct horse"));
	assert.equal(await wallet.join(operator, town.operator.id, asked), undefined);
	return {
		wallet,
		spent: async () =>
			(await store.history.list({ limit: 50, kind: "spent" })).entries.map(({ amount }) => amount),
	};
}

async function pays(town: Town, payer: Wallet, payee: Wallet, amount: bigint): Promise<void> {
	const { encoded } = ok(await payee.request({ asset: town.asset, amount }));
	assert.equal(ok(await payer.pay({ request: encoded }, inProcessChannel(payee.handle))).fundsState, "spent");
}

/** Nobody is in a case file, and what is on accounts and out there is what was deposited. */
async function isClean(town: Town, deposited: bigint): Promise<void> {
	const { totals, broken } = await town.operator.audit(town.asset.code);
	assert.deepEqual(broken, []);
	assert.deepEqual([totals.held + totals.outstanding, totals.drawn], [deposited, 0n]);
	assert.deepEqual(await town.operator.caseFiles(null), []);
	await town.close();
}

describe("a wallet that is restored from a backup of before a payment", () => {
	test("drops what its operator knows as spent by its own link, and convicts nobody", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
		const backup = await backupOf(ann);
		await pays(town, ann, bob, 1_000n);
		ok(await bob.redeem(town.asset));
		const { wallet: again, spent } = await restored(town, backup);
		assert.equal(again.balance(town.asset).awaited, 1_000n);
		assert.equal(await again.bringBack(), undefined);
		assert.equal(again.balance(town.asset).awaited, 0n);
		assert.deepEqual(await spent(), [1_000n]);
		await isClean(town, 1_000n);
	});

	test("waits for what was paid offline: its payee has all the time that it had", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(0n), await town.wallet()];
		await town.fund(ann, 600n, "JPY", 2);
		const backup = await backupOf(ann);
		await pays(town, ann, bob, 300n);
		const { wallet: again, spent } = await restored(town, backup);
		assert.equal(await again.bringBack(), undefined);
		assert.equal(again.balance(town.asset).awaited, 600n);
		town.clock.now += 60 * day - 60;
		assert.equal(ok(await bob.redeem(town.asset)).credited, 300n);
		assert.equal(await again.bringBack(), undefined);
		assert.deepEqual(await spent(), [300n]);
		town.clock.now += 14 * day;
		assert.equal(await again.bringBack(), undefined);
		assert.equal(again.balance(town.asset).awaited, 300n, "a minute before it is due");
		town.clock.now += 60;
		assert.equal(await again.bringBack(), undefined);
		assert.equal(again.balance(town.asset).awaited, 0n);
		assert.equal(ok(await again.account(town.asset)), 300n);
		await isClean(town, 600n);
	});

	test("signs no link, whatever its app asks for, and without its owner's word not in upkeep either", async () => {
		const town = await openTown();
		const ann = await town.wallet(500n);
		const { wallet: again } = await restored(town, await backupOf(ann));
		const { output: old, certificate } = again.module.awaited()[0] as AwaitedToken;
		const { asset } = town;
		const own = again.module.certificates().at(-1)?.hash as Bytes;
		const orders = [
			{ action: { kind: "refresh" }, inputs: [old] },
			{ action: { kind: "account", account: own }, inputs: [old] },
			{ action: { kind: "account", account: certificate }, inputs: [old] },
			{ action: { kind: "refresh" }, inputs: [old], nothingSpentSince: true },
			{ action: { kind: "account", account: own }, inputs: [old], nothingSpentSince: true },
			{
				action: { kind: "account", account: certificate, amount: 1n },
				inputs: [old],
				nothingSpentSince: true,
			},
		] as const;
		for (const order of orders)
			assert.equal(codeOf(await again.module.order({ asset, ...order })), "certificate-expired");
		assert.equal(ok(await again.upkeep({ links: 0, bytes: 0, time: 1 << 30, count: 1 })), 0);
		assert.equal(ok(await again.redeem(asset)).credited, 0n);
		assert.equal(codeOf(await again.redeem(asset, 1n)), "funds-insufficient");
		assert.equal(again.balance(asset).awaited, 500n);
		await town.close();
	});

	test("asks again when it is due, though it is never closed, and not at every turn", async () => {
		const town = await openTown();
		const ann = await town.wallet(500n);
		let asked = 0;
		const { operator } = town;
		const counting: OperatorClient = clientOf(operator, (request) => {
			asked++;
			return operator.rule(request);
		});
		const { wallet: again } = await restored(town, await backupOf(ann), counting);
		for (let i = 0; i < 3; i++) ok(await again.upkeep());
		assert.equal(asked, 1);
		town.clock.now += due;
		ok(await again.upkeep());
		assert.equal(asked, 2);
		assert.equal(ok(await again.account(town.asset)), 500n);
		await isClean(town, 500n);
	});
});

/** An operator that rules otherwise than it does. */
function clientOf(operator: Town["operator"], rule: OperatorClient["rule"]): OperatorClient {
	return {
		enrol: (bytes) => operator.enrol(bytes),
		withdraw: (bytes) => operator.withdraw(bytes),
		claim: (bytes) => operator.claim(bytes),
		rule,
		trustList: () => operator.trustList(),
		freezeList: () => operator.freezeList(),
		appeal: (bytes) => operator.appeal(bytes),
		release: (lock) => operator.release(lock),
		account: (bytes) => operator.account(bytes),
	};
}

describe("what a backup brings comes back once", () => {
	test("restored twice, and on two devices", async () => {
		const town = await openTown();
		const backup = await backupOf(await town.wallet(1_000n));
		const [{ wallet: one }, { wallet: two }] = [await restored(town, backup), await restored(town, backup)];
		for (const wallet of [one, two, one]) assert.equal(await wallet.bringBack(), undefined);
		town.clock.now += due;
		for (const wallet of [one, two, one]) await wallet.bringBack();
		await town.renew(one, two);
		for (const wallet of [one, two, one]) await wallet.bringBack();
		assert.deepEqual(
			[one, two].map((wallet) => wallet.balance(town.asset).awaited),
			[0n, 0n],
		);
		assert.deepEqual(
			await Promise.all([one, two].map(async (wallet) => ok(await wallet.account(town.asset)))),
			[1_000n, 0n],
		);
		await isClean(town, 1_000n);
	});

	test("moved at once on two devices: both sign the same link", async () => {
		const town = await openTown();
		const ann = await town.wallet(0n);
		await town.fund(ann, 1_000n, "JPY", 3);
		const backup = await backupOf(ann);
		const [{ wallet: one }, { wallet: two }] = [await restored(town, backup), await restored(town, backup)];
		// Each has asked before the other moved anything.
		for (const wallet of [one, two]) assert.equal(await wallet.bringBack(), undefined);
		const claims: Bytes[] = [];
		const { operator } = town;
		for (const wallet of [one, two])
			for (const { asset, output, certificate } of wallet.module.awaited()) {
				const action = { kind: "account", account: certificate } as const;
				const order = { asset, action, inputs: [output], nothingSpentSince: true };
				claims.push(ok(await wallet.module.order(order)).request);
			}
		for (const claim of claims) ok(await operator.claim(claim));
		for (const wallet of [one, two]) await wallet.settlePending();
		for (const wallet of [two, one]) assert.equal(await wallet.bringBack(true), undefined);
		assert.deepEqual(
			[one, two].map((wallet) => wallet.balance(town.asset).available),
			[0n, 1_000n],
		);
		await isClean(town, 1_000n);
	});

	test("its owner's word that nothing was paid since, where something was, convicts by a fork as ever", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
		const backup = await backupOf(ann);
		await pays(town, ann, bob, 1_000n);
		const { wallet: again } = await restored(town, backup);
		assert.equal(await again.bringBack(true), undefined);
		assert.equal(again.balance(town.asset).available, 1_000n);
		assert.equal(ok(await bob.redeem(town.asset)).drawn, 1_000n);
		const [culprit] = await town.operator.caseFiles(null);
		assert.equal(toHex(culprit?.culprit as Bytes), toHex(ann.module.certificates()[0]?.hash as Bytes));
		await town.close();
	});

	test("payer and payee both restored from before: the payee's showing tells the payer that it paid", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(700n), await town.wallet()];
		const before = await backupOf(ann);
		await pays(town, ann, bob, 700n);
		const after = await backupOf(bob);
		const [{ wallet: payer, spent }, { wallet: payee }] = [
			await restored(town, before),
			await restored(town, after),
		];
		assert.equal(await payer.bringBack(), undefined);
		assert.equal(payer.balance(town.asset).awaited, 700n);
		assert.equal(await payee.bringBack(), undefined);
		town.clock.now += due;
		for (const wallet of [payer, payee]) assert.equal(await wallet.bringBack(), undefined);
		assert.deepEqual(await spent(), [700n]);
		assert.equal(ok(await payee.account(town.asset)), 700n);
		await isClean(town, 700n);
	});
});

describe("what was under way when a backup was made", () => {
	test("a lock comes back, once nobody can claim what it held; and its payment waits for nothing more", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
		const request = ok(await bob.request({ asset: town.asset, amount: 300n }));
		const { attempt } = ok(await ann.pay({ request: request.encoded }, without(bob.handle, "reserved")));
		const { wallet: again } = await restored(town, await backupOf(ann));
		assert.equal(codeOf(await again.askRefund(attempt)), "ruling-early");
		town.clock.now += 70 * day;
		await town.renew(again, bob);
		assert.equal(
			codeOf(await again.askRefund(attempt)),
			"certificate-expired",
			"who knows what it released?",
		);
		town.clock.now += 5 * day;
		assert.equal(await again.bringBack(), undefined);
		assert.equal(ok(await again.account(town.asset)), 1_000n);
		assert.deepEqual(again.module.open(), []);
		assert.ok((await again.module.forget()) > 0);
		assert.equal(again.module.payer(attempt), undefined);
		await isClean(town, 1_000n);
	});

	test("a lock that was released since is spent, and its payee has it", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(300n), await town.wallet()];
		const request = ok(await bob.request({ asset: town.asset, amount: 300n }));
		const { attempt } = ok(await ann.pay({ request: request.encoded }, without(bob.handle, "reserved")));
		const backup = await backupOf(ann);
		ok(await ann.recover(attempt, inProcessChannel(bob.handle)));
		ok(await bob.redeem(town.asset));
		const { wallet: again, spent } = await restored(town, backup);
		assert.equal(await again.bringBack(), undefined);
		assert.deepEqual([await spent(), again.module.open()], [[300n], []]);
		await isClean(town, 300n);
	});

	test("an order that was not answered is, before anything is asked about", async () => {
		const town = await openTown();
		const ann = await town.wallet(400n);
		const inputs = ann.module.tokens().map(({ output }) => output);
		const account = ann.module.certificates()[0]?.hash as Bytes;
		ok(await ann.module.order({ asset: town.asset, action: { kind: "account", account }, inputs }));
		const { wallet: again } = await restored(town, await backupOf(ann));
		assert.equal(await again.bringBack(), undefined);
		assert.equal(again.balance(town.asset).available, 400n);
		await isClean(town, 400n);
	});
});

describe("an operator's word on what a backup brought", () => {
	test("that it was spent is believed by one's own signature alone", async () => {
		const town = await openTown();
		const [ann, bob, eve] = [await town.wallet(500n), await town.wallet(), await town.wallet(50n)];
		const eves = await backupOf(eve);
		const backup = await backupOf(ann);
		await pays(town, eve, bob, 50n);
		ok(await bob.redeem(town.asset));
		let anothers: Bytes | undefined;
		const { operator } = town;
		const overheard = clientOf(operator, async (request) => {
			const answer = await operator.rule(request);
			if (!isRefusal(answer)) anothers = answer;
			return answer;
		});
		await (await restored(town, eves, overheard)).wallet.bringBack();
		assert.ok(anothers !== undefined, "eve's link");
		const lies: readonly (Bytes | Refusal)[] = [anothers as Bytes, refuse("ruling-taken")];
		for (const lie of lies) {
			const { wallet: again } = await restored(
				town,
				backup,
				clientOf(operator, async () => lie),
			);
			assert.notEqual(await again.bringBack(), undefined);
			assert.equal(again.balance(town.asset).awaited, 500n);
		}
		await town.close();
	});

	test("is given to the owner's key alone", async () => {
		const town = await openTown();
		const [ann, bob, eve] = [await town.wallet(500n), await town.wallet(), await town.wallet(50n)];
		const shown: Bytes[] = [];
		const { operator } = town;
		const seeing = clientOf(operator, (request) => {
			shown.push(request);
			return operator.rule(request);
		});
		const backups = [await backupOf(ann), await backupOf(eve)];
		for (const backup of backups) await (await restored(town, backup, seeing)).wallet.bringBack();
		await pays(town, ann, bob, 500n);
		ok(await bob.redeem(town.asset));
		const [anns, eves] = shown.map((bytes) => ok(parseRulingRequest(bytes))) as unknown as readonly [
			Stated,
			Stated,
		];
		const ask = async (request: Stated): Promise<string> =>
			codeOf(await operator.rule(serializeRulingRequest(request)));
		assert.equal(await ask(anns), "ok");
		// Eve has Ann's token, as whoever Ann showed it, and her own key.
		assert.equal(await ask({ ...anns, statement: eves.statement }), "order-mismatch");
		const { certificate } = anns.statement;
		assert.equal(await ask({ ...anns, statement: { ...eves.statement, certificate } }), "signature-invalid");
		await town.close();
	});
});

type Stated = Extract<RulingRequest, { readonly kind: "statement" }>;
