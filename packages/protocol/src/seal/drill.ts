/**
 * Drills: a witness redeems a small amount in the normal flow, and signs what came of it (docs/spec/sampling.md).
 *
 * Each is signed twice: before the operator is asked, and when it is over. A drill that is begun and never ended is
 * there to see. It is its witness's word, and convicts nobody: what an operator did not answer it did not sign.
 */
import {
	amount,
	type Bytes,
	bytes32,
	enumeration,
	integer,
	nullable,
	type Refusal,
	record,
	serialize,
	type TypeOf,
	unixSeconds,
} from "../codec/index.ts";
import { coseKey, type Signer, signature, type Verify } from "../crypto/index.ts";
import { signWord, verifyWord } from "./word.ts";

/** `paid`: the amount is on the account. `refused`: it was answered, and not paid. `unanswered`: not by the deadline. */
export const drillResult = enumeration({ paid: 1, refused: 2, unanswered: 3 });
export type DrillResult = TypeOf<typeof drillResult>;

export const drillBody = record({
	/** 32 bytes that nobody can guess: what both statements of a drill share */
	drill: bytes32,
	operator: bytes32,
	asset: bytes32,
	amount,
	requestedAt: unixSeconds,
	/** by when it must be on the account */
	deadline: unixSeconds,
	/** null before the operator is asked; milliseconds until it was over */
	outcome: nullable(record({ result: drillResult, after_ms: integer(0, Number.MAX_SAFE_INTEGER) })),
});
export type DrillBody = TypeOf<typeof drillBody>;

export const signedDrill = record({ body: drillBody, signer: coseKey, signature });

export async function signDrill(body: DrillBody, witness: Signer): Promise<Bytes> {
	return serialize(signedDrill, await signWord("drill", drillBody, body, witness));
}

/** What a witness, by its key id, says of a drill: `authority-unknown` where another key signed, `signature-invalid`. */
export function verifyDrill(encoded: Bytes, witness: Bytes, verify: Verify): DrillBody | Refusal {
	return verifyWord("drill", drillBody, signedDrill, encoded, { verify, witness });
}

/** What drills say together: how many were over or late, how many of them were paid in time, and how long that took. */
export type DrillFigures = {
	readonly count: number;
	readonly paid: number;
	/** of those that were paid: 99 of 100 took no longer; null where none was */
	readonly p99_ms: number | null;
};

/** Of the last statement of each drill. One that is under way counts once its deadline has passed: as not paid. */
export function drillFigures(drills: readonly DrillBody[], now: number): DrillFigures {
	const counted = drills.filter(({ outcome, deadline }) => outcome !== null || deadline < now);
	const times = counted.flatMap(({ outcome }) => (outcome?.result === "paid" ? [outcome.after_ms] : []));
	times.sort((a, b) => a - b);
	return {
		count: counted.length,
		paid: times.length,
		p99_ms: times[Math.ceil(times.length * 0.99) - 1] ?? null,
	};
}
