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
	integer,
	list,
	type Refusal,
	record,
	serialize,
	type TypeOf,
	unixSeconds,
} from "../codec/index.ts";
import { coseKey, type Signer, signature, type Verify, verifySign1 } from "../crypto/index.ts";
import { brokenRule } from "./rules.ts";
import { type Expected, signWord, verifyWord } from "./word.ts";

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
	return serialize(sealCosignature, await signWord("seal-cosignature", cosignatureBody, body, witness));
}

export async function signSealRefusal(body: RefusalBody, witness: Signer): Promise<Bytes> {
	return serialize(sealRefusal, await signWord("seal-refusal", refusalBody, body, witness));
}

/** What a witness said of a seal: `authority-unknown` where another key signed, `signature-invalid`. */
export function verifyCosignature(encoded: Bytes, expected: Expected): CosignatureBody | Refusal {
	return verifyWord("seal-cosignature", cosignatureBody, sealCosignature, encoded, expected);
}

/** As `verifyCosignature`, of a refusal. */
export function verifySealRefusal(encoded: Bytes, expected: Expected): RefusalBody | Refusal {
	return verifyWord("seal-refusal", refusalBody, sealRefusal, encoded, expected);
}
