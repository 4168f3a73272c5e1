/** Who may ask, and how often: API keys for management, other operators by signature, anybody for the rest. */
import type { Context } from "hono";
import { mayDo } from "../access.ts";
import type { Operator } from "../operator.ts";
import type { ClientLimits } from "./client-limits.ts";
import { peerGate } from "./peer-gate.ts";
import { problem } from "./problem.ts";
import type { Gate } from "./serving.ts";

const scheme = "Bearer ";

export function keyGate(operator: Operator, limits: ClientLimits | null): Gate {
	const hearPeer = peerGate(operator, limits);
	return async (endpoint, context) => {
		const { access, operationId } = endpoint;
		const requestId = requestIdOf(context);
		if (access === "anyone" || access === "party" || access === "reader" || access === "holder")
			return limits?.take(endpoint, context) ?? { actor: "anyone", requestId };
		if (access === "peer") return hearPeer(endpoint, context);
		const tooManyGuesses = limits?.lookAtGuesses(endpoint, context);
		if (tooManyGuesses !== undefined) return tooManyGuesses;
		const header = context.req.header("authorization") ?? "";
		const key = header.startsWith(scheme) ? await operator.keyBehind(header.slice(scheme.length)) : undefined;
		if (key === undefined) return limits?.takeGuess(endpoint, context) ?? problem("api-key-invalid");
		const tooMany = limits?.take(endpoint, context, key.id);
		if (tooMany !== undefined) return tooMany;
		const acting = { actor: `key:${key.id}`, requestId };
		if (mayDo(key, access)) return acting;
		await operator.noteDenied(acting, operationId);
		return problem("role-missing");
	};
}

function requestIdOf(context: Context): string {
	return context.get("requestId") as string;
}
