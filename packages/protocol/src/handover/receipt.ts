/**
 * Receipts: proof of payment that anyone can verify offline, by the payee's own signature and the release.
 *
 * A receipt is the request, the payee's `Reserved` and the release of its lock (none in the direct mode).
 */
import {
	type Bytes,
	bytes32,
	equalBytes,
	isRefusal,
	nullable,
	parse,
	type Refusal,
	record,
	refuse,
	type TypeOf,
} from "../codec/index.ts";
import { verifySign1 } from "../crypto/index.ts";
import type { Trust, VerifiedCertificate } from "../identity/index.ts";
import { type AssetId, lockHash } from "../token/index.ts";
import { dataHash, type Manifest } from "./document.ts";
import { counterPayload, message, reservedPayload } from "./messages.ts";
import { signedRequest, type VerifiedRequest, verifyRequest } from "./request.ts";

export const receipt = record({ request: signedRequest, answer: message, secret: nullable(bytes32) });
export type Receipt = TypeOf<typeof receipt>;

/** What a receipt proves. */
export type PaidReceipt = {
	readonly kind: "receipt";
	readonly request: VerifiedRequest;
	readonly payee: VerifiedCertificate;
	readonly asset: AssetId;
	/** minor units */
	readonly amount: bigint;
	readonly links: readonly Bytes[];
	/** the documents that the payee answered with */
	readonly reply: Manifest | null;
};

/** What `encoded` proves under a trust list, or why nothing. */
export function verifyReceipt(encoded: Bytes, trust: Trust): PaidReceipt | Refusal {
	const parsed = parse(receipt, encoded, 4 * 65_536);
	if (isRefusal(parsed)) return parsed;
	const request = verifyRequest(parsed.request, trust);
	if (isRefusal(request)) return request;
	const { answer, secret } = parsed;
	if (answer.kind !== "reserved" && answer.kind !== "counterTransfer")
		return refuse("type-unknown", "not the payee's answer");
	const isCounter = answer.kind === "counterTransfer";
	const body = isCounter ? answer.body.reserved : answer.body;
	const payload = isCounter ? counterPayload(answer.body) : reservedPayload(answer.body);
	if (!equalBytes(body.request, request.digest)) return refuse("request-mismatch");
	const { verify } = trust;
	if (!verifySign1(verify, request.payee.key, isCounter ? "counter" : "reserved", payload, answer.signature))
		return refuse("signature-invalid", "receipt");
	if ((body.lock === null) !== (secret === null)) return refuse("release-mismatch");
	if (body.lock !== null && secret !== null && !equalBytes(lockHash(secret), body.lock))
		return refuse("release-mismatch");
	const hash = dataHash(answer.reply);
	if (hash === null ? body.reply !== null : body.reply === null || !equalBytes(hash, body.reply))
		return refuse("document-mismatch", "reply");
	return {
		kind: "receipt",
		request,
		payee: request.payee,
		asset: request.body.asset,
		amount: body.amount,
		links: body.links,
		reply: answer.reply,
	};
}
