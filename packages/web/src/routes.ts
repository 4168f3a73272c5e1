/**
 * The screens of the wallet: one row each. `nav` are those that the bar at the bottom leads to.
 *
 * A screen is loaded when it is first gone to; the service worker has all of them, so that needs no network.
 */
import type { Component } from "svelte";
import type { IconName } from "./components/icons.ts";
import type { Key } from "./state/language.svelte.ts";

export type Route<K extends string = Key> = {
	readonly screen: () => Promise<{ readonly default: Component }>;
	readonly title: K;
	readonly nav?: IconName;
};

export const routes: Readonly<Record<string, Route>> = {
	home: { screen: () => import("./screens/Home.svelte"), title: "nav.home", nav: "home" },
	pay: { screen: () => import("./screens/Pay.svelte"), title: "nav.pay", nav: "pay" },
	request: { screen: () => import("./screens/Request.svelte"), title: "nav.request", nav: "receive" },
	history: { screen: () => import("./screens/History.svelte"), title: "nav.history", nav: "history" },
	holdings: { screen: () => import("./screens/Holdings.svelte"), title: "holdings.title" },
	receipt: { screen: () => import("./screens/Receipt.svelte"), title: "receipt.title" },
	"check-receipt": { screen: () => import("./screens/CheckReceipt.svelte"), title: "receipt.check" },
	"top-up": { screen: () => import("./screens/TopUp.svelte"), title: "nav.topUp" },
	"ask-back": { screen: () => import("./screens/AskBack.svelte"), title: "askBack.title" },
	settings: { screen: () => import("./screens/Settings.svelte"), title: "settings.title", nav: "settings" },
	restored: { screen: () => import("./screens/Restored.svelte"), title: "restored.title" },
	payment: { screen: () => import("./screens/Payment.svelte"), title: "payment.title" },
};

/** A route whose title is said in the language of the moment, out of whichever texts. */
export type SaidRoute = Omit<Route, "title"> & { readonly title: () => string };

/** Routes with the texts that their titles are keys of. */
export function saidIn<K extends string>(
	table: Readonly<Record<string, Route<K>>>,
	say: (key: K) => string,
): Readonly<Record<string, SaidRoute>> {
	const said = Object.entries(table).map(
		([name, { title, ...route }]) => [name, { ...route, title: () => say(title) }] as const,
	);
	return Object.fromEntries(said);
}
