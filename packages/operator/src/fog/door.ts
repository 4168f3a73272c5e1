/**
 * The door of a gateway: questions of devices over HTTP, and how it stands.
 *
 * Whoever reaches it may ask; what a request may cost is bounded before it is read. Logs name the request, its status and
 * why; never what it held.
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { type Bytes, isRefusal, type Refusal } from "@tenten/protocol";
import { requestId } from "hono/request-id";
import type { RequestLog } from "../http/app.ts";
import { addDocumentationRoutes } from "../http/documentation-routes.ts";
import { given, refused } from "../http/endpoint.ts";
import { Metrics } from "../http/metrics.ts";
import { alwaysSent } from "../http/page.ts";
import { problem, problemResponse } from "../http/problem.ts";
import { type Gate, noted, serve } from "../http/serving.ts";
import { type FogStanding, fogDocument, fogEndpoints } from "./endpoints.ts";

export type FogDoorOptions = {
	readonly answer: (question: Bytes) => Promise<Bytes | Refusal>;
	readonly standing: () => FogStanding;
	readonly log: RequestLog;
};

const anybody: Gate = async (_, context) => ({ actor: "device", requestId: context.get("requestId") });

export function fogDoor({ answer, standing, log }: FogDoorOptions): OpenAPIHono {
	const door = new OpenAPIHono();
	const metrics = new Metrics();
	door.use(requestId({ headerName: "Request-Id" }), async (context, next) => {
		const started = performance.now();
		metrics.begin();
		await next();
		const { method } = context.req;
		const { status } = context.res;
		for (const [name, value] of Object.entries(alwaysSent)) context.res.headers.set(name, value);
		context.res.headers.set("request-id", context.get("requestId"));
		const milliseconds = performance.now() - started;
		const { route, code } = noted(context);
		metrics.end({ method, route, status, code, seconds: milliseconds / 1000 });
		const line = {
			requestId: context.get("requestId"),
			method,
			route: route ?? "none",
			status,
			milliseconds,
		};
		log.info(code === undefined ? line : { ...line, code }, "request");
	});
	door.onError((error, context) => {
		log.error({ requestId: context.get("requestId"), error: error.message, stack: error.stack }, "bug");
		return problemResponse(problem("internal"));
	});
	door.notFound(() => problemResponse(problem("route-unknown")));
	const routes = fogEndpoints;
	serve(door, routes.question, anybody, async ({ body }) => {
		const answered = await answer(body);
		return isRefusal(answered) ? refused(routes.question, answered) : given(answered);
	});
	serve(door, routes.standing, anybody, async () => given(standing()));
	addDocumentationRoutes(door, routes, anybody, fogDocument);
	serve(door, routes.live, anybody, async () => given("ok"));
	serve(door, routes.ready, anybody, async () => given("ok"));
	serve(door, routes.metrics, anybody, async () =>
		given(`${await metrics.text()}${standingText(standing())}`),
	);
	return door;
}

/** For whoever wakes people up. */
function standingText({ operator, broker, lists, records, approvals, tokens }: FogStanding): string {
	const gauges: readonly (readonly [string, number])[] = [
		["tenten_fog_operator_in_reach", Number(operator.isInReach)],
		["tenten_fog_broker_connected", Number(broker.isConnected)],
		["tenten_fog_trust_list_age_seconds", lists.trustList ?? -1],
		["tenten_fog_freeze_list_age_seconds", lists.freezeList ?? -1],
		["tenten_fog_status_lists", lists.statusLists],
		["tenten_fog_records_kept", records.kept],
		["tenten_fog_records_waiting", records.waiting],
		["tenten_fog_records_refused", records.refused],
		["tenten_fog_records_let_go", records.letGo],
		["tenten_fog_approvals", approvals],
		["tenten_fog_tokens_kept", tokens],
	];
	return gauges.map(([name, value]) => `# TYPE ${name} gauge\n${name} ${value}\n`).join("");
}
