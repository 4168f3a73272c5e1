/**
 * A party of a payment, as the fault matrix runs it: an app, a system, a module.
 *
 *   message or clock ──▶ one durable write ──▶ what it sends        sent until the receiver has it durably
 *
 * What a party knows is in its store alone: throwing it away and opening it again is a crash. It takes each
 * message once, whatever the network repeats; a repeat gets what the first one got. So a step of a flow is one
 * message or one write, and each fault has one place. One world runs all parties in this process on virtual time,
 * another runs each of them as a process of its own: a party can tell them apart by nothing.
 */
import type { Bytes } from "@tenten/protocol";

/**
 * `id` is the same for every repeat of it. `step` is its number in the flow, or 0 for what the flow does not number
 * (it is delivered and counted like any other). `body` is plain JSON.
 */
export type Message = {
	readonly id: string;
	readonly from: string;
	readonly to: string;
	readonly step: number;
	readonly payment: string;
	readonly body: unknown;
};

/** Where power may fail in a step's durable write. */
export type Moment = "before" | "after";

/** What is told to whoever pays or is paid: never more than the party knows. */
export type Seen =
	| "nothing"
	| "paying"
	| "unknown"
	| "paid"
	| "reserved"
	| "received"
	| "refused"
	| "abandoned";

/** By holder, in minor units of the one asset that is paid. Whoever pays is `payer`, whoever is paid `payee`. */
export type Amounts = Readonly<Record<string, bigint>>;

/** What the auditor reads in a party's store. */
export type Holdings = {
	/** spendable now */
	readonly available: Amounts;
	/** set aside: debit reservations and locks */
	readonly locked: Amounts;
	/** there and not to be used: credit reservations */
	readonly reserved: Amounts;
};

/** What a party is given: nothing else reaches it. */
export type Surroundings = {
	/** milliseconds */
	readonly now: () => number;
	/** never the same twice, also after a crash */
	readonly random: (length: number) => Bytes;
	/**
	 * Called on both sides of a durable write, with the step whose message it takes and the steps that are done
	 * within it: `before` where it can still be undone, `after` where it can not. It does not come back from a crash.
	 */
	readonly write: (steps: readonly number[], moment: Moment) => void;
};

export type Party = {
	/** Takes a message. What it returns is durable; it is sent at once, and by `wake` again until it is delivered. */
	take(message: Message): Promise<readonly Message[]>;
	/** What is due by the clock: what is not yet delivered, recoveries, time-outs. Also asked for after each opening. */
	wake(): Promise<readonly Message[]>;
	/** Its message is durable with the receiver: it need not be sent again. May be told twice, or of an unknown id. */
	delivered(id: string): Promise<void>;
	/** milliseconds at which `wake` has something to do, or undefined */
	dueAt(): number | undefined;
	holdings(): Promise<Holdings>;
	/** what it would tell its user of a payment; undefined of a party without one */
	sees(payment: string): Promise<Seen | undefined>;
	close(): Promise<void>;
};

/** How a party is opened from its store: after each crash again. The first opening makes and funds the store. */
export type PartyKind = {
	readonly name: string;
	/** counted as a central system */
	readonly isCentral: boolean;
	open(surroundings: Surroundings): Promise<Party>;
};

/** In both languages of the page. */
export type Words = { readonly en: string; readonly ja: string };

/** A step of a flow: sent from one to the other, or done inside one in the write that takes step `within`. */
export type Step = {
	readonly number: number;
	readonly what: Words;
	/** a step of recovery: taken only where no message of this step arrives, however often it is repeated */
	readonly whenCut?: number;
} & (
	| { readonly kind: "message"; readonly from: string; readonly to: string }
	/** `isLater`: not in the write that takes step `within`, but by the clock, some time after it */
	| { readonly kind: "write"; readonly at: string; readonly within: number; readonly isLater?: true }
);

/** A flow: who takes part, what happens in which order, and how one payment of it begins. */
export type Flow = {
	/** `18`, `25-hub`, `14`, `28-timeout`, … */
	readonly name: string;
	readonly title: Words;
	/** numbered as the reference numbers them; one that is several messages has decimals: 18.1, 18.2 */
	readonly steps: readonly Step[];
	/** the parties whose `sees` is asked */
	readonly payer: string;
	readonly payee: string;
	/** after so long whoever pays waits no more; its app has said `unknown` by then, if it could */
	readonly patience_ms: number;
	/** longer than every time-out and every wait between repeats in it: how long an outage or a delay is */
	readonly outage_ms: number;
	/**
	 * The parties; nothing is written before one is opened. Stores are in memory, kept between openings, or in
	 * `folder`: then each party may be opened in another process, from the same seed. `seed` makes keys and ids.
	 */
	parties(seed: number, folder?: string): Promise<readonly PartyKind[]>;
	/**
	 * The payment's id, its amount and what the payer taps: `first` is put into the hands of `first.to`, until it is
	 * taken. It is no message on the network: none counts it or loses it, and its step is 0 or a `write` within 0.
	 */
	begin(seed: number): { readonly payment: string; readonly amount: bigint; readonly first: Message };
	/** The payer has paid by other means, after a time-out: what it tells its app, put into its hands as `first` is. */
	paidAgain(payment: string): Message | undefined;
};
