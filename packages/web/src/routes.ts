/**
 * The screens of the wallet: one row each. `nav` are those that the bar at the bottom leads to.
 *
 * A screen is loaded when it is first gone to; the service worker has all of them, so that needs no network.
 */
import type { Component } from "svelte";
import type { IconName } from "./components/icons.ts";
import type { Key } from "./state/language.svelte.ts";

export type Route = {
	readonly screen: () => Promise<{ readonly default: Component }>;
	readonly title: Key;
	readonly nav?: IconName;
};

export const routes: Readonly<Record<string, Route>> = {
	home: { screen: () => import("./screens/Home.svelte"), title: "nav.home", nav: "home" },
	pay: { screen: () => import("./screens/Pay.svelte"), title: "nav.pay", nav: "pay" },
	request: { screen: () => import("./screens/Request.svelte"), title: "nav.request", nav: "receive" },
	history: { screen: () => import("./screens/History.svelte"), title: "nav.history", nav: "history" },
	receipt: { screen: () => import("./screens/Receipt.svelte"), title: "receipt.title" },
	"check-receipt": { screen: () => import("./screens/CheckReceipt.svelte"), title: "receipt.check" },
	"top-up": { screen: () => import("./screens/TopUp.svelte"), title: "nav.topUp" },
	payment: { screen: () => import("./screens/Payment.svelte"), title: "payment.title" },
};

export const first = "home";
