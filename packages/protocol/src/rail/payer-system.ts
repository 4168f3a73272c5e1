/**
 * A, the payer's customer system: it begins, it may give up until it has instructed C, and it says once whether the
 * payer was told of completion.
 *
 *                    declined                     debit refused
 *   instruct ──▶ announced ──────▶ refused ◀──────────────────────┐
 *      │            │   │ accepted: ⑧                             │
 *      │ ② refused  │   └──────────────────────────────────▶ debiting ── debited ──▶ completed ── recredited ──▶ returned
 *      ▼            │ patience over, given up                    (word)               (word)
 *   refused         └──────▶ abandoned
 *
 * A bound payment ends by `settled` from C, and has no word: debiting | completed ──▶ settled.
 *
 * `word` is null until the payer's app has said `seen` (notified) or `giveUp` (abandoned), whichever comes first; it
 * never changes. Only a payment that is credited with a reservation has one. After ⑧ nothing here ends a payment.
 */

import { isBound } from "./bound.ts";
import { type Moment, namedIn, type RailEvent, refusedMessage, type Step, stay, stepped } from "./machine.ts";
import type { BodyOf, Credit, RailRefusal, Send, Standing, Terms, Word } from "./messages.ts";

export type PayerSystem =
	| ({ readonly kind: "announced"; readonly payeeSystem: string; readonly giveUpAt: number } & Known)
	| ({ readonly kind: "debiting"; readonly payeeSystem: string; readonly permit: string } & Known & Deciding)
	| ({ readonly kind: "completed"; readonly payeeSystem: string; readonly permit: string } & Known & Deciding)
	| ({ readonly kind: "returned" } & Known)
	/** a bound payment: by this release, or given back to the payer */
	| ({ readonly kind: "settled"; readonly release: string | null } & Known)
	| ({ readonly kind: "refused"; readonly code: RailRefusal } & Known)
	/** without terms where it was given up before the instruction came */
	| { readonly kind: "abandoned"; readonly app: string; readonly terms: Terms | null };

type Known = { readonly app: string; readonly terms: Terms };
type Deciding = { readonly word: Word | null; readonly isAsked: boolean };

export type PayerSystemPolicy = {
	/** by account: the ledger that keeps it, its app, and whether it may pay */
	readonly payers: Readonly<
		Record<string, { readonly ledger: string; readonly app: string; readonly mayPay: boolean }>
	>;
	/** the customer system of each payee */
	readonly payees: Readonly<Record<string, string>>;
	/** milliseconds from ③ on, after which it gives up, unless it has instructed C */
	readonly patience_ms: number;
};

type Kept = PayerSystem | undefined;
type Out = Step<PayerSystem>;

export function stepPayerSystem(
	kept: Kept,
	event: RailEvent,
	{ now }: Moment,
	policy: PayerSystemPolicy,
): Out {
	if (event.kind === "woken") return kept?.kind === "announced" ? giveUp(kept) : stay(kept);
	if (event.kind === "entered") return stay(kept);
	const { from, body } = event;
	switch (body.kind) {
		case "instruct":
			return instruct(kept, from, body, now, policy);
		case "giveUp":
			return givenUp(kept, from);
		case "seen":
			return isApp(kept, from) ? decided(kept, "notified") : refusedMessage("sender-refused");
		case "ask":
			return isApp(kept, from) ? stepped(kept, [told(kept, 0)]) : refusedMessage("sender-refused");
		case "accepted":
		case "declined":
			return answered(kept, from, body, policy);
		case "debited":
		case "debitRefused":
		case "recredited":
		case "settled":
			return fromLedger(kept, from, body, policy);
		case "confirm":
			return confirm(kept, from);
		default:
			return refusedMessage("kind-unexpected");
	}
}

/** When it is to be woken, milliseconds; undefined where no time changes anything. */
export function payerSystemWakesAt(kept: PayerSystem): number | undefined {
	return kept.kind === "announced" ? kept.giveUpAt : undefined;
}

function isApp(kept: Kept, from: string): kept is PayerSystem {
	return kept?.app === from;
}

/** ① to ③. */
function instruct(
	kept: Kept,
	app: string,
	{ payer, payee, amount, credit }: BodyOf<"instruct">,
	now: number,
	{ payers, payees, patience_ms }: PayerSystemPolicy,
): Out {
	const account = namedIn(payers, payer);
	if (account?.app !== app) return refusedMessage("sender-refused");
	const terms: Terms = { payer, payee, amount, credit };
	if (kept !== undefined)
		return kept.app === app ? stepped(kept, [told(kept, 0)]) : refusedMessage("sender-refused");
	const payeeSystem = namedIn(payees, payee);
	if (!account.mayPay) return refuse({ app, terms }, "payer-refused");
	if (payeeSystem === undefined) return refuse({ app, terms }, "payee-unknown");
	const announced = { kind: "announced", app, terms, payeeSystem, giveUpAt: now + patience_ms } as const;
	return stepped<PayerSystem>(announced, [
		{ to: payeeSystem, step: 3, body: { kind: "announce", ...terms, ledger: account.ledger } },
	]);
}

function refuse({ app, terms }: Known, code: RailRefusal, sends: readonly Send[] = []): Out {
	const kept: PayerSystem = { kind: "refused", app, terms, code };
	return stepped(kept, [...sends, told(kept)]);
}

/** ⑦ and ⑧: from here on only C and D end it. */
function answered(
	kept: Kept,
	from: string,
	body: BodyOf<"accepted" | "declined">,
	{ payers }: PayerSystemPolicy,
): Out {
	if (kept === undefined) return refusedMessage("kind-unexpected");
	if (kept.kind !== "announced") return stepped(kept);
	if (from !== kept.payeeSystem) return refusedMessage("sender-refused");
	const { app, terms, payeeSystem } = kept;
	if (body.kind === "declined") return refuse(kept, body.code);
	const { permit, ledger } = body;
	const { payer, amount, credit } = terms;
	const debiting = { kind: "debiting", app, terms, payeeSystem, permit, word: null, isAsked: false } as const;
	const debit = { kind: "debit", payer, amount, credit, permit, ledger } as const;
	return stepped<PayerSystem>(debiting, [{ to: ledgerOf(payers, payer), step: 8, body: debit }]);
}

function ledgerOf(payers: PayerSystemPolicy["payers"], payer: string): string {
	const account = namedIn(payers, payer);
	if (account === undefined) throw new Error("a payment of an account that is gone");
	return account.ledger;
}

/** ⑯ to ⑱. */
function fromLedger(
	kept: Kept,
	from: string,
	body: BodyOf<"debited" | "debitRefused" | "recredited" | "settled">,
	{ payers }: PayerSystemPolicy,
): Out {
	if (kept === undefined || kept.kind === "abandoned") return refusedMessage("kind-unexpected");
	const { app, terms } = kept;
	if (from !== ledgerOf(payers, terms.payer)) return refusedMessage("sender-refused");
	if (body.kind === "recredited") {
		if (kept.kind !== "debiting" && kept.kind !== "completed") return stepped(kept);
		const returned = { kind: "returned", app, terms } as const;
		const last = { kind: "notCompleted", standing: "abandoned" } as const;
		return stepped<PayerSystem>(returned, [
			...(kept.kind === "debiting" ? [{ to: kept.payeeSystem, step: 17, body: last }] : []),
			told(returned, 0),
		]);
	}
	if (body.kind === "settled") {
		if (kept.kind !== "debiting" && kept.kind !== "completed") return stepped(kept);
		const settled: PayerSystem = { kind: "settled", app, terms, release: body.release };
		return stepped(settled, [{ to: app, step: 25.5, body }]);
	}
	if (kept.kind !== "debiting") return stepped(kept);
	const { payeeSystem, word } = kept;
	if (body.kind === "debitRefused")
		return refuse(kept, body.code, [
			{ to: payeeSystem, step: 17, body: { kind: "notCompleted", standing: "refused" } },
		]);
	const completed = { ...kept, kind: "completed" } as const;
	// D tells the payee's side of what is bound, and nothing is completed before its release is known.
	if (isBound(terms.credit)) return stepped<PayerSystem>(completed);
	const tellPayee: Send = { to: payeeSystem, step: 17, body: { kind: "completed" } };
	return word === null
		? stepped<PayerSystem>(completed, [tellPayee, told(completed)])
		: stepped<PayerSystem>({ ...completed, isAsked: true }, [tellPayee, ...answer(completed, word)]);
}

/** Before ⑧ it is over; after it, what is credited with a reservation is abandoned, unless it was shown as paid. */
function givenUp(kept: Kept, from: string): Out {
	if (kept === undefined) {
		const abandoned: PayerSystem = { kind: "abandoned", app: from, terms: null };
		return stepped(abandoned, [told(abandoned, 0)]);
	}
	if (!isApp(kept, from)) return refusedMessage("sender-refused");
	return kept.kind === "announced" ? giveUp(kept) : decided(kept, "abandoned");
}

function giveUp({ app, terms, payeeSystem }: Extract<PayerSystem, { kind: "announced" }>): Out {
	const abandoned: PayerSystem = { kind: "abandoned", app, terms };
	return stepped(abandoned, [
		{ to: payeeSystem, step: 17, body: { kind: "notCompleted", standing: "abandoned" } },
		told(abandoned),
	]);
}

/** ㉑: the first word stays. An abandoned payment is answered without being asked: nobody may be left to ask. */
function decided(kept: PayerSystem, word: Word): Out {
	if (kept.kind !== "debiting" && kept.kind !== "completed") return stepped(kept, [told(kept, 0)]);
	if (!isReserving(kept.terms.credit) || kept.word !== null) return stepped(kept);
	const isDue = kept.kind === "completed" && (kept.isAsked || word === "abandoned");
	if (!isDue) return stepped<PayerSystem>({ ...kept, word });
	return stepped<PayerSystem>({ ...kept, word, isAsked: true }, answer(kept, word));
}

function isReserving(credit: Credit): boolean {
	return credit === "reserved";
}

/** ⑳ and ㉒; asked before it is known, it answers as soon as it is. */
function confirm(kept: Kept, from: string): Out {
	if (kept?.kind !== "debiting" && kept?.kind !== "completed") return stay(kept);
	if (from !== kept.payeeSystem) return refusedMessage("sender-refused");
	const { word } = kept;
	const asked: PayerSystem = { ...kept, isAsked: true };
	return word === null || kept.kind === "debiting" ? stepped(asked) : stepped(asked, answer(kept, word));
}

function answer(
	{ payeeSystem, permit }: Extract<PayerSystem, { permit: string }>,
	word: Word,
): readonly Send[] {
	return [{ to: payeeSystem, step: 22, body: { kind: "answer", word, permit, signature: "" } }];
}

function told(kept: PayerSystem, step = 18.1): Send {
	return { to: kept.app, step, body: { kind: "told", standing: standingOf(kept) } };
}

/** What the payer is told. A word of `abandoned` is not told before C has credited the payer again. */
export function standingOf(kept: PayerSystem): Standing {
	switch (kept.kind) {
		case "announced":
		case "debiting":
			return "pending";
		case "completed":
			return kept.word === "abandoned" || isBound(kept.terms.credit) ? "pending" : "completed";
		case "settled":
			return kept.release === null ? "abandoned" : "completed";
		case "refused":
			return "refused";
		case "abandoned":
		case "returned":
			return "abandoned";
		default:
			return kept satisfies never;
	}
}
