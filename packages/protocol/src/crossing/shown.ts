/**
 * What a witnessed seal shows of a transfer: the only word of one operator that another acts upon.
 *
 * What stands in the map must be opened: a hash alone would let whoever withholds a commit pass it off as something
 * else. Absence is proved, never assumed.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	nullable,
	type Refusal,
	record,
	refuse,
	type TypeOf,
} from "../codec/index.ts";
import type { Verify } from "../crypto/index.ts";
import { verifyStateProof } from "../seal/index.ts";
import { shownEntry, verifyEntry, type WitnessedLog } from "./entry.ts";
import { type CrossingState, crossingState, stateValue } from "./state.ts";
import type { Since } from "./witnessed.ts";

export const shownState = record({
	/** null: the seal shows none */
	state: nullable(crossingState),
	...shownEntry,
});
export type ShownState = TypeOf<typeof shownState>;

/** What a witnessed seal says of a transfer; nothing but `verifyShown` makes one. */
export type VerifiedState = {
	readonly verified: "state";
	readonly operator: Bytes;
	readonly transfer: Bytes;
	/** the seal's number */
	readonly number: number;
	readonly state: CrossingState | null;
	readonly since: Since;
};

/** What is shown of `transfer` by `operator`: or the refusals of `verifyEntry`, and `proof-invalid` where it is of another. */
export function verifyShown(
	shown: ShownState,
	{ operator, transfer }: { readonly operator: Bytes; readonly transfer: Bytes },
	log: WitnessedLog,
	verify: Verify,
): VerifiedState | Refusal {
	const open = (root: Bytes): CrossingState | null | Refusal => openState(shown, transfer, root);
	const entry = verifyEntry(shown, { operator, open }, log, verify);
	if (isRefusal(entry)) return entry;
	const { seal, opened: state, since } = entry;
	return { verified: "state", operator, transfer, number: seal.number, state, since };
}

/** What a state map shows of a transfer, null: nothing. `proof-invalid` where it is of another, or shows something else. */
export function openState(
	{ state, proof }: Pick<ShownState, "state" | "proof">,
	transfer: Bytes,
	root: Bytes,
): CrossingState | null | Refusal {
	if (!equalBytes(proof.key, transfer)) return refuse("proof-invalid", "of another transfer");
	const proved = verifyStateProof(proof, root);
	if (isRefusal(proved)) return proved;
	const isOpened =
		proved.kind === "absent" ? state === null : state !== null && equalBytes(stateValue(state), proved.value);
	return isOpened ? state : refuse("proof-invalid", "the map holds something else");
}
