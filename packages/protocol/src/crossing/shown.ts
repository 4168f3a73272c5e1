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
import { type Seal, verifyStateProof } from "../seal/index.ts";
import { type ShownSeal, shownEntry, verifyEntry, type WitnessedLog } from "./entry.ts";
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

/** A seal that witnesses place; nothing but `verifySealShown` makes one. */
export type VerifiedSeal = { readonly verified: "seal"; readonly seal: Seal; readonly since: Since };

/** The seal of `operator` that is shown: or the refusals of `verifyEntry`. */
export function verifySealShown(
	shown: ShownSeal,
	operator: Bytes,
	log: WitnessedLog,
	verify: Verify,
): VerifiedSeal | Refusal {
	const entry = verifyEntry(shown, { operator, open: () => null }, log, verify);
	return isRefusal(entry) ? entry : { verified: "seal", seal: entry.seal, since: entry.since };
}

/** As `verifyShown`, under a seal that was verified already. */
export function verifyStateUnder(
	{ seal, since }: VerifiedSeal,
	shown: Pick<ShownState, "state" | "proof">,
	transfer: Bytes,
): VerifiedState | Refusal {
	const state = openState(shown, transfer, seal.state);
	if (isRefusal(state)) return state;
	return { verified: "state", operator: seal.operator, transfer, number: seal.number, state, since };
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
