/** How many payments stand, read together, with no proof: for whoever looks often. */
import { type Bytes, type CrossingState, crossingState, parse } from "@tenten/protocol";
import type { Transaction } from "../store/store.ts";
import { undamaged } from "./rows.ts";

export type Brief = {
	readonly transfer: Bytes;
	readonly state: CrossingState["state"];
	/** what the other side's newest seal that showed it says; null: nothing yet */
	readonly peer: CrossingState["state"] | null;
	/** why the destination did not reserve, at its last answer */
	readonly refused: string | null;
};

export async function briefsOf(
	transaction: Transaction,
	transfers: readonly Bytes[],
): Promise<readonly Brief[]> {
	const rows = await transaction
		.selectFrom("crossings as payment")
		.leftJoin("crossing_peer_states as shown", "shown.transfer_id", "payment.transfer_id")
		.leftJoin("crossing_refusals as refusal", "refusal.transfer_id", "payment.transfer_id")
		.select(["payment.transfer_id", "payment.state", "shown.state as peer", "refusal.code"])
		.where("payment.transfer_id", "in", transfers)
		.execute();
	return rows.map(({ transfer_id: transfer, state, peer, code }) => ({
		transfer,
		state: state as CrossingState["state"],
		peer: peer === null ? null : undamaged(parse(crossingState, peer), "a peer's state").state,
		refused: code,
	}));
}
