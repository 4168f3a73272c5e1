/** A call as it came over HTTP, read whole. */
import { type AssetId, isRefusal, type Refusal } from "@tenten/protocol";
import { maximumBundleBytes } from "../transport/bundle.ts";
import { readAtMost } from "./answer-form.ts";
import type { Call } from "./call.ts";
import { tollAddress } from "./toll-paths.ts";

/** A call as it came. */
export type AskedCall = Call & { readonly header: (name: string) => string | undefined };

/** What a call costs: minor units, for so many calls together where one costs less than a unit. */
export type Price = {
	readonly asset: AssetId;
	readonly amount: bigint;
	readonly calls?: number;
	/** offers a meter beside, for at most so many calls */
	readonly meter?: number;
};

export type AskOptions = {
	/** how callers name this server, e.g. `https://api.example`, where it stands behind another */
	readonly origin?: string;
	/** bytes of the longest body of a call */
	readonly bodyBytes?: number;
};

type Came = Pick<Request, "method" | "url" | "body" | "headers">;

const usualBodyBytes = 1 << 20;

export async function askedCall(
	{ method, url, body: stream, headers }: Came,
	{ origin, bodyBytes = usualBodyBytes }: AskOptions,
): Promise<AskedCall | Refusal> {
	const { pathname, search, origin: own } = new URL(url);
	const most = pathname.startsWith(`${tollAddress}/`) ? maximumBundleBytes : bodyBytes;
	const body = await readAtMost({ body: stream }, most);
	if (isRefusal(body)) return body;
	return {
		method,
		url: `${origin ?? own}${pathname}${search}`,
		body,
		header: (name) => headers.get(name) ?? undefined,
	};
}

/** The request for a handler, whose body was read. */
export function again({ url, method, headers }: Request, { body }: AskedCall): Request {
	return new Request(url, { method, headers, ...(body.length === 0 ? {} : { body: Uint8Array.from(body) }) });
}
