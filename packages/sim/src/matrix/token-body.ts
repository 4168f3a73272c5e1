/** What the messages of a token flow carry, as plain JSON: what modules say to each other are bundles in base64. */
import type { Arrival } from "@tenten/wallet";
import type { Message } from "./party.ts";

/** What became of a payment, as the payer's module knows it. */
export type Outcome = "paid" | "cancelled";

export type Body =
	/** the payer taps: pay this order */
	| { readonly kind: "tap"; readonly order: string }
	/** the payer has paid by other means */
	| { readonly kind: "paid-again" }
	| { readonly kind: "pay"; readonly order: string }
	| {
			readonly kind: "ask-payment";
			readonly order: string;
			readonly amount: string;
			readonly direct: boolean;
	  }
	| {
			readonly kind: "payment";
			readonly order: string;
			readonly id: string;
			readonly messages: readonly string[];
			readonly expiresAt: number;
	  }
	/** the company's answer: id and address, or why not */
	| { readonly kind: "answer"; readonly messages: readonly string[]; readonly address: string }
	| { readonly kind: "refused"; readonly code: string }
	| { readonly kind: "instruct"; readonly messages: readonly string[]; readonly address: string }
	| { readonly kind: "bundle"; readonly messages: readonly string[] }
	| { readonly kind: "arrival"; readonly order: string; readonly id: string; readonly arrival: Arrival }
	| { readonly kind: "outcome"; readonly outcome: Outcome }
	| { readonly kind: "not-instructed"; readonly code: string }
	| { readonly kind: "cancel" }
	| { readonly kind: "ask-status"; readonly order: string }
	| { readonly kind: "status"; readonly arrival: Arrival }
	| { readonly kind: "ask-receipt"; readonly order: string }
	| { readonly kind: "ask-again" };

export function bodyOf({ body }: Message): Body {
	return body as Body;
}

export function encoded(messages: readonly Uint8Array[]): readonly string[] {
	return messages.map((message) => Buffer.from(message).toString("base64"));
}

export function decoded(messages: readonly string[]): readonly Uint8Array[] {
	return messages.map((message) => new Uint8Array(Buffer.from(message, "base64")));
}

/** By which steps a role goes on from a step: `back` to whoever said it, `on` to the next. 0: not numbered. */
export type Onward = Readonly<Record<number, { readonly back?: number; readonly on?: number }>>;
