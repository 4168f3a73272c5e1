/** Routes by which two people freeze what was acquired by fraud, lift it, and decide appeals (docs/spec/freeze.md). */
import { z } from "@hono/zod-openapi";
import { named } from "./endpoint.ts";
import { cursor, hexadecimal, nextCursor, time } from "./schemas.ts";

const act = z.enum(["freeze", "lift"]);
const verdict = z.enum(["upheld", "cleared", "lifted"]);
const caseId = hexadecimal.openapi({ description: "names the case in the operator's files" });
const by = z.string().openapi({ description: "as in the audit log" });

const asked = {
	output: hexadecimal,
	act,
	reason: z.enum(["stolen", "deceived", "unpaid", "ordered"]),
	case: caseId,
	appealDays: z.int().min(1).max(3_650).openapi({ description: "for how long its owners may appeal" }),
};

const proposalSchema = z.object({ ...asked, by, proposedAt: time }).openapi("FreezeProposal");

const appealSchema = z
	.object({
		id: hexadecimal,
		frozen: hexadecimal.openapi({ description: "the output that is frozen" }),
		output: hexadecimal.openapi({ description: "what the appellant owns" }),
		receivedAt: time,
		state: z.enum(["open", "decided"]),
		verdict: verdict.nullable().openapi({ description: "of one person, while it is open" }),
		by: by.nullable().openapi({ description: "who said that verdict last, as in the audit log" }),
	})
	.openapi("Appeal");

const appeal = { appeal: hexadecimal };
const output = { output: hexadecimal };
const done = <T extends z.ZodType>(description: string, schema: T) =>
	({ kind: "json", status: 200, description, schema }) as const;

export const freezeEndpoints = named("management", {
	proposeFreeze: {
		method: "post",
		path: "/v1/freezes",
		summary: "Propose to freeze an output, or to lift its freeze; nothing happens until another confirms it",
		access: "freeze",
		takes: { kind: "json", description: "what should be done, and why", schema: z.object(asked) },
		keyed: false,
		gives: done("What was proposed; another proposal for the output took its place", z.object(output)),
		problems: [],
	},
	freezeProposals: {
		method: "get",
		path: "/v1/freezes",
		summary: "What one person proposed and nobody has confirmed, in the order of the outputs",
		access: "readBooks",
		query: { cursor: cursor.optional() },
		takes: { kind: "none" },
		keyed: false,
		gives: done(
			"A page of proposals, and the cursor of the next one",
			z.object({ proposals: z.array(proposalSchema), cursor: nextCursor }),
		),
		problems: ["malformed"],
	},
	confirmFreeze: {
		method: "post",
		path: "/v1/freezes/{output}/confirm",
		summary: "Do what another person proposed, for whom another administrator answers",
		access: "freeze",
		params: output,
		takes: {
			kind: "json",
			description: "what is confirmed: a proposal that says something else is not",
			schema: z.object({ act, case: caseId }),
		},
		keyed: false,
		gives: done("It is done", z.object(output)),
		problems: ["freeze-unknown", "approval-missing", "too-many"],
	},
	appeals: {
		method: "get",
		path: "/v1/appeals",
		summary: "Appeals against freezes, decided ones too, in the order of their ids",
		access: "readBooks",
		query: { cursor: cursor.optional() },
		takes: { kind: "none" },
		keyed: false,
		gives: done(
			"A page of appeals, and the cursor of the next one",
			z.object({ appeals: z.array(appealSchema), cursor: nextCursor }),
		),
		problems: ["malformed"],
	},
	appealRecord: {
		method: "get",
		path: "/v1/appeals/{appeal}",
		summary: "An appeal with its token, as its owner sent it",
		access: "readBooks",
		params: appeal,
		takes: { kind: "none" },
		keyed: false,
		gives: { kind: "cose", description: "A signed appeal" },
		problems: ["freeze-unknown"],
	},
	decideAppeal: {
		method: "post",
		path: "/v1/appeals/{appeal}/verdict",
		summary: "Say what should become of an appeal; it is decided once another person says the same",
		access: "freeze",
		params: appeal,
		takes: { kind: "json", description: "the verdict", schema: z.object({ verdict }) },
		keyed: false,
		gives: done("Whether it is decided now", z.object({ id: hexadecimal, decided: z.boolean() })),
		problems: ["freeze-unknown", "approval-missing", "attempt-decided"],
	},
});
