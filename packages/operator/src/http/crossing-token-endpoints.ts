/**
 * Routes by which tokens pay, or are paid, across operators (docs/spec/crossing-tokens.md), for whoever acts for their
 * holders: the hand-over with this operator's gateway, each step asked for again by the payment's or the request's id.
 */
import { z } from "@hono/zod-openapi";
import { mostInBundle } from "@tenten/protocol/rail";
import { minor, refusedWith } from "./crossing-schemas.ts";
import { named } from "./endpoint.ts";
import { hexadecimal } from "./schemas.ts";

const bundle = z
	.array(z.base64().min(1).max(90_000))
	.max(mostInBundle)
	.openapi({ description: "messages of the hand-over (docs/spec/handover.md), each in base64" });
/** Bytes: a bundle in base64, and what is around it. */
const longestBundle = 131_072;

const tokensIn = z
	.object({
		transfer: hexadecimal,
		state: z.enum(["asked", "held", "owned", "kept", "back"]).nullable().openapi({
			description: "how the tokens stand; null where it is refused",
		}),
		back: hexadecimal.nullable().openapi({
			description: "the payer's own request, to which as much is handed out where they came too late",
		}),
		asks: bundle.openapi({ description: "the gateway's request, as messages" }),
		messages: bundle,
		...refusedWith,
	})
	.openapi("CrossingTokensIn");

const tokensOut = z
	.object({
		account: hexadecimal
			.nullable()
			.openapi({ description: "the digest of the request: what a quote names as its payee" }),
		state: z.enum(["open", "back", "paid", "renewed"]).nullable().openapi({
			description: "renewed: a fresh request has its money",
		}),
		amount: minor.nullable(),
		messages: bundle,
		...refusedWith,
	})
	.openapi("CrossingTokensOut");

const takes = <S extends z.ZodType>(description: string, schema: S) =>
	({
		takes: { kind: "json", description, schema, most: longestBundle },
		keyed: false,
		access: "keepLedger",
	}) as const;
const gives = <S extends z.ZodType>(schema: S) =>
	({
		gives: { kind: "json", status: 200, description: "How it stands, or why it is refused", schema },
		problems: [],
	}) as const;
const said = takes("what the holder's module says; none: to ask", z.strictObject({ messages: bundle }));

export const crossingTokenEndpoints = named("crossings", {
	crossingGateways: {
		method: "get",
		path: "/v1/crossings/tokens-in",
		summary: "Of which assets tokens pay and are paid here, and whom a quote then names as the payer",
		takes: { kind: "none" },
		keyed: false,
		access: "readBooks",
		gives: {
			kind: "json",
			status: 200,
			description: "An asset each",
			schema: z.object({ gateways: z.array(z.object({ asset: hexadecimal, payer: hexadecimal })) }),
		},
		problems: [],
	},
	askTokensIn: {
		method: "post",
		path: "/v1/crossings/tokens-in",
		summary: "Have the gateway ask for the tokens that a quoted payment is paid with",
		...takes(
			"the payment, and the payer's own request of as much",
			z.strictObject({ transfer: hexadecimal, back: bundle }),
		),
		...gives(tokensIn),
	},
	takeTokensIn: {
		method: "post",
		path: "/v1/crossings/tokens-in/{transfer}/messages",
		summary: "Hand the tokens of a payment to the gateway, in two phases",
		...said,
		params: { transfer: hexadecimal },
		...gives(tokensIn),
	},
	openTokensOut: {
		method: "post",
		path: "/v1/crossings/tokens-out",
		summary: "Have a request for tokens paid across: its digest is an account here",
		...takes("the request", z.strictObject({ messages: bundle })),
		...gives(tokensOut),
	},
	handTokensOut: {
		method: "post",
		path: "/v1/crossings/tokens-out/{account}/messages",
		summary: "Have the gateway hand over what is credited to a request, in two phases",
		...said,
		params: { account: hexadecimal },
		...gives(tokensOut),
	},
	renewTokensOut: {
		method: "post",
		path: "/v1/crossings/tokens-out/{account}/renewals",
		summary:
			"Have a fresh request of the same owner take the place of one whose money waits, as after it expired",
		...takes("the fresh request", z.strictObject({ messages: bundle })),
		params: { account: hexadecimal },
		...gives(tokensOut),
	},
});
