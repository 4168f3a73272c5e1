/**
 * The operator over HTTP: conventions that hold for every route, then the routes.
 *
 * Every answer carries a Request-Id; logs name it, the route, the status and the time taken, never a body, a
 * key or a header that authorises. What throws is a bug: it is logged and answered as `internal`.
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { limits } from "@tenten/protocol";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { requestId } from "hono/request-id";
import type { Operator } from "../operator.ts";
import { addByteRoutes } from "./byte-routes.ts";
import { documentPage } from "./document-page.ts";
import { Idempotency } from "./idempotency.ts";
import { addManagementRoutes, adminOnly } from "./management.ts";
import { Metrics } from "./metrics.ts";
import { httpProblem, problemOf } from "./problem.ts";

/** What is written of each request. `pino` fits. */
export type RequestLog = {
	readonly info: (fields: object, message: string) => void;
	readonly error: (fields: object, message: string) => void;
};

export type AppOptions = {
	readonly operator: Operator;
	readonly adminToken: string;
	readonly log: RequestLog;
};

const about = {
	openapi: "3.1.0",
	info: { title: "Tenten operator", version: "1", description: "Issue, redeem, certify, rule." },
};

export function createApp({ operator, adminToken, log }: AppOptions): OpenAPIHono {
	const app = new OpenAPIHono({
		defaultHook: (result) =>
			result.success
				? undefined
				: problemOf({ kind: "refusal", code: "malformed", detail: result.error.issues[0]?.message ?? "" }),
	});
	const metrics = new Metrics();
	const idempotency = new Idempotency(operator.store, () => operator.now());
	app.use(requestId());
	app.use(async (context, next) => {
		const started = performance.now();
		await next();
		const { method } = context.req;
		const milliseconds = performance.now() - started;
		const { status } = context.res;
		context.res.headers.set("request-id", context.get("requestId"));
		metrics.count(method, status, milliseconds);
		log.info(
			{ requestId: context.get("requestId"), method, path: context.req.path, status, milliseconds },
			"request",
		);
	});
	app.onError((error, context) => {
		// The framework throws what it refuses of a request: a body that is no JSON, for one.
		if (error instanceof HTTPException && error.status < 500)
			return problemOf({ kind: "refusal", code: "malformed", detail: error.message });
		log.error({ requestId: context.get("requestId"), error: error.message, stack: error.stack }, "bug");
		return httpProblem("internal");
	});
	app.notFound(() => httpProblem("route-unknown"));
	const tooLarge = (): Response => {
		const answer = problemOf({ kind: "refusal", code: "too-large", detail: "" });
		// What is left of the body is not read, so the line cannot be used again.
		answer.headers.set("connection", "close");
		return answer;
	};
	app.use("/v1/*", bodyLimit({ maxSize: limits.message + limits.evidence, onError: tooLarge }));
	for (const path of ["/v1/accounts/:account/deposits", "/v1/totals", "/v1/case-files", "/v1/case-files/:id"])
		app.use(path, adminOnly(adminToken));
	app.openAPIRegistry.registerComponent("securitySchemes", "admin", { type: "http", scheme: "bearer" });
	addByteRoutes(app, operator, idempotency);
	addManagementRoutes(app, operator, idempotency);
	app.doc31("/v1/openapi.json", about);
	app.get("/v1/docs", (context) => context.html(documentPage(app.getOpenAPI31Document(about))));
	app.get("/livez", (context) => context.text("ok"));
	app.get("/readyz", async (context) => {
		await operator.trustList();
		return context.text("ok");
	});
	app.get("/metrics", (context) => context.text(metrics.text()));
	return app;
}
