/** Who may ask: API keys for management, nobody in particular for the rest. */
import type { Context } from "hono";
import { mayDo } from "../access.ts";
import type { Operator } from "../operator.ts";
import { problem } from "./problem.ts";
import type { Gate } from "./serving.ts";

const scheme = "Bearer ";

export function keyGate(operator: Operator): Gate {
	return async ({ access, operationId }, context) => {
		const requestId = requestIdOf(context);
		if (access === "anyone" || access === "holder") return { actor: "anyone", requestId };
		const header = context.req.header("authorization") ?? "";
		const key = header.startsWith(scheme) ? await operator.keyBehind(header.slice(scheme.length)) : undefined;
		if (key === undefined) return problem("api-key-invalid");
		const acting = { actor: `key:${key.id}`, requestId };
		if (mayDo(key, access)) return acting;
		await operator.noteDenied(acting, operationId);
		return problem("role-missing");
	};
}

function requestIdOf(context: Context): string {
	return context.get("requestId") as string;
}
