/**
 * Two screens and two cameras as a channel: what this side says it shows, what the other side shows its camera sees.
 *
 * Drawing codes and reading them from pictures is the page's; here is what stands in them. One letter is shown at a
 * time, the last; a side that sees an answer to its own question, or a question, goes on from there.
 */
import { isRefusal, type Refusal } from "@tenten/protocol";
import { decodeBundle, encodeBundle } from "./bundle.ts";
import type { Channel, Handle } from "./channel.ts";
import { letterIdBytes, letters } from "./letters.ts";
import { type QrFrames, qrFrames } from "./qr-frames.ts";
import { type QrRead, QrReader } from "./qr-reader.ts";

export type QrLinkOptions = {
	/** what this wallet answers to questions, and to answers that came when nobody waited any more */
	readonly handle: Handle;
	/** Shows a letter in the place of what was shown; `too-large` where an answer does not fit a screen. */
	readonly show: (frames: QrFrames | Refusal) => void;
	/** for two people to hold their phones */
	readonly timeout_ms?: number;
	/** told what `handle` throws: a bug */
	readonly report?: (error: unknown) => void;
};

export type QrLink = Channel & {
	/**
	 * Takes the text of a code that the camera saw; how far the reading has come. Letters are dealt with here; what
	 * waits for no answer (its id is null) is for the page.
	 */
	readonly scanned: (text: string) => QrRead | Refusal;
	readonly close: () => void;
};

const defaultTimeout_ms = 120_000;

export function qrLink({ handle, show, timeout_ms = defaultTimeout_ms, report }: QrLinkOptions): QrLink {
	const reader = new QrReader();
	const post = letters({
		handle,
		timeout_ms,
		send: ({ id, body }) => {
			const messages = decodeBundle(body);
			if (!isRefusal(messages)) show(qrFrames({ id, messages }));
		},
	});
	return {
		isNarrow: true,
		exchange: async (messages) => {
			const fitting = qrFrames({ id: new Uint8Array(letterIdBytes), messages });
			return isRefusal(fitting) ? fitting : post.exchange(messages);
		},
		scanned: (text) => {
			const read = reader.take(text);
			if (isRefusal(read) || read.kind !== "whole" || read.letter.id === null) return read;
			const { id, messages } = read.letter;
			post.take({ id, body: encodeBundle(messages) }).catch((error) => report?.(error));
			return read;
		},
		close: post.close,
	};
}
