/** Pruning over HTTP: each request does a part of a run, in transactions of its own. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Operator } from "../operator.ts";
import { leastAge } from "../pruning/prune.ts";
import { cursorAfter, readCursor } from "./cursor.ts";
import { given } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { toAmount } from "./management.ts";
import { problem } from "./problem.ts";
import { type Gate, serve } from "./serving.ts";
import { secondsOf } from "./times.ts";

export function addPruneRoutes(app: OpenAPIHono, operator: Operator, gate: Gate): void {
	serve(app, endpoints.prune, gate, async ({ body, acting }) => {
		const before = secondsOf(body.before);
		if (before > operator.now() - leastAge) return problem("malformed", "before: less than a day ago");
		const from = body.cursor === null ? null : readCursor("prunings", body.cursor);
		if (from === undefined) return problem("malformed", "cursor");
		const pruned = await operator.prune(acting, { before, isApplied: body.apply }, from);
		if (pruned === undefined) return problem("malformed", "cursor");
		const { found, next } = pruned;
		const closed = [...found.closed].map(([code, { issues, issued, paid }]) => ({
			issues,
			issued: toAmount(operator, code, issued),
			paid: toAmount(operator, code, paid),
		}));
		const { gone, stays } = found;
		return given({ gone, stays, closed, cursor: next === null ? null : cursorAfter("prunings", next) });
	});
}
