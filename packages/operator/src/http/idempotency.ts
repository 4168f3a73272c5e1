/**
 * Idempotency keys: the same key with the same content is answered as before, with other content refused.
 *
 * A key is bound to its content before anything moves. The answer itself is not kept here: the operations
 * behind are answered once by their content (an order's digest, a deposit's id), which also holds for a
 * client that lost its key. So a key need not stay: after some days it is forgotten, unless it names a deposit.
 */
import { type Bytes, equalBytes, sha256 } from "@tenten/protocol";
import { forgetKeys } from "../store/forgetting.ts";
import type { Store, Transaction } from "../store/store.ts";
import { type Problem, problem } from "./problem.ts";

type KeyProblem = Problem<
	"idempotency-key-missing" | "idempotency-key-in-progress" | "idempotency-key-reused"
>;

export class Idempotency {
	readonly #store: Store;
	readonly #now: () => number;
	readonly #inProgress = new Set<string>();

	/** `now` is unix seconds */
	constructor(store: Store, now: () => number) {
		this.#store = store;
		this.#now = now;
	}

	/** Runs `respond` unless the key is missing, in use right now, or bound to other content. */
	async once<T>(
		scope: string,
		key: string | undefined,
		content: Bytes,
		respond: () => Promise<T>,
	): Promise<T | KeyProblem> {
		if (key === undefined || key === "" || key.length > 255) return problem("idempotency-key-missing");
		const slot = `${scope} ${key}`;
		if (this.#inProgress.has(slot)) return problem("idempotency-key-in-progress");
		this.#inProgress.add(slot);
		try {
			const now = this.#now();
			const isBound = await this.#store.run((transaction) =>
				bind(transaction, scope, key, sha256(content), now),
			);
			return isBound ? await respond() : problem("idempotency-key-reused");
		} finally {
			this.#inProgress.delete(slot);
		}
	}
}

/** Whether the key is bound to this content, now or since before. */
async function bind(
	transaction: Transaction,
	scope: string,
	key: string,
	content: Bytes,
	now: number,
): Promise<boolean> {
	await forgetKeys(transaction, now);
	await transaction
		.insertInto("idempotency_keys")
		.values({ scope, idempotency_key: key, content, bound_at: now })
		.onConflict((conflict) => conflict.doNothing())
		.execute();
	const bound = await transaction
		.selectFrom("idempotency_keys")
		.select("content")
		.where("scope", "=", scope)
		.where("idempotency_key", "=", key)
		.executeTakeFirstOrThrow();
	return equalBytes(bound.content, content);
}
