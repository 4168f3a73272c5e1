/** Words of a witness: a body, and the signature of its key for seals over it, each kind of a type of its own. */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	limits,
	parse,
	type Refusal,
	refuse,
	type Shape,
	serialize,
} from "../codec/index.ts";
import {
	keyId,
	type PublicKey,
	type SignedType,
	type Signer,
	type Verify,
	verifySign1,
} from "../crypto/index.ts";

export type Word<B> = { readonly body: B; readonly signer: PublicKey; readonly signature: Bytes };

/** Who must have signed. */
export type Expected = {
	readonly verify: Verify;
	/** key id of the witness's key for seals */
	readonly witness: Bytes;
};

export async function signWord<B>(
	type: SignedType,
	shape: Shape<B>,
	body: B,
	witness: Signer,
): Promise<Word<B>> {
	return { body, signer: witness.key, signature: await witness.sign(type, serialize(shape, body)) };
}

/** Whether the key that a word names signed it. */
export function isSignedWord<B>(
	type: SignedType,
	shape: Shape<B>,
	{ body, signer, signature }: Word<B>,
	verify: Verify,
): boolean {
	return verifySign1(verify, signer, type, serialize(shape, body), signature);
}

/** The body of a word that is read by `signed`: `authority-unknown` where another key signed, `signature-invalid`. */
export function verifyWord<B>(
	type: SignedType,
	shape: Shape<B>,
	signed: Shape<Word<B>>,
	encoded: Bytes,
	{ verify, witness }: Expected,
): B | Refusal {
	const word = parse(signed, encoded, limits.message);
	if (isRefusal(word)) return word;
	if (!equalBytes(keyId(word.signer), witness)) return refuse("authority-unknown", "another witness");
	return isSignedWord(type, shape, word, verify) ? word.body : refuse("signature-invalid", type);
}
