/**
 * Showing a payment, or a tick, for its call until there is an answer: it goes with the call, again and again the same.
 *
 * What is shown counts once, so nothing here pays again. What is lost is asked for again; what still runs is waited
 * for; a server that takes the release and asks for more, or says nothing, leaves the payment where it is: with a receipt.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	parse,
	type Refusal,
	receipt,
	refuse,
	serializeMessage,
	toHex,
} from "@tenten/protocol";
import type { Wallet } from "../wallet.ts";
import { readAtMost } from "./answer-form.ts";
import type { NamedTick, PaidCall } from "./calls.ts";
import type { Fetch } from "./fetch-channel.ts";
import { readResponse, responseHeader, signatureHeader, writeSignature } from "./headers.ts";
import { isStillMade, meterHeader } from "./meter-call.ts";
import { discard, type SentCall, sentRequest } from "./sent-call.ts";
import { callPath } from "./toll-paths.ts";

export type Showing = {
	readonly wallet: Wallet;
	readonly fetch: Fetch;
	/** how often one exchange is tried before it is left for later */
	readonly tries: number;
	/** for one exchange, and for an answer that is still being made */
	readonly timeout_ms: number;
};

/** longest pause that a server gets between two questions */
const longestPause_s = 5;
/** bytes of what says how far a payment or a call is */
const longestStatus = 1_024;

/** The answer, or `answer-pending`, or `answer-gone`. */
export async function showPayment(
	row: PaidCall,
	call: SentCall,
	{ wallet, fetch, tries, timeout_ms }: Showing,
): Promise<Response | Refusal> {
	const release = releaseOf(wallet, row.attempt);
	if (release === undefined) return refuse("answer-gone", "this payment is on record no more");
	const signature = writeSignature({ ...row, release }, row.accepted);
	let why = refuse("answer-pending", "it is paid, and the server cannot be reached");
	for (let tried = 0; tried < tries; tried++) {
		const response = await trying(() =>
			fetch(sentRequest(call, timeout_ms, { [signatureHeader]: signature })),
		);
		if (response === undefined) continue;
		const isTaken = takenOf(response, row.attempt);
		if (isTaken) await wallet.handle([serializeMessage({ kind: "done", attempt: row.attempt })]);
		const { status } = response;
		if (status === 202 && !isTaken) {
			why = refuse("answer-pending", "it is paid, and its answer is not made yet");
			discard(response);
			await untilMade(response, row.origin, { fetch, timeout_ms });
			continue;
		}
		if (isTaken || status < 400) return response;
		discard(response);
		if (status === 410) return refuse("answer-gone", "its answer was kept for its time");
		why = refuse("answer-pending", `it is paid, and the server says ${status}: ${reasonOf(response)}`);
		if (status < 500) break;
	}
	return why;
}

/** What a server says to a call by the tick of that header, once its answer is made, or `answer-pending`. */
export async function showTick(
	header: string,
	origin: string,
	call: SentCall,
	{ fetch, tries, timeout_ms }: Showing,
): Promise<Response | Refusal> {
	const tick = { [meterHeader]: header };
	const exchange = () => trying(() => fetch(sentRequest(call, timeout_ms, tick)));
	for (let waits = 0; waits <= tries; waits++) {
		let came = await exchange();
		for (let tried = 1; tried < tries && came === undefined; tried++) came = await exchange();
		if (came === undefined)
			return refuse("answer-pending", "a call by meter, and the server cannot be reached");
		if (came.status !== 202 || !isStillMade(came.headers.get(meterHeader))) return came;
		discard(came);
		if (waits < tries && !(await untilMade(came, origin, { fetch, timeout_ms }, tick))) break;
	}
	return refuse("answer-pending", "a call by meter, and its answer is not made yet");
}

/** How far a server says that the call by a tick is; undefined where it says nothing. */
export async function statusOfCall(
	{ hash, header }: Pick<NamedTick, "hash" | "header">,
	origin: string,
	{ fetch, timeout_ms }: Pick<Showing, "fetch" | "timeout_ms">,
): Promise<string | undefined> {
	const address = new URL(callPath(toHex(hash)), origin);
	return statusAt(address, { fetch, timeout_ms }, { [meterHeader]: header });
}

/** Whether asking again may bring an answer. */
export function isPending(shown: Response | Refusal): boolean {
	return isRefusal(shown) ? shown.code === "answer-pending" : shown.status >= 500;
}

function releaseOf({ module }: Wallet, attempt: Bytes): Bytes | undefined {
	if (module.payer(attempt) !== "released") return undefined;
	const proof = module.receipt(attempt);
	const read = isRefusal(proof) ? proof : parse(receipt, proof, proof.length);
	return isRefusal(read) ? undefined : (read.secret ?? undefined);
}

/** Whether the server says that it took this very payment. */
function takenOf({ headers }: Response, attempt: Bytes): boolean {
	const settled = readResponse(headers.get(responseHeader) ?? "");
	return "attempt" in settled && equalBytes(settled.attempt, attempt);
}

function reasonOf({ status, headers }: Response): string {
	const settled = readResponse(headers.get(responseHeader) ?? "");
	if ("why" in settled) return settled.why;
	return status === 402 ? "asks to be paid again" : "no more";
}

/**
 * Asks for the status until it is another, or time is up: whether it is worth showing again. `headers`: what proves to
 * the server who asks.
 */
async function untilMade(
	{ headers: told }: Response,
	origin: string,
	{ fetch, timeout_ms }: Pick<Showing, "fetch" | "timeout_ms">,
	headers: Readonly<Record<string, string>> = {},
): Promise<boolean> {
	const location = statusAddress(told.get("location") ?? "", origin);
	const seconds = Number(told.get("retry-after") ?? "1");
	const pause_ms = 1_000 * Math.min(Number.isFinite(seconds) ? Math.max(seconds, 0.1) : 1, longestPause_s);
	const end = AbortSignal.timeout(timeout_ms);
	do {
		await new Promise((resolve) => setTimeout(resolve, pause_ms));
		if (location === undefined) return true;
		if ((await statusAt(location, { fetch, timeout_ms }, headers)) !== "running") return true;
	} while (!end.aborted);
	return false;
}

/** Where the status is, if it is at the origin of the call. */
export function statusAddress(location: string, origin: string): URL | undefined {
	const address = URL.parse(location, origin);
	return address?.origin === origin ? address : undefined;
}

/** What is said there; undefined where nothing is. */
async function statusAt(
	address: URL,
	{ fetch, timeout_ms }: Pick<Showing, "fetch" | "timeout_ms">,
	headers: Readonly<Record<string, string>>,
): Promise<string | undefined> {
	const said = await trying(async () => {
		const signal = AbortSignal.timeout(timeout_ms);
		const response = await fetch(new Request(address, { headers, redirect: "error", signal }));
		return readAtMost(response, longestStatus);
	});
	if (said === undefined || isRefusal(said)) return undefined;
	return /"status"\s*:\s*"(\w+)"/.exec(new TextDecoder().decode(said))?.[1];
}

/** Undefined where nothing came back: whether it arrived is not known. */
async function trying<T>(exchange: () => Promise<T>): Promise<T | undefined> {
	try {
		return await exchange();
	} catch {
		return undefined;
	}
}
