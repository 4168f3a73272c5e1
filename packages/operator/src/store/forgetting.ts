/**
 * Forgetting: what anybody can make an operator store, with nothing but bytes, does not stay for ever.
 *
 * Two things: idempotency keys, whose operations are answered once by their content anyhow; and releases of
 * locks that no token showed it. Done when it opens, and again where such a row is written.
 */
import type { Transaction } from "./store.ts";

/** Seconds that a key stays bound. */
const keyLife = 7 * 86_400;

/** Deposits are the people's who run it, and count once by their key: theirs stay. */
export const lastingScope = "deposits";

export async function forgetKeys(transaction: Transaction, now: number): Promise<void> {
	await transaction
		.deleteFrom("idempotency_keys")
		.where("bound_at", "<", now - keyLife)
		.where("scope", "<>", lastingScope)
		.execute();
}

/** `life` is for how many seconds a token that is issued now can be asked about, twice. */
export async function forgetReleases(transaction: Transaction, now: number, life: number): Promise<void> {
	const old = transaction
		.selectFrom("unvouched")
		.select("lock")
		.where("shown_at", "<", now - life);
	await transaction.deleteFrom("releases").where("lock", "in", old).execute();
	await transaction
		.deleteFrom("rulings")
		.where("subject", "in", old)
		.where("statement", "is", null)
		.execute();
	await transaction
		.deleteFrom("unvouched")
		.where("shown_at", "<", now - life)
		.execute();
}
