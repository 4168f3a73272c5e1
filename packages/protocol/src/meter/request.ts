/**
 * Requests for meters: what a payee signs before one is opened for it. Its digest stands in the metered output, so a
 * meter answers one request, and the payee's part of a Close is owned under it.
 */
import {
	amount,
	type Bytes,
	bytes,
	bytes32,
	encodeItem,
	integer,
	isRefusal,
	type Refusal,
	record,
	refuse,
	type TypeOf,
	tickCount,
	unixSeconds,
} from "../codec/index.ts";
import { signature, taggedHashOfEncoded, verifySign1 } from "../crypto/index.ts";
import { currentlyValid, type Trust, type VerifiedCertificate } from "../identity/index.ts";
import { assetId, purpose } from "../token/index.ts";

const meterRequestBody = record({
	/** the payee's, encoded */
	certificate: bytes(1, 1024),
	asset: assetId,
	/** the price: so many minor units for so many ticks */
	units: amount,
	perTicks: integer(1, 2 ** 32),
	/** the most that may be ticked */
	ticks: tickCount,
	/** see `MeterTerms` */
	until: unixSeconds,
	offer: bytes32,
	nonce: bytes32,
	purpose,
	issuedAt: unixSeconds,
	/** by then it must have been opened */
	expiresAt: unixSeconds,
});
export type MeterRequestBody = TypeOf<typeof meterRequestBody>;

export const signedMeterRequest = record({ body: meterRequestBody, signature });
export type SignedMeterRequest = TypeOf<typeof signedMeterRequest>;

/** A request whose certificate and signature hold. */
export type VerifiedMeterRequest = {
	readonly verified: "meterRequest";
	readonly signed: SignedMeterRequest;
	readonly body: MeterRequestBody;
	readonly digest: Bytes;
	readonly payee: VerifiedCertificate;
};

export function meterRequestPayload(body: MeterRequestBody): Bytes {
	return encodeItem(meterRequestBody.write(body));
}

/** Checks everything but dates. The same object is verified once under one trust. */
export function verifyMeterRequest(signed: SignedMeterRequest, trust: Trust): VerifiedMeterRequest | Refusal {
	const known = trust.recall<VerifiedMeterRequest>(signed);
	if (known !== undefined) return known;
	const { body } = signed;
	const payee = trust.certificate(body.certificate);
	if (isRefusal(payee)) return payee;
	if (trust.asset(body.asset) === undefined) return refuse("asset-unknown");
	const payload = meterRequestPayload(body);
	if (!verifySign1(trust.verify, payee.key, "meter-request", payload, signed.signature))
		return refuse("signature-invalid", "meter request");
	const digest = taggedHashOfEncoded("meter-request", payload);
	return trust.remember(signed, { verified: "meterRequest", signed, body, digest, payee });
}

/** Whether a verified request may be answered at `now`. */
export function meterRequestIsOpen({ body, payee }: VerifiedMeterRequest, now: number): Refusal | undefined {
	return now >= body.expiresAt || now >= body.until ? refuse("request-expired") : currentlyValid(payee, now);
}
