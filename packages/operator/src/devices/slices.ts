/**
 * Slices of budgets that stand in certificates.
 *
 * No unit that a key gave to one is certified to another, however long ago: whoever has both certificates could convict
 * the giver (`excess`, kind `given`), and devices that are offline could both pay it. What a device leaves of its slice
 * comes back with the next budget, not before.
 */
import {
	type Bytes,
	type Delegation,
	equalBytes,
	keyId,
	overlap,
	type PublicKey,
	type Refusal,
	refuse,
	type Slice,
} from "@tenten/protocol";
import { insertMissing } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";
import { budgetUnder } from "./party-rows.ts";

/** A slice from one key to the next. */
export type GivenSlice = Slice & { readonly giver: Bytes; readonly givenTo: Bytes };

/** What the delegations of a device give, outermost first. */
export function slicesIn(delegations: readonly Delegation[], device: PublicKey): readonly GivenSlice[] {
	return delegations.flatMap(({ by, slice }, depth) =>
		slice === null
			? []
			: [{ ...slice, giver: keyId(by), givenTo: keyId(delegations[depth + 1]?.by ?? device) }],
	);
}

/** `limit-exceeded` where the first is not of the party's budget, or a unit of any was given to another. */
export async function refuseSlices(
	transaction: Transaction,
	party: Bytes,
	slices: readonly GivenSlice[],
): Promise<Refusal | undefined> {
	const [outermost] = slices;
	if (outermost === undefined) return undefined;
	const budget = await budgetUnder(transaction, outermost.reset);
	if (budget === undefined || !equalBytes(budget.party, party))
		return refuse("limit-exceeded", `the party has no budget ${outermost.reset}`);
	if (outermost.to > budget.amount)
		return refuse("limit-exceeded", `budget ${outermost.reset} ends at ${budget.amount}`);
	for (const slice of slices) {
		const { reset, giver, givenTo } = slice;
		if (
			slices.some(
				(other) =>
					equalBytes(other.giver, giver) && !equalBytes(other.givenTo, givenTo) && overlap(slice, other),
			)
		)
			return refuse("limit-exceeded", "one key of the chain gives a unit to two");
		const beside = await transaction
			.selectFrom("device_slices")
			.select("slice_from")
			.where("giver", "=", giver)
			.where("reset", "=", reset)
			.where("slice_from", "<", slice.to)
			.where("slice_to", ">", slice.from)
			.where("given_to", "<>", givenTo)
			.executeTakeFirst();
		if (beside !== undefined) return refuse("limit-exceeded", "a unit of this slice was given to another");
	}
	return undefined;
}

/** Keeps what was given; the same again is there already. */
export async function keepSlices(transaction: Transaction, slices: readonly GivenSlice[]): Promise<void> {
	if (slices.length === 0) return;
	await insertMissing(
		transaction,
		"device_slices",
		slices.map(({ giver, reset, from, to, givenTo }) => ({
			...{ giver, reset, slice_from: from, slice_to: to, given_to: givenTo },
		})),
	);
}

/** Units of the device's own slice that it had in none before. */
export async function newUnits(transaction: Transaction, slices: readonly GivenSlice[]): Promise<bigint> {
	const own = slices.at(-1);
	if (own === undefined) return 0n;
	const rows = await transaction
		.selectFrom("device_slices")
		.select(["slice_from", "slice_to"])
		.where("giver", "=", own.giver)
		.where("reset", "=", own.reset)
		.where("given_to", "=", own.givenTo)
		.execute();
	const before = rows.map(({ slice_from: from, slice_to: to }) => ({ reset: own.reset, from, to }));
	return unitsBeyond(own, before);
}

/** How many units of `slice` are in none of `others`. */
function unitsBeyond(slice: Slice, others: readonly Slice[]): bigint {
	let [at, units] = [slice.from, 0n];
	const inOrder = others
		.filter((other) => overlap(slice, other))
		.toSorted((a, b) => (a.from < b.from ? -1 : 1));
	for (const { from, to } of inOrder) {
		if (from > at) units += from - at;
		if (to > at) at = to;
	}
	return at < slice.to ? units + slice.to - at : units;
}
