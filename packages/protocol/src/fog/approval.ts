/**
 * Approvals: a gateway's word for its operator that a payment may be taken, while the operator is out of reach.
 *
 *   mandate: the operator lets this gateway approve so much a payment, so much in all, until then
 *     └─ approval: this payer, this request, this amount, and which part of the mandate it uses: [from, to)
 *
 * The payee checks both offline. A part that was used is never used again, so that all approvals together stay within
 * what the operator signed; two approvals that use the same part convict the gateway, and the operator answers for no
 * more than its mandate says. An approval moves nothing: value moves by links that the payer signs.
 */
import {
	amount,
	amountOrZero,
	type Bytes,
	bytes,
	bytes32,
	encodeItem,
	equalBytes,
	isRefusal,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	unixSeconds,
} from "../codec/index.ts";
import { coseKey, type Signer, sha256, signature, taggedHash, verifySign1 } from "../crypto/index.ts";
import { authorityHintBytes, refuseUnruled, signByRulingKey, type Trust } from "../identity/index.ts";
import { assetId } from "../token/index.ts";

export const mandateBody = record({
	/** key id of the operator's root */
	operator: bytes32,
	gateway: coseKey,
	/** so that no two mandates are one */
	nonce: bytes32,
	asset: assetId,
	/** minor units of one payment, at most */
	each: amount,
	/** and of all together */
	total: amount,
	from: unixSeconds,
	until: unixSeconds,
});
export type MandateBody = TypeOf<typeof mandateBody>;

export const mandate = record({ body: mandateBody, keyHint: bytes(authorityHintBytes), signature });

export const fogApprovalBody = record({
	mandate: bytes32,
	/** digest of the payee's request */
	request: bytes32,
	/** SHA-256 of the payer's certificate as it was encoded */
	payer: bytes32,
	amount,
	/** the part of the mandate's total that this uses: as much as `amount` */
	from: amountOrZero,
	to: amount,
	at: unixSeconds,
});
export type FogApprovalBody = TypeOf<typeof fogApprovalBody>;

/** `signature`: the gateway's. */
export const fogApproval = record({ mandate, body: fogApprovalBody, signature });

/** A mandate that its operator signed. Only `verifyMandate` makes one. */
export type VerifiedMandate = {
	readonly verified: "mandate";
	readonly encoded: Bytes;
	readonly id: Bytes;
	readonly body: MandateBody;
};

export type VerifiedApproval = {
	readonly verified: "approval";
	readonly mandate: VerifiedMandate;
	readonly body: FogApprovalBody;
};

/** `signer`: a ruling key of the operator. */
export async function signMandate(body: MandateBody, signer: Signer): Promise<Bytes> {
	const payload = serialize(mandateBody, body);
	return serialize(mandate, { body, ...(await signByRulingKey("mandate", payload, signer)) });
}

/** Everything but dates: the codes of decoding, `malformed`, `issuer-unknown`, `authority-unknown`, `signature-invalid`. */
export function verifyMandate(encoded: Bytes, trust: Trust): VerifiedMandate | Refusal {
	const read = parse(mandate, encoded);
	if (isRefusal(read)) return read;
	const { body } = read;
	if (body.each > body.total || body.from >= body.until) return refuse("malformed", "a mandate for nothing");
	if (!equalBytes(body.asset.operator, body.operator))
		return refuse("malformed", "an asset of another operator");
	const operator = trust.operator(body.operator);
	if (operator === undefined) return refuse("issuer-unknown");
	const payload = serialize(mandateBody, body);
	const unruled = refuseUnruled(operator, "mandate", payload, read, trust.verify);
	if (unruled !== undefined) return unruled;
	return { verified: "mandate", encoded, id: mandateId(body), body };
}

export function mandateId(body: MandateBody): Bytes {
	return taggedHash("mandate", mandateBody.write(body));
}

/** `signer`: the gateway's key, that of the mandate. */
export async function signApproval(
	{ encoded }: VerifiedMandate,
	body: FogApprovalBody,
	signer: Signer,
): Promise<Bytes> {
	const read = parse(mandate, encoded);
	if (isRefusal(read)) throw new Error("a mandate that was verified does not read");
	const signed = await signer.sign("fog-approval", serialize(fogApprovalBody, body));
	return serialize(fogApproval, { mandate: read, body, signature: signed });
}

/**
 * An approval that its gateway signed within its mandate, whatever it is asked about. Refused, after the codes of
 * `verifyMandate`, with `signature-invalid`; `limit-exceeded` where it is no part of the mandate, or more than one
 * payment may be; `mandate-over` where it was given outside of the mandate's time.
 */
export function verifyApproval(encoded: Bytes, trust: Trust): VerifiedApproval | Refusal {
	const read = parse(fogApproval, encoded);
	if (isRefusal(read)) return read;
	const { body, signature: signed } = read;
	const given = verifyMandate(encodeItem(mandate.write(read.mandate)), trust);
	if (isRefusal(given)) return given;
	const payload = serialize(fogApprovalBody, body);
	if (
		!equalBytes(body.mandate, given.id) ||
		!verifySign1(trust.verify, given.body.gateway, "fog-approval", payload, signed)
	)
		return refuse("signature-invalid", "approval");
	const { each, total, from, until } = given.body;
	if (body.to - body.from !== body.amount || body.amount > each || body.to > total)
		return refuse("limit-exceeded", "no part of the mandate");
	if (body.at < from || body.at >= until) return refuse("mandate-over");
	return { verified: "approval", mandate: given, body };
}

/** What a payee asks of an approval that it is shown. */
export type ApprovedPayment = {
	/** digest of its own request */
	readonly request: Bytes;
	readonly asset: TypeOf<typeof assetId>;
	readonly amount: bigint;
	/** the encoded certificate of whoever pays */
	readonly payer: Bytes;
	/** unix seconds */
	readonly now: number;
};

/** Whether this approval is of this payment: `request-mismatch` where it is of another, `mandate-over` once it is over. */
export function approves(
	{ mandate: given, body }: VerifiedApproval,
	payment: ApprovedPayment,
): Refusal | undefined {
	const isOfIt =
		equalBytes(body.request, payment.request) &&
		equalBytes(body.payer, sha256(payment.payer)) &&
		equalBytes(given.body.asset.operator, payment.asset.operator) &&
		given.body.asset.code === payment.asset.code &&
		body.amount === payment.amount;
	if (!isOfIt) return refuse("request-mismatch", "an approval of another payment");
	return payment.now < given.body.until ? undefined : refuse("mandate-over");
}

/** Whether two approvals convict their gateway: they differ, and use the same part of one mandate. */
export function convictsGateway(first: VerifiedApproval, second: VerifiedApproval): boolean {
	const [a, b] = [first.body, second.body];
	if (!equalBytes(a.mandate, b.mandate)) return false;
	const areOne = equalBytes(serialize(fogApprovalBody, a), serialize(fogApprovalBody, b));
	return !areOne && a.from < b.to && b.from < a.to;
}
