/** What the address of the page says: which wallet it is, and whom it shall join. */
import { type Given, given, walletPage } from "./given.ts";

const name = new URLSearchParams(location.search).get("wallet") ?? "";

/** One origin may hold several wallets, each under its name. */
export const walletName: string = /^[\w-]{1,32}$/.test(name) ? name : "wallet";

/** The operator that a new wallet shall join. */
export const givenOperator: Given = given(location.href, "operator");

/** The relay at which this wallet shall be reached. */
export const givenRelay: Given = given(location.href, "relay");

/** The relay of a link that nobody agreed to yet; empty where there is none. */
export const proposedRelay: string = givenRelay.isOwn ? "" : givenRelay.url;

/** Where links into a wallet point; undefined where only `tenten:` links are understood everywhere. */
export const linkPage: string | undefined = walletPage(location.href);
