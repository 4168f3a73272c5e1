/** Routes by which people define what the operator issues, and stop it. Records are bytes, so that they can be signed. */
import { z } from "@hono/zod-openapi";
import { named } from "./endpoint.ts";
import { amountSchema, cursor, hexadecimal, nextCursor, time } from "./schemas.ts";

const definitionSchema = z
	.object({
		id: hexadecimal,
		state: z.enum(["proposed", "published"]),
		code: z.string(),
		version: z.int(),
		assetKind: z.string(),
		nameJa: z.string(),
		nameEn: z.string(),
		ceiling: amountSchema,
		validFrom: time,
		signed: z.array(
			z.object({
				part: z.enum(["proposed", "approved"]),
				by: z.string().nullable().openapi({ description: "as in the audit log; null: not over HTTP" }),
			}),
		),
	})
	.openapi("Definition");

const licenceSchema = z
	.object({
		asset: z.string(),
		version: z.int().nullable().openapi({ description: "of the definition in force" }),
		licensor: z.string().nullable(),
		licensedUntil: time.nullable(),
		stopped: z.string().nullable().openapi({ description: "why nothing may be issued now" }),
	})
	.openapi("Licence");

const id = { id: hexadecimal };
const asset = { asset: z.string().min(1).max(64) };
const done = <T extends z.ZodType>(description: string, schema: T) =>
	({ kind: "json", status: 200, description, schema }) as const;
/** Why what a person signed does not count. */
const signatures = [
	"approval-missing",
	"authority-unknown",
	"certificate-role",
	"malformed",
	"signature-invalid",
	"too-large",
] as const;
/** Why what people signed is not adopted. */
const adoption = ["certificate-expired", "licence-invalid", "order-mismatch"] as const;

export const definitionEndpoints = named("management", {
	certifyPerson: {
		method: "post",
		path: "/v1/people",
		summary: "Certify the key of a person who proposes or approves definitions",
		access: "certifyPeople",
		takes: {
			kind: "json",
			description: "the key, as a COSE_Key in hexadecimal, and what its holder may do",
			schema: z.object({
				key: z.string().regex(/^([0-9a-f]{2}){1,256}$/),
				part: z.enum(["proposed", "approved"]),
			}),
		},
		keyed: false,
		gives: { kind: "cose", description: "The certificate" },
		problems: ["key-refused"],
	},
	proposeDefinition: {
		method: "post",
		path: "/v1/definitions",
		summary:
			"Propose an asset definition: its draft, with the licence bound to it and the proposer's signature",
		access: "proposeDefinitions",
		takes: { kind: "cose", description: "A definition's draft that one person signed" },
		keyed: false,
		gives: { kind: "json", status: 201, description: "Its id", schema: z.object(id) },
		problems: [...signatures, ...adoption, "asset-mismatch", "asset-unknown"],
	},
	definitions: {
		method: "get",
		path: "/v1/definitions",
		summary: "Definitions, those that people sign still too, in the order of their ids",
		access: "readBooks",
		query: { cursor: cursor.optional() },
		takes: { kind: "none" },
		keyed: false,
		gives: done(
			"A page of definitions, and the cursor of the next one",
			z.object({ definitions: z.array(definitionSchema), cursor: nextCursor }),
		),
		problems: ["malformed"],
	},
	definition: {
		method: "get",
		path: "/v1/definitions/{id}",
		summary: "A definition's record: as the operator's root signed it, or its draft while people sign",
		access: "readBooks",
		params: id,
		takes: { kind: "none" },
		keyed: false,
		gives: { kind: "cose", description: "What approvers sign the id of, and auditors check" },
		problems: ["definition-unknown"],
	},
	approveDefinition: {
		method: "post",
		path: "/v1/definitions/{id}/approvals",
		summary: "Approve a definition that somebody else proposed",
		access: "approveDefinitions",
		params: id,
		takes: { kind: "cose", description: "An approval, signed by whoever approves" },
		keyed: false,
		gives: done("Its id", z.object(id)),
		problems: [...signatures, "definition-unknown", "definition-decided"],
	},
	publishDefinition: {
		method: "post",
		path: "/v1/definitions/{id}/publish",
		summary: "Adopt a definition that two others approved: the operator's root signs it",
		access: "proposeDefinitions",
		params: id,
		takes: { kind: "none" },
		keyed: false,
		gives: done("Its id", z.object(id)),
		problems: ["approval-missing", ...adoption, "definition-unknown"],
	},
	withdrawDefinition: {
		method: "delete",
		path: "/v1/definitions/{id}",
		summary: "Withdraw a definition that was not published",
		access: "proposeDefinitions",
		params: id,
		takes: { kind: "none" },
		keyed: false,
		gives: done("Its id", z.object(id)),
		problems: ["definition-unknown", "definition-decided"],
	},
	licences: {
		method: "get",
		path: "/v1/licences",
		summary: "What may be issued now under which licence, and why not",
		access: "readBooks",
		takes: { kind: "none" },
		keyed: false,
		gives: done("Each asset", z.object({ licences: z.array(licenceSchema) })),
		problems: [],
	},
	takeStatusList: {
		method: "post",
		path: "/v1/licences/status-lists",
		summary: "Bring a licensor's newest status list: which licences still count",
		access: "proposeDefinitions",
		takes: {
			kind: "json",
			description: "a status list token (IETF Token Status List)",
			schema: z.object({ token: z.string().max(65_000) }),
		},
		keyed: false,
		gives: done("What may be issued now", z.object({ licences: z.array(licenceSchema) })),
		problems: ["licence-invalid"],
	},
	stopIssue: {
		method: "post",
		path: "/v1/issues/{asset}/stop",
		summary: "Bring no more of an asset into circulation; what is out there is redeemed as before",
		access: "stopIssue",
		params: asset,
		takes: { kind: "none" },
		keyed: false,
		gives: done("Its issue is stopped", z.object({ asset: z.string() })),
		problems: ["asset-unknown"],
	},
	allowIssue: {
		method: "post",
		path: "/v1/issues/{asset}/allow",
		summary: "Issue an asset again that people stopped, as far as its licence goes",
		access: "allowIssue",
		params: asset,
		takes: { kind: "none" },
		keyed: false,
		gives: done("Its issue is not stopped by people", z.object({ asset: z.string() })),
		problems: ["asset-unknown"],
	},
});
