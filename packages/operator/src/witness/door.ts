/**
 * The door of a witness: `add-checkpoint` (C2SP tlog-witness), and what anyone may read of what it found.
 *
 * Anyone may ask. What a request may cost is bounded before it is read: bytes of its body, and requests that wait.
 * Refusals of `add-checkpoint` are the specification's statuses with a line for people: clients of others look at
 * nothing else. All others are problems (RFC 9457). Logs name the request, its status and why; never what it held.
 */

import { OpenAPIHono } from "@hono/zod-openapi";
import { witnessRequestBytes } from "@tenten/protocol";
import type { Context } from "hono";
import { requestId } from "hono/request-id";
import type { RequestLog } from "../http/app.ts";
import { Metrics } from "../http/metrics.ts";
import { alwaysSent } from "../http/page.ts";
import { problem, problemResponse } from "../http/problem.ts";
import { note, noted, readAtMost } from "../http/serving.ts";
import { addReadingRoutes, type SealReadings } from "./reading-routes.ts";
import type { Witness } from "./witness.ts";

export type WitnessDoorOptions = {
	readonly witness: Pick<Witness, "addCheckpoint">;
	readonly log: RequestLog;
	/** what it says of seals; without it there is nothing of them to read */
	readonly seals?: SealReadings | undefined;
	/** requests under way; more are turned away */
	readonly waitingMost?: number;
};

const text = "text/plain; charset=utf-8";
const size = "text/x.tlog.size";
const usualWaiting = 1_024;

export function witnessDoor(options: WitnessDoorOptions): OpenAPIHono {
	const { witness, log, waitingMost = usualWaiting } = options;
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
		const { route, code: why } = noted(context);
		metrics.end({ method, route, status, code: undefined, seconds: milliseconds / 1000 });
		const line = {
			requestId: context.get("requestId"),
			method,
			route: route ?? "none",
			status,
			milliseconds,
		};
		log.info(why === undefined ? line : { ...line, why }, "request");
	});
	door.onError((error, context) => {
		log.error({ requestId: context.get("requestId"), error: error.message, stack: error.stack }, "bug");
		return context.req.path === "/add-checkpoint"
			? said(500, "it is not known whether this was kept: send the same again")
			: problemResponse(problem("internal"));
	});
	door.notFound(() => problemResponse(problem("route-unknown")));
	let waiting = 0;
	door.post("/add-checkpoint", async (context) => {
		note(context, { route: "/add-checkpoint" });
		if (waiting >= waitingMost) return turnedAway(context);
		waiting++;
		try {
			return await addCheckpoint(context, witness);
		} finally {
			waiting--;
		}
	});
	addReadingRoutes(door, { seals: options.seals, metrics });
	return door;
}

async function addCheckpoint(context: Context, witness: Pick<Witness, "addCheckpoint">): Promise<Response> {
	const body = await readAtMost(context, witnessRequestBytes);
	if (body === undefined) {
		note(context, { code: "too long" });
		const response = said(413, "the body is too long");
		// What is left of the body is not read, so the line cannot be used again.
		response.headers.set("connection", "close");
		return response;
	}
	const answer = await witness.addCheckpoint(body);
	if (answer.kind === "cosigned")
		return new Response(new Uint8Array(answer.lines), { headers: { "content-type": text } });
	note(context, { code: answer.why });
	if (answer.status !== 409) return said(answer.status, answer.why);
	return new Response(`${answer.latestSize}\n`, { status: 409, headers: { "content-type": size } });
}

function turnedAway(context: Context): Response {
	note(context, { code: "too many wait" });
	const response = said(503, "too many wait already: send the same again");
	response.headers.set("retry-after", "1");
	return response;
}

function said(status: number, why: string): Response {
	return new Response(`${why}\n`, { status, headers: { "content-type": text } });
}
