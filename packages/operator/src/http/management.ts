/** Routes for the people who run the operator: JSON, for API keys with the roles. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { type Bytes, fromHex, sha256, toHex } from "@tenten/protocol";
import type { Operator } from "../operator.ts";
import { lastingScope } from "../store/forgetting.ts";
import { idIn, nextAfter } from "./cursor.ts";
import { given, refused } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import type { Idempotency } from "./idempotency.ts";
import { problem } from "./problem.ts";
import { type Gate, serve } from "./serving.ts";

export function addManagementRoutes(
	app: OpenAPIHono,
	operator: Operator,
	idempotency: Idempotency,
	gate: Gate,
): void {
	const { deposit, totals, caseFiles, evidence } = endpoints;
	serve(app, deposit, gate, ({ params, body, header, acting }) => {
		const account = fromHex(params.account) as Bytes;
		const { value, asset } = body.amount;
		const key = header("idempotency-key");
		const content = Uint8Array.from(Buffer.from(JSON.stringify([params.account, value, asset])));
		const id = sha256(Uint8Array.from(Buffer.from(`deposit ${key}`)));
		return idempotency.once(lastingScope, key, content, async (keyed) => {
			const refusal = await keyed.deposit(acting, id, account, asset, BigInt(value));
			if (refusal !== undefined) return refused(deposit, refusal);
			return given({ balance: toAmount(operator, asset, await operator.balance(account, asset)) });
		});
	});
	serve(app, totals, gate, async () => {
		const assets = [];
		for (const { code } of operator.entry.assets) {
			const { totals: counted, broken } = await operator.audit(code);
			const named = Object.entries(counted).map(([name, amount]) => [name, toAmount(operator, code, amount)]);
			assets.push({ asset: code, totals: Object.fromEntries(named), broken: [...broken] });
		}
		return given({ assets });
	});
	serve(app, caseFiles, gate, async ({ query }) => {
		const after = idIn("cases", query.cursor);
		if (after === undefined) return problem("malformed", "cursor");
		const page = await operator.caseFiles(after);
		const files = page.map(({ id, kind, culprit, openedAt }) => ({
			id: toHex(id),
			kind,
			culprit: toHex(culprit),
			openedAt: new Date(openedAt * 1000).toISOString(),
		}));
		return given({ caseFiles: files, cursor: nextAfter("cases", files, ({ id }) => id) });
	});
	serve(app, evidence, gate, async ({ params }) => {
		const found = await operator.evidence(fromHex(params.id) as Bytes);
		return found === undefined ? problem("case-unknown") : given(found);
	});
}

/** Minor units of an asset, as JSON says them. */
export function toAmount(operator: Operator, code: string, minor: bigint) {
	const scale = operator.entry.assets.find((asset) => asset.code === code)?.scale ?? 0;
	return { value: minor.toString(), asset: code, scale };
}
