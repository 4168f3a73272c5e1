/**
 * Whoever gives the tokens in an exchange for money on an account, and decides for both: its module's release.
 *
 *   exchange ─▶ beginning ─┐ offer
 *   offer ─────────────────┴▶ locking ── locked ─▶ locked ── held (by D), and the receipt ─▶ deciding ─┬─ released ─▶ released
 *                                │ nothing is          │ patience over, given up, held otherwise ──▶ │ cancelled
 *                                ▼                     ▼                                             ▼
 *                            cancelled ◀───────────────┴──── cancelled ◀─────────────────────────────┘
 *
 * Nothing is released before D itself has said that the money is reserved, for this account, of this amount, bound to
 * this lock. The module writes its decision once; what is told to the other side and to D follows from what it says,
 * and is told again to whoever asks. Its own patience may end what it has not decided, and nothing else does.
 */
import { boundTo } from "./bound.ts";
import type { Bundle, ExchangeTerms } from "./exchange-messages.ts";
import { type ExchangePolicy, sameTerms } from "./exchange-policy.ts";
import { type RailEvent, refusedMessage, type Step, stay, stepped } from "./machine.ts";
import type { Body, BodyOf, Send } from "./messages.ts";

type Known = { readonly side: "tokens"; readonly terms: ExchangeTerms; readonly begunAt: number };
type Locked = Known & { readonly request: string; readonly lock: string };

export type TokenGiver =
	| ({ readonly kind: "beginning" } & Known)
	/** `isGivenUp`: nobody wants it any more, and it is cancelled as soon as it is locked */
	| ({ readonly kind: "locking"; readonly isGivenUp: boolean } & Known)
	/** `receipt`: the other side's reservation, kept from the module until D holds the money */
	| ({ readonly kind: "locked"; readonly receipt: Bundle | null; readonly isHeld: boolean } & Locked)
	| ({ readonly kind: "deciding" } & Locked)
	| ({ readonly kind: "released"; readonly release: string; readonly isPaid: boolean } & Locked)
	| ({ readonly kind: "cancelled"; readonly request: string | null } & Known);

type Out = Step<TokenGiver>;

export function stepTokenGiver(
	kept: TokenGiver | undefined,
	event: RailEvent,
	now: number,
	policy: ExchangePolicy,
): Out {
	if (event.kind === "woken") return woken(kept, now, policy);
	if (event.kind === "entered") return stay(kept);
	const { from, body } = event;
	if (body.kind === "exchange") return exchange(kept, from, body, now, policy);
	if (body.kind === "offer") return offered(kept, from, body, now, policy);
	if (kept === undefined) return refusedMessage("kind-unexpected");
	switch (body.kind) {
		case "locked":
		case "released":
		case "cancelled":
			return from === policy.purse ? reported(kept, body, policy) : refusedMessage("sender-refused");
		case "handOver":
			return from === otherOf(kept, policy)
				? handed(kept, body.messages, policy)
				: refusedMessage("sender-refused");
		case "held":
			return from === systemOf(kept, policy) ? held(kept, body, policy) : refusedMessage("sender-refused");
		case "told":
			if (from !== systemOf(kept, policy)) return refusedMessage("sender-refused");
			return kept.kind === "released" && body.standing === "completed"
				? stepped<TokenGiver>({ ...kept, isPaid: true })
				: stepped(kept);
		case "giveUp":
			return from === otherOf(kept, policy) ? givenUp(kept, policy) : refusedMessage("sender-refused");
		case "paidOtherwise":
			return from === policy.user ? givenUp(kept, policy) : refusedMessage("sender-refused");
		default:
			return refusedMessage("kind-unexpected");
	}
}

/** When its patience ends, milliseconds. */
export function tokenGiverWakesAt(kept: TokenGiver, { patience_ms }: ExchangePolicy): number | undefined {
	const isOpen = kept.kind === "beginning" || kept.kind === "locked";
	return isOpen ? kept.begunAt + patience_ms : undefined;
}

function otherOf({ terms }: Known, { others }: ExchangePolicy): string | undefined {
	return others.get(terms.payer);
}

function systemOf({ terms }: Known, { accounts }: ExchangePolicy): string | undefined {
	return accounts.get(terms.payee);
}

/** A deposit: the other side is to make a request first. */
function exchange(
	kept: TokenGiver | undefined,
	from: string,
	{ payer, payee, amount }: BodyOf<"exchange">,
	now: number,
	policy: ExchangePolicy,
): Out {
	if (from !== policy.user) return refusedMessage("sender-refused");
	if (kept !== undefined) return stepped(kept);
	const terms = { payer, payee, amount };
	const other = policy.others.get(payer);
	if (other === undefined || !policy.accounts.has(payee)) return refusedMessage("kind-unexpected");
	const beginning: TokenGiver = { side: "tokens", kind: "beginning", terms, begunAt: now };
	return stepped(beginning, [{ to: other, step: 31, body: { kind: "begin", ...terms } }]);
}

/** Tokens are locked for whoever asks, if this party gives any, and for no longer than its patience. */
function offered(
	kept: TokenGiver | undefined,
	from: string,
	{ payer, payee, amount, messages }: BodyOf<"offer">,
	now: number,
	policy: ExchangePolicy,
): Out {
	const terms = { payer, payee, amount };
	if (from !== policy.others.get(payer) || !policy.accounts.has(payee))
		return refusedMessage("sender-refused");
	if (kept === undefined ? !policy.isGateway : kept.kind === "beginning" && !sameTerms(kept.terms, terms))
		return refusedMessage("sender-refused");
	if (kept !== undefined && kept.kind !== "beginning") return stepped(kept);
	const begunAt = kept?.begunAt ?? now;
	return stepped<TokenGiver>({ side: "tokens", kind: "locking", terms, begunAt, isGivenUp: false }, [
		toPurse(policy, { kind: "lock", amount, messages }),
	]);
}

function reported(
	kept: TokenGiver,
	body: BodyOf<"locked" | "released" | "cancelled">,
	policy: ExchangePolicy,
): Out {
	switch (body.kind) {
		case "locked":
			return kept.kind === "locking" ? locked(kept, body, policy) : stepped(kept);
		case "released":
			return kept.kind === "deciding" || kept.kind === "released"
				? released(kept, body, policy)
				: stepped(kept);
		case "cancelled":
			return kept.kind === "released" || kept.kind === "beginning"
				? stepped(kept)
				: cancelled(kept, body, policy);
		default:
			return body satisfies never;
	}
}

function locked(
	{ isGivenUp, ...known }: Extract<TokenGiver, { kind: "locking" }>,
	{ request, lock, messages }: BodyOf<"locked">,
	policy: ExchangePolicy,
): Out {
	const now = { ...known, request, lock };
	if (isGivenUp) return decide(now, policy, { kind: "cancel", request });
	return stepped<TokenGiver>({ ...now, kind: "locked", receipt: null, isHeld: false }, [
		...toOther(known, policy, 34, messages),
	]);
}

/** The decision is durable in the module: both sides are told, each by what it believes. */
function released(
	kept: Extract<TokenGiver, { kind: "deciding" | "released" }>,
	{ release, messages }: BodyOf<"released">,
	policy: ExchangePolicy,
): Out {
	const isPaid = kept.kind === "released" && kept.isPaid;
	const next: TokenGiver = { ...kept, kind: "released", release, isPaid };
	const isFirst = kept.kind === "deciding";
	return stepped(next, [
		...toOther(kept, policy, isFirst ? 38 : 0, messages),
		...(isFirst ? [toSystem(kept, policy, 19, release)] : []),
	]);
}

/** Whatever comes to be reserved for it is given back. */
function cancelled(kept: TokenGiver, { messages }: BodyOf<"cancelled">, policy: ExchangePolicy): Out {
	const { side, terms, begunAt } = kept;
	const request = "request" in kept ? kept.request : null;
	const next: TokenGiver = { side, kind: "cancelled", terms, begunAt, request };
	const other = otherOf(kept, policy);
	const isFirst = kept.kind !== "cancelled";
	const stops: readonly Send[] =
		messages.length > 0 || other === undefined
			? toOther(kept, policy, 0, messages)
			: [{ to: other, step: 0, body: { kind: "giveUp" } }];
	return stepped(next, [...stops, ...(isFirst ? [toSystem(kept, policy, 0, null)] : [])]);
}

/** The other side's receipt; after the decision, whatever it says is answered with our last word. */
function handed(kept: TokenGiver, messages: Bundle, policy: ExchangePolicy): Out {
	switch (kept.kind) {
		case "beginning":
		case "locking":
		case "deciding":
			return stepped(kept);
		case "locked": {
			if (kept.receipt !== null) return stepped(kept);
			return kept.isHeld ? give(kept, messages, policy) : stepped<TokenGiver>({ ...kept, receipt: messages });
		}
		case "released":
			return stepped<TokenGiver>(kept, [
				toPurse(policy, { kind: "release", request: kept.request, messages: [] }),
			]);
		case "cancelled":
			if (kept.request === null) return stepped(kept);
			return stepped<TokenGiver>(kept, [toPurse(policy, { kind: "cancel", request: kept.request })]);
		default:
			return kept satisfies never;
	}
}

/** D's word: what it holds must be this account's, of this amount, and bound to this lock. */
function held(kept: TokenGiver, { payee, amount, credit }: BodyOf<"held">, policy: ExchangePolicy): Out {
	if (kept.kind !== "locked") return stepped(kept);
	const { terms, lock, receipt, request } = kept;
	const isAsAgreed = payee === terms.payee && amount === terms.amount && credit === boundTo(lock);
	if (!isAsAgreed) return decide(kept, policy, { kind: "cancel", request });
	return receipt === null ? stepped<TokenGiver>({ ...kept, isHeld: true }) : give(kept, receipt, policy);
}

function give(kept: Locked, messages: Bundle, policy: ExchangePolicy): Out {
	return decide(kept, policy, { kind: "release", request: kept.request, messages });
}

/** From here on the module's word alone counts. */
function decide({ side, terms, begunAt, request, lock }: Locked, policy: ExchangePolicy, command: Body): Out {
	return stepped<TokenGiver>({ side, kind: "deciding", terms, begunAt, request, lock }, [
		toPurse(policy, command),
	]);
}

function woken(kept: TokenGiver | undefined, now: number, policy: ExchangePolicy): Out {
	if (kept === undefined) return refusedMessage("kind-unexpected");
	const at = tokenGiverWakesAt(kept, policy);
	return at !== undefined && now >= at ? givenUp(kept, policy) : stepped(kept);
}

function givenUp(kept: TokenGiver, policy: ExchangePolicy): Out {
	switch (kept.kind) {
		case "beginning":
			return cancelled(kept, { kind: "cancelled", messages: [] }, policy);
		case "locking":
			return stepped<TokenGiver>({ ...kept, isGivenUp: true });
		case "locked":
			return decide(kept, policy, { kind: "cancel", request: kept.request });
		case "deciding":
		case "released":
		case "cancelled":
			return stepped(kept);
		default:
			return kept satisfies never;
	}
}

function toPurse({ purse }: ExchangePolicy, body: Body): Send {
	return { to: purse, step: 0, body };
}

function toOther(kept: Known, policy: ExchangePolicy, step: number, messages: Bundle): readonly Send[] {
	const other = otherOf(kept, policy);
	return other === undefined || messages.length === 0
		? []
		: [{ to: other, step, body: { kind: "handOver", messages } }];
}

function toSystem(kept: Known, policy: ExchangePolicy, step: number, release: string | null): Send {
	const to = systemOf(kept, policy);
	if (to === undefined) throw new Error("an exchange for an account that is not its own");
	return { to, step, body: { kind: "settle", release } };
}
