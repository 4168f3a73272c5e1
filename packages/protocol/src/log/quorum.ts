/**
 * Whether witnesses enough stand behind a checkpoint, and since when: the gate of value, and the mark of reading.
 *
 * A cosignature says what its witness knew at one time. As more time passes, a witness that is cut off, or a log that
 * shows this reader an old history, look the same: so value moves on a fresh quorum alone, and without one it stops.
 * Reading goes on, and says how it stands.
 */
import { aheadMost_s, type Bytes, equalBytes, isRefusal, type Refusal, refuse } from "../codec/index.ts";
import type { Verify } from "../crypto/index.ts";
import { openCheckpoint, parseCheckpoint, type VerifiedCheckpoint } from "./checkpoint.ts";
import { parseNote } from "./note.ts";
import type { Policy, Quorum } from "./policy.ts";
import type { VerifiedSignature } from "./signature.ts";

/** What is fresh: `now` in seconds since 1970, and seconds that a quorum may be old. */
export type Freshness = { readonly now: number; readonly oldMost_s: number };

/** How a checkpoint stands for whoever only reads. `since`: see `quorumSince`. */
export type ReadingMark =
	| { readonly kind: "fresh"; readonly since: number }
	| { readonly kind: "stale"; readonly since: number }
	/** fewer cosigned it than the quorum asks for */
	| { readonly kind: "uncosigned" };

/**
 * The checkpoint that these bytes are, signed by a log of the policy, with the cosignatures of the policy's witnesses,
 * however many: or the refusals of `openCheckpoint`, `signature-invalid` too where the policy has no such log.
 */
export function openUnderPolicy(bytes: Bytes, policy: Policy, verify: Verify): VerifiedCheckpoint | Refusal {
	const note = parseNote(bytes);
	if (isRefusal(note)) return note;
	const claimed = parseCheckpoint(note.text);
	if (isRefusal(claimed)) return claimed;
	const { origin } = claimed;
	const keys = policy.logs.map(({ key }) => key).filter(({ name }) => name === origin);
	const witnesses = policy.witnesses.map(({ key }) => key);
	return openCheckpoint(bytes, { origin, keys, witnesses }, verify);
}

/** Whether a policy's quorum cosigned this note, at whatever time. What is no checkpoint of its logs is not. */
export function isCosigned(bytes: Bytes, policy: Policy, verify: Verify): boolean {
	const checkpoint = openUnderPolicy(bytes, policy, verify);
	return !isRefusal(checkpoint) && quorumSince(policy.quorum, checkpoint.cosignatures) !== undefined;
}

/**
 * The latest time from which on the quorum is reached by cosignatures alone that are no older, in seconds: of two out
 * of five that of the second newest. Undefined where it is not reached; infinite where none is asked for.
 */
export function quorumSince(quorum: Quorum, cosignatures: readonly VerifiedSignature[]): number | undefined {
	switch (quorum.kind) {
		case "none":
			return Number.POSITIVE_INFINITY;
		case "witness": {
			const own = cosignatures.filter(({ key }) => equalBytes(key.publicKey, quorum.key.publicKey));
			const times = own.flatMap(({ at }) => (at === null ? [] : [at]));
			return times.length === 0 ? undefined : Math.max(...times);
		}
		case "group": {
			const times = quorum.members.flatMap((member) => quorumSince(member, cosignatures) ?? []);
			return times.sort((a, b) => b - a)[quorum.least - 1];
		}
		default:
			return quorum satisfies never;
	}
}

/**
 * For value: undefined where a fresh quorum stands behind this checkpoint, else `quorum-missing` or `quorum-stale`.
 * A policy that asks for no witness opens nothing.
 */
export function refuseForValue(
	{ cosignatures }: VerifiedCheckpoint,
	{ quorum }: Policy,
	{ now, oldMost_s }: Freshness,
): Refusal | undefined {
	if (quorum.kind === "none") return refuse("quorum-missing", "a policy for value names a quorum");
	const counted = cosignatures.filter(({ at }) => at !== null && at <= now + aheadMost_s);
	const since = quorumSince(quorum, counted);
	if (since === undefined) return refuse("quorum-missing", "too few witnesses cosigned it");
	if (!(now - since <= oldMost_s)) return refuse("quorum-stale", `since ${since}`);
	return undefined;
}

/** For reading: never refused, and marked. Fresh is what would do for value. */
export function markForReading(
	checkpoint: VerifiedCheckpoint,
	policy: Policy,
	freshness: Freshness,
): ReadingMark {
	const since = quorumSince(policy.quorum, checkpoint.cosignatures);
	if (since === undefined || policy.quorum.kind === "none") return { kind: "uncosigned" };
	const isFresh = refuseForValue(checkpoint, policy, freshness) === undefined;
	return { kind: isFresh ? "fresh" : "stale", since };
}
