/** What is kept of a handler's response, and the response that is made of it again. */
import { type Bytes, concatBytes, isRefusal, type Refusal, refuse } from "@tenten/protocol";
import type { Answer } from "./answers.ts";

/** Of one connection and not of the answer (RFC 9110 section 7.6.1); the length is counted anew. */
const notKept: ReadonlySet<string> = new Set([
	"connection",
	"content-length",
	"keep-alive",
	"proxy-authenticate",
	"proxy-connection",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
]);

/** The whole of a response, or `too-large`. */
export async function answerOf(response: Response, maximumBytes: number): Promise<Answer | Refusal> {
	const body = await readAtMost(response, maximumBytes);
	if (isRefusal(body)) return body;
	const headers = [...response.headers].flatMap(([name, value]) =>
		notKept.has(name) ? [] : [{ name, value }],
	);
	return { status: response.status, headers, body };
}

export function responseOf(
	{ status, headers, body }: Answer,
	more: Readonly<Record<string, string>>,
): Response {
	const all = new Headers();
	for (const { name, value } of headers) all.append(name, value);
	// Whoever has not paid must not be given it by a cache (RFC 9111 section 5.2.2.7).
	if (!all.has("cache-control")) all.set("cache-control", "private");
	for (const [name, value] of Object.entries(more)) all.set(name, value);
	const isEmpty = status === 204 || status === 205 || status === 304;
	return new Response(isEmpty ? null : Uint8Array.from(body), { status, headers: all });
}

/** The body of a message of HTTP, or `too-large` as soon as it is longer. */
export async function readAtMost(
	{ body }: { readonly body: ReadableStream<Uint8Array> | null },
	maximumBytes: number,
): Promise<Bytes | Refusal> {
	const parts: Uint8Array[] = [];
	let length = 0;
	const reader = body?.getReader();
	for (;;) {
		const part = await reader?.read();
		if (part?.value === undefined) break;
		length += part.value.length;
		if (length > maximumBytes) {
			reader?.cancel().catch(() => undefined);
			return refuse("too-large", `a body of more than ${maximumBytes} bytes`);
		}
		parts.push(part.value);
	}
	return concatBytes(...parts);
}
