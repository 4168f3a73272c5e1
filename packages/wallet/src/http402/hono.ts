/**
 * A toll as a middleware of Hono, before an app whose calls are paid: `new Hono().use(charge(toll, api))`.
 *
 * The app is asked by itself and not by `next`: its handler may still run when a caller was told to come again, and
 * then the context of that caller has its response already. A handler reads the id of what paid for the call as
 * `context.env.payment`; it is null where the call is free.
 */
import { isRefusal } from "@tenten/protocol";
import type { Hono, MiddlewareHandler } from "hono";
import { refusalProblem } from "../transport/problem.ts";
import { type AskOptions, again, askedCall } from "./asked.ts";
import type { Toll } from "./toll.ts";

export type PaidEnv = { readonly Bindings: { readonly payment: string | null } };

export function charge(toll: Toll, api: Hono<PaidEnv>, options: AskOptions = {}): MiddlewareHandler {
	return async ({ req: { raw }, env }) => {
		const call = await askedCall(raw, options);
		if (isRefusal(call)) return refusalProblem(413, call.detail, call.code);
		return toll.answer(call, async (payment) => api.fetch(again(raw, call), { ...env, payment }));
	};
}
