/** Mise Pay's accounts, as the switchboard tells them and takes what is done (docs/adr/0055-accounts-of-the-sandbox.md). */
import { asked, post, question } from "../switchboard.ts";

/** Where the payer's money is. */
type PayerStanding = "paying" | "unknown" | "asking" | "paid" | "gaveUp" | "refused" | "abandoned";
type PayeeStanding = "waiting" | "reserved" | "received" | "refused" | "abandoned";

export type Sale = {
	readonly sale: string;
	/** minor units */
	readonly amount: string;
	readonly link: string;
	/** null while nobody pays it */
	readonly payer: PayerStanding | null;
	readonly code: string | null;
	readonly payee: PayeeStanding;
	/** of `steps` */
	readonly reached: number;
	readonly isEnded: boolean;
	readonly receipt: { readonly signature: string; readonly isValid: boolean } | null;
};

/** What the accounts hold, minor units; null where a ledger does not answer. */
export type Accounts = {
	readonly payer: { readonly available: string; readonly setAside: string } | null;
	readonly payee: { readonly usable: string; readonly reserved: string } | null;
	readonly all: { readonly putIn: string; readonly between: string; readonly stands: boolean } | null;
	readonly systems: readonly { readonly name: System; readonly isOn: boolean }[];
	/** the newest first */
	readonly sales: readonly Sale[];
};

export type System = "A" | "B" | "C" | "D";

/** What a code asks for; `underWay`: payments before it of which nobody knows yet how they end. */
export type Reading = { readonly amount: string; readonly underWay: number };

export type Paying = { readonly link: string; readonly isInstead: boolean; readonly isSlow: boolean };

export function lookAtAccounts(): Promise<Accounts | undefined> {
	return asked<Accounts>(question("accounts"));
}

/** The till asks; the link, or undefined where it cannot ask for that. `amount` as it was typed. */
export async function tillAsks(amount: string): Promise<string | undefined> {
	return (await post<{ readonly link: string }>("accounts/ask", { amount }))?.link;
}

/** undefined where the till asked for no such thing. */
export function readCode(link: string): Promise<Reading | undefined> {
	return post<Reading>("accounts/read", { link });
}

export function payFromAccount(paying: Paying): Promise<Accounts | undefined> {
	return post<Accounts>("accounts/pay", paying);
}

export function paidOtherwise(sale: string): Promise<Accounts | undefined> {
	return post<Accounts>("accounts/otherwise", { sale });
}

export function turnSystem(name: System, how: "on" | "off"): Promise<Accounts | undefined> {
	return post<Accounts>(`accounts/systems/${name}/${how}`, {});
}
