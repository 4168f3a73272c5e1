/**
 * Transfers: what a ledger is asked, what it keeps of it, and what it enters on both accounts.
 *
 *   move                     at once
 *   reserve ─┬─▶ post        what was reserved, or a part of it: the rest is free again
 *            ├─▶ void        nothing of it
 *            └─▶ expire      nothing of it, once its time limit is over; one without a limit never does
 *
 * A reservation ends once. Ids are 32 bytes, made by whoever asks: the same asked again is done once. Ids that begin
 * with their time are stored beside one another, and cost a database less.
 */
import type { Bytes } from "../codec/index.ts";
import type { LedgerRefusal } from "./refusals.ts";

/** What is asked. Amounts in minor units, times in unix seconds. */
export type LedgerTransfer = {
	readonly id: Bytes;
	/** 32 bytes of the client's own, e.g. the id of a payment; null: none */
	readonly reference: Bytes | null;
} & (
	| { readonly kind: "move"; readonly debit: Bytes; readonly credit: Bytes; readonly amount: bigint }
	| {
			readonly kind: "reserve";
			readonly debit: Bytes;
			readonly credit: Bytes;
			readonly amount: bigint;
			/** the second from which it counts as expired; null: never */
			readonly until: number | null;
	  }
	| { readonly kind: "post"; readonly reservation: Bytes; readonly amount: bigint }
	| { readonly kind: "void"; readonly reservation: Bytes }
	| { readonly kind: "expire"; readonly reservation: Bytes }
);

/** Transfers that stand or fall together: one alone, or several. */
export type LinkedTransfers = readonly LedgerTransfer[];

/** How a reservation ended. */
export type Ending = "posted" | "voided" | "expired";

/** A transfer that was done, as it is kept. */
export type KeptTransfer = {
	readonly id: Bytes;
	readonly kind: LedgerTransfer["kind"];
	readonly debit: Bytes;
	readonly credit: Bytes;
	/** what was moved, reserved or posted; of `void` and `expire`, what was freed */
	readonly amount: bigint;
	/** which reservation it ends, if any */
	readonly reservation: Bytes | null;
	readonly until: number | null;
	readonly reference: Bytes | null;
	/** unix seconds; never before an entry that either account had already */
	readonly at: number;
	/** of a reservation, how it ended; null until then, and of everything else */
	readonly ending: Ending | null;
};

/** One side of a transfer, on one account. An account's sums are those of its entries, each of which names the one before. */
export type LedgerEntry = {
	readonly account: Bytes;
	/** 1 and up, without gaps */
	readonly number: number;
	readonly transfer: Bytes;
	/** the transfer that made the account's entry before; null: this is its first */
	readonly before: Bytes | null;
	readonly side: "debit" | "credit";
	/** change of what is pending on this side, minor units; negative where a reservation ended */
	readonly pending: bigint;
	/** change of what is posted on this side */
	readonly posted: bigint;
	/** credits less debits posted, with this entry */
	readonly balance: bigint;
	/** debits posted, with this entry */
	readonly debits: bigint;
	readonly at: number;
};

/** `exists`: it was done before, with the same content. */
export type TransferResult = { readonly kind: "done" } | { readonly kind: "exists" } | LedgerRefusal;
