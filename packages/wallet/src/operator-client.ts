/**
 * The operator over HTTP, as a wallet's module asks it: the generated client, with bytes and refusals.
 *
 * Problems come back as refusals by their codes. Whatever else goes wrong on the way (no network, a time
 * limit, an answer that is none) is `channel-failed`: whether it arrived is not known, and the same bytes are
 * to be sent again. An operator that has too much to do has done nothing, and says when it wants the same again.
 */
import { type ApiOptions, coseRequest, operatorApi, secondsNamed } from "@tenten/client";
import {
	type Bytes,
	type DeviceOperatorClient,
	isRefusal,
	lockHash,
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

export type HttpOperatorOptions = Omit<ApiOptions, "bearer">;

export function httpOperatorClient(options: HttpOperatorOptions): DeviceOperatorClient {
	const api = operatorApi(options);
	const { parseAs } = coseRequest;
	const keyed = (body: Bytes) => ({
		...coseRequest,
		params: { header: { "Idempotency-Key": toHex(sha256(body)) } },
		body: new Uint8Array(body),
	});
	return {
		trustList: () => asked(api.GET("/v1/trust-list", { parseAs })),
		appeal: (body) => asked(api.POST("/v1/appeals", { ...coseRequest, body: new Uint8Array(body) })),
		freezeList: () => asked(api.GET("/v1/freeze-list", { parseAs })),
		statusList: (number) => {
			const params = { path: { number: `${number}` } };
			return asked(api.GET("/v1/status-lists/{number}", { params, parseAs }), noSuchList);
		},
		enrol: (body) => asked(api.POST("/v1/certificates", { ...coseRequest, body: new Uint8Array(body) })),
		withdraw: (body) => asked(api.POST("/v1/withdrawals", keyed(body))),
		claim: (body) => asked(api.POST("/v1/claims", keyed(body))),
		rule: (body) => asked(api.POST("/v1/rulings", keyed(body))),
		release: async (lock) => {
			const params = { path: { lock: toHex(lock) } };
			const release = await asked(api.GET("/v1/releases/{lock}", { params, parseAs }));
			if (isRefusal(release)) return release;
			return toHex(lockHash(release)) === toHex(lock) ? release : refuse("release-mismatch");
		},
		account: async (query) => {
			const statement = parse(signedStatement, query);
			if (isRefusal(statement)) return statement;
			const { says } = statement.body;
			if (says.kind !== "balance") return refuse("order-mismatch", "no question for a balance");
			const params = { path: { account: toHex(says.account) } };
			const headers = { authorization: `Tenten ${toBase64url(query)}` };
			return asked(api.GET("/v1/accounts/{account}", { params, headers, parseAs }));
		},
	};
}

type Answer = {
	readonly data?: ArrayBuffer;
	readonly error?: unknown;
	readonly response: Response;
};

/** Of numbers above those of all devices: the answer is that there is nothing more. */
const noSuchList = refuse("status-list-expired", "the operator has no list of this number");

/** `missing`: what an answer 404 says, where that is one. */
async function asked(answer: Promise<Answer>, missing?: Refusal): Promise<Bytes | Refusal> {
	try {
		const { data, error, response } = await answer;
		if (data !== undefined) return new Uint8Array(data);
		if (missing !== undefined && response.status === 404) return missing;
		// An answer of no bytes is read as none.
		return response.ok ? new Uint8Array() : problemIn(error, response);
	} catch (error) {
		return refuse("channel-failed", error instanceof Error ? error.name : "");
	}
}

/** The refusal that a problem document names; anything else may have been said by a box in between. */
function problemIn(problem: unknown, { status, headers }: Response): Refusal {
	const unknown = refuse("channel-failed", `status ${status}`);
	if (typeof problem !== "object" || problem === null) return unknown;
	const { code, detail } = { code: "", detail: "", ...problem };
	if (typeof code !== "string" || !Object.hasOwn(refusals, code)) return unknown;
	const refusal = refuse(code as RefusalCode, typeof detail === "string" ? detail.slice(0, 256) : "");
	const again_s = secondsNamed(headers);
	return again_s === undefined ? refusal : { ...refusal, again_s };
}
