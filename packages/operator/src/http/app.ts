/**
 * The operator over HTTP: conventions that hold for every route, then the routes.
 *
 * Every answer carries a Request-Id; logs name it, the route, the status and the time taken, never a body, a
 * key or a header that authorises. What throws is a bug, logged and answered as `internal`, or a store that cannot
 * be had now.
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { requestId } from "hono/request-id";
import type { Operator } from "../operator.ts";
import type { Sealer } from "../sealing/sealer.ts";
import { StoreUnavailable } from "../store/store.ts";
import { addAccessRoutes } from "./access-routes.ts";
import { addByteRoutes } from "./byte-routes.ts";
import { ClientLimits, type ClientReports, type ClientRules } from "./client-limits.ts";
import { crossOrigin } from "./cross-origin.ts";
import { addCrossingRoutes } from "./crossing-routes.ts";
import { addDefinitionRoutes } from "./definition-routes.ts";
import { addDeviceRoutes } from "./device-routes.ts";
import { Door, type DoorOptions, throughDoor, usualDoor } from "./door.ts";
import { type Endpoint, isBehindDoor } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";
import { addFreezeRoutes } from "./freeze-routes.ts";
import { Idempotency } from "./idempotency.ts";
import { keyGate } from "./key-gate.ts";
import { addLedgerRoutes } from "./ledger-routes.ts";
import { addManagementRoutes } from "./management.ts";
import { Metrics } from "./metrics.ts";
import { alwaysSent } from "./page.ts";
import { addPartyRoutes } from "./party-routes.ts";
import { answersSigned } from "./peer-gate.ts";
import { addPeerRoutes } from "./peer-routes.ts";
import { problem, problemResponse } from "./problem.ts";
import { addPruneRoutes } from "./prune-routes.ts";
import { idsOf, requestSpan } from "./request-span.ts";
import { addSealRoutes } from "./seal-routes.ts";
import { addServiceRoutes } from "./service-routes.ts";
import { note, noted } from "./serving.ts";
import { addSigningKeyRoutes } from "./signing-key-routes.ts";
import { addWebhookRoutes } from "./webhook-routes.ts";

/** What is written of each request. `pino` fits. */
export type RequestLog = {
	readonly info: (fields: object, message: string) => void;
	readonly error: (fields: object, message: string) => void;
};

export type AppOptions = {
	readonly operator: Operator;
	readonly log: RequestLog;
	/** how often a client may ask; as often as it likes if left out */
	readonly clients?: ClientRules;
	/** pages of these origins may ask from a browser; none if left out */
	readonly origins?: readonly string[];
	/** proves what the operator seals, and has its log; none if left out */
	readonly sealer?: Sealer;
	/** who is let in when there is too much to do; as usual if left out */
	readonly door?: DoorOptions;
};

export function createApp(options: AppOptions): OpenAPIHono {
	const { operator, log, clients, origins = [], door = usualDoor } = options;
	const app = new OpenAPIHono();
	const metrics = new Metrics();
	const idempotency = new Idempotency(operator);
	app.use(requestId({ headerName: "Request-Id" }), requestSpan());
	app.use(async (context, next) => {
		const started = performance.now();
		metrics.begin();
		await next();
		const { method } = context.req;
		const milliseconds = performance.now() - started;
		const { status } = context.res;
		for (const [name, value] of Object.entries(alwaysSent))
			if (!context.res.headers.has(name)) context.res.headers.set(name, value);
		context.res.headers.set("request-id", context.get("requestId"));
		const { route, code, headers = {} } = noted(context);
		for (const [name, value] of Object.entries(headers)) context.res.headers.set(name, value);
		metrics.end({ method, route, status, code, seconds: milliseconds / 1000 });
		// Never the path itself: whoever asks may have put a key in it.
		const line = { ...idsOf(context), method, route: route ?? "none", status, milliseconds };
		log.info(line, "request");
	});
	if (origins.length > 0) app.use(crossOrigin(origins));
	app.onError((error, context) => {
		// An earlier step of the same request may be written: so even then where the money is, is not known.
		const code = error instanceof StoreUnavailable ? "store-unavailable" : "internal";
		note(context, { code });
		const fields = { ...idsOf(context), error: error.message, stack: error.stack };
		log.error(fields, code === "internal" ? "bug" : "store");
		return problemResponse(problem(code));
	});
	app.notFound(() => problemResponse(problem("route-unknown")));
	const limits = clients === undefined ? null : new ClientLimits(clients, reportsTo(log, metrics));
	const oneDoor = new Door(door);
	for (const { method, path } of Object.values<Endpoint>(endpoints).filter(isBehindDoor))
		app.on(method.toUpperCase(), path, throughDoor(oneDoor, path));
	const gate = keyGate(operator, limits);
	for (const { method, path, access } of Object.values<Endpoint>(endpoints))
		if (access === "peer") app.on(method.toUpperCase(), path, answersSigned(operator));
	addByteRoutes(app, operator, idempotency, gate);
	addManagementRoutes(app, operator, idempotency, gate);
	addAccessRoutes(app, operator, gate);
	addPruneRoutes(app, operator, gate);
	addPeerRoutes(app, operator, gate);
	addWebhookRoutes(app, operator, gate);
	addSigningKeyRoutes(app, operator, gate);
	addDefinitionRoutes(app, operator, gate);
	addFreezeRoutes(app, operator, gate);
	addDeviceRoutes(app, operator, gate);
	addPartyRoutes(app, operator, gate);
	addLedgerRoutes(app, operator, gate);
	addCrossingRoutes(app, operator, gate);
	addSealRoutes(app, operator, options.sealer ?? null, gate);
	addServiceRoutes(app, operator, metrics, gate);
	return app;
}

function reportsTo(log: RequestLog, metrics: Metrics): ClientReports {
	return {
		untrusted: (address) =>
			log.error({ address }, "a proxy that is not trusted: all who come through it count as one client"),
		counted: (counted) => metrics.counted(counted),
	};
}
