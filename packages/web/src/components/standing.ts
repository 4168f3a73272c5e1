/** Where a payment stands, as texts and a tone: every state of every side has its sentence, and what to do next. */
import type { AttemptView } from "@tenten/wallet/page";
import type { Key } from "../state/language.svelte.ts";

export type Standing = { readonly title: Key; readonly what: Key; readonly tone: "good" | "wait" | "bad" };

export function standing({ side, funds, waitsFor, isOpen }: AttemptView): Standing {
	switch (funds) {
		case "spent":
			// The money is gone; the payee may not have heard the last word yet.
			if (isOpen) return { title: "paid.title", what: "paid.untold", tone: "wait" };
			return { title: "paid.title", what: "paid.what", tone: "good" };
		case "received":
			return { title: "received.title", what: "received.what", tone: "good" };
		case "safe":
			return side === "payer"
				? { title: "given-up.title", what: "given-up.payer", tone: "good" }
				: { title: "given-up.title", what: "given-up.payee", tone: "wait" };
		case "refunded":
			return { title: "refunded.title", what: "refunded.what", tone: "good" };
		case "inFlight":
			if (waitsFor === "operator") return { title: "open.title", what: "open.operator", tone: "wait" };
			return side === "payer"
				? { title: "open.title", what: "open.payer", tone: "wait" }
				: { title: "open.title", what: "open.payee", tone: "wait" };
		default:
			return funds satisfies never;
	}
}
