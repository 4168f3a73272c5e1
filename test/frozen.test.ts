/** Frozen value between wallets and their operator: nobody who knows takes it, nothing is paid for it, appeals end it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type AppealVerdict, isRefusal, parseMessage, type Refusal } from "@tenten/protocol";
import { appealAgainst, fetchFreezes, inProcessChannel, type Wallet } from "@tenten/wallet";
import { ok, openTown, type Town } from "./support/town.ts";

const acting = (actor: string) => ({ actor, requestId: "test" });
const [one, other] = [acting("key:one"), acting("key:other")];

function expectCode(result: unknown, code: Refusal["code"]): void {
	assert.ok(isRefusal(result), `not refused: ${code}`);
	assert.equal(result.code, code, result.detail);
}

const outputsOf = (wallet: Wallet) => wallet.module.tokens().map(({ output }) => output);

async function freeze(
	{ operator }: Town,
	output: Uint8Array,
	act: "freeze" | "lift" = "freeze",
): Promise<void> {
	const asked = { output, act, reason: "stolen", case: output, appealSeconds: 86_400 } as const;
	await operator.freezing.propose(one, asked);
	assert.equal(await operator.freezing.confirm(other, output), undefined);
}

async function pays(from: Wallet, to: Wallet, town: Town, amount: bigint, mode?: "direct") {
	const { encoded } = ok(await to.request({ asset: town.asset, amount, ...(mode ? { mode } : {}) }));
	return from.pay({ request: encoded }, inProcessChannel(to.handle));
}

/** What a payee answers to a payment of somebody who does not know. */
async function payeeRefuses(from: Wallet, to: Wallet, town: Town, amount: bigint): Promise<string> {
	const { encoded } = ok(await to.request({ asset: town.asset, amount }));
	const { attempt, messages } = ok(await from.start({ request: encoded }));
	const [answer] = await to.handle(messages);
	const message = ok(parseMessage(answer as Uint8Array));
	await from.handle([answer as Uint8Array]);
	const isFinal = message.kind === "refused" && message.code === "frozen";
	assert.equal(from.module.payer(attempt), isFinal ? "cancelled" : "locked");
	return message.kind === "refused" ? message.code : message.kind;
}

const knows = async ({ operator }: Town, ...wallets: readonly Wallet[]): Promise<void> => {
	for (const { module } of wallets) assert.equal(await fetchFreezes(module, operator), undefined);
};

test("one person freezes nothing: another, for whom another administrator answers, must confirm it", async () => {
	const town = await openTown();
	const ann = await town.wallet(500n);
	const [output] = outputsOf(ann);
	assert.ok(output);
	const { freezing } = town.operator;
	expectCode(await freezing.confirm(other, output), "freeze-unknown");
	const asked = { output, act: "freeze", reason: "stolen", case: output, appealSeconds: 9 } as const;
	await freezing.propose(one, asked);
	expectCode(await freezing.confirm(one, output), "approval-missing");
	const bob = await town.wallet();
	await knows(town, ann, bob);
	assert.equal(ok(await pays(ann, bob, town, 100n)).fundsState, "spent");
	await town.close();
});

test("who knows the list takes nothing that descends from what is frozen, and pays with it neither", async () => {
	const town = await openTown();
	const [thief, bob, carol] = [await town.wallet(500n), await town.wallet(), await town.wallet()];
	const [stolen] = outputsOf(thief);
	ok(await pays(thief, bob, town, 200n));
	await freeze(town, stolen as Uint8Array);
	await knows(town, carol);
	assert.equal(await payeeRefuses(bob, carol, town, 50n), "frozen");
	assert.deepEqual([bob.balance(town.asset).available, carol.balance(town.asset).available], [200n, 0n]);
	await knows(town, bob);
	expectCode(await pays(bob, carol, town, 50n), "frozen");
	// What the operator issued to somebody else moves as ever.
	await town.fund(bob, 70n);
	assert.equal(ok(await pays(bob, carol, town, 70n)).fundsState, "spent");
	await town.close();
});

test("a direct payment of what is frozen is sent back to its payer, whole", async () => {
	const town = await openTown();
	const [ann, bob] = [await town.wallet(500n), await town.wallet()];
	const [stolen] = outputsOf(ann);
	await freeze(town, stolen as Uint8Array);
	await knows(town, bob);
	ok(await pays(ann, bob, town, 500n, "direct"));
	assert.deepEqual([ann.balance(town.asset).available, bob.balance(town.asset).available], [500n, 0n]);
	await town.close();
});

test("the operator pays nothing for what is frozen, changes nothing, and takes the same bytes once it is lifted", async () => {
	const town = await openTown();
	const ann = await town.wallet(500n);
	const [stolen] = outputsOf(ann);
	await freeze(town, stolen as Uint8Array);
	const before = await town.operator.totals(town.asset.code);
	const order = ok(
		await ann.module.order({
			asset: town.asset,
			action: { kind: "account", account: ann.module.certificates()[0]?.hash as Uint8Array },
			inputs: outputsOf(ann),
		}),
	);
	expectCode(await town.operator.claim(order.request), "frozen");
	expectCode(await town.operator.claim(order.request), "frozen");
	assert.deepEqual(await town.operator.totals(town.asset.code), before);
	await freeze(town, stolen as Uint8Array, "lift");
	assert.equal(await ann.settlePending(), 1);
	assert.equal(ok(await ann.account(town.asset)), 500n);
	assert.deepEqual((await town.operator.audit(town.asset.code)).broken, []);
	await town.close();
});

test("a wallet that knows signs no order on what is frozen, and refreshes what is not", async () => {
	const town = await openTown();
	const ann = await town.wallet(500n);
	const [stolen] = outputsOf(ann);
	await town.fund(ann, 30n);
	await freeze(town, stolen as Uint8Array);
	await knows(town, ann);
	const redeemed = ok(await ann.redeem(town.asset));
	assert.equal(redeemed.credited, 30n);
	assert.deepEqual(outputsOf(ann), [stolen]);
	const { asset } = town;
	const inputs = [stolen as Uint8Array];
	expectCode(await ann.module.order({ asset, inputs, action: { kind: "refresh" } }), "frozen");
	assert.deepEqual(await ann.module.pendingOrders(), []);
	await town.close();
});

for (const verdict of ["upheld", "cleared", "lifted"] as const satisfies readonly AppealVerdict[])
	test(`an appeal of a good-faith owner is heard, decided by two, and ${verdict} for good`, async () => {
		const town = await openTown();
		const [thief, bob, carol] = [await town.wallet(500n), await town.wallet(), await town.wallet()];
		const [stolen] = outputsOf(thief);
		ok(await pays(thief, bob, town, 200n));
		await freeze(town, stolen as Uint8Array);
		await knows(town, thief, bob, carol);
		const [own] = outputsOf(bob);
		assert.ok(own);
		const { operator } = town;
		const appeals = () => appealAgainst(bob.module, bob.operators, own, "goodFaith");
		expectCode(await appeals(), "attempt-pending");
		expectCode(await appealAgainst(bob.module, bob.operators, own, "other"), "appeal-closed");
		const { request } = ok(await bob.module.freezes.appeal(own, "goodFaith"));
		const [appeal] = await operator.freezing.appealsAfter(new Uint8Array());
		assert.ok(appeal);
		assert.deepEqual(await operator.freezing.recordOf(appeal.id), request);
		assert.equal(await operator.freezing.decide(one, appeal.id, "cleared"), false);
		assert.equal(await operator.freezing.decide(one, appeal.id, verdict), false);
		assert.equal(await operator.freezing.decide(one, appeal.id, verdict), false);
		const deciding = [other, other].map((by) => operator.freezing.decide(by, appeal.id, verdict));
		assert.deepEqual(
			(await Promise.all(deciding)).toSorted(),
			[false, true],
			"decided once, however often at once",
		);
		const [another] = (["upheld", "lifted"] as const).filter((each) => each !== verdict);
		assert.ok(another);
		expectCode(await operator.freezing.decide(one, appeal.id, another), "attempt-decided");
		expectCode(await operator.freezing.decide(one, own, "upheld"), "freeze-unknown");
		assert.equal(ok(await appeals()), verdict);
		await knows(town, thief, carol);
		const [byBob, byThief] = [await pays(bob, carol, town, 60n), await pays(thief, carol, town, 30n)];
		assert.deepEqual(
			[isRefusal(byBob) && byBob.code, isRefusal(byThief) && byThief.code],
			{ upheld: ["frozen", "frozen"], cleared: [false, "frozen"], lifted: [false, false] }[verdict],
		);
		await town.close();
	});

test("a list that has ended stops what a wallet takes, not what it holds; any peer may bring the next", async () => {
	const town = await openTown();
	const [ann, bob] = [await town.wallet(500n), await town.wallet()];
	const old = ok(await town.operator.freezeList());
	town.clock.now += 60 * 86_400;
	await town.renew(ann);
	town.clock.now += 31 * 86_400;
	ok(await bob.module.setTrustList(ok(await town.operator.trustList()), town.operator.id));
	await town.fund(ann, 50n);
	assert.equal(await payeeRefuses(ann, bob, town, 50n), "freeze-list-expired");
	expectCode(await bob.module.freezes.take(old), "freeze-list-expired");
	const newer = ok(await town.operator.freezeList());
	assert.equal(await bob.module.freezes.take(newer), undefined);
	expectCode(await bob.module.freezes.take(old), "freeze-list-rollback");
	await town.fund(ann, 50n);
	assert.equal(ok(await pays(ann, bob, town, 50n)).fundsState, "spent");
	await town.close();
});

test("a wallet keeps the list it took: opened again it is as strict", async () => {
	const town = await openTown();
	const ann = await town.wallet(500n);
	const [stolen] = outputsOf(ann);
	const device = town.device();
	let bob = await device.open();
	const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
	assert.equal(await bob.join(town.operator, town.operator.id, asked), undefined);
	await freeze(town, stolen as Uint8Array);
	await knows(town, bob);
	await bob.close();
	bob = await device.open();
	assert.equal(await payeeRefuses(ann, bob, town, 100n), "frozen");
	await bob.close();
	await town.close();
});
