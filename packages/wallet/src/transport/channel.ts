/**
 * Channels: what moves bundles of messages between two modules, and knows nothing of what they say.
 *
 * Every channel may lose, repeat, delay and reorder. Messages are signed and the machines ask again, so a
 * channel promises one thing only: what it delivers as a message is at most 64 KiB, and at most 64 at a time.
 */
import type { Bytes, Refusal } from "@tenten/protocol";

/** What the other side does with messages: what it answers may be nothing. */
export type Handle = (messages: readonly Bytes[]) => Promise<readonly Bytes[]>;

export type Channel = {
	/**
	 * Sends messages and gives the answers, or why there are none. After `channel-failed` it is not known
	 * whether they arrived: the same may be sent again, on this channel or another.
	 */
	readonly exchange: (messages: readonly Bytes[]) => Promise<readonly Bytes[] | Refusal>;
	/** Whether every kilobyte keeps people waiting: nothing goes beside a payment then. */
	readonly isNarrow?: boolean;
};

/** One way: what is sent may be read by anyone who has the means, any number of times, or never. */
export type OneWaySender = { readonly send: (messages: readonly Bytes[]) => Promise<void> };

export type OneWayReceiver = { readonly receive: () => Promise<readonly Bytes[] | Refusal> };
