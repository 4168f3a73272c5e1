/** What a party of exchanges knows: whom it believes, and how long it waits. */
import type { ExchangeTerms } from "./exchange-messages.ts";

export type ExchangePolicy = {
	/** the name under which its own purse speaks; nobody else's */
	readonly purse: string;
	/** whoever holds it */
	readonly user: string;
	/** its own accounts, and the customer system of each */
	readonly accounts: ReadonlyMap<string, string>;
	/** the accounts of others, and the party that exchanges for each */
	readonly others: ReadonlyMap<string, string>;
	/** takes part in exchanges that others begin: an issuer's gateway */
	readonly isGateway: boolean;
	/** milliseconds for which it keeps tokens locked before it gives up, unless it has decided */
	readonly patience_ms: number;
	/** milliseconds after which its user sees that nothing is known; the longer one of the two */
	readonly timeout_ms: number;
};

export function sameTerms(one: ExchangeTerms, other: ExchangeTerms): boolean {
	return one.payer === other.payer && one.payee === other.payee && one.amount === other.amount;
}
