/**
 * What the operator's seals show of its payments across operators, kept when a seal is made: the map changes after it.
 *
 *   source         of the first seal after the lock, of each change, and of the seal that decides, which stays
 *   destination    of the first seal after the reservation, and of the one after the end, which stays
 *
 * Each is queued for the other side with it, until that confirms to have it.
 */
import {
	type Bytes,
	type CrossingState,
	crossingState,
	equalBytes,
	parse,
	type StateProof,
	serialize,
	stateProof,
} from "@tenten/protocol";
import { sealsAfter } from "../seal/last-seal.ts";
import { stateProofsIn } from "../seal/trees.ts";
import { insertMissing } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";
import { undamaged } from "./rows.ts";

/** Seals after which a proof that the other side has not confirmed is made anew: it may want a fresh one. */
const refreshAfter = 8;

/**
 * Proofs of all that others are to be shown by the seal of this number, which is made in the same transaction. A proof
 * is kept as long as it says the same: what it proves was said for ever, and its seal may be witnessed only later.
 */
export async function keepProofs(transaction: Transaction, number: number): Promise<void> {
	const rows = await transaction
		.selectFrom("crossings as payment")
		.leftJoin("crossing_proofs as kept", "kept.transfer_id", "payment.transfer_id")
		.leftJoin("crossing_untold as untold", "untold.transfer_id", "payment.transfer_id")
		.select(["payment.transfer_id", "payment.state", "payment.release", "payment.prove_until"])
		.select(["kept.number as kept_number", "kept.state as kept_state", "untold.number as untold_number"])
		.where("payment.prove_until", ">=", number)
		.orderBy("payment.transfer_id")
		.execute();
	const wanted = rows.flatMap((row) => {
		const state = serialize(crossingState, {
			transfer: row.transfer_id,
			state: row.state as CrossingState["state"],
			release: row.release,
		});
		const isSame = row.kept_state !== null && equalBytes(row.kept_state, state);
		const isDeciding = Number(row.prove_until) === number;
		const isLate = row.untold_number !== null && Number(row.kept_number) + refreshAfter <= number;
		return isSame && !isDeciding && !isLate ? [] : [{ transfer: row.transfer_id, state }];
	});
	const proofs = await stateProofsIn(
		transaction,
		wanted.map(({ transfer }) => transfer),
	);
	for (const [at, { transfer, state }] of wanted.entries()) {
		const row = { number, state, proof: serialize(stateProof, proofs[at] as StateProof) };
		await transaction
			.insertInto("crossing_proofs")
			.values({ transfer_id: transfer, ...row })
			.onConflict((conflict) => conflict.column("transfer_id").doUpdateSet(row))
			.execute();
		await transaction
			.insertInto("crossing_untold")
			.values({ transfer_id: transfer, number })
			.onConflict((conflict) => conflict.column("transfer_id").doUpdateSet({ number }))
			.execute();
	}
}

/** Queues the proof that is kept for the other side again; false where there is none. */
export async function queueProof(transaction: Transaction, transfer: Bytes): Promise<boolean> {
	const row = await transaction
		.selectFrom("crossing_proofs")
		.select("number")
		.where("transfer_id", "=", transfer)
		.executeTakeFirst();
	if (row === undefined) return false;
	await insertMissing(transaction, "crossing_untold", [{ transfer_id: transfer, number: row.number }]);
	return true;
}

/** A seal as it stands in the log, and what it shows; what is missing to a `shownState` are words of others. */
export type KeptProof = {
	readonly number: number;
	readonly leaf: Bytes;
	readonly state: CrossingState;
	readonly proof: StateProof;
};

/** By the newest seal that others need; undefined until there is one. */
export async function keptProof(transaction: Transaction, transfer: Bytes): Promise<KeptProof | undefined> {
	const row = await transaction
		.selectFrom("crossing_proofs")
		.selectAll()
		.where("transfer_id", "=", transfer)
		.executeTakeFirst();
	if (row === undefined) return undefined;
	const number = Number(row.number);
	const [leaf] = await sealsAfter(transaction, number - 1, 1);
	if (leaf === undefined) throw new Error("the database is damaged: a seal is gone");
	const state = undamaged(parse(crossingState, row.state), "a state");
	return { number, leaf, state, proof: undamaged(parse(stateProof, row.proof), "a proof") };
}
