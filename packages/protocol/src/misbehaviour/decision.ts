/**
 * How an operator breaks its word on a payment across operators, by its own seals alone.
 *
 *   seals of the source:       … ── locked ── [decides] ── …
 *   returned                       ✗ early      ✗ early      may be
 *   committed, not at `decides`                              ✗ late
 *   committed or credited, with anything but the secret: ✗ wrong, in every seal
 *
 * The deadline is the number of a seal, which the quote names, and no clock. An end is final: no operator shows two.
 */
import { type CrossingState, isReleaseOf, type Quote } from "../crossing/index.ts";

export type Breach = "early-return" | "late-commit" | "two-ends" | "wrong-secret";

/** What the seal of a number shows. */
export type Shown = {
	readonly number: number;
	readonly state: CrossingState["state"] | null;
	readonly release: CrossingState["release"];
};

/** Of two seals of one operator, or of one alone; undefined where none of its promises is broken. */
export function breachOf(quote: Quote, shown: readonly Shown[]): Breach | undefined {
	const { decides } = quote;
	const at = (state: Shown["state"]): Shown | undefined => shown.find((each) => each.state === state);
	const hasBoth = (one: Shown["state"], other: Shown["state"]): boolean =>
		at(one) !== undefined && at(other) !== undefined;
	if (hasBoth("committed", "returned") || hasBoth("credited", "voided")) return "two-ends";
	if (shown.some(({ state, number }) => state === "returned" && number <= decides)) return "early-return";
	const isUndecided = shown.some(({ state, number }) => state !== "committed" && number === decides);
	const isLate = shown.some(({ state, number }) => state === "committed" && number > decides);
	if (isUndecided && isLate) return "late-commit";
	const isWrong = ({ state, release }: Shown): boolean =>
		(state === "committed" || state === "credited") && (release === null || !isReleaseOf(quote, release));
	return shown.some(isWrong) ? "wrong-secret" : undefined;
}
