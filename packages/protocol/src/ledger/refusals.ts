/**
 * Why a ledger did not do what it was asked: a closed list, in the order in which the reasons are looked for.
 *
 * The first that applies is told. What was refused left nothing behind, its id neither: a *transient* refusal may
 * end if the very same is asked again later, a *final* one never does.
 */
import type { Persistence } from "../codec/index.ts";

/** Every code, with its persistence and what to do next. */
export const ledgerRefusals = {
	"exists-with-different-kind": ["final", "make a fresh id: this one was used for something else"],
	"exists-with-different-debit-account": ["final", "make a fresh id: this one was used for something else"],
	"exists-with-different-credit-account": ["final", "make a fresh id: this one was used for something else"],
	"exists-with-different-amount": ["final", "make a fresh id: this one was used for something else"],
	"exists-with-different-reservation": ["final", "make a fresh id: this one was used for something else"],
	"exists-with-different-time-limit": ["final", "make a fresh id: this one was used for something else"],
	"exists-with-different-reference": ["final", "make a fresh id: this one was used for something else"],
	"exists-with-different-asset": ["final", "make a fresh id: this one was used for something else"],
	"exists-with-different-least": ["final", "make a fresh id: this one was used for something else"],
	"exists-with-different-most": ["final", "make a fresh id: this one was used for something else"],
	"exists-apart": ["final", "link only what is new: this was done without what it is linked to now"],
	"limits-invalid": ["final", "allow least zero or below, most zero or above, or neither"],
	"amount-invalid": ["final", "use a whole amount above zero that a signed 64-bit column holds"],
	"accounts-same": ["final", "name two accounts"],
	"debit-account-unknown": ["transient", "open the account first"],
	"credit-account-unknown": ["transient", "open the account first"],
	"assets-differ": ["final", "transfer between accounts of one asset"],
	"time-limit-past": ["final", "reserve until some time to come, or without a limit"],
	"reservation-unknown": ["transient", "reserve first"],
	"reservation-is-none": ["final", "name a reservation: this transfer was done at once"],
	"reservation-posted": ["final", "nothing: it was posted"],
	"reservation-voided": ["final", "nothing: it was voided"],
	"reservation-expired": ["final", "reserve again"],
	"reservation-not-due": ["transient", "wait for its time limit, or void it"],
	"amount-exceeds-reservation": ["final", "post what was reserved, or less"],
	"funds-insufficient": ["transient", "credit the account first"],
	"ceiling-exceeded": ["transient", "wait until less is held, or send less"],
	"sum-exceeded": ["transient", "use another account, or wait until less of this one's sums is reserved"],
	"linked-refused": ["transient", "see why what it is linked to was refused"],
} as const satisfies Record<string, readonly [Persistence, string]>;

export type LedgerCode = keyof typeof ledgerRefusals;

/** Nothing changed. */
export type LedgerRefusal = { readonly kind: "refused"; readonly code: LedgerCode };

export function refusedBy(code: LedgerCode): LedgerRefusal {
	return { kind: "refused", code };
}
