/** What the people who run an operator do: issue for themselves, collect debts, list peers. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusal, ownOutput, serialize, signedOrder, signOrder, verifyTrustList } from "@tenten/protocol";
import { expectRefusal, expectValue, pay, verify } from "../../module/test/support/world.ts";
import { assertBalanced } from "./support/balanced.ts";
import {
	balance,
	createEcosystem,
	enrolHolder,
	freshOwner,
	kinds,
	makeOrder,
	openIssue,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";

test("a batch is issued under one signature and redeemed like any token", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world } = ecosystem;
	const alice = await enrolHolder(ecosystem);
	const owners = Array.from({ length: 1_200 }, () => freshOwner(ecosystem, alice));
	const batch = {
		id: world.random(),
		code: "JPY",
		outputs: owners.map(({ hash }) => ({ amount: 3n, owner: hash })),
		terms: { conditions: [], caveats: [] },
	};
	const proofs = expectValue(await operator.issue(batch));
	assert.equal(new Set(proofs.map(({ signature }) => signature.join())).size, 1);
	const last = openIssue(ecosystem, proofs.at(-1) as never, owners.at(-1) as never);
	assert.deepEqual(kinds(await redeem(ecosystem, alice, last)), ["paid"]);
	assert.deepEqual(expectValue(await operator.issue(batch)), proofs);
	expectRefusal(await operator.issue({ ...batch, outputs: batch.outputs.slice(1) }), "request-reused");
	await assertBalanced(ecosystem, { issued: 3_600n, redeemed: 3n, deposited: 3_600n });
});

test("a deposit counts once under its id, and only for an account that is there", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world } = ecosystem;
	const alice = await enrolHolder(ecosystem);
	const account = alice.certificate.hash;
	const id = world.random();
	for (let i = 0; i < 3; i++) assert.equal(await operator.deposit(id, account, "JPY", 10n), undefined);
	assert.equal(await balance(ecosystem, alice), 10n);
	expectRefusal(await operator.deposit(world.random(), world.random(), "JPY", 10n), "owner-mismatch");
	expectRefusal(await operator.deposit(world.random(), account, "EUR", 10n), "asset-unknown");
	expectRefusal(await operator.deposit(world.random(), account, "JPY", -1n), "amount-invalid");
	expectRefusal(await operator.deposit(world.random(), account, "JPY", 2n ** 63n - 5n), "limit-exceeded");
	await assertBalanced(ecosystem, { deposited: 10n, held: 10n });
});

test("a culprit's debt is repaid in part and given up for the rest", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world } = ecosystem;
	const [mallory, alice, bob] = [
		await enrolHolder(ecosystem),
		await enrolHolder(ecosystem),
		await enrolHolder(ecosystem),
	];
	const [token] = await withdrawTo(ecosystem, mallory, 100n);
	assert.ok(token);
	for (const payee of [alice, bob])
		await redeem(ecosystem, payee, (await pay(world, token, mallory, payee, 100n)).paid);
	const debt = { culprit: mallory.certificate.hash, code: "JPY" };
	const id = world.random();
	for (let i = 0; i < 2; i++)
		assert.equal(await operator.settleDebt({ ...debt, id, amount: 60n, how: "repaid" }), undefined);
	const rest = { ...debt, id: world.random(), how: "chargedOff" } as const;
	expectRefusal(await operator.settleDebt({ ...rest, amount: 41n }), "amount-invalid");
	assert.equal(await operator.settleDebt({ ...rest, amount: 40n }), undefined);
	await assertBalanced(ecosystem, { drawn: 100n, debts: 0n, repaid: 60n, chargedOff: 40n });
});

test("a withdrawal beyond the account is refused for good; a new order after a top-up is not", async () => {
	const ecosystem = await createEcosystem();
	const { operator, world } = ecosystem;
	const alice = await enrolHolder(ecosystem);
	const bytes = await withdrawal(ecosystem, alice, 10n);
	expectRefusal(await operator.withdraw(bytes), "funds-insufficient");
	await operator.deposit(world.random(), alice.certificate.hash, "JPY", 10n);
	expectRefusal(await operator.withdraw(bytes), "funds-insufficient");
	assert.ok(!isRefusal(await operator.withdraw(await withdrawal(ecosystem, alice, 10n))));
	await assertBalanced(ecosystem, { held: 0n, outstanding: 10n });
});

test("nobody withdraws from another's account, nor under a certificate that has expired", async () => {
	const ecosystem = await createEcosystem();
	const [alice, mallory] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	await ecosystem.operator.deposit(ecosystem.world.random(), alice.certificate.hash, "JPY", 10n);
	const stolen = await withdrawal(ecosystem, mallory, 10n, alice.certificate.hash);
	expectRefusal(await ecosystem.operator.withdraw(stolen), "owner-mismatch");
	ecosystem.clock.now += 366 * 86_400;
	expectRefusal(
		await ecosystem.operator.withdraw(await withdrawal(ecosystem, alice, 10n)),
		"certificate-expired",
	);
});

test("the same withdrawal again, or many times at once, takes its amount once and gets the same tokens", async () => {
	const ecosystem = await createEcosystem();
	const alice = await enrolHolder(ecosystem);
	await ecosystem.operator.deposit(ecosystem.world.random(), alice.certificate.hash, "JPY", 50n);
	const order = await withdrawal(ecosystem, alice, 10n);
	const [first, ...others] = await Promise.all(
		Array.from({ length: 8 }, () => ecosystem.operator.withdraw(order)),
	);
	for (const answer of [...others, await ecosystem.operator.withdraw(order)]) assert.deepEqual(answer, first);
	await assertBalanced(ecosystem, { held: 40n, outstanding: 10n });
});

test("parallel withdrawals never take more than the account holds", async () => {
	const ecosystem = await createEcosystem();
	const alice = await enrolHolder(ecosystem);
	await ecosystem.operator.deposit(ecosystem.world.random(), alice.certificate.hash, "JPY", 50n);
	const orders = await Promise.all(Array.from({ length: 12 }, () => withdrawal(ecosystem, alice, 10n)));
	const answers = await Promise.all(orders.map((order) => ecosystem.operator.withdraw(order)));
	assert.equal(answers.filter((answer) => !isRefusal(answer)).length, 5);
	await assertBalanced(ecosystem, { held: 0n, outstanding: 50n });
});

test("the trust list keeps its version through a restart, and grows when peers change", async () => {
	const ecosystem = await createEcosystem();
	const other = await createEcosystem({ seed: "another" });
	const context = {
		verify,
		pinnedSigner: ecosystem.operator.id,
		minimumVersion: 0,
		now: ecosystem.clock.now,
	};
	const first = await ecosystem.operator.trustList();
	assert.deepEqual(await ecosystem.operator.trustList(), first);
	ecosystem.operator.setPeers([other.operator.entry]);
	const list = expectValue(verifyTrustList(await ecosystem.operator.trustList(), context));
	assert.equal(list.version, 2);
	assert.equal(list.operators.length, 2);
});

test("roles that stand for an operator or a witness are not given away", async () => {
	const ecosystem = await createEcosystem();
	for (const role of ["issuer", "witness", "auditor", "fog", "device"] as const)
		await assert.rejects(enrolHolder(ecosystem, { role }), /certificate-role/);
});

async function withdrawal(
	ecosystem: Parameters<typeof makeOrder>[0],
	holder: Parameters<typeof freshOwner>[1],
	amount: bigint,
	account = holder.certificate.hash,
) {
	const outputs = [ownOutput(amount, holder.certificate, ecosystem.world.random())];
	const order = await makeOrder(ecosystem, { kind: "withdraw", account, outputs });
	return serialize(signedOrder, await signOrder(order, holder.certificate.encoded, holder.signer));
}
