/**
 * Letters: bundles under ids, for channels on which both sides speak and an answer may come much later than its
 * question (docs/spec/transports.md#letters).
 *
 *   exchange ──▶ question, fresh id ──▶ … ──▶ handle ──▶ answer, same id ──▶ … ──▶ the exchange ends
 *                                                              └─ nobody waits any more ──▶ handle, as a question
 *
 * A letter may be lost, come twice or in another order; the channel sends again what has no answer yet.
 */
import { type Bytes, isRefusal, type Refusal, refuse, toHex } from "@tenten/protocol";
import { decodeBundle, encodeBundle } from "./bundle.ts";
import type { Channel, Handle } from "./channel.ts";

export const letterIdBytes = 16;

/** `body` is an encoded bundle. */
export type Letter = { readonly id: Bytes; readonly body: Bytes };

export type LettersOptions = {
	/** what answers to the other side's questions, and to answers that came too late */
	readonly handle: Handle;
	/** Brings a letter under way; it may get lost. */
	readonly send: (letter: Letter) => void;
	/** for a question to be answered */
	readonly timeout_ms: number;
};

export type Letters = Channel & {
	/**
	 * A letter came. Resolves when it was dealt with and its answer is under way; with a refusal where it is no
	 * bundle, or no more are dealt with at once. Rejects with what `handle` throws.
	 */
	readonly take: (letter: Letter) => Promise<Refusal | undefined>;
	/** What has no answer yet. */
	readonly unanswered: () => readonly Letter[];
	/** Every question that waits ends with `channel-failed`, and so does every later one. */
	readonly close: () => void;
};

/** Questions of the other side that are being answered. */
const mostAtOnce = 64;

export function letters({ handle, send, timeout_ms }: LettersOptions): Letters {
	const waiting = new Map<string, Letter & { readonly end: (answer: readonly Bytes[] | Refusal) => void }>();
	const inHand = new Set<string>();
	let isClosed = false;

	const exchange = (messages: readonly Bytes[]): Promise<readonly Bytes[] | Refusal> => {
		if (messages.length === 0) return Promise.resolve([]);
		const letter = {
			id: crypto.getRandomValues(new Uint8Array(letterIdBytes)),
			body: encodeBundle(messages),
		};
		if (isClosed) return Promise.resolve(refuse("channel-failed", "closed"));
		return new Promise((resolve) => {
			const key = toHex(letter.id);
			const end = (answer: readonly Bytes[] | Refusal): void => {
				clearTimeout(timer);
				waiting.delete(key);
				resolve(answer);
			};
			const timer = setTimeout(() => end(refuse("channel-failed", "no answer in time")), timeout_ms);
			waiting.set(key, { ...letter, end });
			send(letter);
		});
	};

	const take = async ({ id, body }: Letter): Promise<Refusal | undefined> => {
		const key = toHex(id);
		const messages = decodeBundle(body);
		if (isRefusal(messages)) return messages;
		const question = waiting.get(key);
		if (question !== undefined) return void question.end(messages);
		if (messages.length === 0 || inHand.has(key)) return undefined;
		if (inHand.size >= mostAtOnce) return refuse("too-many", "questions at once");
		inHand.add(key);
		try {
			const answers = await handle(messages);
			if (!isClosed) send({ id, body: encodeBundle(answers) });
		} finally {
			inHand.delete(key);
		}
		return undefined;
	};

	return {
		exchange: async (messages) => exchange(messages),
		take,
		unanswered: () => [...waiting.values()],
		close: () => {
			isClosed = true;
			for (const { end } of [...waiting.values()]) end(refuse("channel-failed", "closed"));
		},
	};
}
