/**
 * What a party may forget of a payment, once its time to be kept is over and all that it sent has arrived.
 *
 *   closed      only that there was such a payment: whatever is said of it is taken, and does nothing
 *   a state     one without terms, that answers as the whole one does
 *   undefined   nothing: something is still to come, or has to be answered
 *
 * An id never runs twice: what is closed stays, so that no repeat of its first message begins it anew. A ledger of
 * payees must answer a credit whenever it comes, since only its answer frees what the payer's ledger reserved: so what
 * it refused, or permitted and never saw, it goes on refusing.
 */
import type { PayeeApp } from "./payee-app.ts";
import type { PayeeLedger } from "./payee-ledger.ts";
import type { PayeeSystem } from "./payee-system.ts";
import type { PayerApp } from "./payer-app.ts";
import type { PayerLedger } from "./payer-ledger.ts";
import type { PayerSystem } from "./payer-system.ts";

/** What stands in the place of a payment that was forgotten. */
export const closedPayment = { kind: "closed" } as const;

export type Forgotten<Kept> = typeof closedPayment | Kept | undefined;

const closedWhere = (isOver: boolean): typeof closedPayment | undefined =>
	isOver ? closedPayment : undefined;

export function forgetPayerApp({ kind }: PayerApp): Forgotten<PayerApp> {
	return closedWhere(kind === "paid" || kind === "refused" || kind === "abandoned");
}

export function forgetPayeeApp({ kind }: PayeeApp): Forgotten<PayeeApp> {
	return closedWhere(kind !== "reserved");
}

/** What is completed with a reservation is over once A's word is said, and lets it stand: else C credits again. */
export function forgetPayerSystem(kept: PayerSystem): Forgotten<PayerSystem> {
	if (kept.kind !== "completed") return closedWhere(kept.kind !== "announced" && kept.kind !== "debiting");
	return closedWhere(kept.terms.credit === "final" || (kept.word === "notified" && kept.isAsked));
}

export function forgetPayeeSystem({ kind }: PayeeSystem): Forgotten<PayeeSystem> {
	const over: readonly PayeeSystem["kind"][] = ["received", "used", "voided", "refused", "over"];
	return closedWhere(over.includes(kind));
}

export function forgetPayerLedger({ kind }: PayerLedger): Forgotten<PayerLedger> {
	return closedWhere(kind === "debited" || kind === "recredited" || kind === "refused");
}

/** `now` in milliseconds. */
export function forgetPayeeLedger(kept: PayeeLedger, now: number): Forgotten<PayeeLedger> {
	switch (kept.kind) {
		case "credited":
		case "used":
		case "voided":
			return closedPayment;
		case "refused":
			return { kind: "refused", code: kept.code, known: null };
		case "permitted":
			return now > kept.until ? { kind: "refused", code: "permit-expired", known: null } : undefined;
		case "crediting":
		case "reserved":
			return undefined;
		default:
			return kept satisfies never;
	}
}
