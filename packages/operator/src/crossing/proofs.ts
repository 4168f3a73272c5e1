/**
 * What the operator's seals show of its payments across operators, kept when a seal is made: the map changes after it.
 *
 *   source         of each seal until the one that decides, which stays
 *   destination    of each seal while it is reserved, and of the one after the end, which stays
 */
import {
	type Bytes,
	type CrossingState,
	crossingState,
	parse,
	type StateProof,
	serialize,
	stateProof,
} from "@tenten/protocol";
import { sealsAfter } from "../seal/last-seal.ts";
import { stateProofsIn } from "../seal/trees.ts";
import type { Transaction } from "../store/store.ts";
import { undamaged } from "./rows.ts";

/** Proofs of all that others are to be shown by the seal of this number, which is made in the same transaction. */
export async function keepProofs(transaction: Transaction, number: number): Promise<void> {
	const rows = await transaction
		.selectFrom("crossings")
		.select(["transfer_id", "state", "release"])
		.where("prove_until", ">=", number)
		.orderBy("transfer_id")
		.execute();
	const transfers = rows.map(({ transfer_id }) => transfer_id);
	const proofs = await stateProofsIn(transaction, transfers);
	for (const [at, { transfer_id: transfer, state, release }] of rows.entries()) {
		const shown = { transfer, state: state as CrossingState["state"], release };
		const row = {
			number,
			state: serialize(crossingState, shown),
			proof: serialize(stateProof, proofs[at] as StateProof),
		};
		await transaction
			.insertInto("crossing_proofs")
			.values({ transfer_id: transfer, ...row })
			.onConflict((conflict) => conflict.column("transfer_id").doUpdateSet(row))
			.execute();
	}
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
