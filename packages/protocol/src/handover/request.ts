/**
 * Requests: what a payee signs before it is paid.
 *
 * Its digest stands in the owner of what is paid, so a transfer cannot be replayed to another request, nor
 * to the same payee. A request is paid at most once at a time, unless it is a static one (a printed code),
 * which asks for no fixed amount or is paid directly, again and again.
 */
import {
	amountOrZero,
	type Bytes,
	boolean,
	bytes,
	bytes32,
	encodeItem,
	enumeration,
	isRefusal,
	list,
	nullable,
	parse,
	type Refusal,
	record,
	refuse,
	type TypeOf,
	text,
	unixSeconds,
} from "../codec/index.ts";
import { signature, taggedHashOfEncoded, verifySign1 } from "../crypto/index.ts";
import { currentlyValid, type Trust, type VerifiedCertificate } from "../identity/index.ts";
import { against, assetId, purpose, sameAsset } from "../token/index.ts";

export const mode = enumeration({ twoPhase: 1, direct: 2, exchange: 3 });
export type Mode = TypeOf<typeof mode>;

const requestBody = record({
	/** the payee's, encoded */
	certificate: bytes(1, 1024),
	mode,
	asset: assetId,
	/** zero: the payer chooses */
	amount: amountOrZero,
	nonce: bytes32,
	purpose,
	memo: text(256),
	/** X25519: documents to the payee are sealed to it */
	documentKey: nullable(bytes32),
	/** media types of the documents that the payee wants */
	wants: list(text(64), 8),
	/** see `dataHash`: the payee's own documents, an invoice */
	invoice: nullable(bytes32),
	/** what the payee gives in an exchange */
	against: nullable(against),
	/** may be paid any number of times */
	isStatic: boolean,
	issuedAt: unixSeconds,
	expiresAt: unixSeconds,
});
export type RequestBody = TypeOf<typeof requestBody>;

export const signedRequest = record({ body: requestBody, signature });
export type SignedRequest = TypeOf<typeof signedRequest>;

/** A request whose certificate and signature hold. */
export type VerifiedRequest = {
	readonly verified: "request";
	readonly signed: SignedRequest;
	readonly body: RequestBody;
	readonly digest: Bytes;
	readonly payee: VerifiedCertificate;
};

export function requestPayload(body: RequestBody): Bytes {
	return encodeItem(requestBody.write(body));
}

export function requestDigest(payload: Bytes): Bytes {
	return taggedHashOfEncoded("request", payload);
}

export function parseRequest(encoded: Bytes): SignedRequest | Refusal {
	return parse(signedRequest, encoded);
}

/** Checks everything but dates. The same object is verified once under one trust. */
export function verifyRequest(signed: SignedRequest, trust: Trust): VerifiedRequest | Refusal {
	const known = trust.recall<VerifiedRequest>(signed);
	if (known !== undefined) return known;
	const verified = verifyAnew(signed, trust);
	return isRefusal(verified) ? verified : trust.remember(signed, verified);
}

/** One's own request, just signed: it need not be verified. */
export function ownRequest(signed: SignedRequest, payee: VerifiedCertificate, trust: Trust): VerifiedRequest {
	const { body } = signed;
	const digest = requestDigest(requestPayload(body));
	return trust.remember(signed, { verified: "request", signed, body, digest, payee });
}

function verifyAnew(signed: SignedRequest, trust: Trust): VerifiedRequest | Refusal {
	const { body } = signed;
	const payee = trust.certificate(body.certificate);
	if (isRefusal(payee)) return payee;
	if (trust.asset(body.asset) === undefined) return refuse("asset-unknown");
	if ((body.mode === "exchange") !== (body.against !== null))
		return refuse("request-mismatch", "an exchange, and only that, names what it gives");
	if (body.isStatic && body.mode !== "direct")
		return refuse("request-mismatch", "static requests are direct");
	const payload = requestPayload(body);
	if (!verifySign1(trust.verify, payee.key, "request", payload, signed.signature))
		return refuse("signature-invalid", "request");
	return { verified: "request", signed, body, digest: requestDigest(payload), payee };
}

/** In an exchange the two requests must say the same of both legs; `amount` is what is paid for `request`. */
export function legsDiffer(
	{ body }: VerifiedRequest,
	counter: VerifiedRequest | null,
	amount: bigint,
): Refusal | undefined {
	if (body.against === null || counter === null)
		return body.against === counter ? undefined : refuse("request-mismatch", "other leg");
	const { asset, amount: owed } = body.against;
	const other = counter.body;
	const mirrors =
		other.amount === owed &&
		other.against?.amount === amount &&
		sameAsset(other.asset, asset) &&
		sameAsset(other.against.asset, body.asset);
	return mirrors ? undefined : refuse("request-mismatch", "the legs differ");
}

/** Whether a verified request may be answered at `now`. */
export function requestIsOpen(request: VerifiedRequest, now: number): Refusal | undefined {
	if (now >= request.body.expiresAt) return refuse("request-expired");
	return currentlyValid(request.payee, now);
}
