/** What a witnessed seal shows of a record: the only word of one keeper that another, or a reader, acts upon. */
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
import { type Since, shownEntry, verifyEntry, type WitnessedLog } from "../crossing/index.ts";
import type { Verify } from "../crypto/index.ts";
import { type StateProof, sealHash, verifyStateProof } from "../seal/index.ts";
import { type DomainRecord, domainRecord, recordKey, recordValue } from "./record.ts";

export const shownRecord = record({
	/** null: the seal shows none under the proof's key */
	record: nullable(domainRecord),
	...shownEntry,
});
export type ShownRecord = TypeOf<typeof shownRecord>;

/** Nothing but `verifyShownRecord` makes one. */
export type VerifiedRecord = {
	readonly verified: "record";
	/** who keeps it */
	readonly operator: Bytes;
	readonly record: DomainRecord | null;
	/** the seal: its hash, its number, and when it was made */
	readonly seal: Bytes;
	readonly number: number;
	readonly sealedAt: number;
	readonly since: Since;
};

/** What `operator` shows; or the refusals of `verifyEntry`. */
export function verifyShownRecord(
	shown: ShownRecord,
	operator: Bytes,
	log: WitnessedLog,
	verify: Verify,
): VerifiedRecord | Refusal {
	const entry = verifyEntry(shown, { operator, open: (root) => openRecord(shown, root) }, log, verify);
	if (isRefusal(entry)) return entry;
	const { seal, opened, since } = entry;
	const { number, sealedAt } = seal;
	return { verified: "record", operator, record: opened, seal: sealHash(seal), number, sealedAt, since };
}

/** The record under a proof's key, null: none. `proof-invalid` where the map shows something else. */
export function openRecord(
	{ record: value, proof }: { readonly record: DomainRecord | null; readonly proof: StateProof },
	root: Bytes,
): DomainRecord | null | Refusal {
	const proved = verifyStateProof(proof, root);
	if (isRefusal(proved)) return proved;
	const isOpened =
		proved.kind === "absent"
			? value === null
			: value !== null &&
				equalBytes(recordKey(value), proof.key) &&
				equalBytes(recordValue(value), proved.value);
	return isOpened ? value : refuse("proof-invalid", "the map holds something else");
}
