/**
 * Spans: what a request waits for, told to whatever OpenTelemetry SDK is attached to the process.
 *
 *   POST /v1/claims ─┬─ verify claim        (judged here, or on a thread)
 *                    └─ store write, read   (until it is durable)
 *
 * There is none by default, and then a span is one call of a function that does nothing. What could go wrong is
 * that a span tells more than it should: so it says names of a closed list, templates of routes, statuses and
 * codes, and of an error its kind; never a path, a header, a body or an error's words (docs/operating.md).
 */

import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { isRefusal } from "@tenten/protocol";
import type { Store } from "./store/store.ts";

const tracer = trace.getTracer("@tenten/operator");

type Spanned =
	| "verify claim"
	| "verify close"
	| "verify enrolment"
	| "verify evidence"
	| "verify meter"
	| "verify order"
	| "verify peer"
	| "verify statement";

/** Runs `work` in a span of this name. A refusal is told by its code. */
export function spanned<T>(name: Spanned, work: () => T): T {
	return inSpan(name, SpanKind.INTERNAL, {}, work);
}

/** A store whose jobs are spans, from being asked to being durable. */
export function tracedStore(store: Store, system: "sqlite" | "postgresql"): Store {
	const attributes = { "db.system.name": system };
	const kind = system === "sqlite" ? SpanKind.INTERNAL : SpanKind.CLIENT;
	return {
		abreast: store.abreast,
		run: (job) => inSpan("store write", kind, attributes, () => store.run(job)),
		read: (job) => inSpan("store read", kind, attributes, () => store.read(job)),
		close: () => store.close(),
	};
}

function inSpan<T>(name: string, kind: SpanKind, attributes: Attributes, work: () => T): T {
	return tracer.startActiveSpan(name, { kind, attributes }, (span) => {
		// Nothing is waited for that would not be without a span: a simulated world stays the same.
		if (!span.isRecording()) return work();
		try {
			const result = work();
			if (!(result instanceof Promise)) return ended(span, result);
			return result.then(
				(value: unknown) => ended(span, value),
				(error: unknown) => failed(span, error),
			) as T;
		} catch (error) {
			return failed(span, error);
		}
	});
}

function ended<T>(span: Span, result: T): T {
	if (isRefusal(result)) span.setAttribute("tenten.refusal", result.code);
	span.end();
	return result;
}

function failed(span: Span, error: unknown): never {
	markFailed(span, error instanceof Error ? error.name : "unknown");
	span.end();
	throw error;
}

/** `type` is the kind of an error or the code of a problem, and none of its words. */
export function markFailed(span: Span, type: string): void {
	span.setAttribute("error.type", type);
	span.setStatus({ code: SpanStatusCode.ERROR });
}
