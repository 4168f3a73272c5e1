/**
 * Requests over HTTP as inputs: `[path, headers, body]`, so that every part of one is mutated; the method is the
 * target's own. Whatever it is given, a server answers with a status below 500.
 */
import { type Bytes, decodeItem, encodeItem, type Item, isRefusal } from "@tenten/protocol";
import { Broken, type Outcome } from "../target.ts";

export type HttpSeed = {
	readonly path: string;
	/** bytes: a question that its asker signed, which are the credentials */
	readonly headers?: Readonly<Record<string, string | Bytes>>;
	readonly body?: Bytes | string;
};

export function encodeHttp({ path, headers = {}, body = "" }: HttpSeed): Bytes {
	return encodeItem([path, new Map(Object.entries(headers)), body]);
}

/** The request that an input describes, or undefined where none can be made of it. */
export function requestIn(method: string, input: Bytes): Request | undefined {
	const item = decodeItem(input, 1 << 20);
	if (isRefusal(item) || !Array.isArray(item)) return undefined;
	const [path, headers, body] = item as readonly Item[];
	if (typeof path !== "string") return undefined;
	const given = headers instanceof Map ? (headers as ReadonlyMap<string | number, Item>) : new Map();
	const pairs = [...given].map(([name, value]): [string, string] => [`${name}`, headerOf(value)]);
	const content = body instanceof Uint8Array ? new Uint8Array(body) : `${body ?? ""}`;
	try {
		const init = { method, headers: pairs, ...(method === "GET" ? {} : { body: content }) };
		return new Request(new URL(path, "http://127.0.0.1"), init);
	} catch {
		// No client sends such a path or header.
		return undefined;
	}
}

function headerOf(value: Item): string {
	return value instanceof Uint8Array ? `Tenten ${Buffer.from(value).toString("base64url")}` : `${value}`;
}

type Answer = { readonly outcome: Outcome; readonly isRefused: boolean };

/** What was answered: `accepted`, or the code of the problem, which must be one. */
export async function answerOf(response: Response): Promise<Answer> {
	const { status } = response;
	if (status >= 500) throw new Broken(`status ${status}: ${await response.text()}`);
	if (status < 400) {
		await response.arrayBuffer();
		return { outcome: status < 300 ? "accepted" : `status-${status}`, isRefused: false };
	}
	const type = response.headers.get("content-type") ?? "";
	if (!type.startsWith("application/problem+json"))
		throw new Broken(`${status} as ${type}: ${await response.text()}`);
	const { code } = (await response.json()) as { readonly code?: unknown };
	if (typeof code !== "string") throw new Broken("a problem without a code");
	return { outcome: code, isRefused: true };
}
