/**
 * Deciding a batch: one function of the rows that it needs, so that a store reads, decides and writes.
 *
 *   batch ──▶ neededTransfers ──▶ read ──▶ neededAccounts ──▶ read ──▶ decideTransfers ──▶ write, all or nothing
 *
 * Transfers are decided in their order; each sees what the ones before it did. All checks of one come first, in the
 * order of `ledgerRefusals`, then what cannot fail. Linked transfers stand or fall together.
 *
 * What can go wrong is that the rows are older than what another writer wrote since. Both would then write the same
 * entry, the next number of an account that both change; a store refuses the second, which reads and decides again.
 */
import { type Bytes, equalBytes, limits } from "../codec/index.ts";
import { availableOf, heldOf, type LedgerAccount } from "./account.ts";
import { type LedgerRefusal, refusedBy } from "./refusals.ts";
import type { KeptTransfer, LedgerTransfer, LinkedTransfers, TransferResult } from "./transfer.ts";
import { isSame, type LedgerChanges, type LedgerRows, WorkingBook } from "./working-book.ts";

/** What to answer, in the order of the batch, one result a transfer, linked or not; and what to write. */
export type LedgerDecision = { readonly results: readonly TransferResult[]; readonly changes: LedgerChanges };

/** Ids of the transfers that a decision needs, where they exist; some twice. */
export function neededTransfers(batch: readonly LinkedTransfers[]): readonly Bytes[] {
	return batch.flatMap((linked) =>
		linked.flatMap((asked) => ("reservation" in asked ? [asked.id, asked.reservation] : [asked.id])),
	);
}

/** Ids of the accounts that it needs, where they exist; some twice. `known` are the transfers that were read. */
export function neededAccounts(
	batch: readonly LinkedTransfers[],
	known: readonly KeptTransfer[],
): readonly Bytes[] {
	const named = batch.flatMap((linked) =>
		linked.flatMap((asked) => ("debit" in asked ? [asked.debit, asked.credit] : [])),
	);
	// Of transfers that exist already: some may be ended by this batch.
	return [...named, ...known.flatMap(({ debit, credit }) => [debit, credit])];
}

/** Decides a batch over the rows that it needs. `now` in unix seconds. */
export function decideTransfers(
	rows: LedgerRows,
	batch: readonly LinkedTransfers[],
	now: number,
): LedgerDecision {
	const book = new WorkingBook(rows);
	const results: TransferResult[] = [];
	for (const linked of batch)
		if (linked.length > 1) results.push(...decideLinked(book, linked, now));
		else for (const asked of linked) results.push(decideOne(book, asked, now));
	return { results, changes: book.changes() };
}

function decideLinked(book: WorkingBook, linked: LinkedTransfers, now: number): readonly TransferResult[] {
	const apart = book.fork();
	const results = linked.map((asked) => decideOne(apart, asked, now));
	if (results.every(({ kind }) => kind === results[0]?.kind && kind !== "refused")) {
		book.take(apart);
		return results;
	}
	// The first that was refused says why; or what exists already, without the others.
	const first = results.findIndex(({ kind }) => kind === "refused");
	return results.map((result, position) => {
		if (position === first) return result;
		if (first === -1 && result.kind === "exists") return refusedBy("exists-apart");
		return refusedBy("linked-refused");
	});
}

function decideOne(book: WorkingBook, asked: LedgerTransfer, now: number): TransferResult {
	const kept = book.transfer(asked.id);
	if (kept !== undefined) return decideRepeat(kept, asked);
	switch (asked.kind) {
		case "move":
		case "reserve":
			return decideFresh(book, asked, now);
		case "post":
		case "void":
		case "expire":
			return decideEnding(book, asked, now);
		default:
			return asked satisfies never;
	}
}

/** Whether it is the same again, or which field differs. */
function decideRepeat(kept: KeptTransfer, asked: LedgerTransfer): TransferResult {
	if (kept.kind !== asked.kind) return refusedBy("exists-with-different-kind");
	if ("debit" in asked && !equalBytes(kept.debit, asked.debit))
		return refusedBy("exists-with-different-debit-account");
	if ("credit" in asked && !equalBytes(kept.credit, asked.credit))
		return refusedBy("exists-with-different-credit-account");
	if ("amount" in asked && kept.amount !== asked.amount) return refusedBy("exists-with-different-amount");
	if ("reservation" in asked && !isSame(kept.reservation, asked.reservation))
		return refusedBy("exists-with-different-reservation");
	if ("until" in asked && kept.until !== asked.until) return refusedBy("exists-with-different-time-limit");
	if (!isSame(kept.reference, asked.reference)) return refusedBy("exists-with-different-reference");
	return { kind: "exists" };
}

type Fresh = Extract<LedgerTransfer, { readonly kind: "move" | "reserve" }>;

/** A transfer of its own: the only kind that a limit stops. */
function decideFresh(book: WorkingBook, asked: Fresh, now: number): TransferResult {
	const { id, kind, amount, reference } = asked;
	const until = asked.kind === "reserve" ? asked.until : null;
	if (amount <= 0n || amount > limits.amount) return refusedBy("amount-invalid");
	if (equalBytes(asked.debit, asked.credit)) return refusedBy("accounts-same");
	const debit = book.account(asked.debit);
	if (debit === undefined) return refusedBy("debit-account-unknown");
	const credit = book.account(asked.credit);
	if (credit === undefined) return refusedBy("credit-account-unknown");
	if (!equalBytes(debit.asset, credit.asset)) return refusedBy("assets-differ");
	if (until !== null && until <= now) return refusedBy("time-limit-past");
	const stopped = limitBroken(debit, credit, amount);
	if (stopped !== undefined) return stopped;
	const at = Math.max(now, debit.at, credit.at);
	const sides = { debit: asked.debit, credit: asked.credit };
	const done = { id, kind, ...sides, amount, reservation: null, until, reference, at, ending: null };
	book.add(done);
	const change = kind === "move" ? { pending: 0n, posted: amount } : { pending: amount, posted: 0n };
	book.enter(done, debit, credit, change);
	return { kind: "done" };
}

function limitBroken(debit: LedgerAccount, credit: LedgerAccount, amount: bigint): LedgerRefusal | undefined {
	const { debitsPending, debitsPosted } = debit;
	const { creditsPending, creditsPosted } = credit;
	if (debitsPending + debitsPosted + amount > limits.amount) return refusedBy("sum-exceeded");
	if (creditsPending + creditsPosted + amount > limits.amount) return refusedBy("sum-exceeded");
	if (debit.least !== null && availableOf(debit) - amount < debit.least)
		return refusedBy("funds-insufficient");
	if (credit.most !== null && heldOf(credit) + amount > credit.most) return refusedBy("ceiling-exceeded");
	return undefined;
}

type Closing = Extract<LedgerTransfer, { readonly kind: "post" | "void" | "expire" }>;

const endings = { post: "posted", void: "voided", expire: "expired" } as const;

/** The end of a reservation. Whether it may end is all that is asked: its limits were kept when it was made. */
function decideEnding(book: WorkingBook, asked: Closing, now: number): TransferResult {
	const { id, kind, reference } = asked;
	if (asked.kind === "post" && (asked.amount <= 0n || asked.amount > limits.amount))
		return refusedBy("amount-invalid");
	const reservation = book.transfer(asked.reservation);
	if (reservation === undefined) return refusedBy("reservation-unknown");
	if (reservation.kind !== "reserve") return refusedBy("reservation-is-none");
	if (reservation.ending !== null) return refusedBy(`reservation-${reservation.ending}`);
	const isDue = reservation.until !== null && now >= reservation.until;
	if (isDue && kind !== "expire") return refusedBy("reservation-expired");
	if (!isDue && kind === "expire") return refusedBy("reservation-not-due");
	const reserved = reservation.amount;
	if (asked.kind === "post" && asked.amount > reserved) return refusedBy("amount-exceeds-reservation");
	const debit = book.account(reservation.debit);
	const credit = book.account(reservation.credit);
	if (debit === undefined || credit === undefined) throw new Error("a reservation between unknown accounts");
	const amount = asked.kind === "post" ? asked.amount : reserved;
	const at = Math.max(now, debit.at, credit.at);
	const sides = { debit: reservation.debit, credit: reservation.credit };
	const ends = { reservation: reservation.id, until: null, ending: null };
	const done = { id, kind, ...sides, amount, ...ends, reference, at };
	book.add(done);
	book.end(reservation, endings[kind]);
	book.enter(done, debit, credit, { pending: -reserved, posted: asked.kind === "post" ? amount : 0n });
	return { kind: "done" };
}
