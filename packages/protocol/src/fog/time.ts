/**
 * Signed time: what a device without a clock may take for certain. It was this late when the operator signed it, so it is
 * at least so late now.
 *
 *   operator ──[operator, at], signed──▶ gateway, which counts seconds on ──▶ device: at least `at`; perhaps `at` + seconds
 *
 * A lower bound convicts what has expired, and nothing else: whether something is valid already, or still, it cannot say.
 * How many seconds have passed since is the gateway's word, and believed as such.
 */
import {
	type Bytes,
	bytes,
	bytes32,
	isRefusal,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	unixSeconds,
} from "../codec/index.ts";
import { type Signer, signature } from "../crypto/index.ts";
import { authorityHintBytes, refuseUnruled, signByRulingKey, type Trust } from "../identity/index.ts";

const signedTimeBody = record({
	/** key id of the operator's root */
	operator: bytes32,
	at: unixSeconds,
});

export const signedTime = record({ body: signedTimeBody, keyHint: bytes(authorityHintBytes), signature });

/** What an operator signed. Only `verifyTime` makes one. */
export type VerifiedTime = { readonly verified: "time" } & TypeOf<typeof signedTimeBody>;

/** `signer`: a ruling key of the operator. `at`: unix seconds, now. */
export async function signTime(body: TypeOf<typeof signedTimeBody>, signer: Signer): Promise<Bytes> {
	const payload = serialize(signedTimeBody, body);
	return serialize(signedTime, { body, ...(await signByRulingKey("time", payload, signer)) });
}

/** Refused with the codes of decoding, `issuer-unknown`, `authority-unknown`, `signature-invalid`. */
export function verifyTime(encoded: Bytes, trust: Trust): VerifiedTime | Refusal {
	const read = parse(signedTime, encoded);
	if (isRefusal(read)) return read;
	const operator = trust.operator(read.body.operator);
	if (operator === undefined) return refuse("issuer-unknown");
	const payload = serialize(signedTimeBody, read.body);
	const unruled = refuseUnruled(operator, "time", payload, read, trust.verify);
	return unruled ?? { verified: "time", ...read.body };
}
