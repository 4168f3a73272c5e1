/**
 * A party: one wallet as a replay drives it, in this process or another.
 *
 * Every call says what time it is. A refusal where the plan expected none is a bug, and throws.
 */
import type { Bytes, Document, Refusal } from "@tenten/protocol";
import type { Channel } from "@tenten/wallet";
import type { TopUp } from "./plan.ts";

/** A hand-over to make, two-phase. */
export type HandOver = {
	/** seconds since 1970 */
	readonly now: number;
	/** the payee's signed request, encoded */
	readonly request: Bytes;
	readonly documents: readonly Document[];
	readonly to: Address;
};

export type HandedOver = {
	/** links of each token that passed, as its payee got it */
	readonly hops: readonly number[];
	/** of the message that carried them */
	readonly bytes: number;
	readonly hasChange: boolean;
	/** what the payee answered with, under its signature */
	readonly reply: readonly Document[];
};

/** Where a payer reaches a payee. A channel works within one process only. */
export type Address =
	| { readonly kind: "http"; readonly url: string }
	| { readonly kind: "channel"; readonly channel: Channel };

/** What a wallet does while it can reach its operator, in this order. Amounts in minor units. */
export type Errand = {
	readonly now: number;
	/** given back to the operator */
	readonly redemption: bigint | "all" | null;
	/** drawn, from an account that holds enough */
	readonly topUp: TopUp | null;
	/** what ends before this is refreshed; null refreshes nothing */
	readonly lastsUntil: number | null;
};

export type AfterErrand = {
	/** orders that refreshed tokens */
	readonly refreshes: number;
	/** what the wallet holds now */
	readonly holds: bigint;
	/** when the first of its tokens ends, seconds since 1970; null where it holds none */
	readonly endsAt: number | null;
	/** what the fork reserve paid it for tokens that somebody had spent twice, minor units */
	readonly drawn: bigint;
	/** of each of those tokens, against whoever did it */
	readonly evidence: readonly Bytes[];
};

export type Party = {
	/** Enrols with the operator. The account that redeemed value goes to. */
	readonly join: (now: number) => Promise<Bytes>;
	readonly runErrand: (errand: Errand) => Promise<AfterErrand>;
	/** A fresh signed request. */
	readonly request: (now: number, amount: bigint, memo: string) => Promise<Bytes>;
	/** Makes this wallet reachable by others, until `hush`. */
	readonly listen: () => Promise<Address>;
	readonly hush: () => Promise<void>;
	/** A refusal where its tokens cannot make this payment: then nothing was sent. */
	readonly handOver: (handOver: HandOver) => Promise<HandedOver | Refusal>;
};
