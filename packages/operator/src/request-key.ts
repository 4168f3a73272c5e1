/**
 * The key of a request, bound to its content in the transaction of what the request does.
 *
 * Two processes that get one key with two contents at once meet at its row: the second waits for the first,
 * and does nothing. A request that did nothing binds its key by itself, after.
 */
import { type Bytes, equalBytes } from "@tenten/protocol";
import { insertMissing, selectAt } from "./store/sets.ts";
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

/** A key, and when it is used, unix seconds. */
type Used = { readonly key: RequestKey; readonly at: number };

/** Throws `KeyReused` where the key is bound to other content. */
export async function bindKey(transaction: Transaction, used: Used): Promise<void> {
	const isBound = await bindKeys(transaction, [used]);
	if (!isBound(used.key)) throw new KeyReused();
}

/** Binds keys that are not bound yet, each to the content that it is first used with; which are bound to theirs. */
export async function bindKeys(
	transaction: Transaction,
	used: readonly Used[],
): Promise<(key: RequestKey) => boolean> {
	const first = new Map<string, Used>();
	for (const one of used) if (!first.has(nameOf(one.key))) first.set(nameOf(one.key), one);
	const sorted = [...first].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
	const rows = sorted.map(({ key: { scope, key, content }, at }) => ({
		scope,
		idempotency_key: key,
		content,
		bound_at: at,
	}));
	const isNew = (await insertMissing(transaction, "idempotency_keys", rows)) === rows.length;
	const contents = isNew
		? new Map(sorted.map(({ key }) => [nameOf(key), key.content]))
		: await contentsOf(transaction, sorted);
	// Forgotten in this very moment.
	if (contents.size < first.size) throw new Overtaken();
	return (key) => {
		const content = contents.get(nameOf(key));
		return content !== undefined && equalBytes(content, key.content);
	};
}

/** What these keys are bound to. */
async function contentsOf(
	transaction: Transaction,
	used: readonly Used[],
): Promise<ReadonlyMap<string, Bytes>> {
	const found = await selectAt(
		transaction,
		"idempotency_keys",
		["scope", "idempotency_key"],
		["scope", "idempotency_key", "content"],
		used.map(({ key: { scope, key } }) => [scope, key]),
	);
	return new Map(found.map((row) => [nameOf({ scope: row.scope, key: row.idempotency_key }), row.content]));
}

function nameOf({ scope, key }: Pick<RequestKey, "scope" | "key">): string {
	return `${scope} ${key}`;
}
