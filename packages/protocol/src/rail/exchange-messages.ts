/**
 * What is said around an exchange of value tokens for money on an account (docs/spec/withdraw-deposit.md): between the
 * two who exchange, and between each of them and its own purse, which is its module and what it keeps for it.
 *
 * Bundles of the hand-over are carried as they are, each message in base64; nothing of the rail reads them. Digests,
 * locks and releases are 64 hexadecimal digits.
 */

/** `payer` gives this much on account to `payee`, who gives as much in tokens. Names of accounts; minor units. */
export type ExchangeTerms = { readonly payer: string; readonly payee: string; readonly amount: bigint };

/** Messages of the hand-over, at most `mostInBundle`. */
export type Bundle = readonly string[];

export const mostInBundle = 4;

/** What a party has its purse do. Asked again, the purse answers as it stands. */
export type PurseCommand =
	/** make a request for this payment */
	| { readonly kind: "makeRequest"; readonly amount: bigint }
	/**
	 * pay this request: lock, and no more. `begins`: `once` without, or `again` after what was begun is cancelled, for
	 * whoever owes it all the same; `never`: as it stands
	 */
	| {
			readonly kind: "lock";
			readonly amount: bigint;
			readonly messages: Bundle;
			readonly begins?: "again" | "never";
	  }
	/** take what the other side sent; nothing that is not for this request */
	| { readonly kind: "reserve"; readonly request: string; readonly messages: Bundle }
	/**
	 * the other side holds the reservation, and the account's side is there: decide for it, if that can still be done, and
	 * else against it; with `keeps`, else leave it as it stands
	 */
	| { readonly kind: "release"; readonly request: string; readonly messages: Bundle; readonly keeps?: true }
	/** decide against it, unless it is decided */
	| { readonly kind: "cancel"; readonly request: string }
	/** the other side has decided: its words, or the release that was shown. `mayFree`: its cancel is taken, too */
	| {
			readonly kind: "take";
			readonly request: string;
			readonly messages: Bundle;
			readonly release: string | null;
			readonly mayFree: boolean;
	  };

/** Where the purse has it. */
export type PurseReport =
	| { readonly kind: "requested"; readonly request: string; readonly messages: Bundle }
	| { readonly kind: "locked"; readonly request: string; readonly lock: string; readonly messages: Bundle }
	/** `lock` under which it holds the reservation */
	| { readonly kind: "holding"; readonly lock: string; readonly messages: Bundle }
	| { readonly kind: "released"; readonly release: string; readonly messages: Bundle }
	/** nothing was locked, or it is free again */
	| { readonly kind: "cancelled"; readonly messages: Bundle }
	| { readonly kind: "owned" }
	| { readonly kind: "freed" }
	/** nothing has changed by it */
	| { readonly kind: "waiting" };

export type ExchangeBody =
	/** the user's tap: withdraw, where the payer's account is one's own, or deposit, where the payee's is */
	| ({ readonly kind: "exchange" } & ExchangeTerms)
	/** of a deposit, to whoever pays on account: make a request */
	| ({ readonly kind: "begin" } & ExchangeTerms)
	/** to whoever pays the tokens: the request */
	| ({ readonly kind: "offer"; readonly messages: Bundle } & ExchangeTerms)
	| { readonly kind: "handOver"; readonly messages: Bundle }
	| PurseCommand
	| PurseReport;
