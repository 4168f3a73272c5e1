/** How the standing of a peer is written in JSON: for consoles, and for whoever watches a witness. */
import { z } from "@hono/zod-openapi";
import { sealRules } from "@tenten/protocol";
import { hexadecimal } from "../http/schemas.ts";

const seconds = z.int().openapi({ description: "seconds since 1970" });
const code = z.string().nullable().openapi({ description: "why not, as a refusal's code" });

export const standingSchema = z
	.strictObject({
		origin: z.string(),
		log: hexadecimal,
		keys: z
			.array(z.string())
			.openapi({ description: "of the log, by which it is followed: name+id+base64 (signed-note)" }),
		operator: hexadecimal,
		visit: z
			.strictObject({ outcome: z.enum(["none", "followed", "unread", "convicted"]), code })
			.openapi({ description: "of the log, last; `none`: it was not visited yet" }),
		checkpoint: z
			.strictObject({ size: z.int(), root: hexadecimal, readAt: seconds })
			.nullable()
			.openapi({ description: "up to which it was followed" }),
		quorum: z.enum(["fresh", "stale", "uncosigned", "unasked"]).openapi({
			description: "of the checkpoint, by this witness's policy; `unasked`: it has none for this log",
		}),
		lag_s: z.int().nullable().openapi({ description: "since the last sealed moment that was read" }),
		seal: z
			.strictObject({
				number: z.int(),
				hash: hexadecimal,
				word: z.enum(["cosignature", "broken"]),
				at: seconds,
			})
			.nullable()
			.openapi({ description: "the last one, and what was said of it" }),
		rules: z
			.array(z.strictObject({ rule: z.enum(sealRules), isKept: z.boolean().nullable() }))
			.openapi({ description: "each rule, by the word on the last seal; null: there is none yet" }),
		evidence: z.array(z.strictObject({ hash: hexadecimal, kind: z.string(), at: seconds })),
		samples: z
			.strictObject({
				drawn: z.int(),
				asked: z.int(),
				bad: z.int(),
				unanswered: z.int(),
				lastAt: seconds.nullable(),
			})
			.openapi({
				description:
					"of the last hundred samples: draws, those not answered by their lines, and samples without an answer",
			}),
		drills: z.strictObject({ count: z.int(), paid: z.int(), p99_ms: z.int().nullable() }).openapi({
			description: "of the last hundred drills: those that are over or late, and those paid in time",
		}),
		others: z
			.array(z.strictObject({ url: z.string(), outcome: z.enum(["agrees", "unread", "convicted"]), code }))
			.openapi({ description: "what comparing with other witnesses of this log came to" }),
	})
	.openapi("PeerStanding");

export type Standing = z.input<typeof standingSchema>;
