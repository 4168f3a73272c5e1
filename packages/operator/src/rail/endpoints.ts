/**
 * Every route of a party of the account rail, in one table, as an operator's routes are: the document, what handlers
 * may answer and the tests follow from it. Every party has the same routes; which messages it takes, its machine says.
 */
import { z } from "@hono/zod-openapi";
import { type Document, documentOf } from "../http/document.ts";
import { type Endpoint, named } from "../http/endpoint.ts";
import { serviceFor } from "../http/service-endpoints.ts";
import { messageSchema, namePattern } from "./message-form.ts";

/** Bytes of the longest message: one that carries a message of the hand-over, in base64. */
const longest = 131_072;

const payment = z.string().regex(namePattern).openapi({ description: "1 to 64 visible ASCII characters" });
const minor = z
	.string()
	.regex(/^-?[0-9]+$/)
	.openapi({ description: "minor units, below zero where an account may owe" });
const balances = z
	.strictObject({
		accounts: z.array(
			z.strictObject({ name: z.string(), balance: minor, debitsPending: minor, creditsPending: minor }),
		),
		sum: minor.openapi({ description: "zero: every transfer has two sides" }),
	})
	.openapi("RailAccounts");
/** Its parties are counted by nobody: they stand on a private network. */
const access = "party";

export const railEndpoints = {
	...named("rail", {
		takeRailMessage: {
			method: "post",
			path: "/v1/messages",
			summary: "Take a message, once: what follows from it is durable when this is answered",
			access,
			takes: {
				kind: "json",
				description: "a message, at most 131,072 bytes",
				schema: messageSchema,
				most: longest,
			},
			keyed: false,
			gives: { kind: "nothing", description: "it is durable, or was: do not send it again" },
			problems: [
				"content-differs",
				"kind-unexpected",
				"release-mismatch",
				"sender-refused",
				"signature-invalid",
			],
		},
		railPayment: {
			method: "get",
			path: "/v1/payments/{payment}",
			summary: "What this party keeps of a payment",
			access,
			params: { payment },
			takes: { kind: "none" },
			keyed: false,
			gives: {
				kind: "json",
				status: 200,
				description: "its state, by whose name it goes; the rest differs from party to party",
				schema: z.looseObject({ kind: z.string() }).openapi("KeptPayment"),
			},
			problems: ["payment-unknown"],
		},
		railAccounts: {
			method: "get",
			path: "/v1/accounts",
			summary: "What a ledger's accounts hold, all at one moment; at other parties there are none",
			access,
			takes: { kind: "none" },
			keyed: false,
			gives: { kind: "json", status: 200, description: "each account, and their sum", schema: balances },
			problems: [],
		},
	}),
	...serviceFor(access),
} as const satisfies Readonly<Record<string, Endpoint>>;

const about = {
	openapi: "3.1.0",
	info: {
		title: "Tenten account rail",
		version: "1",
		description:
			"A party of the account rail: it takes each message once and sends what follows until others have it. Whoever reaches this door is believed to be whom a message says; it stands on a private network. Every refusal is a problem (RFC 9457).",
		license: { name: "Apache-2.0", identifier: "Apache-2.0" },
	},
	servers: [{ url: "/", description: "the party that serves this document" }],
	tags: [
		{ name: "rail", description: "What other parties say, and how a payment stands" },
		{ name: "service", description: "Health and documentation" },
	],
};

export function railDocument(): Document {
	return documentOf(about, railEndpoints);
}
