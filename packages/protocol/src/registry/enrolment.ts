/**
 * Enrolment: a key asks an operator for a certificate, and proves that it holds its private half.
 *
 * The signature covers the operator's id, so that an enrolment with one operator is none with another.
 */
import {
	type Bytes,
	bytes,
	bytes32,
	encodeItem,
	equalBytes,
	integer,
	isRefusal,
	nullable,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	text,
} from "../codec/index.ts";
import { coseKey, type Signer, sha256, signature, type Verify, verifySign1 } from "../crypto/index.ts";
import { role } from "../identity/index.ts";

/** What a key may ask to be certified as; limits and assurance are the operator's to say. */
const askedProfile = record({
	role,
	class: nullable(text(32)),
	merchantCategory: nullable(integer(0, 9999)),
	region: nullable(text(8)),
});
export type AskedProfile = TypeOf<typeof askedProfile>;

const enrolmentBody = record({
	operator: bytes32,
	key: coseKey,
	asked: askedProfile,
	nonce: bytes32,
});
export type EnrolmentBody = TypeOf<typeof enrolmentBody>;

export const enrolment = record({ body: enrolmentBody, signature });

/** `account` is the certificate's hash. */
export const enrolled = record({ certificate: bytes(1, 1024), account: bytes32 });
export type Enrolled = TypeOf<typeof enrolled>;

export type VerifiedEnrolment = {
	readonly verified: "enrolment";
	readonly body: EnrolmentBody;
	/** names this enrolment: the same one is answered once */
	readonly digest: Bytes;
};

/** The bytes of an enrolment of `signer`'s key. `nonce` is 32 random bytes. */
export async function signEnrolment(
	operator: Bytes,
	asked: AskedProfile,
	nonce: Bytes,
	signer: Signer,
): Promise<Bytes> {
	const body = { operator, key: signer.key, asked, nonce };
	const payload = encodeItem(enrolmentBody.write(body));
	return serialize(enrolment, { body, signature: await signer.sign("enrolment", payload) });
}

export function verifyEnrolment(
	encoded: Bytes,
	operator: Bytes,
	verify: Verify,
): VerifiedEnrolment | Refusal {
	const parsed = parse(enrolment, encoded, 4096);
	if (isRefusal(parsed)) return parsed;
	const { body } = parsed;
	if (!equalBytes(body.operator, operator)) return refuse("authority-unknown", "another operator's");
	const payload = encodeItem(enrolmentBody.write(body));
	if (!verifySign1(verify, body.key, "enrolment", payload, parsed.signature))
		return refuse("signature-invalid", "enrolment");
	return { verified: "enrolment", body, digest: sha256(payload) };
}

export function parseEnrolled(encoded: Bytes): Enrolled | Refusal {
	return parse(enrolled, encoded);
}
