/** What pruning found: rows that go, and why others stay. */

export type Found = {
	/** rows that were deleted, or would be */
	readonly gone: Readonly<Record<GoneTable, number>>;
	/** why rows stay */
	readonly stays: Readonly<Record<Reason, number>>;
	/** by the code of their asset: of the issues that go, how many, what they held and what of it was paid */
	readonly closed: ReadonlyMap<
		string,
		{ readonly issues: number; readonly issued: bigint; readonly paid: bigint }
	>;
};

export const goneTables = ["issues", "registry", "directProofs", "claims", "settlements", "replies"] as const;
type GoneTable = (typeof goneTables)[number];

/**
 * `notEnded`: issues whose refund until has not come; `unpaid`: issues that have ended, of which something recorded is
 * not paid; `answering`: settlements and replies of orders of which some issue is still there.
 */
export const reasons = ["notEnded", "unpaid", "answering"] as const;
type Reason = (typeof reasons)[number];

export const nothing: Found = {
	gone: { issues: 0, registry: 0, directProofs: 0, claims: 0, settlements: 0, replies: 0 },
	stays: { notEnded: 0, unpaid: 0, answering: 0 },
	closed: new Map(),
};

export function gone(rows: Partial<Found["gone"]>): Found {
	return { ...nothing, gone: { ...nothing.gone, ...rows } };
}

export function stays(rows: Partial<Found["stays"]>): Found {
	return { ...nothing, stays: { ...nothing.stays, ...rows } };
}

export function both(a: Found, b: Found): Found {
	const closed = new Map(a.closed);
	for (const [code, { issues, issued, paid }] of b.closed) {
		const before = closed.get(code) ?? { issues: 0, issued: 0n, paid: 0n };
		closed.set(code, {
			issues: before.issues + issues,
			issued: before.issued + issued,
			paid: before.paid + paid,
		});
	}
	return { gone: sums(a.gone, b.gone), stays: sums(a.stays, b.stays), closed };
}

function sums<Name extends string>(
	a: Readonly<Record<Name, number>>,
	b: Readonly<Record<Name, number>>,
): Readonly<Record<Name, number>> {
	const names = Object.keys(a) as Name[];
	return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as Record<Name, number>;
}
