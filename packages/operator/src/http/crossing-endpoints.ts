/**
 * Routes of payments across operators (docs/spec/crossing.md), for whoever acts for payers and payees.
 *
 * Nonces and transfer ids make a request safe to repeat, so there is no `Idempotency-Key`. What a payment is refused
 * with stands among the results, and is no problem of the request.
 */
import { z } from "@hono/zod-openapi";
import { mostTogether } from "@tenten/protocol";
import { minor, refusedWith } from "./crossing-schemas.ts";
import { named } from "./endpoint.ts";
import { hexadecimal, time } from "./schemas.ts";

const asked = z
	.string()
	.regex(/^[1-9][0-9]{0,17}$/)
	.openapi({ description: "minor units" });
const number = z.int().min(0);

const quoteSchema = z
	.object({
		agreement: hexadecimal,
		credits: minor.openapi({ description: "what the payee gets" }),
		pays: minor.openapi({ description: "what the payer loses, the fee with it" }),
		fee: minor,
		rate: z
			.object({ credited: minor, paid: minor })
			.openapi({ description: "so much of the one for so much of the other" }),
		payer: hexadecimal,
		payee: hexadecimal,
		release: hexadecimal.openapi({ description: "SHA-256 of the payer's secret" }),
		decides: number.openapi({ description: "the number of the source's seal that decides" }),
		expiresAt: time,
	})
	.openapi("CrossingQuote");

const states = z.enum(["locked", "committed", "returned", "reserved", "credited", "voided"]);

const quoteResult = z
	.object({
		nonce: hexadecimal,
		transfer: hexadecimal.nullable().openapi({ description: "its id; null where it is refused" }),
		quote: quoteSchema.nullable(),
		...refusedWith,
	})
	.openapi("CrossingQuoteResult");

const stateResult = z
	.object({
		transfer: hexadecimal,
		state: states.nullable().openapi({ description: "how it stands now; null where it is refused" }),
		...refusedWith,
	})
	.openapi("CrossingResult");

const peerState = states.nullable().openapi({
	description: "what the other side's newest seal shows; null: nothing yet",
});
const refused = z.string().nullable().openapi({ description: "why the destination does not reserve" });

const brief = z
	.object({ transfer: hexadecimal, state: states, peer: peerState, refused })
	.openapi("CrossingBrief");

const standing = z
	.object({
		transfer: hexadecimal,
		side: z.enum(["source", "destination"]).openapi({ description: "what this operator is in it" }),
		state: states,
		quote: quoteSchema,
		peer: peerState,
		proof: z.string().nullable().openapi({
			description:
				"base64 of `shownState`: with *reserved*, what a payer's device looks at before it releases",
		}),
		refused,
	})
	.openapi("Crossing");

const json = <S extends z.ZodType>(description: string, schema: S) =>
	({ kind: "json", status: 200, description, schema }) as const;
const body = <S extends z.ZodType>(description: string, schema: S) =>
	({ takes: { kind: "json", description, schema }, keyed: false, access: "keepLedger" }) as const;
const reading = { takes: { kind: "none" }, keyed: false, access: "readBooks" } as const;
const byId = { transfer: hexadecimal };
const results = <S extends z.ZodType>(schema: S) =>
	json("A result each, in their order", z.object({ results: z.array(schema) }));

export const crossingEndpoints = named("crossings", {
	quoteCrossings: {
		method: "post",
		path: "/v1/crossings/quotes",
		summary: "Quotes of payments to accounts of other operators, signed by both",
		...body(
			"what payers want to pay",
			z.object({
				quotes: z
					.array(
						z.strictObject({
							nonce: hexadecimal.openapi({
								description: "made by the client: asked again, the quote is the same",
							}),
							agreement: hexadecimal,
							credits: asked,
							payer: hexadecimal.openapi({ description: "an account of the ledger here" }),
							payee: hexadecimal.openapi({ description: "an account of the ledger there" }),
							release: hexadecimal.openapi({
								description: "SHA-256 of a secret that the payer's device drew",
							}),
						}),
					)
					.min(1)
					.max(mostTogether),
			}),
		),
		gives: results(quoteResult),
		problems: [],
	},
	lockCrossings: {
		method: "post",
		path: "/v1/crossings/locks",
		summary: "Lock what payers pay who agreed to their quotes",
		...body("which", z.object({ transfers: z.array(hexadecimal).min(1).max(mostTogether) })),
		gives: results(stateResult),
		problems: [],
	},
	releaseCrossings: {
		method: "post",
		path: "/v1/crossings/releases",
		summary: "Commit payments with their payers' secrets: final",
		...body(
			"each with its secret",
			z.object({
				releases: z
					.array(z.strictObject({ transfer: hexadecimal, release: hexadecimal }))
					.min(1)
					.max(mostTogether),
			}),
		),
		gives: results(stateResult),
		problems: [],
	},
	crossingStandings: {
		method: "post",
		path: "/v1/crossings/standings",
		summary: "How many payments stand here, in brief",
		takes: {
			kind: "json",
			description: "which",
			schema: z.object({ transfers: z.array(hexadecimal).min(1).max(mostTogether) }),
		},
		keyed: false,
		access: "readBooks",
		gives: json(
			"Each in its place; null where this operator has no such payment",
			z.object({ crossings: z.array(brief.nullable()) }),
		),
		problems: [],
	},
	crossing: {
		method: "get",
		path: "/v1/crossings/{transfer}",
		summary: "How a payment stands here, and what the other side shows of it",
		...reading,
		params: byId,
		gives: json("The payment", z.object({ crossing: standing })),
		problems: ["crossing-unknown"],
	},
	crossingOutcome: {
		method: "get",
		path: "/v1/crossings/{transfer}/outcome",
		summary: "The file that shows offline how a payment ended",
		...reading,
		params: byId,
		gives: {
			kind: "cose",
			description: "`outcome` of docs/spec/crossing.md: tenten crossing verify reads it",
		},
		problems: ["crossing-unknown", "crossing-open"],
	},
});
