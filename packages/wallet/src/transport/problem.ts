/**
 * Problems (RFC 9457): what a border of HTTP says when it does not do what was asked.
 *
 * Besides the code, each says where the money is, so that no client has to guess after an error.
 */
import { type RefusalCode, refusals } from "@tenten/protocol";

export const problemType = "application/problem+json";

type FundsState = "safe" | "in-flight" | "spent" | "unknown";

export type Problem = {
	readonly type: "about:blank";
	readonly title: string;
	readonly status: number;
	readonly code: RefusalCode | "not-found" | "method-not-allowed" | "internal";
	readonly retryable: boolean;
	readonly fundsState: FundsState;
	readonly nextAction: string;
};

/** A refusal before anything was done. */
export function refusalProblem(status: number, title: string, code: RefusalCode): Response {
	const [persistence, nextAction] = refusals[code];
	return problem({
		status,
		title,
		code,
		retryable: persistence === "transient",
		fundsState: "safe",
		nextAction,
	});
}

export function problem(
	fields: Omit<Problem, "type">,
	headers: Readonly<Record<string, string>> = {},
): Response {
	const body: Problem = { type: "about:blank", ...fields };
	return new Response(JSON.stringify(body), {
		status: fields.status,
		headers: { "content-type": problemType, ...headers },
	});
}
