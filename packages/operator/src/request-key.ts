/**
 * The key of a request, bound to its content in the transaction of what the request does.
 *
 * Two processes that get one key with two contents at once meet at its row: the second waits for the first,
 * and does nothing. A request that did nothing binds its key by itself, after.
 */
import { type Bytes, equalBytes } from "@tenten/protocol";
import { Overtaken, type Transaction } from "./store/store.ts";

export type RequestKey = {
	readonly scope: string;
	readonly key: string;
	/** hash of what is asked */
	readonly content: Bytes;
};

/** The key is bound to other content. Thrown, so that nothing of the job stands. */
export class KeyReused extends Error {
	constructor() {
		super("the key is bound to other content");
	}
}

/** `now` is unix seconds. */
export async function bindKey(
	transaction: Transaction,
	{ scope, key, content }: RequestKey,
	now: number,
): Promise<void> {
	const bound = await transaction
		.insertInto("idempotency_keys")
		.values({ scope, idempotency_key: key, content, bound_at: now })
		.onConflict((conflict) => conflict.doNothing())
		.returning("content")
		.executeTakeFirst();
	if (bound !== undefined) return;
	const before = await transaction
		.selectFrom("idempotency_keys")
		.select("content")
		.where("scope", "=", scope)
		.where("idempotency_key", "=", key)
		.executeTakeFirst();
	// Forgotten in this very moment.
	if (before === undefined) throw new Overtaken();
	if (!equalBytes(before.content, content)) throw new KeyReused();
}
