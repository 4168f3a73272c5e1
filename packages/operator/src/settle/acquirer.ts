/**
 * The port to a card's acquirer, and one over HTTP with JSON.
 *
 *   POST BASE/charges {reference, amount, currency, card}   authorise: the same reference is the same charge
 *   POST BASE/charges/REFERENCE/capture                     take what was authorised
 *   GET  BASE/charges/REFERENCE                             how it stands; 404: nothing of it arrived
 *
 * What an acquirer answers may be lost when it has acted. So a charge has one reference for ever, `unknown` is no
 * answer, and whoever gets it asks how the charge stands before anything else.
 */
import { z } from "zod";

export type Charge = {
	/** of this charge and no other, ever */
	readonly reference: string;
	/** minor units */
	readonly amount: bigint;
	readonly currency: string;
	/** what the acquirer knows the card by: no card's number is ever here */
	readonly card: string;
};

export type ChargeState =
	/** nothing of it arrived */
	| { readonly kind: "none" }
	| { readonly kind: "authorised" }
	| { readonly kind: "captured"; readonly amount: bigint }
	| { readonly kind: "declined"; readonly why: string }
	/** no answer came, or none that could be read */
	| { readonly kind: "unknown" };

export type Acquirer = {
	authorise(charge: Charge): Promise<ChargeState>;
	capture(charge: Charge): Promise<ChargeState>;
	status(charge: Charge): Promise<ChargeState>;
};

const answer = z.discriminatedUnion("state", [
	z.object({ state: z.literal("authorised") }),
	z.object({ state: z.literal("captured"), amount: z.string().regex(/^[0-9]{1,19}$/) }),
	z.object({ state: z.literal("declined"), code: z.string().min(1).max(64) }),
]);
const bytesMost = 65_536;

/** `key`: the secret that the acquirer gave, sent as a bearer token. */
export function httpAcquirer(base: string, key: string, timeout_ms = 10_000): Acquirer {
	const ask = async (method: "GET" | "POST", path: string, body?: object): Promise<ChargeState> => {
		try {
			const response = await fetch(`${base.replace(/\/+$/, "")}/charges${path}`, {
				method,
				headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
				redirect: "error",
				signal: AbortSignal.timeout(timeout_ms),
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			});
			const text = await response.text();
			if (response.status === 404 && method === "GET") return { kind: "none" };
			return response.status === 200 ? chargeStateIn(text) : { kind: "unknown" };
		} catch {
			return { kind: "unknown" };
		}
	};
	return {
		authorise: ({ reference, amount, currency, card }) =>
			ask("POST", "", { reference, amount: `${amount}`, currency, card }),
		capture: ({ reference }) => ask("POST", `/${encodeURIComponent(reference)}/capture`),
		status: ({ reference }) => ask("GET", `/${encodeURIComponent(reference)}`),
	};
}

/** The state that an answer says, whatever it is; `unknown` where it says none. */
export function chargeStateIn(text: string): ChargeState {
	if (text.length > bytesMost) return { kind: "unknown" };
	const { data } = answer.safeParse(itemIn(text));
	switch (data?.state) {
		case undefined:
			return { kind: "unknown" };
		case "authorised":
			return { kind: "authorised" };
		case "captured":
			return { kind: "captured", amount: BigInt(data.amount) };
		case "declined":
			return { kind: "declined", why: data.code };
		default:
			return data satisfies never;
	}
}

function itemIn(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
