/** What a toll answers itself: problems (RFC 9457) that say where the money is. */
import type { Refusal, RefusalCode } from "@tenten/protocol";
import { problem } from "../transport/problem.ts";
import { responseHeader, type Shown, writeResponse } from "./headers.ts";

const noStore = { "cache-control": "no-store" } as const;

/** 402: what is to be paid is in the header. */
export function askingToPay(headers: Readonly<Record<string, string>>): Response {
	return problem(
		{
			status: 402,
			title: "This call is paid for",
			code: "payment-required",
			retryable: true,
			fundsState: "safe",
			nextAction: "pay what PAYMENT-REQUIRED asks for, and call again with the release",
		},
		{ ...noStore, ...headers },
	);
}

const statuses: Partial<Record<RefusalCode, number>> = {
	malformed: 400,
	"type-unknown": 400,
	"too-large": 431,
};

/** What was shown pays for nothing here; nothing changed by it. */
export function notPaid({ code, detail }: Refusal, shown: Shown | null): Response {
	const settled = shown && { ...shown.accepted, attempt: null, payer: null, why: code };
	return problem(
		{
			status: statuses[code] ?? 402,
			title: detail || "The payment does not count for this call",
			code,
			retryable: code === "attempt-unknown",
			fundsState: "unknown",
			nextAction: "show the payment of this very call, or ask for the call without one",
		},
		{ ...noStore, ...(settled && { [responseHeader]: writeResponse(settled) }) },
	);
}

/**
 * It is paid, or may be, and there is no answer yet: the same payment, or the same tick, is shown again. `about`: which
 * one, as its status says it; `taken`: what says that a tick was taken.
 */
export function pending(
	location: string,
	about: Readonly<Record<string, string>>,
	taken: Readonly<Record<string, string>> = {},
): Response {
	const headers = { ...noStore, ...taken, location, "retry-after": "1" };
	return Response.json({ ...about, status: "running" }, { status: 202, headers });
}

/** It was paid and answered, longer ago than answers are kept. */
export function gone(): Response {
	return problem(
		{
			status: 410,
			title: "The answer is kept no longer",
			code: "answer-gone",
			retryable: false,
			fundsState: "spent",
			nextAction: "ask for the call anew",
		},
		noStore,
	);
}

/** The handler failed, and it is paid: the same payment runs it again. */
export function failed(headers: Readonly<Record<string, string>>): Response {
	return problem(
		{
			status: 500,
			title: "The server failed after it was paid",
			code: "internal",
			retryable: true,
			fundsState: "spent",
			nextAction: "show the same payment again: it is not charged twice",
		},
		{ ...noStore, ...headers },
	);
}

/** Nothing is sold that could not be kept. */
export function tooBusy(): Response {
	return problem(
		{
			status: 503,
			title: "Too many calls wait to be paid or fetched",
			code: "overloaded",
			retryable: true,
			fundsState: "safe",
			nextAction: "call again after the seconds that Retry-After names",
		},
		{ ...noStore, "retry-after": "5" },
	);
}
