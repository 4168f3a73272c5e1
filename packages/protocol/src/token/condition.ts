/**
 * Conditions and caveats as they stand on the wire (docs/spec/conditions.md).
 *
 * A condition is signed into the issue by the operator; a caveat is a condition that a holder adds to an
 * output. Kinds that are not known are refused, so new ones can be added safely.
 */
import {
	amount,
	bytes32,
	enumeration,
	integer,
	limits,
	list,
	nullable,
	record,
	type TypeOf,
	text,
	union,
	unixSeconds,
} from "../codec/index.ts";
import { assetId } from "./asset.ts";

const any = 64;

/** Every list that is not null must hold the payee's attribute. */
const payeeFilter = record({
	classes: nullable(list(text(32), any, 1)),
	merchantCategories: nullable(list(integer(0, 9999), any, 1)),
	regions: nullable(list(text(8), any, 1)),
	operators: nullable(list(bytes32, any, 1)),
	certificates: nullable(list(bytes32, any, 1)),
});
export type PayeeFilter = TypeOf<typeof payeeFilter>;

export const condition = union(
	{
		notBefore: [1, record({ time: unixSeconds })],
		expires: [2, record({ time: unixSeconds, atExpiry: enumeration({ refund: 1, burn: 2 }) })],
		hopLimit: [3, record({ hops: integer(0, limits.hops) })],
		transferCap: [4, record({ amount })],
		payees: [5, payeeFilter],
		purpose: [6, record({ purposes: list(text(32), any, 1) })],
		/** at most `amount` of `asset` for each minor unit of this token */
		resaleCap: [7, record({ asset: assetId, amount })],
	},
	"condition-unknown",
);
export type Condition = TypeOf<typeof condition>;

/** `liftedBy`: on the output of a payee of this class the caveat ends. */
export const caveat = record({ condition, liftedBy: nullable(text(32)) });
export type Caveat = TypeOf<typeof caveat>;

export const conditions = list(condition, limits.conditions);
export const caveats = list(caveat, limits.conditions);
