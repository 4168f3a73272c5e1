/**
 * Serving a route: everything about a request is checked against the route's description before its handler is
 * asked, and nothing leaves that the description does not name.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { limits } from "@tenten/protocol";
import type { Context } from "hono";
import type { Acting } from "../access.ts";
import {
	type Answer,
	type Asked,
	codesOf,
	type Endpoint,
	type ImpliedCode,
	UndeclaredCode,
} from "./endpoint.ts";
import { isProblem, type Problem, problem, problemResponse } from "./problem.ts";

const cose = "application/cose";
/** Bytes of the longest JSON body. */
const maximumJson = 65_536;

/** Who asks, or why they may not. */
export type Gate = (endpoint: Endpoint, context: Context) => Promise<Acting | Problem<ImpliedCode>>;

export function serve<E extends Endpoint>(
	app: OpenAPIHono,
	endpoint: E,
	gate: Gate,
	handle: (asked: Asked<E>) => Promise<Answer<E>>,
): void {
	const path = endpoint.path.replaceAll(/\{([^}]+)\}/g, ":$1");
	app.on(endpoint.method.toUpperCase(), path, async (context) => {
		note(context, { route: endpoint.path });
		const answer = await answered(endpoint, gate, handle, context);
		if (!isProblem(answer)) return kept(context, success(endpoint, answer.value), answer.headers ?? {});
		note(context, { code: answer.code });
		return respond(endpoint, answer);
	});
}

type Success = { readonly value: unknown; readonly headers?: Readonly<Record<string, string>> };

/** With these headers; without its body for whoever has it already (RFC 9110, section 13.1.2). */
function kept({ req }: Context, response: Response, headers: Readonly<Record<string, string>>): Response {
	for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
	const tag = headers["etag"];
	const known = req
		.header("if-none-match")
		?.split(",")
		.map((each) => each.trim());
	if (tag === undefined || !(known?.includes(tag) ?? false)) return response;
	return new Response(null, { status: 304, headers });
}

async function answered<E extends Endpoint>(
	endpoint: E,
	gate: Gate,
	handle: (asked: Asked<E>) => Promise<Answer<E>>,
	context: Context,
): Promise<Success | Problem> {
	const acting = await gate(endpoint, context);
	if (isProblem(acting)) return acting;
	const asked = await read(endpoint, context, acting);
	return isProblem(asked) ? asked : handle(asked as Asked<E>);
}

/** What figures are kept by: the route's template, and the code of a problem; and headers that go with the answer. */
type Noted = {
	readonly route?: string;
	readonly code?: string;
	readonly headers?: Readonly<Record<string, string>>;
};

export function note(context: Context, said: Noted): void {
	context.set("noted", { ...noted(context), ...said });
}

export function noted(context: Context): Noted {
	return (context.get("noted") as Noted | undefined) ?? {};
}

function respond(endpoint: Endpoint, value: Problem): Response {
	if (!codesOf(endpoint).includes(value.code))
		throw new UndeclaredCode(`${endpoint.operationId} does not declare ${value.code}`);
	const response = problemResponse(value);
	// What is left of the body is not read, so the line cannot be used again.
	if (value.code === "too-large") response.headers.set("connection", "close");
	return response;
}

function success({ gives }: Endpoint, value: unknown): Response {
	switch (gives.kind) {
		case "cose":
			return new Response(new Uint8Array(value as Uint8Array), { headers: { "content-type": cose } });
		case "bytes":
			return new Response(new Uint8Array(value as Uint8Array), { headers: { "content-type": gives.type } });
		case "json":
			return Response.json(value, { status: gives.status });
		case "text":
			return new Response(value as string, { headers: { "content-type": `${gives.type}; charset=UTF-8` } });
		case "document":
			return Response.json(value);
		case "nothing":
			return new Response(null, { status: 204 });
		default:
			return gives satisfies never;
	}
}

/** The request's parts as their types, or what is wrong with them. */
async function read(
	endpoint: Endpoint,
	context: Context,
	acting: Acting,
): Promise<Asked<Endpoint> | Problem> {
	const body = await readBody(endpoint, context);
	if (isProblem(body)) return body;
	const params = readParts(endpoint.params, (name) => context.req.param(name));
	if (isProblem(params)) return params;
	const query = readParts(endpoint.query, (name) => context.req.query(name));
	if (isProblem(query)) return query;
	const header = (name: string): string | undefined => context.req.header(name);
	return { params, query, body, header, acting } as unknown as Asked<Endpoint>;
}

async function readBody(endpoint: Endpoint, context: Context): Promise<unknown> {
	const { takes } = endpoint;
	if (takes.kind === "none") return null;
	const type = context.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
	if (type !== (takes.kind === "cose" ? cose : "application/json")) return problem("content-type-unknown");
	const bytes = await bodyFor(endpoint, context);
	if (bytes === undefined) return problem("too-large");
	if (takes.kind === "cose") return bytes;
	let value: unknown;
	try {
		value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	} catch {
		return problem("malformed", "the body is no JSON");
	}
	const parsed = takes.schema.safeParse(value);
	return parsed.success ? parsed.data : malformed(parsed.error);
}

/** What was sent to a route, read once; undefined where it is too long. Nothing is read where it takes nothing. */
export async function bodyFor({ takes }: Endpoint, context: Context): Promise<Uint8Array | undefined> {
	if (takes.kind === "none") return new Uint8Array();
	const read = context.get("body") as Uint8Array | undefined;
	if (read !== undefined) return read;
	const maximum = takes.most ?? (takes.kind === "cose" ? limits.message + limits.evidence : maximumJson);
	const body = await readAtMost(context, maximum);
	context.set("body", body);
	return body;
}

/** The whole body; undefined where it is longer than `maximum`, of which no more is read. */
export async function readAtMost({ req }: Context, maximum: number): Promise<Uint8Array | undefined> {
	const declared = req.header("content-length");
	if (declared !== undefined)
		return Number(declared) > maximum ? undefined : new Uint8Array(await req.arrayBuffer());
	const parts: Uint8Array[] = [];
	let length = 0;
	for await (const part of req.raw.body ?? []) {
		length += part.length;
		if (length > maximum) return undefined;
		parts.push(part);
	}
	return new Uint8Array(Buffer.concat(parts));
}

function readParts(
	shape: Endpoint["params"],
	partNamed: (name: string) => string | undefined,
): Readonly<Record<string, unknown>> | null | Problem {
	if (shape === undefined) return null;
	const parts: Record<string, unknown> = Object.create(null);
	for (const [name, schema] of Object.entries(shape)) {
		const parsed = schema.safeParse(partNamed(name));
		if (!parsed.success) return malformed(parsed.error, name);
		parts[name] = parsed.data;
	}
	return parts;
}

type Issues = {
	readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
};

function malformed({ issues: [issue] }: Issues, name?: string): Problem<"malformed"> {
	const where = [...(name === undefined ? [] : [name]), ...(issue?.path ?? [])].join(".");
	return problem("malformed", `${where}: ${issue?.message ?? ""}`.slice(0, 256));
}
