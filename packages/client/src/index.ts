/**
 * @tenten/client: an operator's HTTP API, typed by its own document.
 *
 * Requests and answers are whatever `openapi.json` says (`schema.ts`, generated). Added here is what a document
 * cannot say: no redirects, a time limit on every request, no answer held beyond a limit, and patience with an
 * operator that says when to come back (`Retry-After`). What is not answered in these bounds throws, as `fetch`
 * does where nobody answers.
 */
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.ts";

export type OperatorApi = Client<paths>;
export type Schemas = components["schemas"];

/** The longest that a request waits for an operator that asks to be left alone for a while, in milliseconds. */
const usualPatience_ms = 10_000;

export type ApiOptions = {
	/** e.g. `https://operator.example` */
	readonly url: string;
	/** an API key, for management */
	readonly bearer?: string;
	readonly fetch?: typeof fetch;
	/** for each time that it is sent */
	readonly timeout_ms?: number;
	/** for all waits of a request together; after it the operator's refusal is the answer */
	readonly patience_ms?: number;
	/** from zero to below one: whom an operator turned away together come again one after another */
	readonly chance?: () => number;
};

/** Whatever a server, or a box in front of it, says: nobody is told to wait longer than this, in seconds. */
const longestWait_s = 600;

/** Bytes; an operator's longest answer. */
const maximumAnswer = 8 * 1_048_576;

export function operatorApi(options: ApiOptions): OperatorApi {
	const { url, bearer, patience_ms = usualPatience_ms, chance = Math.random } = options;
	const told = new Map<string, Told>();
	return createClient<paths>({
		baseUrl: url.replace(/\/+$/, ""),
		...(bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } }),
		fetch: async (request) => {
			const route = `${request.method} ${new URL(request.url).pathname}`;
			const until_ms = performance.now() + patience_ms;
			for (;;) {
				for (const [each, { comeAt_ms }] of told) if (comeAt_ms <= performance.now()) told.delete(each);
				const known = told.get(route);
				const response = known?.answer.clone() ?? (await sendOnce(request.clone(), options));
				const comeAt_ms = known?.comeAt_ms ?? comeAgainAt(request, response, chance());
				if (comeAt_ms === undefined) return response;
				if (known === undefined) told.set(route, { comeAt_ms, answer: response.clone() });
				if (comeAt_ms > until_ms) return response;
				await new Promise((resolve) => setTimeout(resolve, Math.max(0, comeAt_ms - performance.now())));
			}
		},
	});
}

/** When a route may be asked again, and what it answered: who comes earlier is told the same, and nothing is sent. */
type Told = { readonly comeAt_ms: number; readonly answer: Response };

async function sendOnce(
	request: Request,
	{ fetch: send = fetch, timeout_ms = 30_000 }: ApiOptions,
): Promise<Response> {
	const signal = AbortSignal.timeout(timeout_ms);
	const response = await send(request, { signal, redirect: "error" });
	const { status, headers } = response;
	const body = status === 204 ? null : await readAtMost(response, maximumAnswer);
	return new Response(body, { status, headers });
}

/**
 * The moment from which the same is sent again: what the operator named and up to half as long more, by chance.
 * Undefined where it named none, or where sending it twice could do it twice. 429: it was not looked at. 503:
 * whatever takes it once.
 */
function comeAgainAt(
	{ method, headers: asked }: Request,
	{ status, headers }: Response,
	chance: number,
): number | undefined {
	const isOnce = method === "GET" || asked.has("idempotency-key");
	const seconds = secondsNamed(headers);
	const mayRepeat = status === 429 || (status === 503 && isOnce);
	if (!mayRepeat || seconds === undefined) return undefined;
	return performance.now() + seconds * 1_000 * (1 + chance / 2);
}

/** What `Retry-After` says (RFC 9110, section 10.2.3), from a second to ten minutes; undefined where it names none. */
export function secondsNamed(headers: Headers): number | undefined {
	const text = headers.get("retry-after") ?? "";
	return /^[0-9]{1,9}$/.test(text) ? Math.min(Math.max(1, Number(text)), longestWait_s) : undefined;
}

/** What is sent as `application/cose`: bytes, as they are. */
export const coseRequest = {
	headers: { "content-type": "application/cose" },
	bodySerializer: (body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => body,
	parseAs: "arrayBuffer",
} as const;

/** The whole body. Throws once it is longer than `maximum`. */
export async function readAtMost({ body }: Response, maximum: number): Promise<Uint8Array<ArrayBuffer>> {
	const parts: Uint8Array[] = [];
	let length = 0;
	for (const reader = body?.getReader(); reader !== undefined; ) {
		const { done, value } = await reader.read();
		if (done) break;
		length += value.length;
		if (length > maximum) {
			await reader.cancel();
			throw new RangeError("an answer beyond all bounds");
		}
		parts.push(value);
	}
	const whole = new Uint8Array(length);
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}
