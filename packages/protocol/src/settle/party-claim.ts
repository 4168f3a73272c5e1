/**
 * Claims on parties: the amount of a statement, on its way through a bank or an acquirer.
 *
 *                 ┌────────────── file ──────────────┐
 *   claimed ─file─▶ filed ──settled──▶ paid          │
 *                     │                  │ refused (a direct debit comes back)
 *                     └──refused──▶ reopened ◀───────┘
 *
 * A claim is in one file at a time, and is paid once. What a bank says is of a file, and is read twice as well as once:
 * so a step is judged against all that the claim ever was. What contradicts it changes nothing, and is shown.
 */
import {
	type Bytes,
	bytes32,
	equalBytes,
	type Refusal,
	record,
	refuse,
	type TypeOf,
	text,
} from "../codec/index.ts";
import { taggedHash } from "../crypto/index.ts";

/** Under its hash a claim is known: one for each statement. */
export const partyClaimContent = record({ operator: bytes32, statement: bytes32 });

export function partyClaimId(content: TypeOf<typeof partyClaimContent>): Bytes {
	return taggedHash("party-claim", partyClaimContent.write(content));
}

/** `name`: whatever the operator calls the file; the same name is the same file. */
export const partyFileContent = record({ operator: bytes32, name: text(64) });

export function partyFileId(content: TypeOf<typeof partyFileContent>): Bytes {
	return taggedHash("party-file", partyFileContent.write(content));
}

export type ClaimState =
	| { readonly kind: "claimed" }
	| { readonly kind: "filed"; readonly file: Bytes }
	| { readonly kind: "paid"; readonly file: Bytes }
	/** `why`: the bank's code */
	| { readonly kind: "reopened"; readonly file: Bytes; readonly why: string };

export type ClaimEvent =
	| { readonly kind: "file"; readonly file: Bytes }
	| { readonly kind: "settled"; readonly file: Bytes }
	| { readonly kind: "refused"; readonly file: Bytes; readonly why: string };

/** `debit`: the party pays. `credit`: it is paid. */
export type Direction = "debit" | "credit";

export type ClaimStep = {
	/** null: it was done before, and nothing changes */
	readonly next: ClaimState | null;
	/** whether the party's delegation is to be suspended: it does not pay for its devices */
	readonly suspends: boolean;
};

const nothing: ClaimStep = { next: null, suspends: false };
const to = (next: ClaimState, suspends = false): ClaimStep => ({ next, suspends });

/**
 * What becomes of a claim with this history, oldest first. Refused: `claim-filed` where another file has it,
 * `claim-paid`, `result-mismatch` where a result is of a file that it was not in, or says the contrary of the one
 * that counted.
 */
export function stepClaim(
	history: readonly [ClaimState, ...ClaimState[]],
	event: ClaimEvent,
	direction: Direction,
): ClaimStep | Refusal {
	const now = history[history.length - 1] as ClaimState;
	const was = (kind: "filed" | "paid" | "reopened"): boolean =>
		history.some((state) => state.kind === kind && equalBytes(state.file, event.file));
	const isIn = now.kind !== "claimed" && equalBytes(now.file, event.file);
	switch (event.kind) {
		case "file":
			if (now.kind === "filed") return isIn ? nothing : refuse("claim-filed", "it is in another file");
			if (now.kind === "paid") return refuse("claim-paid");
			return was("filed")
				? refuse("result-mismatch", "this file has its result")
				: to({ kind: "filed", file: event.file });
		case "settled":
			if (was("paid")) return nothing;
			if (now.kind === "filed" && isIn) return to({ kind: "paid", file: event.file });
			return refuse("result-mismatch", was("reopened") ? "it was refused before" : "it is not in this file");
		case "refused":
			if (was("reopened")) return nothing;
			if (isIn) return to({ kind: "reopened", file: event.file, why: event.why }, direction === "debit");
			return refuse("result-mismatch", "it is not in this file");
		default:
			return event satisfies never;
	}
}
