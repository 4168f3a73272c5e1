/**
 * Agreements: under what terms payments of one operator, the source, are paid out by another, the destination.
 *
 * For one direction and one pair of assets, signed by both under the keys that trust lists name for `ruling`. Whoever
 * keeps one keeps its id, so a later version never changes what was quoted under an earlier.
 */
import {
	amount,
	amountOrZero,
	type Bytes,
	bytes32,
	enumeration,
	equalBytes,
	integer,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	unixSeconds,
} from "../codec/index.ts";
import {
	type PublicKey,
	type SignedType,
	type Signer,
	signature,
	taggedHash,
	type Verify,
	verifySign1,
} from "../crypto/index.ts";

/** Of the asset that is paid, kept by the source: minor units, and millionths of what crosses, rounded up. */
export const fee = record({ fixed: amountOrZero, perMillion: integer(0, 1_000_000) });
export type Fee = TypeOf<typeof fee>;

const day_s = 86_400;

export const agreementBody = record({
	/** operators, by the key ids of their roots */
	source: bytes32,
	destination: bytes32,
	version: integer(1, Number.MAX_SAFE_INTEGER),
	/** asset of the source */
	paid: bytes32,
	/** asset of the destination */
	credited: bytes32,
	/** of `credited`: the most that may be reserved, or credited and not settled */
	exposure: amount,
	fee,
	/** seconds */
	quoteLifetime: integer(1, day_s),
	/** of the source, between the quote and the one that decides */
	seals: integer(2, 65_535),
	/** seconds: how old a quorum may be upon which either side begins */
	freshness: integer(1, day_s),
	/** who bears what is ruled back after the end */
	liable: enumeration({ source: 1, destination: 2 }),
	/** seconds from one settlement to the next */
	settlement: integer(1, 365 * day_s),
	from: unixSeconds,
	until: unixSeconds,
});
export type AgreementBody = TypeOf<typeof agreementBody>;

export const agreement = record({ body: agreementBody, bySource: signature, byDestination: signature });
export type Agreement = TypeOf<typeof agreement>;

/** Whose word binds operators: every key that an operator's trust list names, or named, for `ruling`. */
export type OperatorKeys = {
	readonly verify: Verify;
	readonly keysOf: (operator: Bytes) => readonly PublicKey[];
};

/** One that both have signed; nothing but `verifyAgreement` makes it. */
export type VerifiedAgreement = {
	readonly verified: "agreement";
	readonly id: Bytes;
	readonly body: AgreementBody;
};

export function agreementId(body: AgreementBody): Bytes {
	return taggedHash("agreement", agreementBody.write(body));
}

/** One side's signature. */
export function signAgreement(body: AgreementBody, signer: Signer): Promise<Bytes> {
	return signer.sign("agreement", serialize(agreementBody, body));
}

/**
 * `malformed` where it is no agreement of two operators for some time; `authority-unknown` where an operator has no
 * listed key; `signature-invalid` where none of its keys signed.
 */
export function verifyAgreement(
	{ body, bySource, byDestination }: Agreement,
	keys: OperatorKeys,
): VerifiedAgreement | Refusal {
	if (equalBytes(body.source, body.destination) || body.from >= body.until)
		return refuse("malformed", "an agreement is of two operators, for some time");
	const payload = serialize(agreementBody, body);
	const wrong =
		unsigned(keys, body.source, "agreement", payload, bySource) ??
		unsigned(keys, body.destination, "agreement", payload, byDestination);
	return wrong ?? { verified: "agreement", id: agreementId(body), body };
}

/** Why this is not signed by that operator, or undefined. */
export function unsigned(
	{ verify, keysOf }: OperatorKeys,
	operator: Bytes,
	type: SignedType,
	payload: Bytes,
	signed: Bytes,
): Refusal | undefined {
	const keys = keysOf(operator);
	if (keys.length === 0) return refuse("authority-unknown", "no ruling key of this operator is listed");
	return keys.some((key) => verifySign1(verify, key, type, payload, signed))
		? undefined
		: refuse("signature-invalid", type);
}
