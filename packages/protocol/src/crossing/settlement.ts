/**
 * Settlements: what crossed under an agreement up to a seal, countersigned; from then on neither side risks it.
 *
 *   every payment that a seal of the source after the last settlement, and up to `through`, decided as committed
 *
 * Both count the same payments, since a seal's number decides and no clock: whoever counts differently does not sign.
 */
import {
	amountOrZero,
	type Bytes,
	bytes32,
	integer,
	nullable,
	type Refusal,
	record,
	serialize,
	type TypeOf,
	unixSeconds,
} from "../codec/index.ts";
import { type Signer, signature, taggedHash } from "../crypto/index.ts";
import { type OperatorKeys, unsigned, type VerifiedAgreement } from "./agreement.ts";

/** What the source owes the destination of `paid` as of a settlement: what seals of both say, and witnesses hold them to. */
export const settledPosition = record({
	/** which one it is of all of `paid` between both, under whatever agreement: from 1, without gaps */
	settlement: integer(1, Number.MAX_SAFE_INTEGER),
	/** for all of these, whatever was paid outside since */
	owes: amountOrZero,
});
export type SettledPosition = TypeOf<typeof settledPosition>;

export const settlementBody = record({
	/** its id */
	agreement: bytes32,
	/** from 1, without gaps */
	number: integer(1, Number.MAX_SAFE_INTEGER),
	/** hash of the one before; null in the first */
	previous: nullable(bytes32),
	/** number of the source's last seal whose decisions are counted */
	through: integer(1, Number.MAX_SAFE_INTEGER),
	/** payments */
	count: integer(0, Number.MAX_SAFE_INTEGER),
	/** what the destination credited */
	credits: amountOrZero,
	/** what the source owes it for that, of `paid` */
	crosses: amountOrZero,
	position: settledPosition,
	at: unixSeconds,
});
export type SettlementBody = TypeOf<typeof settlementBody>;

export const settlement = record({ body: settlementBody, byDestination: signature, bySource: signature });
export type Settlement = TypeOf<typeof settlement>;

export function settlementHash(body: SettlementBody): Bytes {
	return taggedHash("settlement", settlementBody.write(body));
}

/** One side's signature. */
export function signSettlement(body: SettlementBody, signer: Signer): Promise<Bytes> {
	return signer.sign("settlement", serialize(settlementBody, body));
}

/** Why one side has not signed it, or undefined. */
export function unsignedSettlement(
	body: SettlementBody,
	signed: Bytes,
	side: "source" | "destination",
	{ body: agreed }: VerifiedAgreement,
	keys: OperatorKeys,
): Refusal | undefined {
	return unsigned(keys, agreed[side], "settlement", serialize(settlementBody, body), signed);
}
