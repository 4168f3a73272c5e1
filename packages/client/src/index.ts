/**
 * @tenten/client: an operator's HTTP API, typed by its own document.
 *
 * Requests and answers are whatever `openapi.json` says (`schema.ts`, generated). Added here is what a document
 * cannot say: no redirects, a time limit on every request, and no answer held beyond a limit. What is not
 * answered in these bounds throws, as `fetch` does where nobody answers.
 */
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.ts";

export type OperatorApi = Client<paths>;
export type Schemas = components["schemas"];

export type ApiOptions = {
	/** e.g. `https://operator.example` */
	readonly url: string;
	/** an API key, for management */
	readonly bearer?: string;
	readonly fetch?: typeof fetch;
	readonly timeout_ms?: number;
};

/** Bytes; an operator's longest answer. */
const maximumAnswer = 8 * 1_048_576;

export function operatorApi(options: ApiOptions): OperatorApi {
	const { url, bearer, fetch: send = fetch, timeout_ms = 30_000 } = options;
	return createClient<paths>({
		baseUrl: url.replace(/\/+$/, ""),
		...(bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } }),
		fetch: async (request) => {
			const signal = AbortSignal.timeout(timeout_ms);
			const response = await send(request, { signal, redirect: "error" });
			const { status, headers } = response;
			const body = status === 204 ? null : await readAtMost(response, maximumAnswer);
			return new Response(body, { status, headers });
		},
	});
}

/** What is sent as `application/cose`: bytes, as they are. */
export const coseRequest = {
	headers: { "content-type": "application/cose" },
	bodySerializer: (body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => body,
	parseAs: "arrayBuffer",
} as const;

/** The whole body. Throws once it is longer than `maximum`. */
async function readAtMost({ body }: Response, maximum: number): Promise<Uint8Array<ArrayBuffer>> {
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
