/**
 * A crowd: many requests to one operator over HTTP, all under way at once, each on a connection of its own.
 *
 * Every answer is one of three: the bytes of a reply, a refusal by a code that the operator knows, or anything
 * else, which is wrong. A connection that breaks is asked again, as a wallet would.
 */
import { type Bytes, refusals } from "@tenten/protocol";

export type Entry = {
	readonly route: "claims" | "withdrawals" | "rulings";
	readonly body: Bytes;
	/** see docs/spec: the same key with the same content is the same request */
	readonly key: string;
	/** milliseconds after the start; none by default */
	readonly after_ms?: number;
};

export type Answer =
	| { readonly kind: "reply"; readonly entry: Entry; readonly bytes: Bytes }
	| { readonly kind: "refused"; readonly entry: Entry; readonly code: string }
	| { readonly kind: "wrong"; readonly entry: Entry; readonly what: string };

/** What HTTP adds to the codes of refusals, where a request is well-formed. */
const httpCodes = ["idempotency-key-in-progress", "idempotency-key-reused"];
const tries = 4;
const timeout_ms = 60_000;

/** Sends all at once, to the addresses in turn; the answers in the order of the entries. */
export function send(urls: readonly string[], entries: readonly Entry[]): Promise<readonly Answer[]> {
	// In pairs: crowds take turns with what they send, and each kind goes to every address.
	const urlOf = (i: number): string => urls[Math.floor(i / 2) % urls.length] as string;
	return Promise.all(entries.map((entry, i) => sendOne(urlOf(i), entry)));
}

async function sendOne(url: string, entry: Entry): Promise<Answer> {
	const { after_ms = 0 } = entry;
	if (after_ms > 0) await new Promise((resolve) => setTimeout(resolve, after_ms));
	let what = "";
	for (let i = 0; i < tries; i++) {
		try {
			return await answerOf(url, entry);
		} catch (error) {
			what = error instanceof Error ? `${error.message} ${error.cause ?? ""}` : String(error);
		}
	}
	return { kind: "wrong", entry, what: `no answer: ${what}` };
}

async function answerOf(url: string, entry: Entry): Promise<Answer> {
	const response = await fetch(`${url}/v1/${entry.route}`, {
		method: "POST",
		headers: { "content-type": "application/cose", "idempotency-key": entry.key },
		body: Uint8Array.from(entry.body),
		signal: AbortSignal.timeout(timeout_ms),
	});
	const bytes = new Uint8Array(await response.arrayBuffer());
	if (response.ok) return { kind: "reply", entry, bytes };
	const what = new TextDecoder().decode(bytes);
	if (response.status >= 500) return { kind: "wrong", entry, what: `${response.status} ${what}` };
	const { code } = JSON.parse(what) as { readonly code?: unknown };
	const isKnown = typeof code === "string" && (Object.hasOwn(refusals, code) || httpCodes.includes(code));
	return isKnown ? { kind: "refused", entry, code } : { kind: "wrong", entry, what };
}
