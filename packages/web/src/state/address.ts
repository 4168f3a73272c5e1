/** What the address of the page says: which wallet it is, and whom it shall join. */
import { type Given, given, type NamedWallet, namedWallet, walletPage } from "./given.ts";

/** One origin may hold several wallets, each under its name. */
export const thisWallet: NamedWallet = namedWallet(location.href);
export const walletName: string = thisWallet.name;

/** The operator that a new wallet shall join. */
export const givenOperator: Given = given(location.href, "operator");

/** The relay at which this wallet shall be reached. */
export const givenRelay: Given = given(location.href, "relay");

/** The relay of a link that nobody agreed to yet; empty where there is none. */
export const proposedRelay: string = givenRelay.isOwn ? "" : givenRelay.url;

/** Where links into a wallet point; undefined where only `tenten:` links are understood everywhere. */
export const linkPage: string | undefined = walletPage(location.href);
