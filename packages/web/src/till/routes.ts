/** The screens of the point of sale: its own, and those of the wallet for a single payment and receipts. */
import type { Route } from "../routes.ts";
import type { TillKey } from "./words.ts";

export const routes: Readonly<Record<string, Route<TillKey>>> = {
	sell: { screen: () => import("./Sell.svelte"), title: "nav.sell", nav: "receive" },
	day: { screen: () => import("./Day.svelte"), title: "nav.day", nav: "history" },
	refund: { screen: () => import("./Refund.svelte"), title: "nav.refund", nav: "pay" },
	payment: { screen: () => import("../screens/Payment.svelte"), title: "nav.payment" },
	"check-receipt": { screen: () => import("../screens/CheckReceipt.svelte"), title: "nav.checkReceipt" },
	receipt: { screen: () => import("../screens/Receipt.svelte"), title: "nav.receipt" },
};
