/**
 * Positions: what two operators have countersigned that one owes the other, as seals say it and witnesses hold it to.
 *
 *   settlement, signed by both ──▶ the word of either on what stands between them ──▶ rules 15 and 16 of a seal
 *
 * A word counts only with both signatures: else whoever is owed something could say more, and spoil the other's seals.
 */
import {
	type Bytes,
	equalBytes,
	limits,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
} from "../codec/index.ts";
import type { BilateralPosition, PeerWord } from "../seal/index.ts";
import {
	type AgreementBody,
	agreementBody,
	agreementId,
	type OperatorKeys,
	type VerifiedAgreement,
} from "./agreement.ts";
import { type SettlementBody, settlement, unsignedSettlement } from "./settlement.ts";

/** A settlement with the agreement that says whose it is. */
export const countersigned = record({ agreement: agreementBody, settlement });
export type Countersigned = TypeOf<typeof countersigned>;

/** The newest that an operator has, as it shows them. */
const settlementPage = list(countersigned, 64);

export function serializeSettlements(all: readonly Countersigned[]): Bytes {
	return serialize(settlementPage, all);
}

/** Read, and nothing of it verified. */
export function parseSettlements(encoded: Bytes): readonly Countersigned[] | Refusal {
	return parse(settlementPage, encoded, limits.evidence);
}

/** What stands between an operator and the other of an agreement as of this settlement; undefined where it is of neither. */
export function positionAsOf(
	{ position: { settlement: number, owes } }: SettlementBody,
	{ source, destination, paid: asset }: Pick<AgreementBody, "source" | "destination" | "paid">,
	operator: Bytes,
): BilateralPosition | undefined {
	const common = { asset, settlement: number };
	if (equalBytes(operator, source)) return { ...common, peer: destination, owes, isOwed: 0n };
	return equalBytes(operator, destination) ? { ...common, peer: source, owes: 0n, isOwed: owes } : undefined;
}

/**
 * What the other signed of its position towards an operator: `agreement-unknown` where that is neither of the two,
 * `authority-unknown` or `signature-invalid` where not both have signed.
 */
export function peerWordIn(
	{ agreement, settlement: { body, bySource, byDestination } }: Countersigned,
	operator: Bytes,
	keys: OperatorKeys,
): PeerWord | Refusal {
	const agreed: VerifiedAgreement = { verified: "agreement", id: agreementId(agreement), body: agreement };
	const own = positionAsOf(body, agreement, operator);
	if (own === undefined || !equalBytes(agreed.id, body.agreement))
		return refuse("agreement-unknown", "a settlement of others, or under another agreement");
	const unsigned =
		unsignedSettlement(body, bySource, "source", agreed, keys) ??
		unsignedSettlement(body, byDestination, "destination", agreed, keys);
	return unsigned ?? { ...own, owes: own.isOwed, isOwed: own.owes };
}
