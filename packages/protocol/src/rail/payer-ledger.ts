/**
 * C, the payer's ledger: it reserves, and from ⑪ on only D's answer ends the reservation. It has no timer.
 *
 *                  ┌─ the ledger refuses ─▶ refused ◀─ credit refused, or ended before it was heard: void ─┐
 *   debit ─▶ reserving ─ entered ─▶ reserved: ⑪ ─────────────────────────────────────────────────────────────┘
 *                                       │ credited: post
 *                                       ├──────────▶ debited                                     (final)
 *                                       └──────────▶ inTransit ── ended: notified ──▶ debited    (reserved)
 *                                                        └─────── ended: abandoned ──▶ recredited: transfer back
 *
 * Of a bound credit `settled` says what `ended` says, with the release or without, and is told on to A.
 */

import {
	type Moment,
	type Posting,
	type RailEvent,
	refusedMessage,
	type Step,
	stay,
	stepped,
	transitAccount,
} from "./machine.ts";
import type { Body, BodyOf, Credit, RailRefusal, Send, Word } from "./messages.ts";

type Known = {
	readonly system: string;
	readonly payer: string;
	readonly amount: bigint;
	readonly credit: Credit;
	readonly permit: string;
	/** the payee's ledger */
	readonly ledger: string;
};

export type PayerLedger =
	| ({ readonly kind: "reserving" | "reserved" | "inTransit" | "debited" | "recredited" } & Known)
	| ({ readonly kind: "refused"; readonly code: RailRefusal } & Known);

type Kept = PayerLedger | undefined;
type Out = Step<PayerLedger>;

/** `systems`: customer systems that may instruct it. */
export type PayerLedgerPolicy = { readonly systems: readonly string[] };

export function stepPayerLedger(kept: Kept, event: RailEvent, _: Moment, policy: PayerLedgerPolicy): Out {
	if (event.kind === "woken") return stay(kept);
	if (event.kind === "entered") return entered(kept, event.refusal);
	const { from, body } = event;
	switch (body.kind) {
		case "debit":
			return debit(kept, from, body, policy);
		case "credited":
		case "creditRefused":
		case "ended":
		case "settled":
			if (kept === undefined) return refusedMessage("kind-unexpected");
			return from === kept.ledger ? fromPayeeLedger(kept, body) : refusedMessage("sender-refused");
		default:
			return refusedMessage("kind-unexpected");
	}
}

/** ⑧ to ⑩. */
function debit(
	kept: Kept,
	system: string,
	{ payer, amount, credit, permit, ledger }: BodyOf<"debit">,
	{ systems }: PayerLedgerPolicy,
): Out {
	if (!systems.includes(system)) return refusedMessage("sender-refused");
	if (kept !== undefined) return stepped(kept);
	return stepped<PayerLedger>({ kind: "reserving", system, payer, amount, credit, permit, ledger }, [], {
		kind: "reserve",
		name: "debit",
		from: payer,
		to: transitAccount(ledger),
		amount,
	});
}

/** What the ledger said to the reservation; what comes after it cannot be refused. */
function entered(kept: Kept, refusal: RailRefusal | null): Out {
	if (kept === undefined) throw new Error("a posting of no payment");
	if (kept.kind !== "reserving") {
		if (refusal !== null) throw new Error(`a posting that cannot be refused was: ${refusal}`);
		return stepped(kept);
	}
	const { amount, credit, permit, ledger } = kept;
	if (refusal !== null) {
		const refused: PayerLedger = { ...kept, kind: "refused", code: refusal };
		return stepped(refused, [toSystem(kept, { kind: "debitRefused", code: refusal })]);
	}
	return stepped<PayerLedger>({ ...kept, kind: "reserved" }, [
		{ to: ledger, step: 11, body: { kind: "credit", permit, amount, credit } },
	]);
}

/** ⑭ to ⑯, and ㉕; the later of D's messages may come first, and says what the earlier one would have. */
function fromPayeeLedger(
	kept: PayerLedger,
	body: BodyOf<"credited" | "creditRefused" | "ended" | "settled">,
): Out {
	switch (body.kind) {
		case "credited":
			return kept.kind === "reserved"
				? debited(kept, kept.credit === "final" ? "debited" : "inTransit")
				: stepped(kept);
		case "creditRefused":
			return kept.kind === "reserved" ? freed(kept, body.code) : stepped(kept);
		case "ended":
			return ended(kept, body.word);
		case "settled":
			return settled(kept, body);
		default:
			return body satisfies never;
	}
}

function debited(kept: PayerLedger, kind: "debited" | "inTransit"): Out {
	const post: Posting = { kind: "post", name: "debited", reservation: "debit", amount: kept.amount };
	return stepped<PayerLedger>({ ...known(kept), kind }, [toSystem(kept, { kind: "debited" })], post);
}

function freed(kept: PayerLedger, code: RailRefusal): Out {
	const free: Posting = { kind: "void", name: "freed", reservation: "debit" };
	const refused: PayerLedger = { ...known(kept), kind: "refused", code };
	return stepped(refused, [toSystem(kept, { kind: "debitRefused", code })], free);
}

function ended(kept: PayerLedger, word: Word): Out {
	if (kept.kind === "reserved")
		return word === "notified" ? debited(kept, "debited") : freed(kept, "given-up");
	if (kept.kind !== "inTransit") return stepped(kept);
	if (word === "notified") return stepped<PayerLedger>({ ...known(kept), kind: "debited" });
	const { payer, ledger, amount } = kept;
	return stepped<PayerLedger>(
		{ ...known(kept), kind: "recredited" },
		[{ to: kept.system, step: 0, body: { kind: "recredited" } }],
		{ kind: "transfer", name: "recredited", from: transitAccount(ledger), to: payer, amount },
	);
}

/** ㉕ of a bound credit: A is told by which release it ended, since whoever paid gets something for it. */
function settled(kept: PayerLedger, body: BodyOf<"settled">): Out {
	const out = ended(kept, body.release === null ? "abandoned" : "notified");
	const isNews = kept.kind === "reserved" || kept.kind === "inTransit";
	return out.kind === "refused" || !isNews ? out : { ...out, sends: [{ to: kept.system, step: 25.4, body }] };
}

function known({ system, payer, amount, credit, permit, ledger }: PayerLedger): Known {
	return { system, payer, amount, credit, permit, ledger };
}

function toSystem({ system }: PayerLedger, body: Body): Send {
	return { to: system, step: 16, body };
}
