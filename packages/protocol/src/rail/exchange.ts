/**
 * A party of exchanges: tokens for money on an account (withdraw) and the reverse (deposit), each side as it comes.
 *
 *   whoever gives money on an account: account-giver.ts          whoever gives tokens, and decides: token-giver.ts
 *
 * A payment has one side here, and keeps it.
 */
import { type AccountGiver, accountGiverWakesAt, stepAccountGiver } from "./account-giver.ts";
import type { ExchangePolicy } from "./exchange-policy.ts";
import { closedPayment, type Forgotten } from "./forgetting.ts";
import type { Moment, RailEvent, Step } from "./machine.ts";
import { stepTokenGiver, type TokenGiver, tokenGiverWakesAt } from "./token-giver.ts";

export type Exchange = AccountGiver | TokenGiver;

export function stepExchange(
	kept: Exchange | undefined,
	event: RailEvent,
	{ now }: Moment,
	policy: ExchangePolicy,
): Step<Exchange> {
	if (kept?.side === "account") return stepAccountGiver(kept, event, now, policy);
	if (kept?.side === "tokens" || !isOfAccount(event, policy)) return stepTokenGiver(kept, event, now, policy);
	return stepAccountGiver(kept, event, now, policy);
}

/** Whether what begins here is the account's side of it. */
function isOfAccount(event: RailEvent, { accounts }: ExchangePolicy): boolean {
	if (event.kind !== "received") return false;
	const { body } = event;
	return body.kind === "begin" || (body.kind === "exchange" && accounts.has(body.payer));
}

export function exchangeWakesAt(kept: Exchange, policy: ExchangePolicy): number | undefined {
	return kept.side === "account" ? accountGiverWakesAt(kept, policy) : tokenGiverWakesAt(kept, policy);
}

/**
 * What is over for both legs. A lock that was cancelled is not forgotten: the other side may hold its reservation still,
 * and ask.
 */
export function forgetExchange(kept: Exchange): Forgotten<Exchange> {
	const isAnswered = kept.kind !== "cancelled" || kept.request === null;
	const isPaid = kept.kind !== "paying" || kept.account !== "open";
	return exchangeStanding(kept) !== "open" && isAnswered && isPaid ? closedPayment : undefined;
}

/** How an exchange stands, for whoever takes part in it. */
export type ExchangeStanding = "open" | "completed" | "abandoned";

/** Completed: what it gets is its own, and what it gives is gone. Abandoned: what it gives is its own again. */
export function exchangeStanding(kept: Exchange): ExchangeStanding {
	switch (kept.kind) {
		case "stopped":
		case "cancelled":
			return "abandoned";
		case "paying":
			if (kept.tokens === "owned") return "completed";
			return kept.tokens === "freed" && kept.account === "back" ? "abandoned" : "open";
		case "released":
			return kept.isPaid ? "completed" : "open";
		case "asking":
		case "offered":
		case "reserving":
		case "beginning":
		case "locking":
		case "locked":
		case "deciding":
			return "open";
		default:
			return kept satisfies never;
	}
}
