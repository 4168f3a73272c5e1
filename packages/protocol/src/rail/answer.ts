/** A's answer in step ㉒, and the ruling that stands in for it: signed under a tag of their own, over one permit. */
import { type Bytes, encodeItem } from "../codec/index.ts";
import { type PublicKey, type Signer, type Verify, verifySign1 } from "../crypto/index.ts";
import type { Word } from "./messages.ts";

export type Answer = { readonly payment: string; readonly permit: string; readonly word: Word };

export function signAnswer({ sign }: Pick<Signer, "sign">, answer: Answer): Promise<Bytes> {
	return sign("completion", payloadOf(answer));
}

export function isAnswerBy(key: PublicKey, verify: Verify, answer: Answer, signature: Bytes): boolean {
	return verifySign1(verify, key, "completion", payloadOf(answer), signature);
}

function payloadOf({ payment, permit, word }: Answer): Bytes {
	return encodeItem([payment, permit, word]);
}
