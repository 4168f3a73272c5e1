/**
 * One attempt: a POST that takes no longer than it may, reads no more than it must, and goes where it may.
 *
 * No redirect is followed: what was signed for one address is not sent to another. A connection serves one attempt,
 * so that none outlives the look at its address.
 */
import http from "node:http";
import https from "node:https";
import { isPublic, literalOf, publicLookup, RefusedAddress } from "./addresses.ts";

/** How an attempt ended. `stopped`: this process stops, and whether it arrived is not known. */
export type Outcome =
	| "delivered"
	| "gone"
	| "refused"
	| "timeout"
	| "unreachable"
	| "address-refused"
	| "stopped";

export const outcomes = [
	"delivered",
	"gone",
	"refused",
	"timeout",
	"unreachable",
	"address-refused",
	"stopped",
] as const satisfies readonly Outcome[];

export type Posted = { readonly outcome: Outcome; readonly status: number | null };

type Message = {
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
};

/** Sends a message; ends when `signal` does. Never throws. */
export type Post = (message: Message, signal: AbortSignal) => Promise<Posted>;

/** Bytes of an answer that are read: nothing in it matters but its status. */
const longestAnswer = 16_384;
/** Bytes of all headers of an answer. */
const longestHead = 16_384;

export function httpPost(isNetworkTrusted: boolean): Post {
	return async (message, signal) => {
		try {
			return judged(await send(message, signal, isNetworkTrusted));
		} catch (error) {
			const [outcome, status] = [failureOf(error, signal), null];
			return { outcome, status };
		}
	};
}

function judged(status: number): Posted {
	if (status >= 200 && status < 300) return { outcome: "delivered", status };
	return { outcome: status === 410 ? "gone" : "refused", status };
}

function failureOf(error: unknown, signal: AbortSignal): Outcome {
	if (error instanceof RefusedAddress) return "address-refused";
	if (!signal.aborted) return "unreachable";
	return signal.reason instanceof DOMException && signal.reason.name === "TimeoutError"
		? "timeout"
		: "stopped";
}

/** The status of the answer, once it is read, or there is more of it than is read, or its time is over. */
function send(
	{ url, headers, body }: Message,
	signal: AbortSignal,
	isNetworkTrusted: boolean,
): Promise<number> {
	return new Promise((resolve, reject) => {
		const address = new URL(url);
		const literal = literalOf(address);
		if (!isNetworkTrusted && literal !== undefined && !isPublic(literal)) throw new RefusedAddress(literal);
		const { request } = address.protocol === "https:" ? https : http;
		const sent = request(address, {
			method: "POST",
			headers: { ...headers, "content-length": Buffer.byteLength(body) },
			agent: false,
			signal,
			// Said, so that no variable of the environment turns it off.
			rejectUnauthorized: true,
			maxHeaderSize: longestHead,
			...(isNetworkTrusted ? {} : { lookup: publicLookup }),
		});
		let status: number | undefined;
		let failure = new Error("closed without an answer");
		sent.on("error", (error) => {
			failure = error;
		});
		sent.once("close", () => (status === undefined ? reject(failure) : resolve(status)));
		sent.once("response", (answer) => {
			status = answer.statusCode ?? 0;
			let length = 0;
			answer.on("error", () => undefined);
			answer.on("data", (part: Buffer) => {
				length += part.length;
				if (length > longestAnswer) sent.destroy();
			});
		});
		sent.end(body);
	});
}
