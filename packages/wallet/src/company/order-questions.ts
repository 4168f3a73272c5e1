/** What a payer's app asks about the payment of an order, and what it reads of the answers. */
import { type Refusal, refuse } from "@tenten/protocol";
import type { OrderStatus } from "./company.ts";

export type OrderQuestion = "payment" | "status" | "receipt";

export function orderPath(order: string, question: OrderQuestion): string {
	return `/v1/orders/${encodeURIComponent(order)}/${question}`;
}

export function encodePayer(payer: string): string {
	return JSON.stringify({ payer });
}

/** The name that a payer's app made for its payment: 16 to 64 letters, digits, `-` and `_`. */
export function decodePayer(text: string): string | Refusal {
	const payer = memberOf(text, "payer");
	if (typeof payer !== "string" || !/^[A-Za-z0-9_-]{16,64}$/.test(payer))
		return refuse("malformed", "payer is 16 to 64 letters, digits, - and _");
	return payer;
}

const statuses: readonly OrderStatus["status"][] = ["issued", "reserved", "paid"];

export function decodeStatus(text: string): OrderStatus["status"] | Refusal {
	const status = memberOf(text, "status");
	return statuses.find((each) => each === status) ?? refuse("malformed", "no status");
}

function memberOf(text: string, name: string): unknown {
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
		return (value as Readonly<Record<string, unknown>>)[name];
	} catch {
		return undefined;
	}
}
