/** The one thing to do about a payment that is not over: what to say of it, and on what button. */
import type { NextAction, Waiting } from "@tenten/wallet/page";
import type { Key } from "../state/language.svelte.ts";

export type Step = {
	readonly what: Key;
	/** null where nothing is to be done now */
	readonly button: Key | null;
	/** what the day means that comes with it */
	readonly until?: Key;
};

export const steps: Readonly<Record<NextAction["kind"], Step | undefined>> = {
	none: undefined,
	show: { what: "next.show", button: "next.doShow" },
	giveUp: { what: "next.giveUp", button: "next.doGiveUp" },
	askOperator: { what: "next.askOperator", button: "next.doAskOperator" },
	askRefund: { what: "next.askRefund", button: "next.doAskRefund", until: "next.refundUntil" },
	wait: { what: "next.wait", button: null, until: "next.waitUntil" },
};

export const waited: Readonly<Record<Waiting, Key>> = {
	payee: "next.forPayee",
	payer: "next.forPayer",
	operator: "next.forOperator",
	nobody: "next.forNobody",
};
