/**
 * Forgetting: what anybody can make an operator store, with nothing but bytes, does not stay for ever.
 *
 * Two things: idempotency keys, whose operations are answered once by their content anyhow, with the nonces of
 * other operators among them; and releases of locks that no token showed it. Done when it opens, and again where
 * such a row is written.
 */
import type { Store, Transaction } from "./store.ts";

/** Seconds that a key stays bound. */
const keyLife = 7 * 86_400;

/** Deposits are the people's who run it, and count once by their key: theirs stay. */
export const lastingScope = "deposits";

/** Seconds between two looks for keys that are old. */
const forgetEvery = 60;

/** Forgets keys that are old, now and then: to be called wherever keys are written. `now` is in unix seconds. */
export function keyForgetting(at: {
	readonly store: Store;
	readonly now: () => number;
}): () => Promise<void> {
	let forgotAt = 0;
	return async () => {
		const now = at.now();
		if (now < forgotAt + forgetEvery) return;
		forgotAt = now;
		await at.store.run((transaction) => forgetKeys(transaction, now));
	};
}

export async function forgetKeys(transaction: Transaction, now: number): Promise<void> {
	await transaction
		.deleteFrom("idempotency_keys")
		.where("bound_at", "<", now - keyLife)
		.where("scope", "<>", lastingScope)
		.execute();
}

/** How many are forgotten in one transaction: the next one goes on. */
const atOnce = 500;

/** `life` is for how many seconds a token that is issued now can be asked about, twice. */
export async function forgetReleases(transaction: Transaction, now: number, life: number): Promise<void> {
	const old = await transaction
		.selectFrom("unvouched")
		.select("lock")
		.where("shown_at", "<", now - life)
		.orderBy("lock")
		.limit(atOnce)
		.execute();
	if (old.length === 0) return;
	// Only of those whose row is still there to be taken: a claim that vouches for a release takes it too.
	const taken = await transaction
		.deleteFrom("unvouched")
		.where(
			"lock",
			"in",
			old.map(({ lock }) => lock),
		)
		.returning("lock")
		.execute();
	const locks = taken.map(({ lock }) => lock);
	if (locks.length === 0) return;
	await transaction.deleteFrom("releases").where("lock", "in", locks).execute();
	await transaction
		.deleteFrom("rulings")
		.where("subject", "in", locks)
		.where("statement", "is", null)
		.execute();
}
