/**
 * Statuses of credentials: set by their issuer, sealed with its state, shown by the holder.
 *
 * A holder carries what the issuer's newest seal shows of its credential and of no other. Whoever is shown it learns
 * one entry, asks nobody, and decides by its own clock how old that may be.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	limits,
	parse,
	type Refusal,
	refuse,
	serialize,
} from "../codec/index.ts";
import { refuseStale, type WitnessedLog } from "../crossing/index.ts";
import type { Verify } from "../crypto/index.ts";
import type { Status, StatusValue } from "./record.ts";
import { type ShownRecord, shownRecord, verifyShownRecord } from "./shown-record.ts";

/** The status from now on, null where it is so already. `status-final`: a revoked credential stays so. */
export function setStatus(known: Status | undefined, next: Omit<Status, "kind">): Status | null | Refusal {
	if (known?.status === next.status) return null;
	if (known?.status === "revoked") return refuse("status-final", "it is revoked");
	return { kind: "status", ...next };
}

export function serializeStatusProof(shown: ShownRecord): Bytes {
	return serialize(shownRecord, shown);
}

export type StatusReader = {
	/** whose credential it is, by the key id of its root */
	readonly operator: Bytes;
	readonly log: WitnessedLog;
	readonly verify: Verify;
	/** unix seconds, by the reader's clock */
	readonly now: number;
	/** seconds that the quorum of the seal may be old */
	readonly freshness: number;
};

export type ShownStatus = {
	readonly credential: Bytes;
	readonly status: StatusValue;
	readonly changedAt: number;
	/** the number of the seal, and since when its quorum found it right */
	readonly number: number;
	readonly since: number;
};

/**
 * What a holder's file shows of `credential`; or the refusals of `verifyShownRecord`, `proof-invalid` where it is of
 * another credential or shows none, `quorum-missing` and `quorum-stale` where its seal is not cosigned lately.
 */
export function verifyStatusProof(
	encoded: Bytes,
	credential: Bytes,
	{ operator, log, verify, now, freshness }: StatusReader,
): ShownStatus | Refusal {
	const shown = parse(shownRecord, encoded, limits.evidence);
	if (isRefusal(shown)) return shown;
	const verified = verifyShownRecord(shown, operator, log, verify);
	if (isRefusal(verified)) return verified;
	const { record, number, sealedAt, since } = verified;
	if (record?.kind !== "status" || !equalBytes(record.credential, credential))
		return refuse("proof-invalid", "no status of this credential");
	const stale = refuseStale(since, { now, freshness });
	if (stale !== undefined) return stale;
	// A seal is as old as it says: a late cosignature makes no old one new.
	if (sealedAt + freshness < now) return refuse("quorum-stale", `sealed at ${sealedAt}`);
	const { status, changedAt } = record;
	return { credential, status, changedAt, number, since: since as number };
}
