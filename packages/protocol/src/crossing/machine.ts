/**
 * What the machines of both sides share: what they are shown, how the seal that decides is read, what they answer.
 *
 * A host runs a step, its movement of money and the new state of the map in one durable write, and tells nobody
 * before it. Where the ledger or the module refuses the movement, nothing of the step is written.
 */
import { equalBytes, type Refusal, refuse } from "../codec/index.ts";
import { sha256 } from "../crypto/index.ts";
import type { Quote, VerifiedQuote } from "./quote.ts";
import type { VerifiedState } from "./shown.ts";

const secretBytes = 32;

/** What becomes of the payer's value at the source, or of the payee's at the destination; null: it was done before. */
export type Movement = "reserve" | "post" | "void" | null;

/** How it ended, for both: by the witnessed seal that decides, with the secret where that shows a commit. */
export type CrossingEnd =
	| { readonly kind: "committed"; readonly release: Uint8Array }
	| { readonly kind: "aborted" };

/** `proof-invalid` where another operator, transfer or seal is shown: no other decides. */
export function endOf(
	{ transfer, body, agreement }: VerifiedQuote,
	shown: VerifiedState,
): CrossingEnd | Refusal {
	const isIt =
		equalBytes(shown.operator, agreement.body.source) &&
		equalBytes(shown.transfer, transfer) &&
		shown.number === body.decides;
	if (!isIt) return refuse("proof-invalid", "another seal than the one that decides");
	const release = shown.state?.state === "committed" ? shown.state.release : null;
	if (release === null || !equalBytes(shown.state?.transfer ?? release, transfer)) return { kind: "aborted" };
	return isReleaseOf(body, release) ? { kind: "committed", release } : { kind: "aborted" };
}

/** Whether this is the payer's secret. One of another length can be shown in no seal, so it would end nothing. */
export function isReleaseOf({ release }: Quote, secret: Uint8Array): boolean {
	return secret.length === secretBytes && equalBytes(sha256(secret), release);
}
