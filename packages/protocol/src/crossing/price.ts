/**
 * What a payment across operators costs: exact, in whole minor units, and the same whoever counts.
 *
 *   credits ── at the rate, rounded up ──▶ crosses ── plus the fee, rounded up ──▶ pays
 *
 * What the payee asked for is exact, as a shop's price is; both roundings are the payer's, less than one minor unit
 * each. Products stay below 2¹²⁶, and bigints do not overflow.
 */
import { amount, limits, type Refusal, record, refuse, type TypeOf } from "../codec/index.ts";
import type { Fee } from "./agreement.ts";

/** So much of what is credited for so much of what is paid. */
export const rate = record({ credited: amount, paid: amount });
export type Rate = TypeOf<typeof rate>;

export type Price = {
	/** of the asset that is paid: what the source owes the destination afterwards */
	readonly crosses: bigint;
	/** of it too: what the source keeps */
	readonly fee: bigint;
	/** both */
	readonly pays: bigint;
};

const million = 1_000_000n;

/** The price of `credits`, at least one minor unit; `amount-invalid` where it is above what an amount may be. */
export function priceOf(credits: bigint, { credited, paid }: Rate, agreed: Fee): Price | Refusal {
	const crosses = dividedUp(credits * paid, credited);
	const fee = agreed.fixed + dividedUp(crosses * BigInt(agreed.perMillion), million);
	const pays = crosses + fee;
	return pays > limits.amount
		? refuse("amount-invalid", "more than an amount may be")
		: { crosses, fee, pays };
}

/** Of what is not negative. */
function dividedUp(dividend: bigint, divisor: bigint): bigint {
	return (dividend + divisor - 1n) / divisor;
}
