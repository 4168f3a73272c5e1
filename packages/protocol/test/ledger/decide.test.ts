/** What a ledger's machine promises, one promise at a time; `random.test.ts` looks for what nobody thought of. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	availableOf,
	balanceOf,
	decideOpening,
	decideTransfers,
	heldOf,
	type LedgerTransfer,
	ledgerRefusals,
	ledgerRows,
	limits,
	neededAccounts,
	neededTransfers,
	openedAccount,
} from "@tenten/protocol";
import { bytes, ending, move, post, reserve, terms } from "./support/asked.ts";
import { MemoryLedger } from "./support/in-memory.ts";

const [outside, ann, bob, other] = [1, 2, 3, 4];

/** Ann has 100, Bob nothing and at most 80; of another asset there is one account. */
function filled(): MemoryLedger {
	const ledger = new MemoryLedger([
		terms(outside, null),
		terms(ann),
		terms(bob, 0n, 80n),
		terms(other, null, null, bytes(0xbb)),
	]);
	assert.equal(said(ledger, move(10, outside, ann, 100n)), "done");
	return ledger;
}

function said(ledger: MemoryLedger, asked: LedgerTransfer, now = 100): string {
	const [result] = ledger.take([[asked]], now);
	assert.deepEqual(ledger.wrong(), []);
	return result === undefined ? "nothing" : "code" in result ? result.code : result.kind;
}

function all(ledger: MemoryLedger, linked: readonly LedgerTransfer[], now = 100): readonly string[] {
	return ledger.take([linked], now).map((result) => ("code" in result ? result.code : result.kind));
}

function sums(ledger: MemoryLedger, id: number) {
	const account = ledger.accounts.get(Buffer.from(bytes(id)).toString("hex"));
	assert.ok(account);
	return account;
}

function held(ledger: MemoryLedger, id: number): readonly [balance: bigint, available: bigint, held: bigint] {
	const account = sums(ledger, id);
	return [balanceOf(account), availableOf(account), heldOf(account)];
}

test("a move is posted on both sides, and each entry says its change, the balance after it, its number and time", () => {
	const ledger = filled();
	assert.equal(said(ledger, move(11, ann, bob, 30n), 107), "done");
	const own = { transfer: bytes(11), pending: 0n, posted: 30n, at: 107 };
	assert.deepEqual(ledger.entries.slice(-2), [
		{ ...own, account: bytes(ann), number: 2, side: "debit", balance: 70n, debits: 30n, before: bytes(10) },
		{ ...own, account: bytes(bob), number: 1, side: "credit", balance: 30n, debits: 0n, before: null },
	]);
	const kept = ledger.transfers.get(Buffer.from(bytes(11)).toString("hex"));
	assert.deepEqual([kept?.until, kept?.reservation, kept?.ending], [null, null, null]);
	assert.deepEqual(held(ledger, ann), [70n, 70n, 70n]);
	assert.deepEqual(held(ledger, outside), [-100n, -100n, -100n]);
});

test("a reservation is spent by who pays and held by who is paid, and neither has moved", () => {
	const ledger = filled();
	assert.equal(said(ledger, reserve(11, ann, bob, 30n)), "done");
	assert.deepEqual(held(ledger, ann), [100n, 70n, 100n]);
	assert.deepEqual(held(ledger, bob), [0n, 0n, 30n]);
	const kept = ledger.transfers.get(Buffer.from(bytes(11)).toString("hex"));
	assert.deepEqual(kept, {
		...{ id: bytes(11), kind: "reserve", debit: bytes(ann), credit: bytes(bob), amount: 30n },
		...{ reservation: null, until: null, reference: null, at: 100, ending: null },
	});
});

test("posting takes what it names, and frees the rest; voiding and expiring free all", () => {
	const ledger = filled();
	for (const id of [11, 12, 13]) said(ledger, reserve(id, ann, bob, 20n, id === 13 ? 200 : null));
	assert.equal(said(ledger, post(21, 11, 5n)), "done");
	assert.deepEqual(held(ledger, ann), [95n, 55n, 95n]);
	assert.deepEqual(held(ledger, bob), [5n, 5n, 45n]);
	assert.equal(said(ledger, ending(22, "void", 12)), "done");
	assert.equal(said(ledger, ending(23, "expire", 13), 200), "done");
	assert.deepEqual(held(ledger, ann), [95n, 95n, 95n]);
	assert.deepEqual(held(ledger, bob), [5n, 5n, 5n]);
	const kept = [11, 12, 13, 21, 22, 23].map((id) =>
		ledger.transfers.get(Buffer.from(bytes(id)).toString("hex")),
	);
	assert.deepEqual(
		kept.map((one) => [one?.kind, one?.ending, one?.amount, one?.reservation?.[0] ?? null, one?.until]),
		[
			["reserve", "posted", 20n, null, null],
			["reserve", "voided", 20n, null, null],
			["reserve", "expired", 20n, null, 200],
			["post", null, 5n, 11, null],
			["void", null, 20n, 12, null],
			["expire", null, 20n, 13, null],
		],
	);
});

test("a reservation ends once, and from its time limit on it can only expire", () => {
	const ledger = filled();
	said(ledger, reserve(11, ann, bob, 20n, 200));
	assert.equal(said(ledger, ending(21, "expire", 11), 199), "reservation-not-due");
	assert.equal(said(ledger, post(21, 11, 20n), 200), "reservation-expired");
	assert.equal(said(ledger, ending(21, "void", 11), 200), "reservation-expired");
	assert.equal(said(ledger, ending(21, "expire", 11), 200), "done");
	assert.equal(said(ledger, ending(22, "expire", 11), 201), "reservation-expired");
	said(ledger, reserve(12, ann, bob, 20n));
	assert.equal(said(ledger, ending(23, "expire", 12), 9_999), "reservation-not-due", "it has no limit");
	said(ledger, post(24, 12, 20n));
	assert.equal(said(ledger, ending(25, "void", 12)), "reservation-posted");
	said(ledger, reserve(13, ann, bob, 20n));
	said(ledger, ending(26, "void", 13));
	assert.equal(said(ledger, post(27, 13, 20n)), "reservation-voided");
});

test("what a post may take: from one to all of the reservation, of a reservation that is there", () => {
	const ledger = filled();
	said(ledger, reserve(11, ann, bob, 20n));
	assert.equal(said(ledger, post(21, 11, 0n)), "amount-invalid");
	assert.equal(said(ledger, post(21, 11, limits.amount + 1n)), "amount-invalid");
	assert.equal(said(ledger, post(21, 11, limits.amount)), "amount-exceeds-reservation");
	assert.equal(said(ledger, post(21, 11, 21n)), "amount-exceeds-reservation");
	assert.equal(said(ledger, post(21, 99, 1n)), "reservation-unknown");
	assert.equal(said(ledger, post(21, 10, 1n)), "reservation-is-none");
	assert.equal(said(ledger, post(21, 11, 1n)), "done");
});

test("what is refused of a transfer, in its order, at the very edge of each", () => {
	const ledger = filled();
	const wrong: readonly (readonly [LedgerTransfer, string])[] = [
		[move(11, ann, ann, 0n), "amount-invalid"],
		[move(11, ann, ann, -1n), "amount-invalid"],
		[move(11, ann, ann, limits.amount + 1n), "amount-invalid"],
		[move(11, 99, 99, limits.amount), "accounts-same"],
		[move(11, 99, 98, 1n), "debit-account-unknown"],
		[move(11, ann, 98, 1n), "credit-account-unknown"],
		[reserve(11, ann, other, 1n, 99), "assets-differ"],
		[reserve(11, ann, bob, 1_000n, 100), "time-limit-past"],
		[move(11, outside, ann, limits.amount - 99n), "sum-exceeded"],
		[move(11, ann, bob, 101n), "funds-insufficient"],
		[move(11, outside, bob, 81n), "ceiling-exceeded"],
	];
	for (const [asked, code] of wrong) assert.equal(said(ledger, asked), code, code);
	assert.equal(said(ledger, reserve(11, ann, bob, 1n, 101)), "done", "its limit is still to come");
	assert.equal(said(ledger, move(12, ann, bob, 79n)), "done", "up to the ceiling");
	assert.equal(said(ledger, move(13, ann, outside, 20n)), "done", "down to its least");
	assert.equal(said(ledger, move(14, ann, outside, 1n)), "funds-insufficient");
});

test("no side comes above what a column holds: pending and posted count together, on either side", () => {
	for (const asked of [move, reserve]) {
		const ledger = new MemoryLedger([terms(1, null), terms(2, null), terms(3, null)]);
		assert.equal(said(ledger, asked(11, 1, 2, limits.amount - 5n)), "done");
		assert.equal(said(ledger, move(12, 1, 3, 6n)), "sum-exceeded", "debits of who pays");
		assert.equal(said(ledger, move(12, 3, 2, 6n)), "sum-exceeded", "credits of who is paid");
		assert.equal(said(ledger, move(12, 1, 2, 5n)), "done");
	}
});

test("what only a reservation stands in the way of is refused for now, and done once that is voided", () => {
	const ledger = new MemoryLedger([terms(1, null), terms(2, null), terms(3, null, 10n), terms(4)]);
	said(ledger, reserve(11, 1, 2, limits.amount));
	said(ledger, reserve(12, 1, 3, 10n));
	for (const [asked, code] of [
		[move(21, 1, 2, 1n), "sum-exceeded"],
		[move(22, 3, 2, 1n), "sum-exceeded"],
	] as const) {
		assert.equal(said(ledger, asked), code);
		assert.equal(ledgerRefusals[code][0], "transient");
	}
	said(ledger, ending(31, "void", 11));
	assert.equal(said(ledger, move(21, 1, 2, 1n)), "done");
});

test("the same again is known by every field; what differs first is named", () => {
	const ledger = filled();
	const reference = bytes(0xcc);
	const asked = { ...reserve(11, ann, bob, 20n, 200), reference } as Extract<
		LedgerTransfer,
		{ kind: "reserve" }
	>;
	assert.equal(said(ledger, asked), "done");
	assert.equal(said(ledger, asked), "exists");
	assert.equal(
		said(ledger, { ...asked, debit: bytes(bob), credit: bytes(ann) }),
		"exists-with-different-debit-account",
	);
	assert.equal(
		said(ledger, { ...asked, credit: bytes(outside), amount: 1n }),
		"exists-with-different-credit-account",
	);
	assert.equal(said(ledger, { ...asked, amount: 21n, until: null }), "exists-with-different-amount");
	assert.equal(said(ledger, { ...asked, until: null, reference: null }), "exists-with-different-time-limit");
	assert.equal(said(ledger, { ...asked, reference: null }), "exists-with-different-reference");
	assert.equal(said(ledger, { ...asked, reference: bytes(0xcd) }), "exists-with-different-reference");
	assert.equal(said(ledger, move(11, ann, bob, 20n)), "exists-with-different-kind");
	said(ledger, reserve(12, ann, bob, 20n));
	assert.equal(said(ledger, { ...reserve(12, ann, bob, 20n), reference }), "exists-with-different-reference");
	assert.equal(said(ledger, post(21, 11, 4n)), "done");
	assert.equal(said(ledger, post(21, 11, 4n)), "exists", "also once the reservation has ended");
	assert.equal(said(ledger, post(21, 12, 4n)), "exists-with-different-reservation");
	assert.equal(said(ledger, post(21, 12, 5n)), "exists-with-different-amount");
	assert.equal(said(ledger, ending(21, "void", 11)), "exists-with-different-kind");
});

test("linked transfers stand or fall together, and the first that cannot be done says why", () => {
	const ledger = filled();
	const before = [held(ledger, ann), held(ledger, bob)];
	const linked = [move(11, ann, bob, 10n), move(12, bob, ann, 11n), move(13, bob, ann, 99n)];
	assert.deepEqual(all(ledger, linked), ["linked-refused", "funds-insufficient", "linked-refused"]);
	assert.deepEqual([held(ledger, ann), held(ledger, bob)], before);
	assert.equal(ledger.transfers.size, 1, "no id was used up");
	const good = [move(11, ann, bob, 10n), reserve(12, bob, ann, 10n), post(13, 12, 4n)];
	assert.deepEqual(all(ledger, good), ["done", "done", "done"]);
	assert.deepEqual(ledger.wrong(), []);
	assert.deepEqual(held(ledger, bob), [6n, 6n, 6n]);
	assert.deepEqual(all(ledger, good), ["exists", "exists", "exists"]);
	const more = [move(11, ann, bob, 10n), move(14, ann, bob, 1n)];
	assert.deepEqual(all(ledger, more), ["exists-apart", "linked-refused"]);
	const refused = [move(11, ann, bob, 10n), move(14, bob, ann, 99n)];
	assert.deepEqual(
		all(ledger, refused),
		["linked-refused", "funds-insufficient"],
		"what is done already, too",
	);
	const both = [move(14, bob, ann, 99n), move(15, ann, ann, 1n)];
	assert.deepEqual(all(ledger, both), ["funds-insufficient", "linked-refused"], "the first alone says why");
	assert.deepEqual(all(ledger, []), []);
});

test("a batch sees what came before in it: a reservation made and ended in one, and a refused one in between", () => {
	const ledger = filled();
	const batch = [
		[reserve(11, ann, bob, 60n)],
		[move(12, ann, bob, 60n)],
		[move(13, ann, outside, 40n), move(14, ann, outside, 1n)],
		[ending(15, "void", 11)],
		[move(16, ann, bob, 60n)],
	];
	const words = ledger.take(batch, 100).map((result) => ("code" in result ? result.code : result.kind));
	assert.deepEqual(words, [
		"done",
		"funds-insufficient",
		"linked-refused",
		"funds-insufficient",
		"done",
		"done",
	]);
	assert.deepEqual(ledger.wrong(), []);
	assert.deepEqual(held(ledger, ann), [40n, 40n, 40n]);
});

test("what ended in a batch is written with the reservation where that is new, and beside it where it was there", () => {
	const account = (id: number) => openedAccount(terms(id, null), 0);
	const accounts = [account(1), account(2)];
	const made = decideTransfers(ledgerRows(accounts, []), [[reserve(11, 1, 2, 5n)], [post(12, 11, 5n)]], 7);
	assert.deepEqual(made.changes.ended, []);
	assert.deepEqual(
		made.changes.transfers.map(({ kind, ending }) => [kind, ending]),
		[
			["reserve", "posted"],
			["post", null],
		],
	);
	assert.equal(made.changes.accounts.length, 2, "each account once, however many entries it has");
	assert.equal(made.changes.entries.length, 4);
	const first = decideTransfers(ledgerRows(accounts, []), [[reserve(11, 1, 2, 5n)]], 7);
	const changed = first.changes.accounts.map(({ account }) => account);
	const rows = ledgerRows(changed, first.changes.transfers);
	const then = decideTransfers(rows, [[ending(12, "void", 11), move(13, 1, 2, 1n)]], 8);
	assert.deepEqual(
		then.changes.ended.map(({ id, ending }) => [id, ending]),
		[[bytes(11), "voided"]],
	);
	assert.deepEqual(
		then.changes.accounts.map(({ entriesBefore }) => entriesBefore),
		[1, 1],
	);
	assert.equal(then.changes.transfers.length, 2);
	const nothing = decideTransfers(rows, [[reserve(11, 1, 2, 5n)]], 8);
	assert.deepEqual(nothing.changes, { transfers: [], entries: [], ended: [], accounts: [] });
});

test("an account never goes back in time, whichever of the two was last changed later", () => {
	const ledger = filled();
	said(ledger, move(11, ann, bob, 1n), 500);
	said(ledger, move(12, outside, ann, 1n), 400);
	assert.equal(ledger.entries.at(-1)?.at, 500);
	said(ledger, reserve(13, ann, bob, 1n, 10_000), 300);
	assert.equal(sums(ledger, outside).at, 500);
	const fresh = new MemoryLedger([terms(1, null), terms(2, null)], 50);
	said(fresh, move(11, 1, 2, 1n), 20);
	assert.equal(fresh.entries[0]?.at, 50, "nor before it was opened");
	said(fresh, reserve(12, 1, 2, 1n), 60);
	said(fresh, ending(13, "void", 12), 40);
	assert.equal(fresh.entries.at(-1)?.at, 60);
});

test("what a decision needs to read: ids, reservations they name, and the accounts of what is there", () => {
	const batch = [[move(11, 1, 2, 1n), post(12, 21, 1n)], [ending(13, "void", 22)]];
	assert.deepEqual(
		neededTransfers(batch).map(([first]) => first),
		[11, 12, 21, 13, 22],
	);
	const ledger = filled();
	said(ledger, reserve(21, ann, bob, 1n));
	const known = [...ledger.transfers.values()].slice(-1);
	assert.deepEqual(
		neededAccounts(batch, known).map(([first]) => first),
		[1, 2, ann, bob],
	);
});

test("a reservation whose accounts were not read is a bug, and no refusal", () => {
	const ledger = filled();
	said(ledger, reserve(11, ann, bob, 1n));
	const transfers = [...ledger.transfers.values()];
	for (const missing of [ann, bob]) {
		const accounts = [...ledger.accounts.values()].filter(({ id }) => id[0] !== missing);
		const rows = ledgerRows(accounts, transfers);
		const ended = (): unknown => decideTransfers(rows, [[ending(12, "void", 11)]], 100);
		assert.throws(ended, /unknown accounts/);
	}
});

test("an account is opened as it is asked for, within what limits may be", () => {
	const word = (known: Parameters<typeof decideOpening>[0], asked: ReturnType<typeof terms>): string => {
		const result = decideOpening(known, asked);
		return "code" in result ? result.code : result.kind;
	};
	for (const [least, most] of [
		[null, null],
		[0n, 0n],
		[-limits.amount, limits.amount],
	] as const)
		assert.equal(word(undefined, terms(1, least, most)), "done");
	for (const [least, most] of [
		[1n, null],
		[-limits.amount - 1n, null],
		[null, -1n],
		[null, limits.amount + 1n],
	] as const)
		assert.equal(word(undefined, terms(1, least, most)), "limits-invalid", `${least} ${most}`);
	const open = openedAccount(terms(1, -5n, 9n), 77);
	assert.equal(word(open, terms(1, -5n, 9n)), "exists");
	assert.equal(word(open, terms(1, 0n, 8n, bytes(0xbb))), "exists-with-different-asset");
	assert.equal(word(open, terms(1, 0n, 8n)), "exists-with-different-least");
	assert.equal(word(open, terms(1, -5n, null)), "exists-with-different-most");
	const { debitsPending, debitsPosted, creditsPending, creditsPosted, entries, at } = open;
	assert.deepEqual(
		[debitsPending, debitsPosted, creditsPending, creditsPosted, entries, at],
		[0n, 0n, 0n, 0n, 0, 77],
	);
});
