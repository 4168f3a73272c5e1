/** The rules that a seal may break, each under its number: what refusals name. `check.ts` says what each asks. */
import { bytes32, enumeration, nullable, record, type TypeOf } from "../codec/index.ts";

const numbers = {
	order: 1,
	operator: 2,
	number: 3,
	previous: 4,
	"time-back": 5,
	stale: 6,
	early: 7,
	sum: 8,
	totals: 9,
	"fork-reserve": 10,
	"reserve-invalid": 11,
	"reserve-stale": 12,
	"reserve-short": 13,
	"position-back": 14,
	"position-differs": 15,
	"position-unconfirmed": 16,
	"checkpoint-back": 17,
} as const;

export const sealRule = enumeration(numbers);
/** All of them, in the order of their numbers. */
export const sealRules = Object.keys(numbers) as readonly SealRule[];
export type SealRule = TypeOf<typeof sealRule>;

/** A rule, and the asset or peer of which it is broken: null where it is of neither. */
export const brokenRule = record({ rule: sealRule, about: nullable(bytes32) });
export type BrokenRule = TypeOf<typeof brokenRule>;
