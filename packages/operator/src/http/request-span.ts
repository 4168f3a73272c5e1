/**
 * The span of a request, by the semantic conventions for HTTP servers (OpenTelemetry, stable since 1.23).
 *
 * It continues the trace that `traceparent` names (W3C Trace Context), where an SDK is attached that reads it:
 * whoever asks may name any trace, which decides nothing here.
 */
import { context as active, propagation, SpanKind, trace } from "@opentelemetry/api";
import type { Context, MiddlewareHandler } from "hono";
import { markFailed } from "../tracing.ts";
import { knownMethod } from "./metrics.ts";
import { noted } from "./serving.ts";

const tracer = trace.getTracer("@tenten/operator");

export function requestSpan(): MiddlewareHandler {
	return async (context, next) => {
		const caller = propagation.extract(active.active(), context.req.header());
		const method = knownMethod(context.req.method) ?? "_OTHER";
		const options = { kind: SpanKind.SERVER, attributes: { "http.request.method": method } };
		const span = tracer.startSpan(method, options, caller);
		await active.with(trace.setSpan(caller, span), next);
		const { route, code } = noted(context);
		const { status } = context.res;
		if (route !== undefined) {
			span.updateName(`${method} ${route}`);
			span.setAttribute("http.route", route);
		}
		span.setAttribute("http.response.status_code", status);
		span.setAttribute("tenten.request_id", context.get("requestId") as string);
		if (code !== undefined) span.setAttribute("tenten.problem", code);
		if (status >= 500) markFailed(span, code ?? `${status}`);
		span.end();
	};
}

/** What lines of the log say of the request: its id, and the trace that it is in, where there is one. */
export function idsOf(context: Context): { readonly requestId: string; readonly traceId?: string } {
	const requestId = context.get("requestId") as string;
	const traceId = trace.getActiveSpan()?.spanContext().traceId;
	return traceId === undefined || /^0+$/.test(traceId) ? { requestId } : { requestId, traceId };
}
