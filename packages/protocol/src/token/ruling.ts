/**
 * Rulings: an operator's write-once word on a lock or a direct link whose other party is gone.
 *
 * `released` decides for the payee and carries the release; `refunded` gives the input back to its owner's
 * account after redeem until and grace, and took the registry rows of what it paid.
 */
import {
	type Bytes,
	bytes32,
	encodeItem,
	enumeration,
	nullable,
	type Refusal,
	record,
	refuse,
	type TypeOf,
	unixSeconds,
} from "../codec/index.ts";
import { signature, verifySign1 } from "../crypto/index.ts";
import type { Trust } from "../identity/index.ts";

const rulingBody = record({
	operator: bytes32,
	/** the lock's hash, or the id of a direct link */
	subject: bytes32,
	verdict: enumeration({ released: 1, refunded: 2 }),
	/** the secret, where the verdict is `released` */
	release: nullable(bytes32),
	ruledAt: unixSeconds,
});
export type RulingBody = TypeOf<typeof rulingBody>;

export const signedRuling = record({ body: rulingBody, signature });
export type SignedRuling = TypeOf<typeof signedRuling>;

export function rulingPayload(body: RulingBody): Bytes {
	return encodeItem(rulingBody.write(body));
}

/** The ruling, if a listed ruling key of its operator signed it. */
export function verifyRuling(signed: SignedRuling, trust: Trust): RulingBody | Refusal {
	const { body } = signed;
	const payload = rulingPayload(body);
	const signedByOperator = trust
		.keys(body.operator, "ruling")
		.some((key) => verifySign1(trust.verify, key, "ruling", payload, signed.signature));
	if (!signedByOperator) return refuse("signature-invalid", "ruling");
	return (body.verdict === "released") === (body.release !== null) ? body : refuse("malformed", "ruling");
}
