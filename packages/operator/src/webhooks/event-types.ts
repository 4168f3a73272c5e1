/**
 * What partners can be told: a closed list of types, each with the shape of its data.
 *
 * Nothing here says who paid whom: a redemption names the account that was credited and no owner before it. Data
 * is about one account or about none, and an endpoint that is bound to accounts is told of those alone.
 */
import { z } from "@hono/zod-openapi";
import { amountSchema, hexadecimal } from "../http/schemas.ts";

const account = hexadecimal.openapi({ description: "the account, which is its certificate's hash" });

export const eventTypes = {
	"tenten.deposit.made": {
		summary: "An account was credited with value from outside",
		data: z.object({ account, amount: amountSchema }),
	},
	"tenten.value.issued": {
		summary: "Tokens were issued, from an account or by the operator itself",
		data: z.object({
			account: account.nullable().openapi({ description: "what paid for them; null: the operator itself" }),
			amount: amountSchema,
			tokens: z.int(),
		}),
	},
	"tenten.payout.made": {
		summary: "Tokens were redeemed, refreshed or refunded, and paid",
		data: z.object({
			order: hexadecimal.openapi({ description: "digest of the order that was paid" }),
			account: account.openapi({ description: "what was credited, or who refreshed" }),
			credited: amountSchema.openapi({ description: "to the account" }),
			refreshed: amountSchema.openapi({ description: "in fresh tokens" }),
		}),
	},
	"tenten.claim.forked": {
		summary: "Tokens of a claim had been spent twice: their case files say by whom",
		data: z.object({
			order: hexadecimal,
			account,
			claimed: amountSchema,
			drawn: amountSchema.openapi({ description: "paid nevertheless, from the fork reserve" }),
			caseFiles: z.array(hexadecimal).openapi({ description: "see /v1/case-files/{id}" }),
		}),
	},
	"tenten.case.opened": {
		summary: "Evidence against somebody came in",
		data: z.object({
			caseFile: hexadecimal.openapi({ description: "see /v1/case-files/{id}" }),
			kind: z.string(),
			culprit: hexadecimal.openapi({ description: "hash of the certificate that is convicted" }),
		}),
	},
	"tenten.refund.ruled": {
		summary: "A lock or direct link was ruled refunded to its payer",
		data: z.object({ subject: hexadecimal, account }),
	},
	"tenten.payouts.stopped": {
		summary: "The books of an asset did not agree: nothing new of it is paid out",
		data: z.object({ asset: z.string(), reasons: z.string() }),
	},
	"tenten.payouts.allowed": {
		summary: "An asset is paid out again",
		data: z.object({ asset: z.string() }),
	},
	"tenten.webhook.disabled": {
		summary: "An endpoint is told nothing any more, because it failed for long or said that it is gone",
		data: z.object({ endpoint: hexadecimal, reason: z.string() }),
	},
	"tenten.webhook.test": {
		summary: "Somebody asked for a test of this endpoint",
		data: z.object({ endpoint: hexadecimal }),
	},
} as const satisfies Readonly<Record<string, { readonly summary: string; readonly data: z.ZodType }>>;

export type EventType = keyof typeof eventTypes;

export const eventTypeNames = Object.keys(eventTypes) as [EventType, ...EventType[]];

export type EventData<T extends EventType> = z.input<(typeof eventTypes)[T]["data"]>;

/** The envelope of CloudEvents 1.0, around the data of a type. */
export function envelopeSchema(type: EventType) {
	return z
		.object({
			specversion: z.literal("1.0"),
			id: hexadecimal.openapi({ description: "the same for every attempt: what was seen before is not new" }),
			source: z.string().openapi({ description: "the operator's address" }),
			type: z.literal(type),
			time: z.iso.datetime().openapi({ description: "when it happened" }),
			subject: z
				.string()
				.openapi({ description: "what it is about: the events of one subject have an order" }),
			datacontenttype: z.literal("application/json"),
			data: eventTypes[type].data,
		})
		.openapi(schemaName(type));
}

/** `tenten.payout.made` as `PayoutMade`. */
export function schemaName(type: EventType): string {
	const words = type.split(".").slice(1);
	return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}
