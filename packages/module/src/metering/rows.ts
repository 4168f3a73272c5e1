/** What the module keeps of meters, row by row, before it is sealed: the machine's state, and what to show of it. */
import {
	amount,
	assetId,
	boolean,
	bytes,
	bytes32,
	integer,
	limits,
	meterPayeeState,
	meterPayerState,
	nullable,
	purpose,
	record,
	signedMeterRequest,
	type TypeOf,
	tickCount,
	tickCountOrZero,
	unixSeconds,
} from "@tenten/protocol";

/** What an operator is asked of a meter: once signed, the same bytes until it is over. */
const claim = record({
	operator: bytes32,
	request: bytes(1, limits.message),
	/** whether the operator keeps it, to be paid from `until` and grace on */
	isKept: boolean,
});
export type KeptClaim = TypeOf<typeof claim>;

/** What stays the same through a meter, and how it ended. */
const facts = {
	asset: assetId,
	/** digest of the payee's request */
	request: bytes32,
	purpose,
	/** hashes of both certificates */
	payer: bytes32,
	payee: bytes32,
	/** the metered output's id, and what it holds in minor units */
	output: bytes32,
	held: amount,
	/** the price: see `MeterTerms` */
	units: amount,
	perTicks: integer(1, 2 ** 32),
	/** the most that may be ticked */
	most: tickCountOrZero,
	/** unix seconds */
	openedAt: unixSeconds,
	/** unix seconds: see `MeterTerms` */
	until: unixSeconds,
	/** unix seconds: from then on the operator pays claims, if there is no Close */
	claimableFrom: unixSeconds,
	/** unix seconds: redeem until and grace, and the last day on which an operator pays anything of it */
	keepUntil: unixSeconds,
	lastDay: unixSeconds,
	/** how many ticks it ended at; null while it goes on, and where the other side alone knows */
	counted: nullable(tickCountOrZero),
	claim: nullable(claim),
	/** nothing more is to be asked of an operator */
	isOver: boolean,
} as const;
const factsShape = record(facts);
export type MeterFacts = TypeOf<typeof factsShape>;

export const payerMeterRow = record({ state: meterPayerState, ...facts });
export type PayerMeterRow = TypeOf<typeof payerMeterRow>;

const policy = { step: integer(1, limits.ticks), keepEvery: tickCount };

export const payeeMeterRow = record({ state: meterPayeeState, ...facts, ...policy });
export type PayeeMeterRow = TypeOf<typeof payeeMeterRow>;

/** One's own request for a meter. */
export const meterRequestRow = record({
	signed: signedMeterRequest,
	...policy,
	/** how many openings answered it: each is kept, so that a peer cannot go on for ever */
	answered: integer(0, 2 ** 16),
});
export type MeterRequestRow = TypeOf<typeof meterRequestRow>;
