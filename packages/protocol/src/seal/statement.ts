/**
 * What is signed about seals: that funds are held, that a witness found every rule kept, and that it found one broken.
 *
 * Each is of a type of its own, so that none is ever taken for another. A witness signs with a key that signs nothing
 * else: its cosignature of a checkpoint says that a log was not rewritten, this one that the money in it adds up.
 */
import {
	amountOrZero,
	type Bytes,
	bytes32,
	equalBytes,
	integer,
	isRefusal,
	limits,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	type Shape,
	serialize,
	type TypeOf,
	unixSeconds,
} from "../codec/index.ts";
import {
	coseKey,
	keyId,
	type PublicKey,
	type SignedType,
	type Signer,
	signature,
	type Verify,
	verifySign1,
} from "../crypto/index.ts";
import { brokenRule } from "./rules.ts";

/** That its signer holds so much for what an operator owes of an asset. */
export const reserveBody = record({
	operator: bytes32,
	asset: bytes32,
	amount: amountOrZero,
	/** the moment of which it speaks */
	heldAt: unixSeconds,
});
export type ReserveBody = TypeOf<typeof reserveBody>;

export const signedReserve = record({ body: reserveBody, holder: coseKey, signature });
export type SignedReserve = TypeOf<typeof signedReserve>;

const sealName = {
	operator: bytes32,
	number: integer(1, Number.MAX_SAFE_INTEGER),
	/** its hash */
	seal: bytes32,
};

/** That its signer found every rule kept. */
export const cosignatureBody = record({ ...sealName, signedAt: unixSeconds });
export type CosignatureBody = TypeOf<typeof cosignatureBody>;

export const sealCosignature = record({ body: cosignatureBody, signer: coseKey, signature });
export type SealCosignature = TypeOf<typeof sealCosignature>;

/** That its signer found these broken. */
export const refusalBody = record({ ...sealName, broken: list(brokenRule, 16, 1), refusedAt: unixSeconds });
export type RefusalBody = TypeOf<typeof refusalBody>;

export const sealRefusal = record({ body: refusalBody, signer: coseKey, signature });
export type SealRefusal = TypeOf<typeof sealRefusal>;

export async function signReserve(body: ReserveBody, holder: Signer): Promise<SignedReserve> {
	const signed = await holder.sign("reserve", serialize(reserveBody, body));
	return { body, holder: holder.key, signature: signed };
}

/** Whether whoever it names signed it. */
export function isSignedReserve({ body, holder, signature: signed }: SignedReserve, verify: Verify): boolean {
	return verifySign1(verify, holder, "reserve", serialize(reserveBody, body), signed);
}

export async function signCosignature(body: CosignatureBody, witness: Signer): Promise<Bytes> {
	const signed = await witness.sign("seal-cosignature", serialize(cosignatureBody, body));
	return serialize(sealCosignature, { body, signer: witness.key, signature: signed });
}

export async function signSealRefusal(body: RefusalBody, witness: Signer): Promise<Bytes> {
	const signed = await witness.sign("seal-refusal", serialize(refusalBody, body));
	return serialize(sealRefusal, { body, signer: witness.key, signature: signed });
}

/** Who must have signed. */
export type Expected = {
	readonly verify: Verify;
	/** key id of the witness's key for seals */
	readonly witness: Bytes;
};

/** What a witness said of a seal: `authority-unknown` where another key signed, `signature-invalid`. */
export function verifyCosignature(encoded: Bytes, expected: Expected): CosignatureBody | Refusal {
	return verified(sealCosignature, encoded, "seal-cosignature", cosignatureBody, expected);
}

/** As `verifyCosignature`, of a refusal. */
export function verifySealRefusal(encoded: Bytes, expected: Expected): RefusalBody | Refusal {
	return verified(sealRefusal, encoded, "seal-refusal", refusalBody, expected);
}

function verified<B>(
	signed: Shape<{ readonly body: B; readonly signer: PublicKey; readonly signature: Bytes }>,
	encoded: Bytes,
	type: SignedType,
	shape: Shape<B>,
	{ verify, witness }: Expected,
): B | Refusal {
	const parsed = parse(signed, encoded, limits.message);
	if (isRefusal(parsed)) return parsed;
	const { body, signer } = parsed;
	if (!equalBytes(keyId(signer), witness)) return refuse("authority-unknown", "another witness");
	return verifySign1(verify, signer, type, serialize(shape, body), parsed.signature)
		? body
		: refuse("signature-invalid", type);
}
