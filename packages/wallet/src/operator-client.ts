/**
 * The operator over HTTP, as a wallet's module asks it.
 *
 * Problems come back as refusals by their codes. Whatever else goes wrong on the way (no network, a time
 * limit, an answer that is none) is `channel-failed`: whether it arrived is not known, and the same bytes are
 * to be sent again.
 */
import {
	type Bytes,
	isRefusal,
	lockHash,
	type OperatorClient,
	parse,
	type Refusal,
	type RefusalCode,
	refusals,
	refuse,
	sha256,
	signedStatement,
	toHex,
} from "@tenten/protocol";
import { toBase64url } from "./transport/base64url.ts";

export type HttpOperatorOptions = {
	/** e.g. `https://operator.example`, without a slash at the end */
	readonly url: string;
	readonly fetch?: typeof fetch;
	readonly timeout_ms?: number;
};

/** Bytes; an operator's longest answer. */
const maximumAnswer = 8 * 1_048_576;

export function httpOperatorClient(options: HttpOperatorOptions): OperatorClient {
	const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Bytes | Refusal> =>
		request(options, path, { method: "GET", headers });
	const post = (path: string) => (body: Bytes) =>
		request(options, path, {
			method: "POST",
			headers: { "content-type": "application/cose", "idempotency-key": toHex(sha256(body)) },
			body: new Uint8Array(body),
		});
	return {
		trustList: () => get("/v1/trust-list"),
		enrol: post("/v1/certificates"),
		withdraw: post("/v1/withdrawals"),
		claim: post("/v1/claims"),
		rule: post("/v1/rulings"),
		release: async (lock) => {
			const release = await get(`/v1/releases/${toHex(lock)}`);
			if (isRefusal(release)) return release;
			return toHex(lockHash(release)) === toHex(lock) ? release : refuse("release-mismatch");
		},
		account: async (query) => {
			const statement = parse(signedStatement, query);
			if (isRefusal(statement)) return statement;
			const { says } = statement.body;
			if (says.kind !== "balance") return refuse("order-mismatch", "no question for a balance");
			return get(`/v1/accounts/${toHex(says.account)}`, { authorization: `Tenten ${toBase64url(query)}` });
		},
	};
}

async function request(
	{ url, fetch: send = fetch, timeout_ms = 30_000 }: HttpOperatorOptions,
	path: string,
	init: RequestInit,
): Promise<Bytes | Refusal> {
	try {
		const signal = AbortSignal.timeout(timeout_ms);
		const response = await send(`${url}${path}`, { ...init, signal, redirect: "error" });
		const body = new Uint8Array(await response.arrayBuffer());
		if (body.length > maximumAnswer) return refuse("channel-failed", "an answer beyond all bounds");
		return response.ok ? body : problemIn(body, response.status);
	} catch (error) {
		return refuse("channel-failed", error instanceof Error ? error.name : "");
	}
}

/** The refusal that a problem document names; anything else may have been said by a box in between. */
function problemIn(body: Bytes, status: number): Refusal {
	const unknown = refuse("channel-failed", `status ${status}`);
	let problem: unknown;
	try {
		problem = JSON.parse(new TextDecoder().decode(body));
	} catch {
		return unknown;
	}
	if (typeof problem !== "object" || problem === null) return unknown;
	const { code, detail } = { code: "", detail: "", ...problem };
	if (typeof code !== "string" || !Object.hasOwn(refusals, code)) return unknown;
	return refuse(code as RefusalCode, typeof detail === "string" ? detail.slice(0, 256) : "");
}
