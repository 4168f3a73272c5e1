/** What a party of the account rail forgets of payments that ended, and that none of them ever runs again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Body, Credit } from "@tenten/protocol/rail";
import { openStore, RailHub, type RailMessage } from "../src/index.ts";
import { isWaiting, queueSends, sendId } from "../src/rail/rows.ts";
import { RailWorld } from "./support/rail-world.ts";

const day_ms = 86_400_000;
const parties = ["P", "Q", "A", "B", "C", "D"];

function pay(payment: string, credit: Credit, amount = 300n): RailMessage {
	const body: Body = { kind: "pay", payer: "ann", payee: "shop", amount, credit };
	return { id: `user.${payment}`, from: "user", to: "P", step: 0, payment, body };
}

/** Everything that was said of a payment that went well, to be said again under fresh ids. */
function saidOf(payment: string, credit: Credit, permit: string): readonly RailMessage[] {
	const terms = { payer: "ann", payee: "shop", amount: 300n, credit } as const;
	const asked = { payee: "shop", amount: 300n, credit, ledger: "C", system: "A" } as const;
	const debit = { payer: "ann", amount: 300n, credit, permit, ledger: "D" } as const;
	const said: readonly (readonly [string, string, RailMessage["body"]])[] = [
		["user", "P", { kind: "pay", ...terms }],
		["P", "A", { kind: "instruct", ...terms }],
		["A", "B", { kind: "announce", ...terms, ledger: "C" }],
		["B", "D", { kind: "askPermit", ...asked }],
		["A", "C", { kind: "debit", ...debit }],
		["C", "D", { kind: "credit", permit, amount: 300n, credit }],
		["B", "Q", { kind: "told", standing: "completed" }],
	];
	return said.map(([from, to, body], position) => ({
		id: `again.${payment}.${position}`,
		from,
		to,
		step: position,
		payment,
		body,
	}));
}

async function balances(world: RailWorld): Promise<readonly unknown[]> {
	const accounts = [
		["C", "ann"],
		["C", "transit D"],
		["D", "shop"],
		["D", "transit C"],
	] as const;
	return Promise.all(accounts.map(([ledger, account]) => world.balance(ledger, account)));
}

for (const credit of ["final", "reserved"] as const)
	test(`a payment with a ${credit} credit that ended is closed after its time, and not one message of it runs again`, async () => {
		const world = await RailWorld.open();
		await world.drive(pay("one", credit));
		const { permit } = (await world.kept("D", "one")) as { permit: string };
		for (const name of parties) {
			assert.equal(await world.party(name).forget(world.now - day_ms), 0, `${name}: its time is not over`);
			assert.ok((await world.rows(name)).taken > 0, name);
		}
		world.now += day_ms;
		for (const name of parties) {
			assert.equal(await world.party(name).forget(world.now - day_ms / 2), 1, name);
			assert.deepEqual(await world.kept(name, "one"), { kind: "closed" }, name);
			assert.deepEqual(await world.rows(name), { taken: 0, ends: 0 }, name);
		}
		const before = await balances(world);
		for (const message of saidOf("one", credit, permit))
			assert.deepEqual(await world.party(message.to).take(message), { kind: "taken", sends: [] }, message.to);
		await world.drive(pay("one", credit, 400n));
		assert.deepEqual(await balances(world), before, "an id never runs twice");
		await world.drive(pay("two", credit));
		assert.notDeepEqual(await balances(world), before, "and another id does");
		await world.close();
	});

test("what has not ended, or has not arrived, keeps its payment however old it is", async () => {
	const world = await RailWorld.open();
	const asked = { payee: "shop", amount: 300n, credit: "reserved", ledger: "C", system: "A" } as const;
	const [to, payment] = ["D", "open"];
	await world
		.party("D")
		.take({ id: "B.0", from: "B", to, step: 5, payment, body: { kind: "askPermit", ...asked } });
	const { permit } = (await world.kept("D", payment)) as { permit: string };
	const credit = { kind: "credit", permit, amount: 300n, credit: "reserved" } as const;
	await world.party("D").take({ id: "C.0", from: "C", to, step: 11, payment, body: credit });
	const terms = { payer: "ann", payee: "nobody", amount: 300n, credit: "final" } as const;
	const instruct = { kind: "instruct", ...terms } as const;
	const refused = { id: "P.0", from: "P", to: "A", step: 1, payment: "refused", body: instruct };
	const taking = await world.party("A").take(refused);
	assert.ok(taking.kind === "taken" && taking.sends.length > 0, "the app is told, and does not hear it");
	world.now += 1_000 * day_ms;
	assert.equal(await world.party("D").forget(world.now), 0);
	assert.equal(((await world.kept("D", payment)) as { kind: string }).kind, "reserved");
	assert.equal(await world.party("A").forget(world.now), 0);
	assert.equal(((await world.kept("A", "refused")) as { kind: string }).kind, "refused");
	for (const { id } of taking.sends) await world.party("A").delivered(id);
	assert.equal(await world.party("A").forget(world.now), 1);
	await world.close();
});

test("a permit that was never used is forgotten, and its credit is refused for ever: so the payer's money comes back", async () => {
	const world = await RailWorld.open();
	const asked = { payee: "shop", amount: 300n, credit: "final", ledger: "C", system: "A" } as const;
	const ask = {
		id: "B.0",
		from: "B",
		to: "D",
		step: 5,
		payment: "p",
		body: { kind: "askPermit", ...asked },
	} as const;
	const asking = await world.party("D").take(ask);
	const { permit } = (await world.kept("D", "p")) as { permit: string };
	for (const { id } of asking.kind === "taken" ? asking.sends : []) await world.party("D").delivered(id);
	world.now += 2 * day_ms;
	assert.equal(await world.party("D").forget(world.now - day_ms), 1);
	assert.deepEqual(await world.kept("D", "p"), { kind: "refused", code: "permit-expired", known: null });
	assert.deepEqual(
		await world.party("D").take({ ...ask, id: "B.1" }),
		{ kind: "taken", sends: [] },
		"no second permit",
	);
	const credit = { kind: "credit", permit, amount: 300n, credit: "final" } as const;
	const late = await world
		.party("D")
		.take({ id: "C.0", from: "C", to: "D", step: 11, payment: "p", body: credit });
	assert.ok(late.kind === "taken");
	assert.deepEqual(
		late.sends.map(({ to, body }) => ({ to, body })),
		[{ to: "C", body: { kind: "creditRefused", code: "permit-expired" } }],
	);
	assert.deepEqual(
		late.sends.map(({ id }) => id),
		["D.p.1"],
		"numbers of messages go on",
	);
	await world.close();
});

test("a hub forgets what it passed on, and not what still waits", async () => {
	let now = 0;
	const store = await openStore(":memory:");
	const hub = await RailHub.open(store, { name: "hub", systems: ["C", "D"], now: () => now });
	const forward = (payment: string): RailMessage => ({
		id: `C.${payment}`,
		from: "C",
		to: "hub",
		step: 14,
		payment,
		body: { kind: "forward", from: "C", to: "D", body: { kind: "credited" } },
	});
	for (const payment of ["arrived", "waits"]) await hub.take(forward(payment));
	await hub.delivered("hub.C.arrived");
	now = 2 * day_ms;
	assert.equal(await hub.forget(now - day_ms), 1);
	assert.deepEqual(await hub.take(forward("waits")), { kind: "taken", sends: [] });
	const again = await hub.take(forward("arrived"));
	assert.ok(
		again.kind === "taken" && again.sends[0]?.id === "hub.C.arrived",
		"its receiver has taken this id",
	);
	await hub.close();
});

test("a payment of which very much was said is looked through like any other", async () => {
	const store = await openStore(":memory:");
	const sent = 40_000;
	const last: RailMessage = { ...pay("asked", "final"), id: sendId("A", "asked", sent - 1) };
	const isThere = () => store.read((transaction) => isWaiting(transaction, "A", "asked", sent));
	assert.equal(await isThere(), false);
	await store.run((transaction) => queueSends(transaction, [last]));
	assert.equal(await isThere(), true);
	await store.close();
});
