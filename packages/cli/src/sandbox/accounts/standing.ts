/**
 * How a payment of Mise Pay stands, told from what its six parties keep of it: what each says of itself, no more. A party
 * that does not answer is not asked after; what others know of it counts.
 *
 *   ① begun ▶ ③ announced ▶ ⑥ permitted ▶ ⑧ instructed ▶ ⑩ reserved ▶ ⑬ credited ▶ ⑮ debited ▶ ⑱ told
 *     ▶ ⑳ asked ▶ ㉒ answered ▶ ㉔ final ▶ ㉕ closed
 *
 * Each step implies those before it: messages that bring it about were sent by whoever had taken the ones before
 * (docs/spec/account-rail.md).
 */
import { closedPayment } from "@tenten/protocol/rail";
import { z } from "zod";
import type { PartyName } from "./parties.ts";

/** What a party keeps of a payment: its machine's state, as far as it is shown. */
type KeptPayment = {
	readonly kind: string;
	readonly code?: string | undefined;
	readonly permit?: string | undefined;
	readonly signature?: string | undefined;
	readonly hasAsked?: boolean | undefined;
};

export const keptPayment: z.ZodType<KeptPayment> = z.object({
	kind: z.string(),
	code: z.string().optional(),
	permit: z.string().optional(),
	signature: z.string().optional(),
	hasAsked: z.boolean().optional(),
});

/** undefined: does not answer; null: knows nothing of it. */
export type Kept = Readonly<Record<PartyName, KeptPayment | null | undefined>>;

export const steps = [
	"begun",
	"announced",
	"permitted",
	"instructed",
	"reserved",
	"credited",
	"debited",
	"told",
	"asked",
	"answered",
	"final",
	"closed",
] as const;
type StepName = (typeof steps)[number];

/** Who shows that a step was reached: its state is one of these. */
const evidence: Readonly<Record<StepName, Partial<Record<PartyName, readonly string[]>>>> = {
	begun: { P: ["paying", "showing", "asking", "paid", "gaveUp", "refused", "abandoned"] },
	announced: { A: ["announced"], B: ["asking"] },
	permitted: { B: ["accepted"], D: ["permitted"] },
	instructed: { A: ["debiting"] },
	reserved: { C: ["reserved"] },
	credited: { D: ["reserved", "voided"], B: ["voided"] },
	debited: { C: ["inTransit", "recredited"], A: ["returned"] },
	told: { A: ["completed"], B: ["reserved"], P: ["showing", "asking", "paid"], Q: ["reserved"] },
	asked: { B: ["confirming"] },
	answered: { B: ["deciding"] },
	final: { D: ["used"] },
	closed: { C: ["debited"], B: ["used"], Q: ["received"] },
};

/** How many of the steps were taken. What was given up goes back from where it was: nobody asks about it any more. */
export function reached(kept: Kept): number {
	const taken = steps.findLastIndex((step) => isShown(kept, evidence[step])) + 1;
	const isGivenUp = kept.P?.kind === "gaveUp" || kept.P?.kind === "abandoned";
	return isGivenUp ? Math.min(taken, steps.indexOf("told") + 1) : taken;
}

function isShown(kept: Kept, shownBy: Partial<Record<PartyName, readonly string[]>>): boolean {
	return Object.entries(shownBy).some(([party, kinds]) =>
		kinds.includes(kept[party as PartyName]?.kind ?? ""),
	);
}

/** A party keeps no more than that there was such a payment, long after its end. */
export function isForgotten(kept: Kept): boolean {
	return Object.values(kept).some((each) => each?.kind === closedPayment.kind);
}

/** Where the payer's money is, as the payer's app says; what it is to do follows from it. */
export type PayerStanding = "paying" | "unknown" | "asking" | "paid" | "gaveUp" | "refused" | "abandoned";

/** undefined while nobody paid it, and once it is forgotten. */
export function payerStanding({ P }: Kept): PayerStanding | undefined {
	switch (P?.kind) {
		case undefined:
		case closedPayment.kind:
			return undefined;
		case "showing":
		case "paid":
			return "paid";
		case "asking":
		case "gaveUp":
		case "refused":
		case "abandoned":
			return P.kind;
		default:
			return P?.hasAsked === true ? "unknown" : "paying";
	}
}

/** As the payee's app says; where it was told nothing, as the payee's system does. */
export type PayeeStanding = "waiting" | "reserved" | "received" | "refused" | "abandoned";

export function payeeStanding({ Q, B, P }: Kept): PayeeStanding {
	switch (Q?.kind) {
		case "received":
		case "reserved":
		case "refused":
		case "abandoned":
			return Q.kind;
		default:
			// Of what ended before it was announced, or with B, the payee is not told: the code is of no use any more.
			if (B?.kind === "refused" || P?.kind === "refused") return "refused";
			return B?.kind === "over" || P?.kind === "abandoned" ? "abandoned" : "waiting";
	}
}

/** Nothing will change any more, wherever it stands. */
export function isEnded(kept: Kept): boolean {
	const [payer, payee] = [payerStanding(kept), payeeStanding(kept)];
	if (payee === "received") return payer === "paid";
	return (payer === "refused" || payer === "abandoned") && payee !== "reserved" && payee !== "waiting";
}
