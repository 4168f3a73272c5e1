/** The shapes of JSON that routes share: amounts, ids, times, cursors and problems. */
import { z } from "@hono/zod-openapi";
import { type ApiRole, apiRoles } from "../access.ts";
import { purposes } from "../key-ring.ts";

/** 32 bytes */
export const hexadecimal = z
	.string()
	.regex(/^[0-9a-f]{64}$/)
	.openapi({ description: "32 bytes as 64 hexadecimal digits" });

const minorUnits = z.string().regex(/^-?[0-9]{1,20}$/);

export const amountSchema = z
	.object({ value: minorUnits, asset: z.string().max(16), scale: z.int().min(0).max(18) })
	.openapi("Amount", { description: "`value` counts minor units; `scale` decimals make one major unit" });

/** RFC 3339, in UTC */
export const time = z.iso.datetime().openapi({ description: "RFC 3339, UTC" });

/** What one page says of where the next begins. Nothing may be read out of it. */
export const cursor = z
	.string()
	.min(1)
	.max(256)
	.openapi({ description: "opaque: as the page before gave it" });
export const nextCursor = cursor.nullable().openapi({ description: "of the next page; null after the last" });

/** How well a device's key is kept. */
export const assurance = z.enum(["software", "tee", "secureElement", "hsm"]);

export const deviceStanding = z.enum(["active", "suspended", "moving", "ended"]);

export const problemSchema = z
	.object({
		type: z.string().openapi({ description: "where the code is explained, on this server" }),
		title: z.string(),
		status: z.int(),
		code: z.string().openapi({ description: "what programs go by" }),
		detail: z.string().openapi({ description: "for logs; it may change" }),
		retryable: z.boolean().openapi({ description: "the same request may succeed later" }),
		fundsState: z.enum(["safe", "spent", "unknown"]).openapi({
			description:
				"`safe`: nothing moved; `spent`: somebody else has it; `unknown`: send the same again to know",
		}),
		nextAction: z.string().openapi({ description: "the one thing to do" }),
	})
	.openapi("Problem", { description: "RFC 9457" });

/** What is owed between two operators: see `Debt`. */
export const debtPageSchema = z.object({
	debts: z.array(
		z
			.object({
				culprit: hexadecimal.openapi({ description: "hash of the culprit's certificate" }),
				caseFiles: z.array(hexadecimal).max(50),
				drawn: amountSchema.openapi({ description: "what the fork reserve paid" }),
				owed: amountSchema.openapi({ description: "what of it is neither repaid nor given up" }),
			})
			.openapi("PeerDebt"),
	),
	cursor: nextCursor,
});

/** The page in a peer's answer; undefined where there is none. */
export function debtPageIn(body: Uint8Array): z.infer<typeof debtPageSchema> | undefined {
	let value: unknown;
	try {
		value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
	} catch {
		return undefined;
	}
	return debtPageSchema.safeParse(value).data;
}

export const apiRole = z.enum(apiRoles as readonly [ApiRole, ...ApiRole[]]);

export const apiKeySchema = z
	.object({
		id: z.string().openapi({ description: "names the key; no secret" }),
		name: z.string(),
		roles: z.array(apiRole),
		createdAt: time,
		expiresAt: time.nullable(),
		revokedAt: time.nullable(),
		lastUsedAt: time.nullable().openapi({ description: "to within an hour" }),
	})
	.openapi("ApiKey");

export const signingKeySchema = z
	.object({
		id: hexadecimal,
		purpose: z.enum(purposes),
		state: z.enum(["listed", "signing", "superseded", "distrusted", "retired"]),
		listedAt: time,
		signsFrom: time,
		neededUntil: time
			.nullable()
			.openapi({ description: "from then on it may be retired; null: not yet known" }),
		distrustedFrom: time.nullable(),
		retiredAt: time.nullable(),
	})
	.openapi("SigningKey");

export const auditEntrySchema = z
	.object({
		position: z.int().openapi({ description: "1 and up, without gaps" }),
		at: time,
		actor: z.string(),
		requestId: z.string(),
		act: z.string(),
		subject: z.string(),
		outcome: z.string().openapi({ description: "`done`, or the code with which it was refused" }),
		detail: z.string(),
		previous: hexadecimal,
		hash: hexadecimal,
	})
	.openapi("AuditEntry");
