/**
 * Problems (RFC 9457): every way of saying no over HTTP, with where the money is and the one thing to do.
 *
 * Refusals keep their codes; HTTP adds a few of its own. Each code is mapped here, and the compiler refuses a
 * new one that is not. Which of them a route may send is in `endpoints.ts`.
 */
import { type RefusalCode, refusals } from "@tenten/protocol";

/** `safe`: nothing moved. `spent`: someone else has it. `unknown`: ask again with the same bytes. */
type FundsState = "safe" | "spent" | "unknown";

type Persistence = "final" | "transient";
type Mapping = readonly [status: Status, fundsState: FundsState];
type Status = 400 | 401 | 403 | 404 | 409 | 410 | 413 | 415 | 422 | 429 | 500 | 502 | 503;

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
	"delegation-invalid": unprocessable,
	"delegation-expired": unprocessable,
	"device-suspended": [403, "safe"],
	"status-list-expired": later,
	"status-list-rollback": unprocessable,
	"trust-list-expired": later,
	"trust-list-rollback": unprocessable,
	frozen: later,
	"freeze-list-expired": later,
	"freeze-list-rollback": unprocessable,
	"freeze-unknown": [404, "safe"],
	"appeal-closed": [410, "safe"],
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
	"authentication-failed": [403, "safe"],
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
	"refund-closed": [410, "spent"],
	"answer-disputed": later,
	"unlock-failed": [403, "safe"],
	"key-unknown": unprocessable,
	"state-damaged": [500, "unknown"],
	"wallet-in-use": later,
	"part-missing": later,
	"channel-failed": [502, "unknown"],
	"peer-refused": [403, "safe"],
	"approval-missing": unprocessable,
	"licence-invalid": unprocessable,
	"issue-stopped": [503, "safe"],
	"payout-stopped": [503, "safe"],
	"rate-limited": [429, "safe"],
	overloaded: [503, "safe"],
	"order-unknown": unprocessable,
	"order-taken": unprocessable,
	"not-logged": unprocessable,
	"issue-unlogged": later,
	"log-inconsistent": unprocessable,
	"log-in-use": later,
	"proof-invalid": unprocessable,
	"quorum-missing": later,
	"quorum-stale": later,
	"agreement-unknown": unprocessable,
	"agreement-over": unprocessable,
	"quote-invalid": unprocessable,
	"quote-expired": unprocessable,
	"exposure-exceeded": later,
	"seal-decided": unprocessable,
	"lot-unknown": unprocessable,
	"lot-known": unprocessable,
	"lot-ended": unprocessable,
	"status-final": unprocessable,
	"record-known": unprocessable,
	"record-early": later,
	"claim-unknown": unprocessable,
	"claim-filed": later,
	"claim-paid": unprocessable,
	"result-mismatch": unprocessable,
	"text-refused": unprocessable,
	"bank-unknown": unprocessable,
	"payment-required": unprocessable,
	"budget-exceeded": unprocessable,
	"answer-pending": later,
	"answer-gone": [410, "spent"],
	"meter-mismatch": unprocessable,
	"tick-invalid": unprocessable,
	"meter-over": [410, "safe"],
	"store-full": [503, "safe"],
	"list-stale": [503, "safe"],
	"mandate-over": later,
	"not-evidence": unprocessable,
};

/** What only HTTP refuses. */
const httpProblems = {
	"administrator-last": [409, "final", "safe", "make another key with the role administrator first"],
	"api-key-invalid": [401, "final", "safe", "send an API key of this operator as a bearer token"],
	"api-key-unknown": [404, "final", "safe", "list the keys first"],
	"content-type-unknown": [415, "final", "safe", "send the body as the media type that the document names"],
	"case-unknown": [404, "final", "safe", "list the cases first"],
	"definition-unknown": [404, "final", "safe", "list the definitions first"],
	"definition-decided": [409, "final", "safe", "propose the next version instead"],
	"idempotency-key-missing": [
		400,
		"final",
		"safe",
		"send an Idempotency-Key header, fresh for each new request",
	],
	"idempotency-key-in-progress": [
		409,
		"transient",
		"unknown",
		"send the same again when the first has been answered",
	],
	"idempotency-key-reused": [422, "final", "safe", "use a fresh Idempotency-Key for other content"],
	internal: [500, "transient", "unknown", "send the same again: it is answered once"],
	"store-unavailable": [
		503,
		"transient",
		"unknown",
		"send the same again, after a moment: it is answered once",
	],
	"not-ready": [503, "transient", "safe", "ask another process, or this one later"],
	"peer-failed": [502, "transient", "safe", "ask again later; the detail says what went wrong"],
	"peer-request-replayed": [409, "final", "safe", "sign it anew, with a fresh nonce"],
	"peer-signature-expired": [401, "final", "safe", "sign it anew, by a clock that is right"],
	"peer-signature-invalid": [401, "final", "safe", "sign what docs/spec/peers.md names"],
	"peer-signature-missing": [401, "final", "safe", "sign the request, as docs/spec/peers.md says"],
	"peer-unknown": [403, "final", "safe", "have this operator list yours, with its current keys"],
	"peer-unlisted": [404, "final", "safe", "list it first: tenten operator serve --peer"],
	"content-differs": [409, "final", "safe", "make a fresh id: this one was used for another message"],
	"kind-unexpected": [422, "final", "safe", "send it to whom it is for, of a payment that it knows"],
	"party-unknown": [404, "final", "safe", "list the responsible parties first"],
	"party-known": [409, "final", "safe", "nothing: a party of another name has this key"],
	"budget-taken": [409, "final", "safe", "take the number that the party's page names next"],
	"status-list-unknown": [404, "final", "safe", "ask for the list that a certificate's place is in"],
	"payment-unknown": [404, "final", "safe", "ask whoever has it"],
	"sender-refused": [422, "final", "safe", "nothing: another has the say in this"],
	"log-unknown": [404, "final", "safe", "ask a witness that follows this log: see its /v1/peers"],
	"commitment-unknown": [404, "transient", "safe", "ask again later: none is open now"],
	"tile-unknown": [404, "transient", "safe", "ask for a tile of the checkpoint that this witness holds"],
	"word-unknown": [404, "transient", "safe", "ask again when this witness has read the log that far"],
	"event-unknown": [404, "final", "safe", "list the events first: they are kept for a time"],
	"webhook-unknown": [404, "final", "safe", "list the endpoints of webhooks first"],
	"webhook-address-refused": [
		422,
		"final",
		"safe",
		"name an address that begins with https:// and is on the public Internet",
	],
	"ledger-account-unknown": [404, "transient", "safe", "open the account first"],
	"ledger-transfer-unknown": [404, "transient", "safe", "ask for it: it was not done"],
	"crossing-unknown": [404, "transient", "safe", "lock first, or ask the other operator"],
	"crossing-open": [409, "transient", "safe", "ask again once the seal that decides has been witnessed"],
	"webhook-limit": [409, "final", "safe", "remove an endpoint that is not needed"],
	"signing-key-full": [409, "final", "safe", "retire keys of which nothing counts any more"],
	"signing-key-needed": [409, "final", "safe", "rotate first, or wait until what it signed has ended"],
	"signing-key-pending": [409, "transient", "safe", "wait until the key that is listed signs"],
	"signing-key-unknown": [404, "final", "safe", "list the signing keys first"],
	"role-missing": [403, "final", "safe", "use an API key whose roles allow this"],
	"route-unknown": [404, "final", "safe", "see /v1/openapi.json"],
} as const satisfies Record<string, readonly [Status, Persistence, FundsState, string]>;

type HttpProblemCode = keyof typeof httpProblems;
export type ProblemCode = RefusalCode | HttpProblemCode;

/** Why not. What a route may send is narrower: see `Endpoint`. */
export type Problem<Code extends ProblemCode = ProblemCode> = {
	readonly kind: "problem";
	readonly code: Code;
	readonly detail: string;
};

export function problem<const Code extends ProblemCode>(code: Code, detail = ""): Problem<Code> {
	return { kind: "problem", code, detail };
}

export function isProblem(value: unknown): value is Problem {
	return typeof value === "object" && value !== null && (value as { kind?: unknown }).kind === "problem";
}

export type Meaning = {
	readonly status: Status;
	readonly retryable: boolean;
	readonly fundsState: FundsState;
	readonly nextAction: string;
};

/** What a code says, whoever sends it. */
export function meaningOf(code: ProblemCode): Meaning {
	if (isHttpProblem(code)) {
		const [status, persistence, fundsState, nextAction] = httpProblems[code];
		return { status, retryable: persistence === "transient", fundsState, nextAction };
	}
	const [status, fundsState] = mappings[code];
	const [persistence, nextAction] = refusals[code];
	return { status, retryable: persistence === "transient", fundsState, nextAction };
}

function isHttpProblem(code: ProblemCode): code is HttpProblemCode {
	return Object.hasOwn(httpProblems, code);
}

/** Every code that there is. */
export const problemCodes = [
	...Object.keys(refusals),
	...Object.keys(httpProblems),
] as readonly ProblemCode[];

export const problemType = "application/problem+json";

/** `type` is the page that explains the code, on the server that sent it. */
export function problemResponse({ code, detail }: Problem): Response {
	const { status, ...meaning } = meaningOf(code);
	const body = { type: `/v1/problems/${code}`, title: code, status, code, detail, ...meaning };
	const scheme = code === "api-key-invalid" ? "Bearer" : "Signature";
	const challenge = status === 401 ? { "www-authenticate": scheme } : {};
	return new Response(JSON.stringify(body), {
		status,
		headers: { "content-type": problemType, ...challenge },
	});
}
