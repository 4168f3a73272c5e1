/**
 * Statements: what a module swears to an operator is true by its own durable rows when it becomes durable itself.
 */
import { type Bytes, decodeItem, type Item, isRefusal, parseRulingRequest, toHex } from "@tenten/protocol";
import { Violation } from "../violation.ts";
import type { Fact } from "./rows.ts";

/** Attempts that a payee's side may state of: nothing reached it. */
const unreached = ["payee lockedForeign", "payee resolving"];

/** `encoded` is the durable row of questions about an attempt: `[[operator, request], …]`. */
export function checkStatements(
	device: string,
	encoded: Bytes,
	facts: { readonly payer: Fact | undefined; readonly payee: Fact | undefined },
): void {
	for (const question of decodeItem(encoded) as readonly (readonly Item[])[]) {
		const asked = parseRulingRequest(question[1] as Bytes);
		if (isRefusal(asked) || asked.kind !== "statement") continue;
		const { says } = asked.statement.body;
		if (!isTrue(says, facts)) throw new Violation("sworn falsely", `${device} states ${says.kind}`);
	}
}

type Says = Extract<
	Exclude<ReturnType<typeof parseRulingRequest>, { readonly kind: "refusal" }>,
	{ readonly kind: "statement" }
>["statement"]["body"]["says"];

function isTrue(
	says: Says,
	{ payer, payee }: { readonly payer: Fact | undefined; readonly payee: Fact | undefined },
): boolean {
	switch (says.kind) {
		case "neverReleased":
			return payer?.kind === "payer locked";
		case "noWord":
			return payer?.kind === "payer sent" && !payer.heard.includes(toHex(says.link));
		case "noReleaseReached":
			return unreached.includes(payee?.kind ?? "");
		case "balance":
		case "unclaimed":
		case "ticked":
		case "rest":
		case "lost":
			return true;
		default:
			return says satisfies never;
	}
}
