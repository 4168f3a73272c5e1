/**
 * The payer's app: it shows what A tells it, and says once whether it showed the payment as paid.
 *
 *   pay ─▶ paying ── completed, in time ──▶ showing ── shown for a while: seen ──▶ paid
 *            │ │                               │ went out, and comes back late       ▲
 *            │ └── completed, late ─────────▶ asking ── the user did not: seen ──────┘
 *            │                                 │ paidOtherwise (also while showing)
 *            └── paidOtherwise ─────────────▶ gaveUp ── told ──▶ abandoned, refused, or paid (final: twice)
 *
 * Whoever was left without a result may have paid by other means. So what comes late, or was shown by a screen that went
 * dark, is not taken for seen: the user is asked first. This matters for `seen` alone, by which the payee may use what
 * it holds; a credit that is final anyhow is shown as it comes.
 */

import { type Moment, type RailEvent, refusedMessage, type Step, stay, stepped } from "./machine.ts";
import type { Body, Send, Standing, Terms } from "./messages.ts";

type Known = { readonly terms: Terms };

export type PayerApp =
	| ({ readonly kind: "paying"; readonly lateAt: number; readonly hasAsked: boolean } & Known)
	| ({ readonly kind: "showing"; readonly lateAt: number; readonly seenAt: number } & Known)
	| ({ readonly kind: "asking"; readonly answerAt: number } & Known)
	| ({ readonly kind: "paid" | "gaveUp" | "refused" | "abandoned" } & Known);

export type PayerAppPolicy = {
	readonly system: string;
	/** milliseconds after which the user sees that nothing is known, and may pay otherwise */
	readonly timeout_ms: number;
	/** milliseconds for which it is shown before it counts as seen */
	readonly showing_ms: number;
	/** milliseconds after which a user who is asked has said that nothing was paid otherwise: a model of people */
	readonly answer_ms: number;
	readonly user: string;
};

type Kept = PayerApp | undefined;
type Out = Step<PayerApp>;

export function stepPayerApp(kept: Kept, event: RailEvent, { now }: Moment, policy: PayerAppPolicy): Out {
	const { system, user, timeout_ms } = policy;
	if (event.kind === "woken") return woken(kept, now, policy);
	if (event.kind === "entered") return stay(kept);
	const { from, body } = event;
	switch (body.kind) {
		case "pay": {
			if (from !== user) return refusedMessage("sender-refused");
			if (kept !== undefined) return stepped(kept);
			const { payer, payee, amount, credit } = body;
			const terms = { payer, payee, amount, credit };
			return stepped<PayerApp>({ kind: "paying", terms, lateAt: now + timeout_ms, hasAsked: false }, [
				{ to: system, step: 1, body: { kind: "instruct", ...terms } },
			]);
		}
		case "paidOtherwise":
			return from === user ? paidOtherwise(kept, policy) : refusedMessage("sender-refused");
		case "told":
			return from === system ? told(kept, body.standing, now, policy) : refusedMessage("sender-refused");
		default:
			return refusedMessage("kind-unexpected");
	}
}

/** When it is to be woken, milliseconds; undefined where no time changes anything. */
export function payerAppWakesAt(kept: PayerApp): number | undefined {
	if (kept.kind === "showing") return kept.seenAt;
	if (kept.kind === "asking") return kept.answerAt;
	return kept.kind === "paying" && !kept.hasAsked ? kept.lateAt : undefined;
}

function woken(kept: Kept, now: number, { system, answer_ms }: PayerAppPolicy): Out {
	if (kept?.kind === "paying" && !kept.hasAsked && now >= kept.lateAt)
		return stepped<PayerApp>({ ...kept, hasAsked: true }, [send(system, { kind: "ask" })]);
	if (kept?.kind === "showing" && now >= kept.seenAt)
		return now < kept.lateAt ? seen(kept, system) : asking(kept, now + answer_ms);
	if (kept?.kind === "asking" && now >= kept.answerAt) return seen(kept, system);
	return stay(kept);
}

function seen({ terms }: PayerApp, system: string): Out {
	return stepped<PayerApp>({ kind: "paid", terms }, [send(system, { kind: "seen" })]);
}

function asking({ terms }: PayerApp, answerAt: number): Out {
	return stepped<PayerApp>({ kind: "asking", terms, answerAt });
}

/** Nobody pays again what is shown as paid: then it is not heard. */
function paidOtherwise(kept: Kept, { system }: PayerAppPolicy): Out {
	if (kept?.kind !== "paying" && kept?.kind !== "showing" && kept?.kind !== "asking") return stay(kept);
	return stepped<PayerApp>({ kind: "gaveUp", terms: kept.terms }, [send(system, { kind: "giveUp" })]);
}

function told(kept: Kept, standing: Standing, now: number, policy: PayerAppPolicy): Out {
	if (kept === undefined) return refusedMessage("kind-unexpected");
	const { terms } = kept;
	if (standing === "pending" || standing === "reserved") return stepped(kept);
	if (standing === "completed") return completed(kept, now, policy);
	// A's last word, also after one of completion: C has credited the payer again.
	return stepped<PayerApp>({ kind: standing, terms });
}

function completed(kept: PayerApp, now: number, { answer_ms, showing_ms }: PayerAppPolicy): Out {
	const { terms } = kept;
	const isFinal = terms.credit === "final";
	if (isFinal && (kept.kind === "paying" || kept.kind === "gaveUp"))
		return stepped<PayerApp>({ kind: "paid", terms });
	if (kept.kind !== "paying") return stepped(kept);
	const { lateAt } = kept;
	const seenAt = now + showing_ms;
	return seenAt < lateAt
		? stepped<PayerApp>({ kind: "showing", terms, lateAt, seenAt })
		: asking(kept, now + answer_ms);
}

function send(to: string, body: Body): Send {
	return { to, step: body.kind === "seen" ? 18.3 : 0, body };
}
