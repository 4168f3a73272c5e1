/** What an operator answers over HTTP: what was asked for, a page of it, or the problem that it sent. */
import type { Schemas } from "@tenten/client";
import { BadInput } from "../bad-input.ts";

/** Why not, as the operator says it (RFC 9457). */
export type AdminProblem = { readonly kind: "problem" } & Pick<
	Schemas["Problem"],
	"code" | "detail" | "nextAction"
> & { readonly fundsState: string };

export type Answer<T> = { readonly data?: T; readonly error?: unknown; readonly response: Response };

/** `url`: who was asked; where nobody answers it is bad input. */
export async function answerOf<T extends object>(
	url: string,
	asked: Promise<Answer<T>>,
): Promise<T | AdminProblem> {
	const answer = await asked.catch(() => {
		throw new BadInput(`nobody answers at ${url}: start it with tenten operator serve`);
	});
	return answer.data ?? problemOf(answer);
}

type Page<T> = { readonly items: readonly T[]; readonly cursor: string | null };

/** A whole list, however many pages it has. */
export async function everyPage<T>(
	ask: (query: { cursor?: string }) => Promise<Page<T> | AdminProblem>,
): Promise<readonly T[] | AdminProblem> {
	const items: T[] = [];
	for (let cursor: string | null | undefined; cursor !== null; ) {
		const page: Page<T> | AdminProblem = await ask(cursor === undefined ? {} : { cursor });
		if (isProblem(page)) return page;
		items.push(...page.items);
		cursor = page.cursor;
	}
	return items;
}

function problemOf({ error, response }: Answer<object>): AdminProblem {
	const unknown = {
		code: `status ${response.status}`,
		detail: "",
		fundsState: "unknown",
		nextAction: "ask for the same again",
	};
	return { kind: "problem", ...unknown, ...(typeof error === "object" ? error : {}) };
}

export function isProblem(value: object): value is AdminProblem {
	return "kind" in value && value.kind === "problem";
}
