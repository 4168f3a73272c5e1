/**
 * Batches: what an operator did, as leaves of its log from which anyone adds up the totals again while items stay
 * hidden.
 *
 * The items of a batch are the lines of a sum tree: an item's owner is the id of what it was (an issue, a claim, a
 * certificate, a ruling), its salt is told to whom it concerns. So the root says what the items add up to, and nobody
 * can be shown an item of a batch whose total leaves it out.
 */
import {
	amount,
	amountOrZero,
	bytes32,
	integer,
	type Refusal,
	record,
	type TypeOf,
	union,
} from "../codec/index.ts";
import { type LineProof, type ProvedLine, verifyLineProof } from "./sum-tree.ts";

const count = integer(1, 2 ** 32);
const valued = record({ asset: bytes32, count, total: amount, root: bytes32 });

export const batch = union({
	/** came into circulation */
	issues: [1, valued],
	/** came back by claims */
	redemptions: [2, valued],
	/** certificates that were made: of no asset */
	certificates: [3, record({ count, root: bytes32 })],
	/** rulings, with what they refunded: nothing where they only ruled */
	rulings: [4, record({ asset: bytes32, count, total: amountOrZero, root: bytes32 })],
	/** ended by their condition `expires` */
	burns: [5, valued],
	/** given up: nobody can bring it back any more */
	chargeOffs: [6, valued],
	/** put into the fork reserve */
	forkDeposits: [7, valued],
	/** paid by it */
	forkDraws: [8, valued],
	/** repaid to it by culprits */
	forkRepayments: [9, valued],
	/** given up of what culprits owe it */
	forkLosses: [10, valued],
	/** device records: payments that devices made, which move nothing of what is counted here */
	records: [11, valued],
});
export type Batch = TypeOf<typeof batch>;

/** A batch that moves something, and so adds to a total of its asset. */
export type CountedBatch = Exclude<Batch, { readonly kind: "certificates" | "records" }>;

export function isCounted(value: Batch): value is CountedBatch {
	return value.kind !== "certificates" && value.kind !== "records";
}

/** Minor units of all items. */
export function totalOf(value: Batch): bigint {
	return value.kind === "certificates" ? 0n : value.total;
}

/** An item of a batch. `proof-invalid` where it is none, or a total is said that its items do not have. */
export function verifyItem(value: Batch, proof: LineProof): ProvedLine | Refusal {
	return verifyLineProof(proof, { hash: value.root, sum: totalOf(value) });
}
