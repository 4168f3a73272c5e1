/** What the routes of payments across operators have in common: amounts, and why something is refused. */
import { z } from "@hono/zod-openapi";
import { type LedgerCode, ledgerRefusals, type RefusalCode, refusals } from "@tenten/protocol";

export const minor = z
	.string()
	.regex(/^[0-9]{1,19}$/)
	.openapi({ description: "minor units" });

const codes = [...new Set([...Object.keys(refusals), ...Object.keys(ledgerRefusals)])] as [
	RefusalCode | LedgerCode,
	...(RefusalCode | LedgerCode)[],
];
export const refusedWith = {
	code: z.enum(codes).nullable().openapi({ description: "why it is refused" }),
	retryable: z.boolean().openapi({ description: "the same may succeed later" }),
	nextAction: z.string().openapi({ description: "empty where it is not refused" }),
};

const meanings: Readonly<Record<RefusalCode | LedgerCode, readonly [string, string]>> = {
	...ledgerRefusals,
	...refusals,
};
/** In the place of a refusal. */
export const notRefused = { code: null, retryable: false, nextAction: "" };

export function toldRefusal(code: RefusalCode | LedgerCode) {
	const [persistence, nextAction] = meanings[code];
	return { code, retryable: persistence === "transient", nextAction };
}
