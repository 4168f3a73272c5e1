/**
 * Hand-over by HTTP, the side that calls.
 *
 * Over node:http and not fetch, because only there can the address that was checked be the one connected to
 * (peer-rules.ts). Connections are kept alive. Whatever the peer does, an exchange ends within its timeout
 * and holds no more than one bundle in memory.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { type Bytes, isRefusal, type Refusal, type RefusalCode, refusals, refuse } from "@tenten/protocol";
import type { OrderStatus } from "../company/company.ts";
import { decodeStatus, encodePayer, type OrderQuestion, orderPath } from "../company/order-questions.ts";
import { type AskedRequest, encodeAsked, requestsPath } from "./asking.ts";
import { bundleType, decodeBundle, encodeBundle, handoverPath, maximumBundleBytes } from "./bundle.ts";
import type { Channel } from "./channel.ts";
import { checkPeerUrl, type PeerRules, PrivateAddressError, pinningLookup } from "./peer-rules.ts";
import { problemType } from "./problem.ts";

export type HttpOptions = {
	readonly rules?: PeerRules;
	/** from the first byte sent to the last received */
	readonly timeout_ms?: number;
};

/** A channel that holds connections open until it is closed. */
export type HttpChannel = Channel & {
	/** Asks the wallet there for a request to pay: its messages. */
	readonly ask: (asked: AskedRequest) => Promise<readonly Bytes[] | Refusal>;
	/** Asks the company there about the payment of an order, under the name that one made for it. */
	readonly order: (order: string, payer: string) => OrderChannel;
	readonly close: () => void;
};

/** The payment of one order. */
export type OrderChannel = {
	/** The request to pay: `order-unknown`, or `order-taken` where it has another payment. */
	readonly payment: () => Promise<readonly Bytes[] | Refusal>;
	/** How far the company's module has it. */
	readonly status: () => Promise<OrderStatus["status"] | Refusal>;
	/** The last word of the company's module again: for one's own module. */
	readonly receipt: () => Promise<readonly Bytes[] | Refusal>;
};

const jsonType = "application/json";
const defaultTimeout_ms = 10_000;
const maximumProblemBytes = 4_096;

/** A channel to the wallet at `address`, e.g. `https://shop.example`, or `peer-refused`. */
export function httpChannel(address: string, options: HttpOptions = {}): HttpChannel | Refusal {
	const rules = options.rules ?? {};
	const url = checkPeerUrl(address, rules);
	if (isRefusal(url)) return url;
	const isPlain = url.protocol === "http:";
	const lookup = pinningLookup(url, rules);
	const agent = isPlain ? new HttpAgent({ keepAlive: true }) : new HttpsAgent({ keepAlive: true });
	const timeout_ms = options.timeout_ms ?? defaultTimeout_ms;
	const post = async <T>(
		path: string,
		type: string,
		body: Bytes,
		read: (response: IncomingMessage) => Promise<T | Refusal>,
	): Promise<T | Refusal> => {
		const target = new URL(url.pathname.replace(/\/$/, "") + path, url);
		const headers = {
			"content-type": type,
			"content-length": body.length,
			accept: `${bundleType}, application/json, ${problemType}`,
		};
		try {
			const signal = AbortSignal.timeout(timeout_ms);
			const request = (isPlain ? httpRequest : httpsRequest)(target, {
				method: "POST",
				agent,
				headers,
				lookup,
				signal,
			});
			const response = new Promise<IncomingMessage>((resolve, reject) => {
				request.on("response", resolve).on("error", reject);
			});
			request.end(body);
			return await read(await response);
		} catch (error) {
			if (error instanceof PrivateAddressError) return refuse("peer-refused", "a private address");
			return refuse("channel-failed", error instanceof Error ? error.message : "");
		}
	};
	return {
		exchange: async (messages) => post(handoverPath, bundleType, encodeBundle(messages), answersOf),
		ask: async (asked) => post(requestsPath, jsonType, Buffer.from(encodeAsked(asked)), answersOf),
		order: (order, payer) => {
			const about = <T>(
				question: OrderQuestion,
				read: (response: IncomingMessage) => Promise<T | Refusal>,
			): Promise<T | Refusal> =>
				post(orderPath(order, question), jsonType, Buffer.from(encodePayer(payer)), read);
			return {
				payment: () => about("payment", answersOf),
				status: () => about("status", statusOf),
				receipt: () => about("receipt", answersOf),
			};
		},
		close: () => agent.destroy(),
	};
}

async function answersOf(response: IncomingMessage): Promise<readonly Bytes[] | Refusal> {
	if (!isAnswer(response, bundleType)) return refusalOf(response);
	const body = await readAtMost(response, maximumBundleBytes);
	return body === undefined ? refuse("too-large", "the answer") : decodeBundle(body);
}

async function statusOf(response: IncomingMessage): Promise<OrderStatus["status"] | Refusal> {
	if (!isAnswer(response, jsonType)) return refusalOf(response);
	const body = await readAtMost(response, maximumProblemBytes);
	return body === undefined ? refuse("too-large", "the answer") : decodeStatus(Buffer.from(body).toString());
}

function typeOf({ headers }: IncomingMessage): string | undefined {
	return headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase();
}

function isAnswer(response: IncomingMessage, type: string): boolean {
	return response.statusCode === 200 && typeOf(response) === type;
}

async function refusalOf(response: IncomingMessage): Promise<Refusal> {
	const status = response.statusCode ?? 0;
	if (status >= 300 && status < 400) {
		response.destroy();
		return refuse("peer-refused", "redirects are not followed");
	}
	const body = typeOf(response) === problemType ? await readAtMost(response, maximumProblemBytes) : undefined;
	response.destroy();
	return (body && problemIn(body)) ?? refuse("channel-failed", `status ${status}`);
}

/** The whole body, or undefined once it is longer than `maximum`. */
async function readAtMost(response: IncomingMessage, maximum: number): Promise<Bytes | undefined> {
	const parts: Buffer[] = [];
	let length = 0;
	for await (const part of response) {
		length += part.length;
		if (length > maximum) return undefined;
		parts.push(part);
	}
	return new Uint8Array(Buffer.concat(parts));
}

/** The refusal behind a problem, where its code is one of ours. */
function problemIn(body: Bytes): Refusal | undefined {
	try {
		const { code, title } = JSON.parse(Buffer.from(body).toString("utf8")) as {
			readonly code?: unknown;
			readonly title?: unknown;
		};
		if (typeof code !== "string" || !Object.hasOwn(refusals, code)) return undefined;
		return refuse(code as RefusalCode, typeof title === "string" ? title.slice(0, 256) : "");
	} catch {
		return undefined;
	}
}
