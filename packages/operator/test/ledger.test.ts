/** The ledger's store: what it answers is durable, is done once, and adds up. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, test } from "node:test";
import type { LedgerTransfer, LinkedTransfers } from "@tenten/protocol";
import { Ledger } from "../src/ledger/ledger.ts";
import { openStore } from "../src/store/open-store.ts";
import type { Store } from "../src/store/store.ts";
import { databaseForTest } from "./support/database.ts";

const stores: Store[] = [];
after(() => Promise.all(stores.map((store) => store.close())));

const id = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const fresh = (): Uint8Array => new Uint8Array(randomBytes(32));
const asset = id(0xaa);
const [outside, alice, bob] = [id(1), id(2), id(3)];

/** A ledger where Alice holds 100, on a clock that stands. */
async function createLedger() {
	const store = await openStore(await databaseForTest());
	stores.push(store);
	const clock = { now: 1_000 };
	const open = () =>
		new Ledger(store, { now: () => clock.now, random: (length) => new Uint8Array(randomBytes(length)) });
	const ledger = open();
	const opened = await ledger.open([
		{ id: outside, asset, least: null, most: null },
		{ id: alice, asset, least: 0n, most: null },
		{ id: bob, asset, least: 0n, most: 150n },
	]);
	assert.deepEqual(
		opened.map(({ kind }) => kind),
		["done", "done", "done"],
	);
	assert.deepEqual(await said(ledger, [move(outside, alice, 100n)]), ["done"]);
	return { store, clock, ledger, open };
}

const move = (debit: Uint8Array, credit: Uint8Array, amount: bigint): LedgerTransfer => ({
	kind: "move",
	id: fresh(),
	reference: null,
	debit,
	credit,
	amount,
});
const reserve = (debit: Uint8Array, credit: Uint8Array, amount: bigint, until: number | null = null) =>
	({ kind: "reserve", id: fresh(), reference: fresh(), debit, credit, amount, until }) as const;
const ends = (kind: "void" | "expire", { id }: LedgerTransfer): LedgerTransfer => ({
	kind,
	id: fresh(),
	reference: null,
	reservation: id,
});
const post = ({ id }: LedgerTransfer, amount: bigint): LedgerTransfer => ({
	kind: "post",
	id: fresh(),
	reference: null,
	reservation: id,
	amount,
});

/** What is answered to these, none of them linked. */
function said(ledger: Ledger, transfers: readonly LedgerTransfer[]): Promise<readonly string[]> {
	return saidOf(
		ledger,
		transfers.map((transfer) => [transfer]),
	);
}

async function saidOf(ledger: Ledger, batch: readonly LinkedTransfers[]): Promise<readonly string[]> {
	return (await ledger.post(batch)).map((result) => ("code" in result ? result.code : result.kind));
}

async function assertWhole(ledger: Ledger): Promise<void> {
	const { broken } = await ledger.examine();
	assert.deepEqual(broken, []);
}

test("a reservation is posted in part, and what is left of it is free again", async () => {
	const { ledger } = await createLedger();
	const reservation = reserve(alice, bob, 80n);
	const posting = post(reservation, 30n);
	assert.deepEqual(await said(ledger, [reservation]), ["done"]);
	assert.deepEqual(await said(ledger, [move(alice, bob, 21n)]), ["funds-insufficient"]);
	assert.deepEqual(await said(ledger, [posting]), ["done"]);
	assert.deepEqual(await said(ledger, [posting, reservation, post(reservation, 1n)]), [
		"exists",
		"exists",
		"reservation-posted",
	]);
	const [a, b] = [await ledger.account(alice), await ledger.account(bob)];
	assert.deepEqual([a?.creditsPosted, a?.debitsPosted, a?.debitsPending], [100n, 30n, 0n]);
	assert.deepEqual([b?.creditsPosted, b?.creditsPending], [30n, 0n]);
	assert.equal((await ledger.transfer(reservation.id))?.ending, "posted");
	await assertWhole(ledger);
});

test("linked transfers stand or fall together, and a batch sees what came before in it", async () => {
	const { ledger } = await createLedger();
	const [fee, payment] = [move(alice, outside, 5n), move(alice, bob, 96n)];
	assert.deepEqual(await saidOf(ledger, [[fee, payment], [move(alice, bob, 100n)]]), [
		"linked-refused",
		"funds-insufficient",
		"done",
	]);
	assert.equal(await ledger.transfer(fee.id), undefined);
	await assertWhole(ledger);
});

test("what is reserved for an account counts towards its ceiling", async () => {
	const { ledger } = await createLedger();
	await said(ledger, [move(outside, alice, 100n)]);
	const reservation = reserve(alice, bob, 100n);
	assert.deepEqual(await said(ledger, [reservation, move(alice, bob, 51n), move(alice, bob, 50n)]), [
		"done",
		"ceiling-exceeded",
		"done",
	]);
	assert.deepEqual(await said(ledger, [ends("void", reservation), move(alice, bob, 100n)]), ["done", "done"]);
	await assertWhole(ledger);
});

test("reservations expire at their time limit, however many, and those without one never do", async () => {
	const { ledger, clock } = await createLedger();
	const many = Array.from({ length: 90 }, () => reserve(alice, bob, 1n, 2_000));
	const stays = reserve(alice, bob, 1n);
	await said(ledger, [...many, stays]);
	clock.now = 1_999;
	assert.equal(await ledger.expire(), 0);
	clock.now = 2_000;
	const [first] = many;
	assert.ok(first);
	assert.deepEqual(await said(ledger, [post(first, 1n), ends("void", first)]), [
		"reservation-expired",
		"reservation-expired",
	]);
	assert.equal(await ledger.expire(), 90);
	clock.now = 2 ** 40;
	assert.equal(await ledger.expire(), 0);
	assert.equal((await ledger.account(alice))?.debitsPending, 1n);
	assert.equal((await ledger.transfer(first.id))?.ending, "expired");
	await assertWhole(ledger);
});

test("what is asked by many at once is answered to each", async () => {
	const { ledger } = await createLedger();
	const asked = Array.from({ length: 60 }, () => [move(alice, bob, 2n), move(bob, alice, 1n)]);
	const answers = await Promise.all(asked.map((transfers) => said(ledger, transfers)));
	assert.ok(answers.flat().every((word) => word === "done"));
	assert.equal((await ledger.account(bob))?.creditsPosted, 120n);
	await assertWhole(ledger);
});

test("two ledgers over one database change the same accounts, and both add up", async () => {
	const { ledger, open } = await createLedger();
	const other = open();
	const once = move(alice, bob, 1n);
	const answers = await Promise.all(
		[ledger, other].flatMap((one) =>
			Array.from({ length: 12 }, () => said(one, [once, move(alice, bob, 2n)])),
		),
	);
	const words = answers.map(([word]) => word);
	assert.equal(words.filter((word) => word === "done").length, 1);
	assert.equal(words.filter((word) => word === "exists").length, 23);
	assert.equal((await ledger.account(bob))?.creditsPosted, 49n);
	await assertWhole(ledger);
});

test("what another writer did since is seen: nothing is done or refused on accounts as they were", async () => {
	const { ledger, open } = await createLedger();
	const other = open();
	await said(ledger, [move(alice, bob, 40n)]);
	await said(other, [move(alice, outside, 60n)]);
	assert.deepEqual(await said(ledger, [move(alice, bob, 1n)]), ["funds-insufficient"]);
	await said(other, [move(outside, alice, 5n)]);
	assert.deepEqual(await said(ledger, [move(alice, bob, 5n)]), ["done"]);
	const reservation = reserve(bob, alice, 10n);
	await said(ledger, [reservation]);
	assert.deepEqual(await said(other, [post(reservation, 4n)]), ["done"]);
	assert.deepEqual(await said(ledger, [ends("void", reservation)]), ["reservation-posted"]);
	assert.deepEqual(await said(ledger, [move(bob, alice, 41n), move(bob, alice, 1n)]), [
		"done",
		"funds-insufficient",
	]);
	const late = reserve(alice, bob, 10n);
	await said(ledger, [late]);
	assert.deepEqual(await said(other, [post(late, 4n)]), ["done"]);
	// A refusal has both of its accounts read again, and not the reservation.
	assert.deepEqual(await said(ledger, [move(alice, bob, 1n), move(alice, bob, 1_000n)]), [
		"done",
		"funds-insufficient",
	]);
	assert.deepEqual(await said(ledger, [ends("void", late)]), ["reservation-posted"]);
	await assertWhole(ledger);
});

test("an account is opened once, as it was asked for", async () => {
	const { ledger } = await createLedger();
	const terms = { id: bob, asset, least: 0n, most: 150n };
	const asked = [
		terms,
		{ ...terms, most: 151n },
		{ ...terms, least: -1n },
		{ ...terms, asset: id(9) },
		{ ...terms, id: id(9), least: 1n },
	];
	const results = await ledger.open(asked);
	assert.deepEqual(
		results.map((result) => ("code" in result ? result.code : result.kind)),
		[
			"exists",
			"exists-with-different-most",
			"exists-with-different-least",
			"exists-with-different-asset",
			"limits-invalid",
		],
	);
});

test("history is read in pages, and a statement says what a period began and ended with", async () => {
	const { ledger, clock } = await createLedger();
	for (const at of [1_100, 1_200, 1_300]) {
		clock.now = at;
		await said(ledger, [move(alice, bob, 10n), move(bob, alice, 3n)]);
	}
	clock.now = 1_250;
	await said(ledger, [move(alice, bob, 1n)]);
	const first = await ledger.entries(alice, 0, 5);
	const rest = await ledger.entries(alice, 5, 5);
	assert.deepEqual(
		[...first, ...rest].map(({ entry }) => [entry.number, entry.side, entry.balance, entry.at]),
		[
			[1, "credit", 100n, 1_000],
			[2, "debit", 90n, 1_100],
			[3, "credit", 93n, 1_100],
			[4, "debit", 83n, 1_200],
			[5, "credit", 86n, 1_200],
			[6, "debit", 76n, 1_300],
			[7, "credit", 79n, 1_300],
			// The clock was set back; the account was not.
			[8, "debit", 78n, 1_300],
		],
	);
	assert.deepEqual(await ledger.statement(alice, 1_100, 1_300), {
		from: 1_100,
		until: 1_300,
		opening: 100n,
		closing: 86n,
		debits: 20n,
		credits: 6n,
		first: 2,
		beyond: 6,
	});
	assert.deepEqual(await ledger.statement(id(9), 0, 1), undefined);
});

test("a long history is read from any place to any other, and says what any moment held", async () => {
	const { ledger, clock } = await createLedger();
	for (let step = 0; step < 9; step++) {
		clock.now = 2_000 + step;
		await said(
			ledger,
			Array.from({ length: 9 }, () => move(outside, alice, 1n)),
		);
	}
	const whole = await ledger.entries(alice, 0, 1_000);
	assert.deepEqual(
		whole.map(({ entry }) => [entry.number, entry.balance]),
		Array.from({ length: 82 }, (_, before) => [before + 1, BigInt(100 + before)]),
	);
	for (const after of [0, 1, 15, 16, 17, 40, 63, 64, 65, 80, 81, 82])
		for (const length of [1, 2, 16, 17, 33])
			assert.deepEqual(await ledger.entries(alice, after, length), whole.slice(after, after + length));
	for (let step = 0; step <= 9; step++) {
		const statement = await ledger.statement(alice, 2_000, 2_000 + step);
		const { opening, closing, credits, debits, first, beyond } = statement ?? {};
		const paid = 9n * BigInt(step);
		assert.deepEqual([opening, closing, credits, debits], [100n, 100n + paid, paid, 0n]);
		assert.deepEqual([first, beyond], [2, 2 + 9 * step]);
	}
	await assertWhole(ledger);
});

for (const [table, change] of Object.entries({
	ledger_sums: "credits_posted = credits_posted + 1",
	ledger_journal: "amount = amount + 1",
	"ledger_journal's chain": "debit_before = transfer_id",
	"ledger_journal's entries": "debit_debits = debit_debits + 1",
}))
	test(`a row of ${table} that somebody changed is found`, async () => {
		const { ledger, store } = await createLedger();
		await assertWhole(ledger);
		const { CompiledQuery } = await import("kysely");
		await store.run((transaction) =>
			transaction.executeQuery(CompiledQuery.raw(`update ${table.split("'")[0]} set ${change}`)),
		);
		assert.notDeepEqual((await ledger.examine()).broken, []);
	});
