/** Routes for the people who run the operator: JSON, behind the admin token. */
import { createHash, timingSafeEqual } from "node:crypto";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { type Bytes, fromHex, sha256, toHex } from "@tenten/protocol";
import type { Context, Next } from "hono";
import type { Operator } from "../operator.ts";
import { lastingScope } from "../store/forgetting.ts";
import { problems } from "./byte-routes.ts";
import type { Idempotency } from "./idempotency.ts";
import { answer, httpProblem, problemOf } from "./problem.ts";

const hexadecimal = z.string().regex(/^[0-9a-f]{64}$/);
const minorUnits = z.string().regex(/^-?[0-9]{1,20}$/);
const amountSchema = z
	.object({ value: minorUnits, asset: z.string(), scale: z.number() })
	.openapi("Amount", { description: "`value` counts minor units; `scale` decimals make one major unit" });

const security = [{ admin: [] }];

/** Refuses whoever does not hold the admin token; compared without telling how much of it was right. */
export function adminOnly(token: string) {
	const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
	const expected = digest(`Bearer ${token}`);
	return async (context: Context, next: Next): Promise<Response | undefined> => {
		const given = digest(context.req.header("authorization") ?? "");
		if (!timingSafeEqual(given, expected)) return httpProblem("admin-token-invalid");
		await next();
		return undefined;
	};
}

export function addManagementRoutes(app: OpenAPIHono, operator: Operator, idempotency: Idempotency): void {
	addDeposits(app, operator, idempotency);
	addTotals(app, operator);
	addCaseFiles(app, operator);
}

function addDeposits(app: OpenAPIHono, operator: Operator, idempotency: Idempotency): void {
	const content = z.object({ amount: amountSchema });
	const route = createRoute({
		method: "post",
		path: "/v1/accounts/{account}/deposits",
		summary: "Top up an account with value from outside",
		security,
		request: {
			params: z.object({ account: hexadecimal }),
			headers: z.object({ "idempotency-key": z.string().optional() }),
			body: { content: { "application/json": { schema: content } }, required: true },
		},
		responses: {
			201: {
				description: "The account's balance after the deposit",
				content: { "application/json": { schema: z.object({ balance: amountSchema }) } },
			},
			...problems,
		},
	});
	app.openapi(route, async (context) => {
		const account = fromHex(context.req.valid("param").account) as Bytes;
		const { value, asset } = context.req.valid("json").amount;
		const key = context.req.header("idempotency-key");
		const body = Uint8Array.from(Buffer.from(JSON.stringify([toHex(account), value, asset])));
		const id = sha256(Uint8Array.from(Buffer.from(`deposit ${key}`)));
		const made = await idempotency.once(lastingScope, key, body, async () => {
			const refusal = await operator.deposit(id, account, asset, BigInt(value));
			if (refusal !== undefined) return problemOf(refusal);
			const balance = await operator.balance(account, asset);
			return context.json({ balance: toAmount(operator, asset, balance) }, 201);
		});
		// Problems are plain responses, of which the type of the route does not speak.
		return made as never;
	});
}

function addTotals(app: OpenAPIHono, operator: Operator): void {
	const totals = z.record(z.string(), amountSchema);
	const route = createRoute({
		method: "get",
		path: "/v1/totals",
		summary: "Where every minor unit is, and whether the books agree",
		security,
		responses: {
			200: {
				description: "Totals of each asset, and every invariant that does not hold",
				content: {
					"application/json": {
						schema: z.object({
							assets: z.array(z.object({ asset: z.string(), totals, broken: z.array(z.string()) })),
						}),
					},
				},
			},
			...problems,
		},
	});
	app.openapi(route, async (context) => {
		const assets = [];
		for (const { code } of operator.entry.assets) {
			const { totals, broken } = await operator.audit(code);
			const named = Object.entries(totals).map(([name, amount]) => [name, toAmount(operator, code, amount)]);
			assets.push({ asset: code, totals: Object.fromEntries(named), broken: [...broken] });
		}
		return context.json({ assets }, 200);
	});
}

function addCaseFiles(app: OpenAPIHono, operator: Operator): void {
	const file = z.object({ id: hexadecimal, kind: z.string(), culprit: hexadecimal, openedAt: z.string() });
	const list = createRoute({
		method: "get",
		path: "/v1/case-files",
		summary: "Cases, newest first",
		security,
		request: { query: z.object({ cursor: hexadecimal.optional() }) },
		responses: {
			200: {
				description: "A page of cases, and the cursor of the next one",
				content: {
					"application/json": {
						schema: z.object({ caseFiles: z.array(file), cursor: hexadecimal.nullable() }),
					},
				},
			},
			...problems,
		},
	});
	app.openapi(list, async (context) => {
		const { cursor } = context.req.valid("query");
		const page = await operator.caseFiles(cursor === undefined ? null : (fromHex(cursor) as Bytes));
		const caseFiles = page.map(({ id, kind, culprit, openedAt }) => ({
			id: toHex(id),
			kind,
			culprit: toHex(culprit),
			openedAt: new Date(openedAt * 1000).toISOString(),
		}));
		return context.json({ caseFiles, cursor: caseFiles.at(-1)?.id ?? null }, 200);
	});
	const one = createRoute({
		method: "get",
		path: "/v1/case-files/{id}",
		summary: "The evidence of a case",
		security,
		request: { params: z.object({ id: hexadecimal }) },
		responses: {
			200: { description: "Evidence that needs the trust list and nothing else" },
			...problems,
		},
	});
	app.openapi(one, async (context) => {
		const evidence = await operator.evidence(fromHex(context.req.valid("param").id) as Bytes);
		return evidence === undefined ? httpProblem("case-unknown") : answer(evidence);
	});
}

function toAmount(operator: Operator, code: string, minor: bigint) {
	const scale = operator.entry.assets.find((asset) => asset.code === code)?.scale ?? 0;
	return { value: minor.toString(), asset: code, scale };
}
