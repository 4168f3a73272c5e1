/** Routes of the people who run the operator: JSON, for API keys with roles. */
import { z } from "@hono/zod-openapi";
import { goneTables, reasons } from "../pruning/found.ts";
import { named } from "./endpoint.ts";
import {
	amountSchema,
	apiKeySchema,
	apiRole,
	auditEntrySchema,
	cursor,
	debtPageSchema,
	hexadecimal,
	nextCursor,
	time,
} from "./schemas.ts";
import { keyed } from "./wallet-endpoints.ts";

export const managementEndpoints = named("management", {
	deposit: {
		method: "post",
		path: "/v1/accounts/{account}/deposits",
		summary: "Top up an account with value from outside",
		access: "deposit",
		params: { account: hexadecimal },
		takes: { kind: "json", description: "how much", schema: z.object({ amount: amountSchema }) },
		keyed: true,
		gives: {
			kind: "json",
			status: 201,
			description: "The account's balance after the deposit",
			schema: z.object({ balance: amountSchema }),
		},
		problems: [...keyed, "amount-invalid", "asset-unknown", "owner-mismatch", "limit-exceeded"],
	},
	totals: {
		method: "get",
		path: "/v1/totals",
		summary: "Where every minor unit is, and whether the books agree",
		access: "readBooks",
		takes: { kind: "none" },
		keyed: false,
		gives: {
			kind: "json",
			status: 200,
			description: "Totals of each asset, and every invariant that does not hold",
			schema: z.object({
				assets: z.array(
					z
						.object({
							asset: z.string(),
							totals: z.record(z.string(), amountSchema),
							broken: z.array(z.string()),
						})
						.openapi("AssetTotals"),
				),
			}),
		},
		problems: [],
	},
	caseFiles: {
		method: "get",
		path: "/v1/case-files",
		summary: "Cases, in the order of their ids",
		access: "readBooks",
		query: { cursor: cursor.optional() },
		takes: { kind: "none" },
		keyed: false,
		gives: {
			kind: "json",
			status: 200,
			description: "A page of cases, and the cursor of the next one",
			schema: z.object({
				caseFiles: z.array(
					z
						.object({ id: hexadecimal, kind: z.string(), culprit: hexadecimal, openedAt: time })
						.openapi("CaseFile"),
				),
				cursor: nextCursor,
			}),
		},
		problems: ["malformed"],
	},
	evidence: {
		method: "get",
		path: "/v1/case-files/{id}",
		summary: "The evidence of a case",
		access: "readBooks",
		params: { id: hexadecimal },
		takes: { kind: "none" },
		keyed: false,
		gives: { kind: "cose", description: "Evidence that needs the trust list and nothing else" },
		problems: ["case-unknown"],
	},
	addApiKey: {
		method: "post",
		path: "/v1/api-keys",
		summary: "Make an API key: it is shown here and never again",
		access: "manageKeys",
		takes: {
			kind: "json",
			description: "whose it is, what it may do, and until when",
			schema: z.object({
				name: z.string().min(1).max(100),
				roles: z.array(apiRole).min(1).max(8),
				expiresAt: time.nullable().openapi({ description: "null: until it is revoked" }),
			}),
		},
		keyed: false,
		gives: {
			kind: "json",
			status: 201,
			description: "The key itself, and what is kept of it",
			schema: z.object({ key: z.string(), apiKey: apiKeySchema }),
		},
		problems: [],
	},
	apiKeys: {
		method: "get",
		path: "/v1/api-keys",
		summary: "API keys, those revoked too",
		access: "manageKeys",
		query: { cursor: cursor.optional() },
		takes: { kind: "none" },
		keyed: false,
		gives: {
			kind: "json",
			status: 200,
			description: "A page of keys, and the cursor of the next one",
			schema: z.object({ apiKeys: z.array(apiKeySchema), cursor: nextCursor }),
		},
		problems: ["malformed"],
	},
	revokeApiKey: {
		method: "delete",
		path: "/v1/api-keys/{id}",
		summary: "Revoke an API key, at once and for good",
		access: "manageKeys",
		params: { id: z.string().regex(/^[0-9a-f]{16}$/) },
		takes: { kind: "none" },
		keyed: false,
		gives: {
			kind: "json",
			status: 200,
			description: "The key, revoked now or before",
			schema: z.object({ apiKey: apiKeySchema }),
		},
		problems: ["api-key-unknown", "administrator-last"],
	},
	allowPayouts: {
		method: "post",
		path: "/v1/payouts/{asset}/allow",
		summary: "Pay out an asset again whose payouts were stopped, if its books agree now",
		access: "allowPayouts",
		params: { asset: z.string().min(1).max(64) },
		takes: { kind: "none" },
		keyed: false,
		gives: {
			kind: "json",
			status: 200,
			description: "Its payouts are not stopped",
			schema: z.object({ asset: z.string() }),
		},
		problems: ["asset-unknown", "payout-stopped"],
	},
	prune: {
		method: "post",
		path: "/v1/prunings",
		summary: "Count what nobody can ask for any more, or delete it: a part of a run, and where to go on",
		access: "prune",
		takes: {
			kind: "json",
			description: "what ended before when, and where the part before stopped",
			schema: z.object({
				before: time.openapi({ description: "RFC 3339, UTC: at least a day ago" }),
				apply: z.boolean().openapi({ description: "false: nothing is deleted" }),
				cursor: cursor.nullable().openapi({ description: "null at the beginning" }),
			}),
		},
		keyed: false,
		gives: {
			kind: "json",
			status: 200,
			description: "Of this part: rows that went or would, why others stay, and the issues that are closed",
			schema: z.object({
				gone: z.record(z.enum(goneTables), z.int()),
				stays: z.record(z.enum(reasons), z.int()),
				closed: z.array(
					z.object({ issues: z.int(), issued: amountSchema, paid: amountSchema }).openapi("ClosedIssues"),
				),
				cursor: nextCursor,
			}),
		},
		problems: ["malformed"],
	},
	debtsAtPeer: {
		method: "get",
		path: "/v1/peers/{peer}/debts",
		summary: "What holders whom this operator certified owe a peer: asked there now, and signed by it",
		access: "readBooks",
		params: { peer: hexadecimal },
		query: { cursor: cursor.optional() },
		takes: { kind: "none" },
		keyed: false,
		gives: {
			kind: "json",
			status: 200,
			description: "A page of debts, and the cursor of the next one",
			schema: debtPageSchema,
		},
		problems: ["peer-unlisted", "peer-failed"],
	},
	auditLog: {
		method: "get",
		path: "/v1/audit",
		summary: "What was done by whom, oldest first, each entry chained to the one before",
		access: "readAudit",
		query: { cursor: cursor.optional() },
		takes: { kind: "none" },
		keyed: false,
		gives: {
			kind: "json",
			status: 200,
			description: "A page of entries, and the cursor of the next one",
			schema: z.object({ entries: z.array(auditEntrySchema), cursor: nextCursor }),
		},
		problems: ["malformed"],
	},
});
