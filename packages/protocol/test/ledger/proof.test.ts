/** What proves an account of a ledger: entries, and each beside its transfer; what is wrong with one is said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	brokenAccount,
	countEntry,
	isEntryOf,
	type LedgerEntry,
	ledgerKey,
	noEntries,
	openedAccount,
} from "@tenten/protocol";
import { bytes, move, post, reserve, terms } from "./support/asked.ts";
import { MemoryLedger } from "./support/in-memory.ts";

const [outside, ann, bob] = [1, 2, 3];

/** Bob's account after a reservation for him of 20, posted with 5. */
function proven() {
	const ledger = new MemoryLedger([terms(outside, null), terms(ann), terms(bob, 0n, 80n)]);
	const take = (asked: Parameters<typeof ledger.take>[0][number][number], now: number): void => {
		assert.deepEqual(ledger.take([[asked]], now), [{ kind: "done" }]);
	};
	take(move(10, outside, ann, 100n), 100);
	take(reserve(11, ann, bob, 20n), 100);
	take(post(21, 11, 5n), 110);
	const account = ledger.accounts.get(Buffer.from(bytes(bob)).toString("hex"));
	assert.ok(account);
	const own = ledger.entries.filter((entry) => entry.account[0] === bob);
	return { account, entries: own, ledger };
}

function counted(entries: readonly LedgerEntry[]) {
	let count = noEntries;
	const wrong: (string | null)[] = [];
	for (const entry of entries) {
		const next = countEntry(count, entry);
		count = next.count;
		wrong.push(next.wrong);
	}
	return { count, wrong };
}

test("entries prove their account; one that is missing, other, or of before is said", () => {
	const { account, entries } = proven();
	const [first, second] = entries as [LedgerEntry, LedgerEntry];
	assert.deepEqual(counted(entries).wrong, [null, null]);
	assert.deepEqual(brokenAccount(account, counted(entries).count), []);
	assert.deepEqual(counted([second]).wrong, ["entry 2 follows entry 0"]);
	const other = counted([first, { ...second, balance: 6n }]);
	assert.deepEqual(other.wrong, [null, "entry 2 says another balance than the entries up to it"]);
	assert.deepEqual(counted([first, { ...second, at: 99 }]).wrong, [null, "entry 2 is of before entry 1"]);
	assert.deepEqual(counted([first, { ...second, at: 100 }]).wrong, [null, null], "at one moment is no harm");
	assert.deepEqual(brokenAccount(account, counted([first]).count), [
		"creditsPending is the sum of its entries",
		"creditsPosted is the sum of its entries",
		"it has as many entries as it says",
		"its last entry is the one that it names",
	]);
	for (const before of [null, bytes(99)])
		assert.deepEqual(counted([first, { ...second, before }]).wrong, [
			null,
			"entry 2 names another before it",
		]);
	const debits = counted([first, { ...second, debits: 1n }]).wrong;
	assert.deepEqual(debits, [null, "entry 2 says other debits than the entries up to it"]);
});

test("each sum, sign and limit of an account is looked at", () => {
	const plain = openedAccount(terms(1, null), 0);
	for (const sum of ["debitsPending", "debitsPosted", "creditsPending", "creditsPosted"] as const) {
		const more = { ...plain, [sum]: 1n };
		assert.deepEqual(brokenAccount(more, noEntries), [`${sum} is the sum of its entries`]);
		const less = { ...noEntries, [sum]: -1n };
		assert.deepEqual(brokenAccount({ ...plain, [sum]: -1n }, less), ["nothing is negative"]);
	}
	const limited = (least: bigint | null, most: bigint | null, sums: object) =>
		brokenAccount({ ...openedAccount(terms(1, least, most), 0), ...sums }, { ...noEntries, ...sums });
	assert.deepEqual(limited(-5n, null, { debitsPending: 5n }), []);
	assert.deepEqual(limited(-5n, null, { debitsPending: 6n }), ["it is above its least"]);
	assert.deepEqual(limited(null, 5n, { creditsPending: 5n }), []);
	assert.deepEqual(limited(null, 5n, { creditsPending: 6n }), ["it is below its most"]);
});

test("an entry is one side of its transfer, in every field", () => {
	const { ledger } = proven();
	const made = (id: number) => [...ledger.transfers.values()].find((one) => one.id[0] === id);
	const [deposit, reservation, posted] = [made(10), made(11), made(21)];
	assert.ok(deposit && reservation && posted);
	for (const [transfer, reserved] of [
		[deposit, null],
		[reservation, null],
		[posted, 20n],
	] as const)
		for (const entry of ledger.entries.filter((one) => one.transfer[0] === transfer.id[0])) {
			assert.equal(isEntryOf(transfer, entry, reserved), true);
			const changed: readonly LedgerEntry[] = [
				{ ...entry, transfer: bytes(99) },
				{ ...entry, account: bytes(99) },
				{ ...entry, side: entry.side === "debit" ? "credit" : "debit" },
				{ ...entry, at: entry.at + 1 },
				{ ...entry, pending: entry.pending + 1n },
				{ ...entry, posted: entry.posted + 1n },
			];
			for (const [at, one] of changed.entries())
				assert.equal(isEntryOf(transfer, one, reserved), false, `${at}`);
		}
	const voided = { ...posted, kind: "void" as const };
	const [side] = ledger.entries.filter((one) => one.transfer[0] === 21);
	assert.ok(side);
	assert.equal(isEntryOf(voided, { ...side, posted: 0n }, 20n), true, "what is voided posts nothing");
});

test("ids are told apart by each of their bytes, and by their length", () => {
	const keys = new Set<string>([ledgerKey(bytes(0))]);
	for (let at = 0; at < 32; at++) {
		const id = bytes(0);
		id[at] = 1;
		keys.add(ledgerKey(id));
	}
	assert.equal(keys.size, 33);
	const short = [new Uint8Array(31), new Uint8Array(33), Uint8Array.of(1, 2), Uint8Array.of(12)];
	for (const id of short) keys.add(ledgerKey(id));
	assert.equal(keys.size, 37);
	const half = bytes(0);
	half[1] = 1;
	const swapped = bytes(0);
	swapped[0] = 1;
	assert.notEqual(ledgerKey(half), ledgerKey(swapped));
});
