/** A toll for a plain server of node:http: `createServer(tollListener(toll, handler))`. */
import type { RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { isRefusal } from "@tenten/protocol";
import { refusalProblem } from "../transport/problem.ts";
import { type AskOptions, again, askedCall } from "./asked.ts";
import type { Toll } from "./toll.ts";

/** `payment`: the id of what paid for the call; null where it is free. */
export type PaidHandler = (request: Request, payment: string | null) => Promise<Response>;

export function tollListener(toll: Toll, handler: PaidHandler, options: AskOptions = {}): RequestListener {
	const listener = getRequestListener(async (request) => {
		const call = await askedCall(request, options);
		if (isRefusal(call)) return refusalProblem(413, call.detail, call.code);
		return toll.answer(call, (payment) => handler(again(request, call), payment));
	});
	return (incoming, outgoing) => void listener(incoming, outgoing);
}
