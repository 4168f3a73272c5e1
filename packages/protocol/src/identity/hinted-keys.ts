/**
 * Keys of an operator that are named by a hint, the beginning of their id; and what its ruling keys sign so: freeze
 * lists, outcomes of appeals, mandates.
 */
import { type Bytes, equalBytes, type Refusal, refuse } from "../codec/index.ts";
import {
	keyId,
	type PublicKey,
	type SignedType,
	type Signer,
	type Verify,
	verifySign1,
} from "../crypto/index.ts";
import { authorityHintBytes } from "./certificate.ts";
import type { TrustedOperator } from "./trust.ts";
import type { ListedKey } from "./trust-list.ts";

/** Keys that this operator lists for `purpose` and whose id begins so; none where the hint is empty. */
export function hintedKeys(
	operator: TrustedOperator | undefined,
	purpose: ListedKey["purpose"],
	hint: Bytes,
): readonly PublicKey[] {
	const listed = operator?.keys ?? [];
	const hinted = listed.filter(
		(each) =>
			each.purpose === purpose && hint.length > 0 && equalBytes(each.id.subarray(0, hint.length), hint),
	);
	return hinted.map(({ key }) => key);
}

type Ruled = { readonly keyHint: Bytes; readonly signature: Bytes };

export async function signByRulingKey(type: SignedType, payload: Bytes, signer: Signer): Promise<Ruled> {
	const keyHint = keyId(signer.key).subarray(0, authorityHintBytes);
	return { keyHint, signature: await signer.sign(type, payload) };
}

/** Why it counts as no word of this operator: `authority-unknown` where no listed ruling key has the hint, `signature-invalid`. */
export function refuseUnruled(
	operator: TrustedOperator | undefined,
	type: SignedType,
	payload: Bytes,
	{ keyHint, signature }: Ruled,
	verify: Verify,
): Refusal | undefined {
	const hinted = hintedKeys(operator, "ruling", keyHint);
	if (hinted.length === 0) return refuse("authority-unknown", "no listed ruling key has this hint");
	const isSigned = hinted.some((key) => verifySign1(verify, key, type, payload, signature));
	return isSigned ? undefined : refuse("signature-invalid", type);
}
