/**
 * What peers' seals showed, as rows: the newest seal of each, and what stands of each payment under the newest that
 * showed it. Everything here was verified before it was written, and is not verified again.
 */
import {
	type Bytes,
	type CrossingState,
	crossingState,
	parse,
	type ShownItem,
	type ShownSeal,
	type ShownState,
	type Since,
	serialize,
	shownSeal,
	stateProof,
	type VerifiedSeal,
	type VerifiedState,
} from "@tenten/protocol";
import { insertMissing } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";
import { undamaged } from "./rows.ts";

export type PeerSeal = { readonly number: number; readonly since: Since };

/** 0 where none was shown. */
export async function newestOf(transaction: Transaction, peer: Bytes): Promise<PeerSeal> {
	const row = await transaction
		.selectFrom("crossing_peers")
		.select(["number", "since"])
		.where("peer", "=", peer)
		.executeTakeFirst();
	if (row === undefined) return { number: 0, since: null };
	return { number: Number(row.number), since: row.since === null ? null : Number(row.since) };
}

/** Keeps it where it is newer than what is kept, or was cosigned again since. */
export async function keepPeerSeal(
	transaction: Transaction,
	{ seal, since }: VerifiedSeal,
	shown: ShownSeal | null,
): Promise<void> {
	const { operator: peer, number } = seal;
	// By the row as it stands when it is written: another seal may have come meanwhile.
	await transaction
		.insertInto("crossing_peers")
		.values({ peer, number, since })
		.onConflict((conflict) =>
			conflict
				.column("peer")
				.doUpdateSet({ number, since })
				.where((kept) => {
					const isSame = kept("crossing_peers.number", "=", number);
					const isOlder = kept(kept.fn.coalesce("crossing_peers.since", kept.val(0)), "<", since ?? 0);
					return kept.or([kept("crossing_peers.number", "<", number), kept.and([isSame, isOlder])]);
				}),
		)
		.execute();
	if (shown !== null)
		await insertMissing(transaction, "crossing_peer_seals", [
			{ peer, number, shown: serialize(shownSeal, shown) },
		]);
}

/** Keeps what a newer seal shows of a payment. */
export async function keepPeerState(
	transaction: Transaction,
	{ transfer, number }: VerifiedState,
	state: CrossingState,
	proof: ShownItem["proof"],
): Promise<void> {
	const row = { number, state: serialize(crossingState, state), proof: serialize(stateProof, proof) };
	await transaction
		.insertInto("crossing_peer_states")
		.values({ transfer_id: transfer, ...row })
		.onConflict((conflict) =>
			conflict.column("transfer_id").doUpdateSet(row).where("crossing_peer_states.number", "<", number),
		)
		.execute();
}

/** What a peer's newest seal that showed a payment says of it; undefined where none did. */
export async function peerStateOf(
	transaction: Transaction,
	peer: Bytes,
	transfer: Bytes,
): Promise<{ readonly shown: ShownState; readonly verified: VerifiedState } | undefined> {
	const row = await transaction
		.selectFrom("crossing_peer_states as state")
		.innerJoin("crossing_peer_seals as seal", "seal.number", "state.number")
		.select(["state.number", "state.state", "state.proof", "seal.shown"])
		.where("state.transfer_id", "=", transfer)
		.where("seal.peer", "=", peer)
		.executeTakeFirst();
	if (row === undefined) return undefined;
	const { leaf, log, words } = undamaged(parse(shownSeal, row.shown, row.shown.length), "a peer's seal");
	const state = undamaged(parse(crossingState, row.state), "a peer's state");
	const proof = undamaged(parse(stateProof, row.proof), "a peer's proof");
	const number = Number(row.number);
	return {
		shown: { state, leaf, proof, log, words },
		verified: { verified: "state", operator: peer, transfer, number, state, since: null },
	};
}
