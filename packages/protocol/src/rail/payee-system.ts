/**
 * B, the payee's customer system: it has D permit the credit, and tells the payee what A and D said.
 *
 *   announce ──▶ asking ── permit: ⑦ ──▶ accepted ── completed ──▶ received                       (final)
 *      │           │                        │    └── completed ──▶ reserved ── use: ⑳ ──▶ confirming
 *      │ ④         │ permit refused         │ not completed           │ answer                │ answer: ㉓
 *      ▼           ▼                        ▼                         ▼                       ▼
 *   refused     refused                   over                     deciding ◀─────────────────┘
 *                                                                     │ ended (of D, from any state)
 *                                                                     ▼
 *                                                              used | voided
 *
 * It moves nothing. What it is told out of turn changes nothing that D has said.
 */

import { isBound } from "./bound.ts";
import { type Moment, namedIn, type RailEvent, refusedMessage, type Step, stay, stepped } from "./machine.ts";
import type { BodyOf, RailRefusal, Send, Standing, Terms, Word } from "./messages.ts";

type Known = {
	readonly app: string;
	readonly payerSystem: string;
	readonly ledger: string;
	readonly terms: Terms;
};

export type PayeeSystem =
	| ({ readonly kind: "asking" | "accepted" | "received" | "reserved" | "confirming" | "deciding" } & Known)
	| ({ readonly kind: "used" | "voided" } & Known)
	| { readonly kind: "refused"; readonly app: string; readonly code: RailRefusal }
	/** without an app where A gave up before it announced anything */
	| { readonly kind: "over"; readonly app: string | null; readonly standing: "refused" | "abandoned" };

export type PayeeSystemPolicy = {
	/** by account: the ledger that keeps it, its app, and whether it may be paid */
	readonly payees: Readonly<
		Record<string, { readonly ledger: string; readonly app: string; readonly mayReceive: boolean }>
	>;
};

type Kept = PayeeSystem | undefined;
type Out = Step<PayeeSystem>;
export function stepPayeeSystem(kept: Kept, event: RailEvent, _: Moment, policy: PayeeSystemPolicy): Out {
	if (event.kind !== "received") return stay(kept);
	const { from, body } = event;
	switch (body.kind) {
		case "announce":
			return announced(kept, from, body, policy);
		case "permit":
		case "permitRefused":
			return permitted(kept, from, body);
		case "completed":
			return completed(kept, from);
		case "notCompleted":
			return over(kept, from, body.standing);
		case "use":
			return use(kept, from);
		case "ask":
			return kept !== undefined && kept.app === from
				? stepped(kept, [told(from, kept, 0)])
				: refusedMessage("sender-refused");
		case "answer":
			return answered(kept, from, body);
		case "ended":
			return ended(kept, from, body.word);
		case "held":
			return held(kept, from, body);
		case "settle":
			return settle(kept, from, body, policy);
		case "settled":
			return ended(kept, from, body.release === null ? "abandoned" : "notified");
		default:
			return refusedMessage("kind-unexpected");
	}
}

/** ③ to ⑤. */
function announced(
	kept: Kept,
	payerSystem: string,
	{ payer, payee, amount, credit, ledger: payerLedger }: BodyOf<"announce">,
	{ payees }: PayeeSystemPolicy,
): Out {
	if (kept !== undefined) return stepped(kept);
	const decline = (code: RailRefusal, app: string): Out =>
		stepped<PayeeSystem>({ kind: "refused", app, code }, [
			{ to: payerSystem, step: 7, body: { kind: "declined", code } },
		]);
	const account = namedIn(payees, payee);
	if (account === undefined) return decline("payee-unknown", "");
	const { app, ledger, mayReceive } = account;
	if (!mayReceive) return decline("payee-refused", app);
	const terms: Terms = { payer, payee, amount, credit };
	return stepped<PayeeSystem>({ kind: "asking", app, payerSystem, ledger, terms }, [
		{
			to: ledger,
			step: 5,
			body: { kind: "askPermit", payee, amount, credit, ledger: payerLedger, system: payerSystem },
		},
	]);
}

/** ⑥ and ⑦. */
function permitted(kept: Kept, from: string, body: BodyOf<"permit" | "permitRefused">): Out {
	if (kept?.kind !== "asking") return stay(kept);
	const { app, ledger, payerSystem } = kept;
	if (from !== ledger) return refusedMessage("sender-refused");
	if (body.kind === "permitRefused")
		return stepped<PayeeSystem>({ kind: "refused", app, code: body.code }, [
			{ to: payerSystem, step: 7, body: { kind: "declined", code: body.code } },
		]);
	return stepped<PayeeSystem>({ ...kept, kind: "accepted" }, [
		{ to: payerSystem, step: 7, body: { kind: "accepted", permit: body.permit, ledger } },
	]);
}

/** ⑰ and ⑱. */
function completed(kept: Kept, from: string): Out {
	if (kept?.kind !== "accepted") return stay(kept);
	if (from !== kept.payerSystem) return refusedMessage("sender-refused");
	// Of what is bound D speaks itself.
	if (isBound(kept.terms.credit)) return stepped(kept);
	const next: PayeeSystem = { ...kept, kind: kept.terms.credit === "final" ? "received" : "reserved" };
	return stepped(next, [told(kept.app, next)]);
}

/** The payee was told of nothing yet, and is not. */
function over(kept: Kept, from: string, standing: "refused" | "abandoned"): Out {
	if (kept === undefined) return stepped<PayeeSystem>({ kind: "over", app: null, standing });
	if (kept.kind !== "asking" && kept.kind !== "accepted") return stepped(kept);
	if (from !== kept.payerSystem) return refusedMessage("sender-refused");
	if (isBound(kept.terms.credit)) return stepped(kept);
	return stepped<PayeeSystem>({ kind: "over", app: kept.app, standing });
}

/** ⑲ and ⑳. */
function use(kept: Kept, from: string): Out {
	if (kept === undefined || kept.app !== from) return refusedMessage("sender-refused");
	if (kept.kind !== "reserved") return stepped(kept, [told(from, kept, 0)]);
	if (isBound(kept.terms.credit)) return refusedMessage("kind-unexpected");
	return stepped<PayeeSystem>({ ...kept, kind: "confirming" }, [
		{ to: kept.payerSystem, step: 20, body: { kind: "confirm" } },
	]);
}

/** ㉒ and ㉓, asked for or not: D looks at the signature. */
function answered(kept: Kept, from: string, { word, signature, permit }: BodyOf<"answer">): Out {
	if (kept?.kind !== "accepted" && kept?.kind !== "reserved" && kept?.kind !== "confirming")
		return stay(kept);
	if (from !== kept.payerSystem) return refusedMessage("sender-refused");
	if (isBound(kept.terms.credit)) return refusedMessage("kind-unexpected");
	return stepped<PayeeSystem>({ ...kept, kind: "deciding" }, [
		{ to: kept.ledger, step: 23, body: { kind: "decide", word, signature, permit } },
	]);
}

/** ⑭ of a bound credit: D holds it for the payee, who may now give what it is for. */
function held(kept: Kept, from: string, body: BodyOf<"held">): Out {
	if (kept?.kind !== "asking" && kept?.kind !== "accepted") return stay(kept);
	if (from !== kept.ledger) return refusedMessage("sender-refused");
	return stepped<PayeeSystem>({ ...kept, kind: "reserved" }, [{ to: kept.app, step: 18.2, body }]);
}

/** ⑲ and ㉓ of a bound credit; given back before it is announced, it is never accepted. */
function settle(kept: Kept, from: string, body: BodyOf<"settle">, { payees }: PayeeSystemPolicy): Out {
	const { release } = body;
	if (kept === undefined) {
		const isOurs = Object.values(payees).some(({ app }) => app === from);
		if (release !== null || !isOurs) return refusedMessage("kind-unexpected");
		return stepped<PayeeSystem>({ kind: "over", app: from, standing: "abandoned" });
	}
	if (kept.app !== from) return refusedMessage("sender-refused");
	if (kept.kind !== "asking" && kept.kind !== "accepted" && kept.kind !== "reserved") return stepped(kept);
	if (!isBound(kept.terms.credit)) return refusedMessage("kind-unexpected");
	const step = release === null ? 0 : 23;
	return stepped<PayeeSystem>({ ...kept, kind: "deciding" }, [{ to: kept.ledger, step, body }]);
}

/** ㉕: D's word ends it, whatever came before. */
function ended(kept: Kept, from: string, word: Word): Out {
	if (kept === undefined) return refusedMessage("kind-unexpected");
	if (!("ledger" in kept)) return stepped(kept);
	if (from !== kept.ledger) return refusedMessage("sender-refused");
	const next: PayeeSystem = { ...kept, kind: word === "notified" ? "used" : "voided" };
	return stepped(next, [told(kept.app, next, 25.3)]);
}

function told(app: string, kept: PayeeSystem, step = 18.2): Send {
	return { to: app, step, body: { kind: "told", standing: payeeStandingOf(kept) } };
}

/** What the payee is told. */
export function payeeStandingOf(kept: PayeeSystem): Standing {
	switch (kept.kind) {
		case "asking":
		case "accepted":
			return "pending";
		case "received":
		case "used":
			return "completed";
		case "reserved":
		case "confirming":
		case "deciding":
			return "reserved";
		case "voided":
			return "abandoned";
		case "refused":
			return "refused";
		case "over":
			return kept.standing;
		default:
			return kept satisfies never;
	}
}
