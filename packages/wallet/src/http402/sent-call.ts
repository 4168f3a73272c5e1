/** A call as a program sends it, read whole so that it can be sent again. */
import type { Call } from "./call.ts";

export type SentCall = Call & { readonly headers: Headers };

export async function sentCall(input: string | URL, init: RequestInit): Promise<SentCall> {
	const request = new Request(input, init);
	const url = new URL(request.url);
	url.hash = "";
	const body = new Uint8Array(await request.arrayBuffer());
	return { method: request.method, url: url.href, body, headers: request.headers };
}

/** Leaves a body unread, and waits for nothing: that of a response which a caller's `fetch` has cloned ends with its copy. */
export function discard({ body }: Response): void {
	body?.cancel().catch(() => undefined);
}

/** Redirects are not followed: what was paid for is at this address. */
export function sentRequest(
	{ method, url, body, headers: own }: SentCall,
	timeout_ms: number,
	more: Readonly<Record<string, string>> = {},
): Request {
	const headers = new Headers(own);
	for (const [name, value] of Object.entries(more)) headers.set(name, value);
	const signal = AbortSignal.timeout(timeout_ms);
	const content = body.length === 0 ? {} : { body: Uint8Array.from(body) };
	return new Request(url, { method, headers, redirect: "manual", signal, ...content });
}
