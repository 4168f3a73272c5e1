/**
 * Problems (RFC 9457): every way of saying no over HTTP, with where the money is and the one thing to do.
 *
 * Refusals keep their codes; HTTP adds a few of its own. Each code is mapped here, and the compiler refuses a
 * new one that is not.
 */
import { isRefusal, type Refusal, type RefusalCode, refusals } from "@tenten/protocol";

/** `safe`: nothing moved. `spent`: someone else has it. `unknown`: ask again with the same bytes. */
type FundsState = "safe" | "spent" | "unknown";

type Mapping = readonly [status: Status, fundsState: FundsState];
type Status = 400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 500 | 502 | 503;

const unprocessable: Mapping = [422, "safe"];
const later: Mapping = [409, "safe"];

const mappings: Readonly<Record<RefusalCode, Mapping>> = {
	malformed: [400, "safe"],
	"too-large": [413, "safe"],
	"too-deep": [400, "safe"],
	"too-many": unprocessable,
	"type-unknown": [400, "safe"],
	"key-refused": unprocessable,
	"signature-invalid": unprocessable,
	"authority-unknown": later,
	"certificate-expired": [403, "safe"],
	"certificate-not-yet-valid": later,
	"certificate-role": [403, "safe"],
	"trust-list-expired": later,
	"trust-list-rollback": unprocessable,
	"issuer-unknown": later,
	"issue-proof-invalid": unprocessable,
	"asset-unknown": [404, "safe"],
	"asset-mismatch": unprocessable,
	"amount-invalid": unprocessable,
	"amount-mismatch": unprocessable,
	"sum-mismatch": unprocessable,
	"owner-mismatch": [403, "safe"],
	"lock-pending": later,
	"lock-mismatch": unprocessable,
	"release-mismatch": unprocessable,
	expired: unprocessable,
	"redeem-closed": [410, "spent"],
	"condition-unknown": unprocessable,
	"condition-not-before": later,
	"condition-expired": unprocessable,
	"condition-hops": unprocessable,
	"condition-cap": unprocessable,
	"condition-payee": unprocessable,
	"condition-purpose": unprocessable,
	"condition-resale": unprocessable,
	"request-expired": unprocessable,
	"request-mismatch": unprocessable,
	"request-reused": later,
	"consent-missing": [403, "safe"],
	"funds-insufficient": later,
	"limit-exceeded": unprocessable,
	"attempt-unknown": [404, "safe"],
	"attempt-decided": later,
	"attempt-pending": later,
	"document-missing": later,
	"document-mismatch": unprocessable,
	"order-mismatch": unprocessable,
	"ruling-early": later,
	"ruling-taken": [410, "spent"],
	"unlock-failed": [403, "safe"],
	"key-unknown": unprocessable,
	"state-damaged": [500, "unknown"],
	"wallet-in-use": later,
	"channel-failed": [502, "unknown"],
	"peer-refused": [403, "safe"],
	"not-evidence": unprocessable,
};

/** What only HTTP refuses. */
const httpProblems = {
	"admin-token-invalid": [401, false, "safe", "send the operator's admin token as a bearer token"],
	"content-type-unknown": [415, false, "safe", "send the body as the media type that the document names"],
	"case-unknown": [404, false, "safe", "list the cases first"],
	"idempotency-key-missing": [
		400,
		false,
		"safe",
		"send an Idempotency-Key header, fresh for each new request",
	],
	"idempotency-key-in-progress": [
		409,
		true,
		"unknown",
		"send the same again when the first has been answered",
	],
	"idempotency-key-reused": [422, false, "safe", "use a fresh Idempotency-Key for other content"],
	internal: [500, true, "unknown", "send the same again: it is answered once"],
	"route-unknown": [404, false, "safe", "see /v1/openapi.json"],
} as const satisfies Record<string, readonly [Status, boolean, FundsState, string]>;

export type HttpProblem = keyof typeof httpProblems;

export function httpProblem(code: HttpProblem, detail = ""): Response {
	const [status, retryable, fundsState, nextAction] = httpProblems[code];
	return problemResponse({ code, status, detail, retryable, fundsState, nextAction });
}

export function problemOf({ code, detail }: Refusal): Response {
	const [status, fundsState] = mappings[code];
	const [persistence, nextAction] = refusals[code];
	const retryable = persistence === "transient";
	return problemResponse({ code, status, detail, retryable, fundsState, nextAction });
}

type Problem = {
	readonly code: string;
	readonly status: Status;
	readonly detail: string;
	readonly retryable: boolean;
	readonly fundsState: FundsState;
	readonly nextAction: string;
};

function problemResponse(problem: Problem): Response {
	const body = JSON.stringify({ type: "about:blank", title: problem.code, ...problem });
	return new Response(body, {
		status: problem.status,
		headers: { "content-type": "application/problem+json" },
	});
}

/** Bytes as `application/cose`, or the problem that a refusal is. */
export function answer(result: Uint8Array | Refusal): Response {
	if (isRefusal(result)) return problemOf(result);
	return new Response(new Uint8Array(result), { headers: { "content-type": "application/cose" } });
}
