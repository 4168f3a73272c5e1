/**
 * D, the payee's ledger: it answers each permit once, and each reservation once. It has no timer that moves money.
 *
 *   askPermit ─▶ permitted ── credit ⑪ ─▶ crediting ─ entered ─▶ credited                             (final)
 *       │            │ ⑫ refused               │ refused    └─▶ reserved ── decide: notified ──▶ used (reserved)
 *       ▼            ▼ given back              ▼                    ├────── decide: abandoned ──▶ voided
 *    refused ◀───────┴─────────────────────────┘                    └────── settle ──▶ used | voided   (bound)
 *
 * A permit holds nothing. It ends by being answered: by a credit in time, or by the refusal of one that comes late.
 */

import { fromHex } from "../codec/index.ts";
import type { PublicKey, Verify } from "../crypto/index.ts";
import { isAnswerBy } from "./answer.ts";
import { isBound, releases } from "./bound.ts";
import {
	type Moment,
	namedIn,
	type Posting,
	type RailEvent,
	refusedMessage,
	type Step,
	stay,
	stepped,
	transitAccount,
} from "./machine.ts";
import type { BodyOf, Credit, RailRefusal, Send, Word } from "./messages.ts";

type Known = {
	/** B */
	readonly asker: string;
	/** A, whose answer ends a reservation */
	readonly system: string;
	/** C */
	readonly ledger: string;
	readonly payee: string;
	readonly amount: bigint;
	readonly credit: Credit;
	readonly permit: string;
};

export type PayeeLedger =
	| ({ readonly kind: "permitted"; readonly until: number } & Known)
	| ({ readonly kind: "crediting" | "credited" | "reserved" } & Known)
	/** `signature`: of the word by which it ended, or the release, in hexadecimal; none of what was given back */
	| ({ readonly kind: "used" | "voided"; readonly signature: string } & Known)
	/** for good, whatever is asked about this payment; `known` where a permit was issued */
	| { readonly kind: "refused"; readonly code: RailRefusal; readonly known: Known | null };

export type PayeeLedgerPolicy = {
	/** customer systems that may ask for permits */
	readonly askers: readonly string[];
	/** ledgers that it takes credits of */
	readonly ledgers: readonly string[];
	/** accounts that may be credited */
	readonly payees: readonly string[];
	/** milliseconds for which a permit is good */
	readonly permit_ms: number;
	/** keys of the payers' systems, and of whoever rules where one of them is gone */
	readonly answerKeys: Readonly<Record<string, PublicKey>>;
	readonly rulingKey: PublicKey | null;
	readonly verify: Verify;
};

type Kept = PayeeLedger | undefined;
type Out = Step<PayeeLedger>;

export function stepPayeeLedger(
	kept: Kept,
	event: RailEvent,
	moment: Moment,
	policy: PayeeLedgerPolicy,
): Out {
	if (event.kind === "woken") return stay(kept);
	if (event.kind === "entered") return entered(kept, event.refusal);
	const { from, body } = event;
	switch (body.kind) {
		case "askPermit":
			return permit(kept, from, body, moment, policy);
		case "credit":
			return credit(kept, from, body, moment.now, policy);
		case "decide":
			return decide(kept, body, moment.payment, policy);
		case "settle":
			return settle(kept, from, body.release, policy);
		default:
			return refusedMessage("kind-unexpected");
	}
}

/** ⑤ and ⑥. */
function permit(
	kept: Kept,
	asker: string,
	{ payee, amount, credit: how, ledger, system }: BodyOf<"askPermit">,
	{ now, fresh }: Moment,
	{ askers, payees, ledgers, permit_ms }: PayeeLedgerPolicy,
): Out {
	if (!askers.includes(asker)) return refusedMessage("sender-refused");
	if (kept !== undefined) return stepped(kept);
	const code = !payees.includes(payee)
		? "account-unknown"
		: ledgers.includes(ledger)
			? null
			: "payer-refused";
	if (code !== null)
		return stepped<PayeeLedger>({ kind: "refused", code, known: null }, [
			{ to: asker, step: 6, body: { kind: "permitRefused", code } },
		]);
	const known: Known = { asker, system, ledger, payee, amount, credit: how, permit: fresh };
	return stepped<PayeeLedger>({ kind: "permitted", ...known, until: now + permit_ms }, [
		{ to: asker, step: 6, body: { kind: "permit", permit: fresh } },
	]);
}

/** ⑪ and ⑫: the first answer to a permit is the only one, and a repeat of ⑪ finds it in the outbox. */
function credit(
	kept: Kept,
	from: string,
	{ permit: named, amount, credit: how }: BodyOf<"credit">,
	now: number,
	{ ledgers }: PayeeLedgerPolicy,
): Out {
	if (!ledgers.includes(from)) return refusedMessage("sender-refused");
	if (kept === undefined) return refuse(null, from, "permit-unknown");
	if (kept.kind === "refused") return refuse(kept.known, from, kept.code);
	if (from !== kept.ledger) return refusedMessage("sender-refused");
	if (kept.kind !== "permitted") return stepped(kept);
	const known = knownOf(kept);
	if (named !== kept.permit || amount !== kept.amount || how !== kept.credit)
		return refuse(known, from, "permit-mismatch");
	if (now > kept.until) return refuse(known, from, "permit-expired");
	const posting: Posting = {
		kind: how === "final" ? "transfer" : "reserve",
		name: "credit",
		from: transitAccount(from),
		to: kept.payee,
		amount,
	};
	return stepped<PayeeLedger>({ kind: "crediting", ...known }, [], posting);
}

function refuse(known: Known | null, ledger: string, code: RailRefusal): Out {
	return stepped<PayeeLedger>({ kind: "refused", code, known }, [
		{ to: ledger, step: 14, body: { kind: "creditRefused", code } },
	]);
}

/** ⑬ and ⑭: what the ledger said to the credit; what comes after it cannot be refused. */
function entered(kept: Kept, refusal: RailRefusal | null): Out {
	if (kept === undefined) throw new Error("a posting of no payment");
	if (kept.kind !== "crediting") {
		if (refusal !== null) throw new Error(`a posting that cannot be refused was: ${refusal}`);
		return stepped(kept);
	}
	const known = knownOf(kept);
	if (refusal !== null) return refuse(known, kept.ledger, refusal);
	const { asker, ledger, payee, amount, credit: how } = kept;
	const credited: Send = { to: ledger, step: 14, body: { kind: "credited" } };
	// D's own word, so that nobody gives anything for what A alone says is there.
	const held: Send = { to: asker, step: 14.2, body: { kind: "held", payee, amount, credit: how } };
	return stepped<PayeeLedger>(
		{ kind: how === "final" ? "credited" : "reserved", ...known },
		isBound(how) ? [credited, held] : [credited],
	);
}

/** ㉓ to ㉕. Whoever brings it: the signature counts. The first word stays. */
function decide(kept: Kept, body: BodyOf<"decide">, payment: string, policy: PayeeLedgerPolicy): Out {
	if (kept === undefined || kept.kind === "refused") return stay(kept);
	if (!isSigned(kept, body, payment, policy)) return refusedMessage("signature-invalid");
	const { word } = body;
	if (kept.kind === "permitted" && word === "abandoned") return givenUp(kept);
	if (kept.kind !== "reserved") return stepped(kept);
	return isBound(kept.credit)
		? end(kept, word, body.signature, { kind: "settled", release: null })
		: end(kept, word, body.signature, { kind: "ended", word });
}

/**
 * ㉓ to ㉕ of a bound credit. Its release posts it, whoever shows it; B, which speaks for whoever would be credited,
 * may give it back, also before it is there. The first that comes stays.
 */
function settle(kept: Kept, from: string, release: string | null, { askers }: PayeeLedgerPolicy): Out {
	if (kept === undefined) {
		if (release !== null) return refusedMessage("kind-unexpected");
		if (!askers.includes(from)) return refusedMessage("sender-refused");
		return stepped<PayeeLedger>({ kind: "refused", code: "given-up", known: null });
	}
	if (kept.kind === "refused") return stepped(kept);
	if (!isBound(kept.credit)) return refusedMessage("kind-unexpected");
	if (release === null) {
		if (from !== kept.asker) return refusedMessage("sender-refused");
		if (kept.kind === "permitted") return givenUp(kept);
	} else if (!releases(release, kept.credit)) return refusedMessage("release-mismatch");
	// Not there yet: it is not taken, so that whoever shows it may do so again.
	else if (kept.kind === "permitted") return refusedMessage("kind-unexpected");
	if (kept.kind !== "reserved") return stepped(kept);
	return end(kept, release === null ? "abandoned" : "notified", release ?? "", { kind: "settled", release });
}

function givenUp(kept: Known): Out {
	return stepped<PayeeLedger>({ kind: "refused", code: "given-up", known: knownOf(kept) });
}

function end(kept: Known, word: Word, signature: string, told: BodyOf<"ended" | "settled">): Out {
	const how = { name: word, reservation: "credit" };
	const posting: Posting =
		word === "notified" ? { kind: "post", ...how, amount: kept.amount } : { kind: "void", ...how };
	return stepped<PayeeLedger>(
		{ ...knownOf(kept), kind: endOf(word), signature },
		[
			{ to: kept.ledger, step: 25.1, body: told },
			{ to: kept.asker, step: 25.2, body: told },
		],
		posting,
	);
}

function endOf(word: Word): "used" | "voided" {
	return word === "notified" ? "used" : "voided";
}

function isSigned(
	{ system, permit: named, credit: how }: Known,
	{ word, signature }: BodyOf<"decide">,
	payment: string,
	{ answerKeys, rulingKey, verify }: PayeeLedgerPolicy,
): boolean {
	const bytes = fromHex(signature);
	if (bytes === undefined) return false;
	// What is bound is not A's to decide, and posted by its release alone.
	if (isBound(how) && word === "notified") return false;
	const keys = [isBound(how) ? undefined : namedIn(answerKeys, system), rulingKey];
	return keys.some((key) => key != null && isAnswerBy(key, verify, { payment, permit: named, word }, bytes));
}

function knownOf({ asker, system, ledger, payee, amount, credit: how, permit: named }: Known): Known {
	return { asker, system, ledger, payee, amount, credit: how, permit: named };
}
