/**
 * The OpenAPI document: made from the table of routes alone, so that it can be read, checked and turned into a
 * client with no operator running.
 */
import { OpenAPIHono, z } from "@hono/zod-openapi";
import { apiRoles, permissionsOf } from "../access.ts";
import {
	type EventType,
	envelopeSchema,
	eventTypeNames,
	eventTypes,
	schemaName,
} from "../webhooks/event-types.ts";
import { codesOf, type Endpoint, rateClassOf } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { meaningOf, type ProblemCode, problemType } from "./problem.ts";
import { problemSchema } from "./schemas.ts";

export type Document = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

const about = {
	openapi: "3.1.0",
	info: {
		title: "Tenten operator",
		version: "1",
		description:
			"Issue, redeem, certify, rule. Wallets send and receive the protocol's messages as `application/cose`; management speaks JSON. Every refusal is a problem (RFC 9457) that says where the money is.",
		license: { name: "Apache-2.0", identifier: "Apache-2.0" },
	},
	servers: [{ url: "/", description: "the operator that serves this document" }],
	tags: [
		{ name: "wallets", description: "What wallets ask: each message carries its own proof" },
		{ name: "management", description: "What the people who run the operator ask" },
		{ name: "peers", description: "What other operators ask, signed both ways" },
		{ name: "webhooks", description: "Where partners are told what happened, and what they were told" },
		{ name: "ledger", description: "Accounts with reservations, for what is no token" },
		{ name: "crossings", description: "Payments to and from accounts of other operators" },
		{ name: "seals", description: "What the operator sealed, and proofs of it that anyone verifies offline" },
		{
			name: "devices",
			description: "What devices and who answers for them ask; the lists of who lost its standing",
		},
		{ name: "service", description: "Health, figures and documentation" },
	],
};

/** Where answers stand that routes share, by their code. */
export const sharedPlace = "#/components/responses/";

const cose = "application/cose";
const binary = z.any().openapi({ type: "string", format: "binary" });
const idempotencyKey = z
	.string()
	.min(1)
	.max(255)
	.openapi({ description: "Fresh for each new request; the same again for a repeated one" });
const requestId = {
	"Request-Id": { description: "names this request in the operator's logs", schema: { type: "string" } },
} as const;
const rateLimits = {
	"RateLimit-Policy": {
		description:
			"how often its class of routes may be asked: requests at once `q`, and the seconds `w` in which they come back",
		schema: { type: "string" },
	},
	RateLimit: {
		description: "requests that are left at once `r`, and the seconds `t` until all are back",
		schema: { type: "string" },
	},
} as const;
const retryAfter = {
	"Retry-After": {
		description: "seconds, before which the same is refused again",
		schema: { type: "integer" },
	},
} as const;

/** Headers of every answer of a route; those of limits where it is counted and limits are set. */
function headersOf(endpoint: Endpoint) {
	return rateClassOf(endpoint) === undefined ? requestId : { ...requestId, ...rateLimits };
}

/** By whose word a route is asked. */
function schemeOf(access: Endpoint["access"]): readonly string[] {
	if (access === "anyone" || access === "party" || access === "reader") return [];
	return access === "holder" || access === "peer" ? [access] : ["apiKey"];
}

/** For a page to read: which keys may. */
function whoMay(access: Endpoint["access"]): string | undefined {
	const roles = apiRoles.filter((role) => (permissionsOf[role] as readonly string[]).includes(access));
	return roles.length === 0 ? undefined : `For API keys with the role ${roles.join(" or ")}.`;
}

export function openApiDocument(): Document {
	return documentOf(about, endpoints, (registry) => {
		registerSchemes(registry);
		for (const type of eventTypeNames) registry.registerWebhook(webhookOf(type));
	});
}

type Routes = Readonly<Record<string, Endpoint>>;
type About = Parameters<OpenAPIHono["getOpenAPI31Document"]>[0];
type Registry = OpenAPIHono["openAPIRegistry"];

/** The document of a server with these routes; `register` adds what they share. */
export function documentOf(
	said: About,
	routes: Routes,
	register: (registry: Registry) => void = () => undefined,
): Document {
	const described = new OpenAPIHono();
	const registry = described.openAPIRegistry;
	register(registry);
	registry.register("Problem", problemSchema);
	for (const [code, answer] of sharedAnswers(routes)) registry.registerComponent("responses", code, answer);
	for (const endpoint of Object.values(routes)) registry.registerPath(operationOf(endpoint));
	return described.getOpenAPI31Document(said);
}

function registerSchemes(registry: Registry): void {
	registry.registerComponent("securitySchemes", "apiKey", {
		type: "http",
		scheme: "bearer",
		description: "an API key, `tenten_<id>_<secret>`",
	});
	registry.registerComponent("securitySchemes", "holder", {
		type: "http",
		scheme: "Tenten",
		description:
			"a signed question in base64url: a statement `balance` of an account, a `deviceQuestion` of a device",
	});
	registry.registerComponent("securitySchemes", "peer", {
		type: "http",
		scheme: "Signature",
		description:
			"HTTP Message Signatures (RFC 9421) with Content-Digest, by the ruling key of a listed operator",
	});
}

/** What an endpoint is sent of a type (Standard Webhooks, CloudEvents). */
function webhookOf(type: EventType) {
	const headers = z.object({
		"webhook-id": z.string().openapi({ description: "the event's id" }),
		"webhook-timestamp": z.string().openapi({ description: "when this attempt was made, unix seconds" }),
		"webhook-signature": z.string().openapi({
			description: "`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`; several in rotation",
		}),
	});
	const content = { "application/cloudevents+json": { schema: envelopeSchema(type) } };
	return {
		method: "post" as const,
		path: type,
		operationId: schemaName(type),
		tags: ["webhooks"],
		summary: eventTypes[type].summary,
		security: [],
		request: { headers, body: { required: true, content } },
		responses: {
			"2XX": { description: "taken: it is not sent again" },
			410: { description: "gone: the endpoint is disabled" },
			default: { description: "anything else, or nothing in time: it is sent again, later" },
		},
	};
}

function operationOf(endpoint: Endpoint) {
	const { method, path, operationId, tag, summary, access } = endpoint;
	const may = whoMay(access);
	return {
		method,
		path,
		operationId,
		tags: [tag],
		summary,
		...(may === undefined ? {} : { description: may }),
		security: schemeOf(access).map((scheme) => ({ [scheme]: [] })),
		request: requestOf(endpoint),
		responses: { ...successOf(endpoint), ...problemsOf(endpoint) },
	};
}

function requestOf({ params, query, keyed, takes }: Endpoint) {
	const body =
		takes.kind === "none"
			? undefined
			: {
					description: takes.description,
					required: true,
					content:
						takes.kind === "cose"
							? { [cose]: { schema: binary } }
							: { "application/json": { schema: takes.schema } },
				};
	return {
		...(params === undefined ? {} : { params: z.object(params) }),
		...(query === undefined ? {} : { query: z.object(query) }),
		...(keyed ? { headers: z.object({ "Idempotency-Key": idempotencyKey }) } : {}),
		...(body === undefined ? {} : { body }),
	};
}

function successOf(endpoint: Endpoint) {
	const { gives } = endpoint;
	const { description } = gives;
	const headers = headersOf(endpoint);
	switch (gives.kind) {
		case "cose":
			return { 200: { description, headers, content: { [cose]: { schema: binary } } } };
		case "json":
			return {
				[gives.status]: { description, headers, content: { "application/json": { schema: gives.schema } } },
			};
		case "bytes":
			return { 200: { description, headers, content: { [gives.type]: { schema: binary } } } };
		case "text":
			return { 200: { description, headers, content: { [gives.type]: { schema: z.string() } } } };
		case "document":
			return {
				200: { description, headers, content: { "application/json": { schema: z.looseObject({}) } } },
			};
		case "nothing":
			return { 204: { description, headers } };
		default:
			return gives satisfies never;
	}
}

/** One response a status, which names every code that it may carry. */
function problemsOf(endpoint: Endpoint) {
	return Object.fromEntries(
		refusalsOf(endpoint).map(({ status, codes, shared }) => [
			status,
			shared === undefined ? problemAnswer(endpoint, codes) : { $ref: `${sharedPlace}${shared}` },
		]),
	);
}

/** The answers to which routes refer, each once. */
function sharedAnswers(routes: Routes) {
	const answers = new Map<ProblemCode, ReturnType<typeof problemAnswer>>();
	for (const endpoint of Object.values(routes))
		for (const { shared } of refusalsOf(endpoint))
			if (shared !== undefined) answers.set(shared, problemAnswer(endpoint, [shared]));
	return answers;
}

type Refusals = {
	readonly status: number;
	readonly codes: readonly ProblemCode[];
	/** A code that comes alone, and with the same headers on every route that is counted: most are. */
	readonly shared: ProblemCode | undefined;
};

function refusalsOf(endpoint: Endpoint): readonly Refusals[] {
	const all = codesOf(endpoint);
	const isCounted = rateClassOf(endpoint) !== undefined;
	return [...new Set(all.map((code) => meaningOf(code).status))].map((status) => {
		const codes = all.filter((code) => meaningOf(code).status === status);
		return { status, codes, shared: isCounted && codes.length === 1 ? codes[0] : undefined };
	});
}

function problemAnswer(endpoint: Endpoint, codes: readonly ProblemCode[]) {
	const narrowed = {
		type: "object" as const,
		properties: { code: { type: "string" as const, enum: [...codes] } },
	};
	return {
		description: codes.map(explained).join("; "),
		headers: codes.some(saysWhen) ? { ...headersOf(endpoint), ...retryAfter } : headersOf(endpoint),
		content: { [problemType]: { schema: { allOf: [{ $ref: "#/components/schemas/Problem" }, narrowed] } } },
	};
}

/** Whether it comes with the time to come back. */
function saysWhen(code: ProblemCode): boolean {
	return code === "rate-limited" || code === "overloaded";
}

function explained(code: ProblemCode): string {
	const { fundsState, nextAction } = meaningOf(code);
	return `\`${code}\` (funds ${fundsState}): ${nextAction}`;
}
