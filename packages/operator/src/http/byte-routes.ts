/**
 * Routes for wallets: each takes and gives the bytes of the operator's own methods (`OperatorClient`).
 *
 * Value-moving ones ask for an Idempotency-Key; what makes them pay once is the signed content itself.
 */
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import {
	accountReply,
	type Bytes,
	fromHex,
	isRefusal,
	parse,
	type Refusal,
	refuse,
	toHex,
} from "@tenten/protocol";
import type { Operator } from "../operator.ts";
import type { Idempotency } from "./idempotency.ts";
import { answer, httpProblem, problemOf } from "./problem.ts";

const cose = "application/cose";
const binary = z.any().openapi({ type: "string", format: "binary" });

const problemSchema = z
	.object({
		type: z.string(),
		title: z.string(),
		status: z.number(),
		code: z.string(),
		detail: z.string(),
		retryable: z.boolean(),
		fundsState: z.enum(["safe", "spent", "unknown"]),
		nextAction: z.string(),
	})
	.openapi("Problem");

export const problems = {
	default: {
		description: "Why not, where the money is, and the one thing to do",
		content: { "application/problem+json": { schema: problemSchema } },
	},
};

const idempotencyHeader = z.object({
	"idempotency-key": z.string().min(1).max(255).optional().openapi({ description: "Fresh for each request" }),
});

type ByteRoute = {
	readonly path: string;
	readonly summary: string;
	readonly request: string;
	readonly reply: string;
	readonly movesValue: boolean;
	readonly run: (operator: Operator, bytes: Bytes) => Promise<Bytes | Refusal>;
};

const posts: readonly ByteRoute[] = [
	{
		path: "/v1/certificates",
		summary: "Enrol a key: certifies it and opens its account",
		request: "a signed enrolment",
		reply: "the certificate and its account",
		movesValue: false,
		run: (operator, bytes) => operator.enrol(bytes),
	},
	{
		path: "/v1/withdrawals",
		summary: "Take from an account, receive tokens",
		request: "a signed order to withdraw",
		reply: "a reply with the issues",
		movesValue: true,
		run: (operator, bytes) => operator.withdraw(bytes),
	},
	{
		path: "/v1/claims",
		summary: "Redeem, refresh or merge tokens",
		request: "a claim: a signed order and the tokens that follow it",
		reply: "a reply with one result a token, and the new issues",
		movesValue: true,
		run: (operator, bytes) => operator.claim(bytes),
	},
	{
		path: "/v1/rulings",
		summary: "Show a release, ask for a refund, or file evidence",
		request: "a ruling request",
		reply: "the ruling, or the id of the case",
		movesValue: true,
		run: (operator, bytes) => operator.rule(bytes),
	},
];

export function addByteRoutes(app: OpenAPIHono, operator: Operator, idempotency: Idempotency): void {
	for (const route of posts) addPost(app, operator, idempotency, route);
	addTrustList(app, operator);
	addReleases(app, operator);
	addAccounts(app, operator);
}

function replyOf(description: string) {
	return { 200: { description, content: { [cose]: { schema: binary } } }, ...problems };
}

function addPost(
	app: OpenAPIHono,
	operator: Operator,
	idempotency: Idempotency,
	{ path, summary, request, reply, movesValue, run }: ByteRoute,
): void {
	const body = { description: request, content: { [cose]: { schema: binary } }, required: true };
	const headers = movesValue ? { headers: idempotencyHeader } : {};
	const route = createRoute({
		method: "post",
		path,
		summary,
		request: { body, ...headers },
		responses: replyOf(reply),
	});
	app.openapi(route, async (context) => {
		const type = context.req.header("content-type")?.split(";")[0]?.trim();
		if (type !== cose) return httpProblem("content-type-unknown");
		const bytes = new Uint8Array(await context.req.arrayBuffer());
		if (!movesValue) return answer(await run(operator, bytes));
		const key = context.req.header("idempotency-key");
		return idempotency.once(path, key, bytes, async () => answer(await run(operator, bytes)));
	});
}

function addTrustList(app: OpenAPIHono, operator: Operator): void {
	const route = createRoute({
		method: "get",
		path: "/v1/trust-list",
		summary: "The current signed trust list",
		responses: replyOf("a signed trust list"),
	});
	app.openapi(route, async () => answer(await operator.trustList()));
}

function addReleases(app: OpenAPIHono, operator: Operator): void {
	const route = createRoute({
		method: "get",
		path: "/v1/releases/{lock}",
		summary: "The release of a lock, once it has been shown or redeemed",
		request: { params: z.object({ lock: z.string().openapi({ description: "64 hexadecimal digits" }) }) },
		responses: replyOf("32 bytes whose SHA-256 is the lock"),
	});
	app.openapi(route, async (context) => {
		const lock = fromHex(context.req.param("lock"));
		return lock?.length === 32 ? answer(await operator.release(lock)) : httpProblem("route-unknown");
	});
}

const scheme = "Tenten ";

function addAccounts(app: OpenAPIHono, operator: Operator): void {
	const route = createRoute({
		method: "get",
		path: "/v1/accounts/{account}",
		summary: "What an account holds, told to its holder",
		request: {
			params: z.object({ account: z.string().openapi({ description: "64 hexadecimal digits" }) }),
			headers: z.object({
				authorization: z
					.string()
					.optional()
					.openapi({ description: "`Tenten` and a signed statement `balance` in base64url" }),
			}),
		},
		responses: replyOf("an account reply"),
	});
	app.openapi(route, async (context) => {
		const header = context.req.header("authorization") ?? "";
		if (!header.startsWith(scheme))
			return problemOf(refuse("signature-invalid", "the holder of the account must sign the question"));
		const question = new Uint8Array(Buffer.from(header.slice(scheme.length), "base64url"));
		const result = await operator.account(question);
		const told = isRefusal(result) ? undefined : parse(accountReply, result);
		const isAsked = told && !isRefusal(told) && toHex(told.account) === context.req.param("account");
		return isRefusal(result) || isAsked
			? answer(result)
			: problemOf(refuse("owner-mismatch", "another account"));
	});
}
