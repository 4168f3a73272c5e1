/**
 * Routes of the ledger (docs/spec/ledger.md): accounts, transfers in batches, history and statements.
 *
 * Ids make a request safe to repeat, so there is no `Idempotency-Key`. What a transfer is refused with stands among the
 * results of its batch, and is no problem of the request.
 */
import { z } from "@hono/zod-openapi";
import { type LedgerCode, ledgerRefusals } from "@tenten/protocol";
import { named } from "./endpoint.ts";
import { cursor, hexadecimal, nextCursor, time } from "./schemas.ts";

const minor = z
	.string()
	.regex(/^[0-9]{1,19}$/)
	.openapi({ description: "minor units" });
const signed = z
	.string()
	.regex(/^-?[0-9]{1,19}$/)
	.openapi({ description: "minor units" });
const id = hexadecimal.openapi({
	description: "made by the client: asked again with the same content, it is done once",
});
const reference = hexadecimal.nullable().openapi({ description: "the client's own; null: none" });
const until = time.nullable().openapi({ description: "from then on it can only expire; null: never" });

const terms = {
	id,
	asset: hexadecimal.openapi({ description: "hash of the asset" }),
	least: signed.nullable().openapi({ description: "zero or below; null: any debt" }),
	most: signed.nullable().openapi({ description: "the holding ceiling; null: none" }),
};

const fresh = { id, reference, debit: hexadecimal, credit: hexadecimal, amount: minor };
const ending = { id, reference, reservation: hexadecimal };

const transferSchema = z
	.discriminatedUnion("kind", [
		z.strictObject({ kind: z.literal("move"), ...fresh }),
		z.strictObject({ kind: z.literal("reserve"), ...fresh, until }),
		z.strictObject({ kind: z.literal("post"), ...ending, amount: minor }),
		z.strictObject({ kind: z.literal("void"), ...ending }),
		z.strictObject({ kind: z.literal("expire"), ...ending }),
	])
	.openapi("LedgerTransfer");

export type TransferBody = z.output<typeof transferSchema>;

const codes = Object.keys(ledgerRefusals) as [LedgerCode, ...LedgerCode[]];
const resultSchema = z
	.object({
		id: hexadecimal,
		outcome: z.enum(["done", "exists", "refused"]),
		code: z.enum(codes).nullable().openapi({ description: "why it is refused" }),
		retryable: z.boolean().openapi({ description: "the same may succeed later" }),
		nextAction: z.string().openapi({ description: "empty where it is not refused" }),
	})
	.openapi("LedgerResult");

const accountSchema = z
	.object({
		...terms,
		debitsPending: minor,
		debitsPosted: minor,
		creditsPending: minor,
		creditsPosted: minor,
		balance: signed.openapi({ description: "credits posted less debits posted" }),
		available: signed.openapi({ description: "balance less debits pending" }),
		held: signed.openapi({ description: "balance with credits pending" }),
		entries: z.int(),
	})
	.openapi("LedgerAccount");

const keptSchema = z
	.object({
		id: hexadecimal,
		kind: z.enum(["move", "reserve", "post", "void", "expire"]),
		debit: hexadecimal,
		credit: hexadecimal,
		amount: minor.openapi({
			description: "moved, reserved or posted; of `void` and `expire`, what was freed",
		}),
		reservation: hexadecimal.nullable(),
		until: time.nullable(),
		reference: hexadecimal.nullable(),
		at: time,
		ending: z
			.enum(["posted", "voided", "expired"])
			.nullable()
			.openapi({ description: "of a reservation, once it ended" }),
	})
	.openapi("KeptTransfer");

const entrySchema = z
	.object({
		number: z.int().openapi({ description: "1 and up, without gaps" }),
		side: z.enum(["debit", "credit"]),
		pending: signed.openapi({ description: "change of what is pending on this side" }),
		posted: signed.openapi({ description: "change of what is posted on this side" }),
		balance: signed.openapi({ description: "with this entry" }),
		at: time,
		transfer: keptSchema,
	})
	.openapi("LedgerEntry");

const statementSchema = z
	.object({
		from: time,
		until: time,
		opening: signed,
		debits: minor,
		credits: minor,
		closing: signed,
		cursor: cursor.openapi({ description: "of the page of entries that begins with the period" }),
		entries: z.int().openapi({ description: "of the period" }),
	})
	.openapi("LedgerStatement");

/** Transfers of one request, linked or not. */
export const mostTogether = 100;

const json = <S extends z.ZodType>(description: string, schema: S) =>
	({ kind: "json", status: 200, description, schema }) as const;
const body = <S extends z.ZodType>(description: string, schema: S) =>
	({ takes: { kind: "json", description, schema }, keyed: false, access: "keepLedger" }) as const;
const reading = { takes: { kind: "none" }, keyed: false, access: "readBooks" } as const;
const byId = { id: hexadecimal };

export const ledgerEndpoints = named("ledger", {
	openLedgerAccounts: {
		method: "post",
		path: "/v1/ledger/accounts",
		summary: "Open accounts",
		...body(
			"which, and within which limits",
			z.object({ accounts: z.array(z.strictObject(terms)).min(1).max(100) }),
		),
		gives: json("A result each, in their order", z.object({ results: z.array(resultSchema) })),
		problems: [],
	},
	ledgerAccount: {
		method: "get",
		path: "/v1/ledger/accounts/{id}",
		summary: "An account's sums and limits",
		...reading,
		params: byId,
		gives: json("The account", z.object({ account: accountSchema })),
		problems: ["ledger-account-unknown"],
	},
	postLedgerTransfers: {
		method: "post",
		path: "/v1/ledger/transfers",
		summary: "Do a batch of transfers: each for itself, or those of one list together",
		...body(
			`lists of transfers that stand or fall together; ${mostTogether} transfers at most`,
			z.object({ batch: z.array(z.array(transferSchema).min(1)).min(1).max(mostTogether) }),
		),
		gives: json("A result each, in their order", z.object({ results: z.array(resultSchema) })),
		problems: ["too-many"],
	},
	ledgerTransfer: {
		method: "get",
		path: "/v1/ledger/transfers/{id}",
		summary: "A transfer that was done",
		...reading,
		params: byId,
		gives: json("The transfer", z.object({ transfer: keptSchema })),
		problems: ["ledger-transfer-unknown"],
	},
	ledgerEntries: {
		method: "get",
		path: "/v1/ledger/accounts/{id}/entries",
		summary: "What an account did, oldest first",
		...reading,
		params: byId,
		query: { cursor: cursor.optional() },
		gives: json(
			"A page of entries, and the cursor of the next one",
			z.object({ entries: z.array(entrySchema), cursor: nextCursor }),
		),
		problems: ["malformed", "ledger-account-unknown"],
	},
	ledgerStatement: {
		method: "get",
		path: "/v1/ledger/accounts/{id}/statement",
		summary: "What an account was in a period",
		...reading,
		params: byId,
		query: {
			from: time.optional().openapi({ description: "its first second; from the beginning where left out" }),
			until: time.optional().openapi({ description: "the first second after it; up to now where left out" }),
		},
		gives: json(
			"Balances before and after, and what was posted between",
			z.object({ statement: statementSchema }),
		),
		problems: ["malformed", "ledger-account-unknown"],
	},
});
