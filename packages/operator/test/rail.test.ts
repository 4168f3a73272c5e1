/** Systems of the account rail over their stores: each message once, each write whole, nothing made and nothing lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Body, Credit } from "@tenten/protocol/rail";
import type { RailMessage } from "../src/index.ts";
import { repeats } from "./support/database.ts";
import { RailWorld, railEcosystem } from "./support/rail-world.ts";

const price = 300n;

function pay(payment: string, credit: Credit, amount = price): RailMessage {
	const body: Body = { kind: "pay", payer: "ann", payee: "shop", amount, credit };
	return { id: `user.${payment}`, from: "user", to: "P", step: 0, payment, body };
}

async function whereItIs(world: RailWorld): Promise<object> {
	const [ann, annPending] = await world.balance("C", "ann");
	const [shop, shopPending] = await world.balance("D", "shop");
	const [owedToD] = await world.balance("C", "transit D");
	const [owedByC] = await world.balance("D", "transit C");
	assert.equal(owedToD + owedByC, 0n, "what is between the ledgers adds up to nothing");
	return { ann, shop, pending: annPending + shopPending };
}

const paid = (times: bigint): object => ({
	ann: 1_000_000n - times * price,
	shop: times * price,
	pending: 0n,
});

test("a message is taken once; a repeat changes nothing, and other content under its id is refused", async () => {
	const world = await RailWorld.open();
	const first = pay("p", "final");
	await world.drive(first);
	assert.deepEqual(await whereItIs(world), paid(1n));
	assert.deepEqual(await world.party("P").take(first), { kind: "taken", sends: [] });
	assert.deepEqual(await world.party("P").take(pay("p", "final", 301n)), {
		kind: "refused",
		code: "content-differs",
	});
	const again: RailMessage = {
		id: "A.p.again",
		from: "A",
		to: "C",
		step: 8,
		payment: "p",
		body: { kind: "debit", payer: "ann", amount: 9n, credit: "final", permit: "00".repeat(32), ledger: "D" },
	};
	assert.deepEqual(await world.party("C").take(again), { kind: "taken", sends: [] });
	assert.deepEqual(await whereItIs(world), paid(1n), "one debit a payment");
	await world.close();
});

test("what is refused changes nothing: strangers, other systems, more than there is, more than may be held", async () => {
	const world = await RailWorld.open({
		...railEcosystem,
		payees: { shop: { system: "B", ledger: "D", app: "Q", mayReceive: true, most: 500n } },
	});
	const debit: Body = {
		kind: "debit",
		payer: "ann",
		amount: 5n,
		credit: "final",
		permit: "00".repeat(32),
		ledger: "D",
	};
	for (const from of ["B", "D", "P", "stranger", "constructor"]) {
		const taking = await world
			.party("C")
			.take({ id: from, from, to: "C", step: 8, payment: "x", body: debit });
		assert.deepEqual(taking, { kind: "refused", code: "sender-refused" });
	}
	const forged = { kind: "forward", from: "A", to: "C", body: debit } as const;
	assert.deepEqual(
		await world.party("C").take({ id: "f", from: "hub", to: "C", step: 8, payment: "x", body: forged }),
		{ kind: "refused", code: "sender-refused" },
		"no hub speaks for A",
	);
	await world.drive(pay("too-much", "final", 1_000_001n));
	await world.drive(pay("over", "final", 501n));
	await world.drive(pay("over-reserved", "reserved", 501n));
	assert.deepEqual(await whereItIs(world), { ann: 1_000_000n, shop: 0n, pending: 0n });
	await world.close();
});

for (const credit of ["final", "reserved"] as const)
	test(`power fails on either side of every write of a payment with a ${credit} credit: it is paid once`, async () => {
		const world = await RailWorld.open();
		await world.drive(pay("whole", credit));
		const writes = world.writes;
		assert.ok(writes >= 12, `${writes} writes`);
		let payments = 1n;
		for (const moment of ["before", "after"] as const)
			for (let write = 0; write < writes; write += 3 / repeats(3)) {
				world.fails = { after: write, moment };
				await world.drive(pay(`${moment}-${write}`, credit));
				assert.equal(world.fails, undefined, "it failed there");
				assert.deepEqual(await whereItIs(world), paid(++payments), `${moment} write ${write}`);
			}
		await world.close();
	});
