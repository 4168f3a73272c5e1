/** How amounts and standings are shown. */
import { money } from "../../state/language.svelte.ts";
import { say } from "../words.ts";
import type { Accounts, Sale } from "./board.ts";

type Tone = "good" | "wait" | "bad";

const asset = { code: "JPY", scale: 0 } as const;

/** Minor units as one reads them; a dash where a ledger does not answer. */
export function yen(minor: string | undefined): string {
	return minor === undefined ? "–" : money(BigInt(minor), asset);
}

/** What is in the payer's account, set aside or not. */
export function held(payer: Accounts["payer"]): string | undefined {
	return payer === null ? undefined : String(BigInt(payer.available) + BigInt(payer.setAside));
}

export const payerTone: Readonly<Record<NonNullable<Sale["payer"]>, Tone>> = {
	paying: "wait",
	unknown: "wait",
	asking: "wait",
	paid: "good",
	gaveUp: "wait",
	refused: "bad",
	abandoned: "wait",
};

export const payeeTone: Readonly<Record<Sale["payee"], Tone>> = {
	waiting: "wait",
	reserved: "wait",
	received: "good",
	refused: "bad",
	abandoned: "wait",
};

/** The payer may still say that they paid otherwise. */
export function isUndecided({ payer }: Sale): boolean {
	return payer === "paying" || payer === "unknown" || payer === "asking";
}

const reasons = {
	"funds-insufficient": "reason.funds",
	"permit-expired": "reason.late",
} as const;

export function payerWords({ payer, amount, code }: Sale): string {
	if (payer === null) return "";
	const key = Object.entries(reasons).find(([each]) => each === code)?.[1];
	return say(`payer.${payer}`, { amount: yen(amount), reason: key === undefined ? "" : say(key) });
}
