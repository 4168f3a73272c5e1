/**
 * A call of an API, and the one line that binds a payment to it.
 *
 * The payee's signed request carries the line as its memo. So what is paid is this method at this address with this
 * body and no other: a client pays for nothing else, a server gives nothing else for it, and the receipt proves it.
 */
import { type Bytes, sha256, toHex, toUtf8 } from "@tenten/protocol";
import { toBase64url } from "../transport/base64url.ts";

/** What is asked for. `url`: whole, as WHATWG URL writes it, without a fragment. */
export type Call = { readonly method: string; readonly url: string; readonly body: Bytes };

/** bytes of a memo (docs/spec/handover.md) */
const longestMemo = 256;

/** SHA-256 of method, line feed, address, line feed, and the body's SHA-256 in hexadecimal. */
export function callHash({ method, url, body }: Call): Bytes {
	return sha256(toUtf8(`${method}\n${url}\n${toHex(sha256(body))}`));
}

function mark(call: Call): string {
	return `402 ${toBase64url(callHash(call))} `;
}

/** For whoever looks at a history, what was called stands behind its hash, as far as there is room and without its query. */
export function callMemo(call: Call): string {
	const [address = ""] = call.url.split("?", 1);
	return `${mark(call)}${call.method} ${address}`.slice(0, longestMemo);
}

export function isMemoOf(memo: string, call: Call): boolean {
	return memo.startsWith(mark(call));
}

/** Whether it is the memo of any call. */
export function isCallMemo(memo: string): boolean {
	return /^402 [\w-]{43} /.test(memo);
}
