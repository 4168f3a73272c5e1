/**
 * What a route is: what it takes, what it gives, and every code with which it may refuse.
 *
 * The OpenAPI document (`document.ts`) and the type of what a handler may answer both follow from this one
 * description. So a code that is not declared does not compile; one that comes out of the operator undeclared is
 * a bug, answered as `internal` and logged; one that is declared and never sent fails a test.
 */
import type { z } from "@hono/zod-openapi";
import type { Bytes, Refusal } from "@tenten/protocol";
import type { Acting, Permission } from "../access.ts";
import type { Problem, ProblemCode } from "./problem.ts";

/**
 * Who may ask: anyone, the holder of the account (signed), a listed operator (signed), another party of the account
 * rail (whoever reaches its door), a reader of what a witness shows to all, or whose API key may.
 */
type Access = "anyone" | "holder" | "peer" | "party" | "reader" | Permission;

type Taken =
	| { readonly kind: "none" }
	| {
			readonly kind: "cose";
			readonly description: string;
			/** bytes of the longest, where that is less than a message with evidence */
			readonly most?: number;
	  }
	| {
			readonly kind: "json";
			readonly description: string;
			readonly schema: z.ZodType;
			/** bytes of the longest, where that is less than what every route takes */
			readonly most?: number;
	  };

type Given =
	| { readonly kind: "cose"; readonly description: string }
	| {
			readonly kind: "json";
			readonly status: 200 | 201;
			readonly description: string;
			readonly schema: z.ZodType;
	  }
	| {
			readonly kind: "bytes";
			readonly type: "application/octet-stream" | "application/statuslist+cwt";
			readonly description: string;
	  }
	| { readonly kind: "text"; readonly type: `text/${string}`; readonly description: string }
	| { readonly kind: "document"; readonly description: string }
	| { readonly kind: "nothing"; readonly description: string };

type Tag =
	| "wallets"
	| "management"
	| "peers"
	| "crossings"
	| "webhooks"
	| "ledger"
	| "seals"
	| "devices"
	| "rail"
	| "witness"
	| "fog"
	| "service";

export type Endpoint = {
	readonly method: "get" | "post" | "patch" | "delete";
	/** with parameters in braces */
	readonly path: `/${string}`;
	/** its name in the table, and in generated clients */
	readonly operationId: string;
	readonly tag: Tag;
	readonly summary: string;
	readonly access: Access;
	readonly params?: Readonly<Record<string, z.ZodType>>;
	readonly query?: Readonly<Record<string, z.ZodType>>;
	readonly takes: Taken;
	/** it moves value, and asks for an `Idempotency-Key` */
	readonly keyed: boolean;
	readonly gives: Given;
	/** what its handler may refuse with; what every route of its kind may is in `impliedBy` */
	readonly problems: readonly ProblemCode[];
};

type Table = Readonly<Record<string, Omit<Endpoint, "operationId" | "tag">>>;
type Named<T extends Table> = {
	readonly [K in keyof T & string]: T[K] & { readonly operationId: K; readonly tag: Tag };
};

/** A table's routes, each with its own name there. */
export function named<const T extends Table>(tag: Tag, table: T): Named<T> {
	const routes = Object.entries(table).map(([operationId, route]) => [
		operationId,
		{ ...route, operationId, tag },
	]);
	return Object.fromEntries(routes) as Named<T>;
}

/** What any route sends where it fails itself: a bug, or a store that nothing is to be had from now. */
export const failures = ["internal", "store-unavailable"] as const;

/** Codes that are sent for a route whatever its handler answers. */
export type ImpliedCode =
	| (typeof failures)[number]
	| "malformed"
	| "too-large"
	| "content-type-unknown"
	| "api-key-invalid"
	| "role-missing"
	| "rate-limited"
	| "overloaded"
	| (typeof unheard)[number];

/** What a client's requests are counted as. */
export type RateClass = "value" | "reading" | "management";

/**
 * What moves value or certifies; what people who run the operator ask with their keys; the rest. What stands
 * outside `/v1` is asked by whoever runs the process, and is not counted; nor are parties of the account rail, and
 * readers of a witness, of whom each is in for a moment and asks for what is there.
 */
export function rateClassOf({ path, keyed, method, access }: Endpoint): RateClass | undefined {
	if (!path.startsWith("/v1/") || access === "party" || access === "reader") return undefined;
	if (needsKey(access)) return keyed ? "value" : "management";
	return keyed || (method === "post" && access === "anyone") ? "value" : "reading";
}

/** Whether it is for API keys alone. */
function needsKey(access: Access): boolean {
	return !["anyone", "holder", "peer", "party", "reader"].includes(access);
}

/** What is said to an operator that was not heard. */
const unheard = [
	"peer-signature-missing",
	"peer-signature-invalid",
	"peer-signature-expired",
	"peer-unknown",
	"peer-request-replayed",
] as const;

function impliedBy(endpoint: Endpoint): readonly ImpliedCode[] {
	const { access, params, query, takes } = endpoint;
	const isParsed = params !== undefined || query !== undefined || takes.kind === "json";
	return [
		...failures,
		...(isParsed ? (["malformed"] as const) : []),
		...(takes.kind === "none" ? [] : (["too-large", "content-type-unknown"] as const)),
		...(needsKey(access) ? (["api-key-invalid", "role-missing"] as const) : []),
		...(access === "peer" ? unheard : []),
		...(rateClassOf(endpoint) === undefined ? [] : (["rate-limited"] as const)),
		...(isBehindDoor(endpoint) ? (["overloaded"] as const) : []),
	];
}

/**
 * Whether it is turned away when there is too much to do: what moves value for anyone, certifies, or has strangers'
 * signatures verified before something is written; never who runs the operator, nor who only reads.
 */
export function isBehindDoor({
	method,
	keyed,
	access,
}: Pick<Endpoint, "method" | "keyed" | "access">): boolean {
	return (access === "anyone" || access === "holder") && (keyed || method === "post");
}

/** Every code that a route may send, each once. */
export function codesOf(endpoint: Endpoint): readonly ProblemCode[] {
	return [...new Set<ProblemCode>([...impliedBy(endpoint), ...endpoint.problems])].sort();
}

type Shape = Readonly<Record<string, z.ZodType>>;
type Read<S extends Shape | undefined> = S extends Shape ? { readonly [K in keyof S]: z.output<S[K]> } : null;

/** What a handler is asked. */
export type Asked<E extends Endpoint> = {
	readonly params: Read<E["params"]>;
	readonly query: Read<E["query"]>;
	readonly body: E["takes"] extends { readonly schema: infer S extends z.ZodType }
		? z.output<S>
		: E["takes"] extends { readonly kind: "cose" }
			? Bytes
			: null;
	readonly header: (name: string) => string | undefined;
	/** who asks, and in which request; nobody is named where anyone may */
	readonly acting: Acting;
};

/** What a handler may answer. `headers`: how long it may be kept, and what tells it from another. */
export type Answer<E extends Endpoint> =
	| ({ readonly headers?: Readonly<Record<string, string>> } & Value<E>)
	| Problem<E["problems"][number]>;

type Value<E extends Endpoint> = E["gives"] extends { readonly schema: infer S extends z.ZodType }
	? { readonly kind: "given"; readonly value: z.input<S> }
	: E["gives"] extends { readonly kind: "cose" | "bytes" }
		? { readonly kind: "given"; readonly value: Bytes }
		: E["gives"] extends { readonly kind: "text" }
			? { readonly kind: "given"; readonly value: string }
			: E["gives"] extends { readonly kind: "nothing" }
				? { readonly kind: "given"; readonly value: null }
				: { readonly kind: "given"; readonly value: object };

type GivenValue<V> = {
	readonly kind: "given";
	readonly value: V;
	readonly headers?: Readonly<Record<string, string>>;
};

export function given<const V>(value: V, headers: Readonly<Record<string, string>> = {}): GivenValue<V> {
	return { kind: "given", value, headers };
}

/** A code came out that the route does not declare: the declaration is wrong, and a test should have said so. */
export class UndeclaredCode extends Error {}

/** A refusal as a problem of this route. Throws where the route does not declare it. */
export function refused<E extends Endpoint>(
	{ operationId, problems }: E,
	{ code, detail }: Refusal,
): Problem<E["problems"][number]> {
	if (!problems.includes(code))
		throw new UndeclaredCode(`${operationId} does not declare ${code}: ${detail}`);
	return { kind: "problem", code, detail };
}
