/**
 * Spent: how devices count what they pay, so that whoever is paid offline can check the limit instead of hoping.
 *
 *   slice of the budget      0 ─────────────────────────────────────▶ cap
 *   links, as they are signed  [0,300) [300,310) [310,900) …            each range once, cancelled or not
 *
 * Every payment by a device carries the next range of its slice. Change, returns and links to the operator do not
 * count. Later verifiers check the same of each link on a path: value that a device paid without counting is taken by
 * nobody. Two links that overlap under one count, or one beyond the slice, are proof (`excess.ts`).
 */
import { type Refusal, refuse } from "../codec/index.ts";
import { countOf, lastDelegation, lies, type Slice, type VerifiedCertificate } from "../identity/index.ts";
import type { UnsignedLink } from "./build.ts";

/** Why a device may not have paid `amount` by a link that says this of what it spent. */
export function refuseUncounted(
	{ profile: { responsible } }: VerifiedCertificate,
	spent: Slice | null,
	amount: bigint,
): Refusal | undefined {
	if (responsible === null) return undefined;
	const { slice } = lastDelegation(responsible);
	if (slice === null) return refuse("limit-exceeded", "this device has no part of a budget");
	if (spent === null) return refuse("limit-exceeded", "a device's payment that is not counted");
	if (!lies(spent, slice)) return refuse("limit-exceeded", "beyond the device's part of the budget");
	return spent.to - spent.from < amount ? refuse("limit-exceeded", "more than what is counted") : undefined;
}

/** By count (`countOf`): the first unit that was never signed for. */
export type Counts = ReadonlyMap<string, bigint>;

/** A payment by the owner of an output, in minor units. */
export type Spending = { readonly owner: VerifiedCertificate; readonly amount: bigint };

/** What the links of these payments say, in their order. `limit-exceeded` where a slice does not hold them. */
export function countSpending(
	spendings: readonly Spending[],
	before: Counts,
): readonly (Slice | null)[] | Refusal {
	const counts = new Map(before);
	const counted: (Slice | null)[] = [];
	for (const { owner, amount } of spendings) {
		const { responsible } = owner.profile;
		const slice = responsible && lastDelegation(responsible).slice;
		if (responsible === null || slice === null) {
			counted.push(null);
			continue;
		}
		const count = countOf(owner, responsible, slice);
		const next = counts.get(count) ?? slice.from;
		const from = next < slice.from ? slice.from : next;
		if (from + amount > slice.to) return refuse("limit-exceeded", `${slice.to - from} left until the reset`);
		counts.set(count, from + amount);
		counted.push({ reset: slice.reset, from, to: from + amount });
	}
	return counted;
}

/** The counts that signing these links moves, and to where: durable before any of them leaves. */
export function countsAfter(links: readonly UnsignedLink[]): Counts {
	const counts = new Map<string, bigint>();
	for (const { input, body } of links) {
		const { certificate } = input.owner;
		const { responsible } = certificate.profile;
		if (body.spent === null || responsible === null) continue;
		const count = countOf(certificate, responsible, body.spent);
		const before = counts.get(count) ?? 0n;
		counts.set(count, before > body.spent.to ? before : body.spent.to);
	}
	return counts;
}
