/**
 * A book of calls: one payment for many, where a call costs less than the smallest unit (回数券).
 *
 * The request's memo says how many calls at which origin. Whoever shows the release opens the book under a ticket, 16
 * bytes of its own; each call then shows the ticket and its number in the book, in one short header.
 */
import { type Bytes, type Refusal, refuse, toUtf8 } from "@tenten/protocol";
import { fromBase64url, toBase64url } from "../transport/base64url.ts";
import { type Call, callMemo, isMemoOf } from "./call.ts";

export const tickHeader = "TENTEN-TICK";

/** calls in one book */
export const mostCalls = 65_536;

/** The call of this number in the book of this ticket. */
export type Tick = { readonly ticket: Bytes; readonly number: number };

/** 22 characters, a dot and the number: 28 at most. */
export function writeTick({ ticket, number }: Tick): string {
	return `${toBase64url(ticket)}.${number}`;
}

export function readTick(header: string): Tick | Refusal {
	const [, text = "", digits = ""] = /^([\w-]{22})\.([1-9][0-9]{0,4})$/.exec(header) ?? [];
	const ticket = fromBase64url(text);
	const number = Number(digits);
	return ticket?.length === 16 && number <= mostCalls ? { ticket, number } : refuse("malformed", "tick");
}

/** No method of HTTP has a space in it: a book is no call. */
const bookMethod = "BOOK OF CALLS";

function bookCall(origin: string, calls: number): Call {
	return { method: bookMethod, url: `${origin}/`, body: toUtf8(`${calls}`) };
}

/** As the memo of a call, of the method `BOOK OF CALLS` at the origin, with the number of calls for its body. */
export function bookMemo(origin: string, calls: number): string {
	return callMemo(bookCall(origin, calls)).replace(bookMethod, `${calls} calls at`);
}

/** How many calls at this origin a memo is for; undefined where it is another's, or a call's. */
export function callsOfMemo(memo: string, origin: string): number | undefined {
	const calls = Number(/^402 [\w-]{43} ([1-9][0-9]{0,4}) calls at /.exec(memo)?.[1] ?? "0");
	return calls > 1 && calls <= mostCalls && isMemoOf(memo, bookCall(origin, calls)) ? calls : undefined;
}
