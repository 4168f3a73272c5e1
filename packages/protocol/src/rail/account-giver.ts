/**
 * Whoever gives money on an account in an exchange for tokens: its money waits, bound to the lock of the tokens, and
 * the release that brings the tokens is what takes it.
 *
 *   exchange | begin ─▶ asking ─ requested ─▶ offered ─ handOver ─▶ reserving ─ holding: ① ─▶ paying ─▶ ended
 *                         │                     │ late, given up       │ nothing of ours
 *                         ▼                     ▼                      ▼ (offered again)
 *                      stopped ◀────────────────┘
 *
 * In `paying` two things are open: the tokens, until a release brings them, the other side's or the one that D was
 * shown, or a cancel is taken; and the account, until A says what D decided. A cancel is taken once the money is back:
 * so whoever says it and shows D the release, too, has given the tokens. Before `paying` nothing of it is at stake, and it may stop; after, nothing here ends anything.
 */
import { boundTo } from "./bound.ts";
import { type Bundle, type ExchangeTerms, mostInBundle } from "./exchange-messages.ts";
import type { ExchangePolicy } from "./exchange-policy.ts";
import { type RailEvent, refusedMessage, type Step, stay, stepped } from "./machine.ts";
import type { Body, BodyOf, Send } from "./messages.ts";

type Known = { readonly side: "account"; readonly terms: ExchangeTerms; readonly begunAt: number };
type Requested = Known & { readonly request: string };

export type AccountGiver =
	| ({ readonly kind: "asking" } & Known)
	| ({ readonly kind: "offered" } & Requested)
	/** `later`: what came while the purse was taking the transfer; `isGivenUp`: then nothing is paid on account */
	| ({ readonly kind: "reserving"; readonly later: Bundle; readonly isGivenUp: boolean } & Requested)
	/** `last`: what the other side said last: a cancel is taken once the money is back, and not before */
	| ({
			readonly kind: "paying";
			readonly last: Bundle;
			readonly tokens: "reserved" | "owned" | "freed";
			readonly account: "open" | "paid" | "back";
	  } & Requested)
	/** before anything was at stake */
	| ({ readonly kind: "stopped" } & Known);

type Paying = Extract<AccountGiver, { kind: "paying" }>;
type Out = Step<AccountGiver>;

export function stepAccountGiver(
	kept: AccountGiver | undefined,
	event: RailEvent,
	now: number,
	policy: ExchangePolicy,
): Out {
	if (event.kind === "woken") return woken(kept, now, policy);
	if (event.kind === "entered") return stay(kept);
	const { from, body } = event;
	if (body.kind === "exchange" || body.kind === "begin") return begin(kept, from, body, now, policy);
	if (kept === undefined) return refusedMessage("kind-unexpected");
	const by = (who: string | undefined, take: () => Out): Out =>
		from === who ? take() : refusedMessage("sender-refused");
	const [other, system] = [otherOf(kept, policy), policy.accounts.get(kept.terms.payer)];
	switch (body.kind) {
		case "requested":
			return by(policy.purse, () => requested(kept, body, policy));
		case "holding":
		case "owned":
		case "freed":
		case "waiting":
			return by(policy.purse, () => reported(kept, body, policy));
		case "handOver":
			return by(other, () => handed(kept, body.messages, policy));
		case "giveUp":
			return by(other, () => stopped(kept));
		case "told":
			return by(system, () => told(kept, body, policy));
		case "settled":
			return by(system, () => settled(kept, body.release, policy));
		case "paidOtherwise":
			return by(policy.user, () => givenUp(kept, policy));
		default:
			return refusedMessage("kind-unexpected");
	}
}

/** When it stops, milliseconds; undefined where no time changes anything. */
export function accountGiverWakesAt(kept: AccountGiver, { timeout_ms }: ExchangePolicy): number | undefined {
	return kept.kind === "asking" || kept.kind === "offered" ? kept.begunAt + timeout_ms : undefined;
}

function otherOf({ terms }: Known, { others }: ExchangePolicy): string | undefined {
	return others.get(terms.payee);
}

/** A withdrawal by its user's hand, a deposit by the word of whoever has the tokens. */
function begin(
	kept: AccountGiver | undefined,
	from: string,
	{ kind, payer, payee, amount }: BodyOf<"exchange" | "begin">,
	now: number,
	policy: ExchangePolicy,
): Out {
	const other = policy.others.get(payee);
	if (other === undefined || !policy.accounts.has(payer)) return refusedMessage("kind-unexpected");
	const mayBegin = kind === "exchange" ? from === policy.user : policy.isGateway && from === other;
	if (!mayBegin) return refusedMessage("sender-refused");
	if (kept !== undefined) return stepped(kept);
	const terms = { payer, payee, amount };
	return stepped<AccountGiver>({ side: "account", kind: "asking", terms, begunAt: now }, [
		toPurse(policy, { kind: "makeRequest", amount }),
	]);
}

function requested(
	kept: AccountGiver,
	{ request, messages }: BodyOf<"requested">,
	policy: ExchangePolicy,
): Out {
	if (kept.kind !== "asking") return stepped(kept);
	const offer = { kind: "offer", ...kept.terms, messages } as const;
	return stepped<AccountGiver>({ ...kept, kind: "offered", request }, toOther(kept, policy, 32, offer));
}

/** The transfer, and later what its giver decided. */
function handed(kept: AccountGiver, messages: Bundle, policy: ExchangePolicy): Out {
	switch (kept.kind) {
		case "asking":
		case "stopped":
			return stepped(kept);
		case "offered": {
			const { request } = kept;
			return stepped<AccountGiver>({ ...kept, kind: "reserving", later: [], isGivenUp: false }, [
				toPurse(policy, { kind: "reserve", request, messages }),
			]);
		}
		case "reserving":
			return stepped<AccountGiver>({ ...kept, later: [...kept.later, ...messages].slice(-mostInBundle) });
		case "paying":
			return kept.tokens === "reserved"
				? take({ ...kept, last: messages }, policy, messages, null)
				: stepped(kept);
		default:
			return kept satisfies never;
	}
}

function reported(
	kept: AccountGiver,
	body: BodyOf<"holding" | "owned" | "freed" | "waiting">,
	policy: ExchangePolicy,
): Out {
	if (kept.kind === "reserving") return reserved(kept, body, policy);
	if (kept.kind !== "paying" || kept.tokens !== "reserved") return stepped(kept);
	if (body.kind !== "owned" && body.kind !== "freed") return stepped(kept);
	return stepped<AccountGiver>({ ...kept, tokens: body.kind });
}

/** The module holds the tokens: only now is anything paid on account, bound to the very lock that it holds them by. */
function reserved(
	{ later, isGivenUp, ...kept }: Extract<AccountGiver, { kind: "reserving" }>,
	body: BodyOf<"holding" | "owned" | "freed" | "waiting">,
	policy: ExchangePolicy,
): Out {
	const { terms, request } = kept;
	if (body.kind !== "holding") {
		if (isGivenUp) return stop(kept);
		if (later.length === 0) return stepped<AccountGiver>({ ...kept, kind: "offered" });
		return stepped<AccountGiver>({ ...kept, later: [], isGivenUp }, [
			toPurse(policy, { kind: "reserve", request, messages: later }),
		]);
	}
	const receipt: Body = { kind: "handOver", messages: body.messages };
	const paying: Paying = {
		...kept,
		kind: "paying",
		last: later,
		tokens: "reserved",
		account: isGivenUp ? "back" : "open",
	};
	const asks: readonly Send[] = isGivenUp
		? toOther(kept, policy, 0, { kind: "giveUp" })
		: [
				...toOther(kept, policy, 36, receipt),
				toSystem(kept, policy, 1, { kind: "instruct", ...terms, credit: boundTo(body.lock) }),
			];
	const decided = later.length === 0 ? [] : [taking(paying, policy, later, null)];
	return stepped<AccountGiver>(paying, [...asks, ...decided]);
}

function take(kept: Paying, policy: ExchangePolicy, messages: Bundle, release: string | null): Out {
	return stepped<AccountGiver>(kept, [taking(kept, policy, messages, release)]);
}

function taking(
	{ request, account }: Paying,
	policy: ExchangePolicy,
	messages: Bundle,
	release: string | null,
): Send {
	return toPurse(policy, { kind: "take", request, messages, release, mayFree: account === "back" });
}

/** Nothing was paid on account, and nothing will be: whoever locked tokens for it need not wait. */
function told(kept: AccountGiver, { standing }: BodyOf<"told">, policy: ExchangePolicy): Out {
	if (kept.kind !== "paying" || kept.account !== "open") return stepped(kept);
	if (standing !== "refused" && standing !== "abandoned") return stepped(kept);
	return back(kept, policy);
}

function back(kept: Paying, policy: ExchangePolicy): Out {
	const over: Paying = { ...kept, account: "back" };
	if (kept.tokens !== "reserved") return stepped<AccountGiver>(over);
	const freed = kept.last.length === 0 ? [] : [taking(over, policy, kept.last, null)];
	return stepped<AccountGiver>(over, [...toOther(kept, policy, 0, { kind: "giveUp" }), ...freed]);
}

/** The account was taken by a release: it brings the tokens, also where nobody else says it. */
function settled(kept: AccountGiver, release: string | null, policy: ExchangePolicy): Out {
	if (kept.kind !== "paying" || kept.account !== "open") return stepped(kept);
	if (release === null) return back(kept, policy);
	const paid: Paying = { ...kept, account: "paid" };
	return kept.tokens === "reserved" ? take(paid, policy, [], release) : stepped<AccountGiver>(paid);
}

/** The other side gave nothing, or gives nothing any more: what it has locked it says by itself. */
function stopped(kept: AccountGiver): Out {
	return kept.kind === "asking" || kept.kind === "offered" ? stop(kept) : stepped(kept);
}

function stop({ side, terms, begunAt }: Known, sends: readonly Send[] = []): Out {
	return stepped<AccountGiver>({ side, kind: "stopped", terms, begunAt }, sends);
}

function woken(kept: AccountGiver | undefined, now: number, policy: ExchangePolicy): Out {
	if (kept === undefined) return refusedMessage("kind-unexpected");
	const at = accountGiverWakesAt(kept, policy);
	return at !== undefined && now >= at ? givenUp(kept, policy) : stepped(kept);
}

/** Its user wants it no more: the other side, which decides, is asked to cancel. */
function givenUp(kept: AccountGiver, policy: ExchangePolicy): Out {
	const asks = toOther(kept, policy, 0, { kind: "giveUp" });
	switch (kept.kind) {
		case "asking":
		case "offered":
			return stop(kept, asks);
		case "reserving":
			return stepped<AccountGiver>({ ...kept, isGivenUp: true });
		case "paying":
			if (kept.tokens !== "reserved") return stepped(kept);
			return stepped<AccountGiver>(kept, [...asks, toSystem(kept, policy, 0, { kind: "giveUp" })]);
		case "stopped":
			return stepped(kept);
		default:
			return kept satisfies never;
	}
}

function toPurse({ purse }: ExchangePolicy, body: Body): Send {
	return { to: purse, step: 0, body };
}

function toOther(kept: Known, policy: ExchangePolicy, step: number, body: Body): readonly Send[] {
	const to = otherOf(kept, policy);
	return to === undefined ? [] : [{ to, step, body }];
}

function toSystem({ terms }: Known, { accounts }: ExchangePolicy, step: number, body: Body): Send {
	const to = accounts.get(terms.payer);
	if (to === undefined) throw new Error("an exchange from an account that is not its own");
	return { to, step, body };
}
