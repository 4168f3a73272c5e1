/**
 * What screens are shown: plain data, which a worker can hand to a page. Ids are hexadecimal, amounts minor units,
 * times unix seconds. Nothing here can be spent.
 */
import type { Document } from "@tenten/protocol";
import type { FundsState } from "../payment.ts";
import type { HistoryKind } from "../store/history.ts";
import type { Words } from "../words.ts";
import type { NextAction } from "./next-action.ts";

export type OperatorView = { readonly id: string; readonly name: string; readonly url: string };

export type AssetView = {
	/** `<operator>/<code>` */
	readonly id: string;
	readonly code: string;
	/** digits after the point */
	readonly scale: number;
	readonly name: string;
	readonly operator: string;
};

export type BalanceView = {
	readonly asset: AssetView;
	readonly available: bigint;
	/** received, not yet one's own */
	readonly reserved: bigint;
	/** set aside for payments whose outcome is open */
	readonly locked: bigint;
	/** of what is available, spendable for less than a week */
	readonly expiring: bigint;
	/** brought back by a backup, and refunded on a later day */
	readonly awaited: bigint;
	/** set aside in meters that one pays */
	readonly metered: bigint;
	/** at the operator, which has not answered yet by all that it is worth */
	readonly ordered: bigint;
};

/** One token, and what binds it. */
export type HoldingView = {
	/** names it */
	readonly id: string;
	readonly amount: bigint;
	/** free, set aside for a payment whose outcome is open, or brought back by a backup and not yet one's own */
	readonly state: "free" | "locked" | "awaited";
	/** null: from now on */
	readonly spendableFrom: number | null;
	readonly spendableUntil: number;
	/** until then it can be returned to one's account */
	readonly redeemableUntil: number;
	/** how often it may change hands still, before it has to be refreshed */
	readonly handsLeft: number;
	/** its conditions and caveats, a sentence each */
	readonly conditions: readonly Words[];
};

/** Who asks, as the certificate says. */
export type PartyView = {
	readonly id: string;
	readonly role: string;
	readonly class: string;
	readonly operator: string;
};

export type RequestView = {
	/** names the request; consent is given to it */
	readonly digest: string;
	readonly payee: PartyView;
	readonly asset: AssetView;
	/** zero: the payer says how much */
	readonly amount: bigint;
	readonly memo: string;
	readonly purpose: string | null;
	readonly isDirect: boolean;
	readonly expiresAt: number;
	/** media types of what the payee wants to be sent with the payment */
	readonly wants: readonly string[];
	/** what came with the request: an invoice */
	readonly documents: readonly Document[];
	/** the sale whose money it asks back by its receipt; null where it shows none */
	readonly refund: RefundView | null;
	/** what could be paid now, were it asked */
	readonly available: bigint;
	/** why some of what is held could not pay this */
	readonly objections: readonly Words[];
};

/** What one asked for oneself, and is to be paid still. */
export type AskedView = {
	/** names the request */
	readonly digest: string;
	readonly asset: AssetView;
	/** zero: the payer says how much */
	readonly amount: bigint;
	readonly memo: string;
	readonly isDirect: boolean;
	readonly askedAt: number;
	readonly expiresAt: number;
};

/** A sale that a customer asks to be refunded, by its receipt. */
export type RefundView =
	| {
			/** the payment */
			readonly sale: string;
			readonly paid: bigint;
			/** why it is not to be refunded; null where nothing stands against it */
			readonly objection: Words | null;
	  }
	/** A receipt of no sale on record here. */
	| { readonly sale: null; readonly paid: null; readonly objection: Words };

/** What an open payment waits for, and so what its owner can do. */
export type Waiting = "payee" | "payer" | "operator" | "nobody";

export type AttemptView = {
	readonly id: string;
	readonly side: "payer" | "payee";
	readonly asset: AssetView;
	readonly amount: bigint;
	readonly memo: string;
	readonly isDirect: boolean;
	readonly isOpen: boolean;
	readonly funds: FundsState;
	readonly waitsFor: Waiting;
	/** when it began to wait, or, where that was not noted, when it was asked for; null once it is over */
	readonly since: number | null;
	/** the one thing to do about it */
	readonly next: NextAction;
	/** the payer may still take it back */
	readonly mayCancel: boolean;
	/** a direct payment that came: its payee may send it back, whole, while it is still here */
	readonly maySendBack: boolean;
	/** digest of the request that it answers */
	readonly request: string;
	/** how many documents the other side sent: see `Desk.documents` */
	readonly documents: number;
};

/** How the wallet on this device is. Times in unix seconds. */
export type HealthView = {
	/** of the module: keys, tokens and payments, sealed */
	readonly rows: number;
	readonly bytes: number;
	/** of the history */
	readonly entries: number;
	readonly tokens: number;
	/** payments that wait for somebody */
	readonly open: number;
	/** what operators have not answered yet */
	readonly pendingOrders: number;
	/** until then it pays and is paid without its operator; null: it trusts nobody now */
	readonly trustedUntil: number | null;
	readonly certifiedUntil: number | null;
	/** when a backup was made here last; null: never */
	readonly backedUpAt: number | null;
	/** whether something came or went since, which the backup does not have */
	readonly changedSince: boolean;
};

/** The passkey that is registered: its domain, and the page that may ask it. */
export type PasskeyView = { readonly relyingParty: string; readonly origin: string };

/** What a restored backup brought of an asset. */
export type RestoredView = {
	readonly asset: AssetView;
	/** whether the lost wallet had paid it nobody here knows yet */
	readonly awaited: bigint;
	/** of it, what comes at once on its owner's word that nothing was paid since the backup */
	readonly mayMove: bigint;
	/** of what is awaited and nobody else has: the first comes back then; null where nothing is awaited */
	readonly from: number | null;
	/** and the last then */
	readonly until: number | null;
	/** in meters of the lost wallet, as far as it knew: claimed on the same word */
	readonly metered: bigint;
	/** from then on the word counts for all of them; null where nothing is in any */
	readonly meteredFrom: number | null;
	/** gone: the lost wallet had paid it after the backup, as its own signature shows */
	readonly spent: bigint;
};

/** What a receipt proves: that this payee was paid. It names no payer: that is known to the two sides only. */
export type ReceiptView = {
	/** names the payment */
	readonly attempt: string;
	/** on which side of it this wallet is; null where it has no part in it, or has forgotten it */
	readonly side: "payer" | "payee" | null;
	/** the payer's certificate, where this wallet knows it */
	readonly payer: string | null;
	readonly payee: PartyView;
	readonly asset: AssetView;
	readonly amount: bigint;
	readonly memo: string;
	readonly purpose: string | null;
	/** when it was asked for, and until when it could be paid otherwise than directly */
	readonly askedAt: number;
	readonly askedUntil: number;
	/** documents that the payee answered with */
	readonly documents: number;
};

export type HistoryView = {
	readonly id: string;
	readonly at: number;
	readonly kind: HistoryKind;
	readonly asset: AssetView;
	readonly amount: bigint;
	readonly party: string;
	readonly note: string;
	/** the payment that it is of, while that is on record */
	readonly attempt: string | null;
};

/** A line of a shop's day. `undone` is a refund whose money came back. */
export type DayLineView = {
	readonly kind: "sale" | "refund" | "undone";
	readonly entry: HistoryView;
	/** the payment by which this sale was refunded */
	readonly refund: string | null;
};

/** A day's sum in one asset. */
export type DayTotalView = {
	readonly asset: AssetView;
	/** how many sales */
	readonly count: number;
	readonly sales: bigint;
	readonly refunds: bigint;
	readonly net: bigint;
};

export type DayView = {
	/** `2026-11-22` */
	readonly date: string;
	/** newest first */
	readonly lines: readonly DayLineView[];
	readonly totals: readonly DayTotalView[];
};
