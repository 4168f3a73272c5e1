/** The screens of the wallet: one row each. `nav` are those that the bar at the bottom leads to. */
import type { Component } from "svelte";
import type { IconName } from "./components/icons.ts";
import CheckReceipt from "./screens/CheckReceipt.svelte";
import History from "./screens/History.svelte";
import Home from "./screens/Home.svelte";
import Pay from "./screens/Pay.svelte";
import Payment from "./screens/Payment.svelte";
import Receipt from "./screens/Receipt.svelte";
import Request from "./screens/Request.svelte";
import TopUp from "./screens/TopUp.svelte";
import type { Key } from "./state/language.svelte.ts";

export type Route = {
	readonly screen: Component;
	readonly title: Key;
	readonly nav?: IconName;
};

export const routes: Readonly<Record<string, Route>> = {
	home: { screen: Home, title: "nav.home", nav: "home" },
	pay: { screen: Pay, title: "nav.pay", nav: "pay" },
	request: { screen: Request, title: "nav.request", nav: "receive" },
	history: { screen: History, title: "nav.history", nav: "history" },
	receipt: { screen: Receipt, title: "receipt.title" },
	"check-receipt": { screen: CheckReceipt, title: "receipt.check" },
	"top-up": { screen: TopUp, title: "nav.topUp" },
	payment: { screen: Payment, title: "payment.title" },
};

export const first = "home";
