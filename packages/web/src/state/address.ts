/** What the address of the page says: which wallet it is, and whom it shall join. */

const parameters = new URLSearchParams(location.search);
const name = parameters.get("wallet") ?? "";

/** One origin may hold several wallets, each under its name. */
export const walletName: string = /^[\w-]{1,32}$/.test(name) ? name : "wallet";

/** The operator that a new wallet joins without being asked; empty where a person says it. */
export const givenOperator: string = parameters.get("operator") ?? "";

/** The relay at which this wallet can be reached; undefined where there is none. */
export const relay: string | undefined = parameters.get("relay") ?? undefined;

/** Where links into this wallet point; undefined where only `tenten:` links are understood everywhere. */
export const linkPage: string | undefined =
	location.protocol === "https:" ? `${location.origin}${location.pathname}` : undefined;
