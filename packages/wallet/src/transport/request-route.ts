/** Requests by HTTP, the side that is asked: `POST /v1/requests`, JSON in, the request's messages out. */
import { isRefusal } from "@tenten/protocol";
import type { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { decodeAsked, type OfferRequest, requestsPath } from "./asking.ts";
import { bundleType, encodeBundle } from "./bundle.ts";
import { refusalProblem } from "./problem.ts";

const maximumBytes = 4_096;

/** Adds the route to the app of a wallet that gives requests to whoever asks. */
export function addRequestRoute(app: Hono, offer: OfferRequest): void {
	const onError = (): Response => refusalProblem(413, "The question is too large", "too-large");
	app.post(requestsPath, bodyLimit({ maxSize: maximumBytes, onError }), async (context) => {
		const asked = decodeAsked(await context.req.text());
		if (isRefusal(asked)) return refusalProblem(400, asked.detail, asked.code);
		const messages = await offer(asked);
		if (isRefusal(messages)) return refusalProblem(422, messages.detail || "No request", messages.code);
		const body = Uint8Array.from(encodeBundle(messages));
		return new Response(body, { headers: { "content-type": bundleType } });
	});
}
