/**
 * Forgetting ended payments: each is noted where it ends, and after the time for which it is kept its messages go, and
 * its terms with them.
 *
 * What has not arrived yet keeps its payment. A payment's row stays, closed: an id never runs twice. A ledger's
 * transfers and entries stay as they are.
 */
import { closedPayment, type Forgotten } from "@tenten/protocol/rail";
import type { Store, Transaction } from "../store/store.ts";
import * as rows from "./rows.ts";

/** Of one transaction. */
const together = 100;

export type Forgetting<Kept> = {
	/** of the party, with which the ids of its messages begin */
	readonly name: string;
	readonly forget: (kept: Kept, now: number) => Forgotten<Kept>;
};

export function isClosed(kept: unknown): boolean {
	return (kept as { readonly kind?: unknown } | undefined)?.kind === closedPayment.kind;
}

/** Notes that a payment has ended as it stands now, or that it has not after all. `now` in milliseconds. */
export async function noteEnd<Kept>(
	transaction: Transaction,
	payment: string,
	before: Kept | undefined,
	kept: Kept,
	{ forget }: Forgetting<Kept>,
	now: number,
): Promise<void> {
	// Whether it may ever be forgotten as it stands: when, is asked later.
	const mayBe = (one: Kept): boolean => forget(one, Number.POSITIVE_INFINITY) !== undefined;
	if (mayBe(kept)) await rows.putEnd(transaction, payment, now);
	else if (before !== undefined && mayBe(before)) await rows.deleteEnd(transaction, payment);
}

/** Goes through what ended before a time (milliseconds), and forgets what `forgetOne` does; how many that were. */
export async function forgetEnded(
	store: Store,
	before: number,
	forgetOne: (transaction: Transaction, end: rows.End) => Promise<boolean>,
): Promise<number> {
	let forgotten = 0;
	for (let after: rows.End = { payment: "", at: -1 }; ; ) {
		const page = await store.read((transaction) => rows.endsBefore(transaction, before, after, together));
		const last = page.at(-1);
		if (last === undefined) return forgotten;
		forgotten += await store.run(async (transaction) => {
			let here = 0;
			for (const end of page) if (await forgetOne(transaction, end)) here++;
			return here;
		});
		after = last;
	}
}

/** Whether it was forgotten. What a party sent and has not arrived keeps it. */
export async function forgetPayment<Kept>(
	transaction: Transaction,
	{ payment, at }: rows.End,
	{ name, forget }: Forgetting<Kept>,
	now: number,
): Promise<boolean> {
	const before = await rows.paymentOf<Kept>(transaction, payment);
	// It was changed since it was looked for.
	if (!(await rows.isEnd(transaction, { payment, at }))) return false;
	const forgotten = before && forget(before.kept, now);
	if (before === undefined || forgotten === undefined) {
		await rows.deleteEnd(transaction, payment);
		return false;
	}
	if (await rows.isWaiting(transaction, name, payment, before.sent)) return false;
	await rows.keepPayment(transaction, payment, before, { kept: forgotten, sent: before.sent, due: null });
	await rows.forgetTaken(transaction, payment);
	return true;
}
