/** Other operators: heard by their signatures before anything else is looked at, and answered with ours. */
import type { Context, MiddlewareHandler } from "hono";
import type { Operator } from "../operator.ts";
import type { PeerRequest } from "../peers/message-signature.ts";
import type { ClientLimits } from "./client-limits.ts";
import type { Endpoint } from "./endpoint.ts";
import { peerActor } from "./peer-routes.ts";
import { problem } from "./problem.ts";
import { bodyFor, type Gate } from "./serving.ts";

/** A request that was heard, for its answer to be signed with it. */
type Heard = { readonly request: PeerRequest; readonly nonce: string };

const codes = {
	missing: "peer-signature-missing",
	invalid: "peer-signature-invalid",
	expired: "peer-signature-expired",
	unknown: "peer-unknown",
} as const;

/** Which operator asks. What is not heard counts against the address that it came from, as a wrong key does. */
export function peerGate(operator: Operator, limits: ClientLimits | null): Gate {
	return async (endpoint, context) => {
		const tooManyGuesses = limits?.lookAtGuesses(endpoint, context);
		if (tooManyGuesses !== undefined) return tooManyGuesses;
		const body = await bodyFor(endpoint, context);
		if (body === undefined) return problem("too-large");
		const request = requestOf(endpoint, context, operator, body);
		const heard = await operator.peers.hear(request);
		if (heard.kind === "unheard") return limits?.takeGuess(endpoint, context) ?? problem(codes[heard.why]);
		if (heard.kind === "replayed") return problem("peer-request-replayed");
		context.set("heard", { request, nonce: heard.nonce } satisfies Heard);
		const actor = peerActor(heard.operator.id);
		const tooMany = limits?.take(endpoint, context, actor);
		return tooMany ?? { actor, requestId: context.get("requestId") as string };
	};
}

/** Signs the answer to whatever was heard. */
export function answersSigned(operator: Operator): MiddlewareHandler {
	return async (context, next) => {
		await next();
		const heard = context.get("heard") as Heard | undefined;
		if (heard === undefined) return;
		const { status, headers } = context.res;
		const body = new Uint8Array(await context.res.arrayBuffer());
		const signed = await operator.peers.answer({ status, headers, body }, heard.request, heard.nonce);
		context.res = undefined;
		context.res = new Response(body, { status, headers: signed });
	};
}

function requestOf({ takes }: Endpoint, { req }: Context, operator: Operator, body: Uint8Array): PeerRequest {
	const { pathname, search } = new URL(req.url);
	return {
		method: req.method,
		target: operator.peers.targetOf(`${pathname}${search}`),
		headers: req.raw.headers,
		body: takes.kind === "none" ? null : body,
	};
}
