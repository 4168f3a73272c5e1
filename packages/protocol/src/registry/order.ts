/**
 * Orders: what a holder asks of an operator, signed before any value moves towards it.
 *
 *   withdraw   take from an account, receive tokens             signed by the account's certificate
 *   account    redeem tokens to an account                      signed by an owner of one of the tokens
 *   refresh    redeem tokens for fresh ones                     the same
 *
 * Tokens follow their order by *redeeming links*: direct links to the operator's desk whose opening holds the
 * order's digest. An intercepted link can therefore not be turned to another order, and an order shown again
 * is the same order. Once a redeeming link is signed, only that order can take the value out.
 */
import {
	amount,
	type Bytes,
	bytes,
	bytes32,
	equalBytes,
	isRefusal,
	limits,
	list,
	nullable,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	union,
	unixSeconds,
} from "../codec/index.ts";
import { type Signer, signature, taggedHashOfEncoded, verifySign1 } from "../crypto/index.ts";
import type { Trust, VerifiedCertificate } from "../identity/index.ts";
import { assetId, type LinkDraft, type Owner, ownerHash, type VerifiedToken } from "../token/index.ts";

const newOutput = record({
	amount,
	/** see `ownerHash` */
	owner: bytes32,
	/** opens `owner` under the order's own certificate: then a refresh is no change of owner */
	ownRequest: nullable(bytes32),
});
export type NewOutput = TypeOf<typeof newOutput>;

const outputs = list(newOutput, limits.orderOutputs, 1);

export const order = record({
	asset: assetId,
	action: union({
		account: [1, record({ account: bytes32 })],
		refresh: [2, record({ outputs })],
		withdraw: [3, record({ account: bytes32, outputs })],
	}),
	/** who receives what cannot be carried out; null: the owner that the token had */
	fallback: nullable(bytes32),
	nonce: bytes32,
	issuedAt: unixSeconds,
});
export type Order = TypeOf<typeof order>;
export type Action = Order["action"];

export const signedOrder = record({ order, certificate: bytes(1, 1024), signature });
export type SignedOrder = TypeOf<typeof signedOrder>;

/** An order whose certificate and signature hold. */
export type VerifiedOrder = {
	readonly verified: "order";
	readonly order: Order;
	readonly digest: Bytes;
	readonly signer: VerifiedCertificate;
};

/** What stands in the opening of redeeming links, and names the order everywhere. */
export function orderDigest(value: Order): Bytes {
	return taggedHashOfEncoded("order", serialize(order, value));
}

/** `certificate` is the encoded certificate of the signer's key. */
export async function signOrder(value: Order, certificate: Bytes, signer: Signer): Promise<SignedOrder> {
	return {
		order: value,
		certificate,
		signature: await signer.sign("order", serialize(order, value)),
	};
}

export function verifyOrder(value: SignedOrder, trust: Trust): VerifiedOrder | Refusal {
	const signer = trust.certificate(value.certificate);
	if (isRefusal(signer)) return signer;
	const payload = serialize(order, value.order);
	if (!verifySign1(trust.verify, signer.key, "order", payload, value.signature))
		return refuse("signature-invalid", "order");
	return { verified: "order", order: value.order, digest: taggedHashOfEncoded("order", payload), signer };
}

/** An output of an order for the order's own certificate; `request` is 32 random bytes. */
export function ownOutput(minor: bigint, certificate: VerifiedCertificate, request: Bytes): NewOutput {
	return { amount: minor, owner: ownerHash(certificate.hash, null, request), ownRequest: request };
}

/** Whether an output stays with the certificate (its hash) that signed the order. */
export function staysWith(signer: Bytes, { owner, ownRequest }: NewOutput): boolean {
	return ownRequest !== null && equalBytes(ownerHash(signer, null, ownRequest), owner);
}

/** The owner of what a redeeming link pays: the operator's desk, under this order. */
export function deskOwner(desk: VerifiedCertificate, digest: Bytes): Owner {
	return { certificate: desk, purpose: null, request: digest };
}

/**
 * A redeeming link, to be drafted, signed by the input's owner and claimed as output 0. What `redeemed` leaves
 * of the input goes to `changeOwner`.
 */
export function redeemingDraft(
	input: VerifiedToken,
	desk: VerifiedCertificate,
	digest: Bytes,
	redeemed: bigint,
	changeOwner: Owner,
): LinkDraft {
	const change = input.amount - redeemed;
	const paid = { amount: redeemed, owner: deskOwner(desk, digest), caveats: [] };
	return {
		outputs: change > 0n ? [paid, { amount: change, owner: changeOwner, caveats: [] }] : [paid],
		lock: null,
		data: null,
		against: null,
		after: [],
		spent: null,
	};
}
