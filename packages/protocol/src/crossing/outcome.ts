/**
 * The outcome of a payment across operators as a file: how it ended, and what the destination owed, offline.
 *
 * Whoever has it needs the operators' keys, their logs' keys, and a policy of witnesses; nobody is asked.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	limits,
	nullable,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
} from "../codec/index.ts";
import { agreement, type OperatorKeys, verifyAgreement } from "./agreement.ts";
import type { WitnessedLog } from "./entry.ts";
import { type CrossingEnd, endOf } from "./machine.ts";
import { signedQuote, type VerifiedQuote, verifyQuote } from "./quote.ts";
import { type ShownState, shownState, type VerifiedState, verifyShown } from "./shown.ts";

export const outcome = record({
	agreement,
	quote: signedQuote,
	/** by the source's seal that decides */
	decided: shownState,
	/** by a seal of the destination: what it had promised, or has done */
	duty: nullable(shownState),
});
export type Outcome = TypeOf<typeof outcome>;

export type OutcomeKeys = OperatorKeys & {
	/** the log of either side of an agreement; undefined where it is not known */
	readonly logOf: (operator: Bytes, side: "source" | "destination") => WitnessedLog | undefined;
};

/**
 * What the destination owes the payee by this file: `stands` from its reservation on, once the source's seal shows
 * the commit; `met` where it shows the credit; `broken` where it shows that it voided; `none` where it promised nothing
 * or the seal decided against.
 */
export type Duty = "none" | "stands" | "met" | "broken";

export type VerifiedOutcome = {
	readonly quote: VerifiedQuote;
	readonly end: CrossingEnd;
	readonly duty: Duty;
};

export function serializeOutcome(value: Outcome): Bytes {
	return serialize(outcome, value);
}

/**
 * How it ended; or the refusals of `verifyAgreement`, `verifyQuote` and `verifyShown`, and `authority-unknown` where a
 * log is not known, `proof-invalid` where another seal than the one that decides is shown.
 */
export function verifyOutcome(encoded: Bytes, keys: OutcomeKeys): VerifiedOutcome | Refusal {
	const file = parse(outcome, encoded, limits.evidence);
	if (isRefusal(file)) return file;
	const agreed = verifyAgreement(file.agreement, keys);
	if (isRefusal(agreed)) return agreed;
	const quote = verifyQuote(file.quote, agreed, keys);
	if (isRefusal(quote)) return quote;
	const decided = shownBy("source", file.decided, quote, keys);
	if (isRefusal(decided)) return decided;
	const end = endOf(quote, decided);
	if (isRefusal(end)) return end;
	if (file.duty === null) return { quote, end, duty: "none" };
	const promised = shownBy("destination", file.duty, quote, keys);
	return isRefusal(promised) ? promised : { quote, end, duty: dutyOf(end, promised, quote) };
}

function shownBy(
	side: "source" | "destination",
	shown: ShownState,
	{ transfer, agreement: agreed }: VerifiedQuote,
	{ logOf, verify }: OutcomeKeys,
): VerifiedState | Refusal {
	const operator = agreed.body[side];
	const log = logOf(operator, side);
	if (log === undefined) return refuse("authority-unknown", "the log of an operator is not known");
	return verifyShown(shown, { operator, transfer }, log, verify);
}

/** A state that names another transfer than it stands under is no promise. */
function dutyOf({ kind }: CrossingEnd, { state }: VerifiedState, { transfer }: VerifiedQuote): Duty {
	if (kind === "aborted" || state === null || !equalBytes(state.transfer, transfer)) return "none";
	switch (state.state) {
		case "reserved":
			return "stands";
		case "credited":
			return "met";
		case "voided":
			return "broken";
		default:
			return "none";
	}
}
