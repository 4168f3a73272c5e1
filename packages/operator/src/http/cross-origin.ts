/**
 * Pages of other origins that may ask this operator from a browser, such as a wallet that is a web page.
 *
 * Without such an origin nothing is allowed, and a browser keeps every answer from other pages. No cookie opens
 * anything here, so credentials are not allowed at all: what a page asks with, it holds itself.
 */
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { Endpoint } from "./endpoint.ts";
import { endpoints } from "./endpoints.ts";

const methods = new Set(Object.values<Endpoint>(endpoints).map(({ method }) => method.toUpperCase()));

/** Seconds for which a browser need not ask again whether it may. */
const remembered = 600;

/** Throws a RangeError where an origin is none; `*` is none: whoever is allowed is named. */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler {
	const wrong = origins.find((origin) => !isOrigin(origin));
	if (wrong !== undefined) throw new RangeError(`${wrong} is no origin, such as https://wallet.example`);
	return cors({
		origin: [...origins],
		allowMethods: [...methods],
		allowHeaders: ["Authorization", "Content-Type", "Idempotency-Key", "Request-Id", "Traceparent"],
		exposeHeaders: ["RateLimit", "RateLimit-Policy", "Request-Id", "Retry-After"],
		maxAge: remembered,
	});
}

function isOrigin(text: string): boolean {
	return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
