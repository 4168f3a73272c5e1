/**
 * Payout records: what one redeemed output is owed, kept with its registry rows until it is settled.
 *
 *   accepted   its amount comes from the issue: `redeemed` by a claim, `refunded` by a ruling
 *   burned     its condition said so: nobody is paid
 *   forked     the rows were taken: the fork reserve may pay, up to the culprit's limit
 */
import {
	amount,
	amountOrZero,
	type Bytes,
	boolean,
	bytes32,
	enumeration,
	integer,
	isRefusal,
	limits,
	order,
	parse,
	record,
	type Share,
	serialize,
	type TypeOf,
	terms,
	union,
} from "@tenten/protocol";

const payoutRecord = record({
	order,
	digest: bytes32,
	/** among the tokens that were claimed together: owners are served from the first on */
	position: integer(0, limits.orderTokens - 1),
	/** hash of the certificate that signed the order */
	signer: bytes32,
	amount,
	hops: integer(0, 2 ** 17),
	terms,
	owner: bytes32,
	/** hash of the certificate in `owner` */
	redeemer: bytes32,
	creditable: boolean,
	outcome: union({
		accepted: [1, record({ source: enumeration({ redeemed: 1, refunded: 2 }) })],
		burned: [2, record({})],
		forked: [
			3,
			record({
				caseId: bytes32,
				culprit: bytes32,
				/** minor units that the reserve pays under this culprit, in total */
				limit: amountOrZero,
				draws: boolean,
			}),
		],
	}),
});
export type PayoutRecord = TypeOf<typeof payoutRecord>;

/** One unsettled record, with the key that it is kept under. */
export type OpenPayout = { readonly issue: Bytes; readonly output: Bytes; readonly record: PayoutRecord };

export function encodeRecord(value: PayoutRecord): Bytes {
	return serialize(payoutRecord, value);
}

export function decodeRecord(encoded: Bytes): PayoutRecord {
	const value = parse(payoutRecord, encoded, limits.evidence);
	if (isRefusal(value)) throw new Error("a stored payout record that cannot be read");
	return value;
}

/** What a record brings to its order, when the reserve pays `amount` of it (or all of it was accepted). */
export function shareOf({ output, record: value }: OpenPayout, paid: bigint): Share {
	const { hops, terms: carried, owner, redeemer, creditable } = value;
	const drawn = value.outcome.kind === "forked";
	return { output, amount: paid, hops, terms: carried, owner, redeemer, creditable, drawn };
}
