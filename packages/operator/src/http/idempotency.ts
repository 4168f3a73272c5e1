/**
 * Idempotency keys: the same key with the same content is answered as before, with other content refused.
 *
 * A key is bound to its content in the transaction that moves the value, or after, where nothing moved. The
 * answer itself is not kept here: the operations behind are answered once by their content (an order's digest,
 * a deposit's id), which also holds for a client that lost its key. So a key need not stay: after some days it
 * is forgotten, unless it names a deposit.
 */
import { type Bytes, sha256 } from "@tenten/protocol";
import type { Keyed } from "../keyed.ts";
import type { Operator } from "../operator.ts";
import { KeyReused } from "../request-key.ts";
import { keyForgetting } from "../store/forgetting.ts";
import { type Problem, problem } from "./problem.ts";

type KeyProblem = Problem<
	"idempotency-key-missing" | "idempotency-key-in-progress" | "idempotency-key-reused"
>;

export class Idempotency {
	readonly #operator: Operator;
	readonly #forgetOld: () => Promise<void>;
	readonly #inProgress = new Set<string>();

	constructor(operator: Operator) {
		this.#operator = operator;
		this.#forgetOld = keyForgetting(operator);
	}

	/** Runs `respond` unless the key is missing, in use right now, or bound to other content. */
	async once<T>(
		scope: string,
		key: string | undefined,
		content: Bytes,
		respond: (keyed: Keyed) => Promise<T>,
	): Promise<T | KeyProblem> {
		if (key === undefined || key === "" || key.length > 255) return problem("idempotency-key-missing");
		const slot = `${scope} ${key}`;
		if (this.#inProgress.has(slot)) return problem("idempotency-key-in-progress");
		this.#inProgress.add(slot);
		try {
			await this.#forgetOld();
			const keyed = this.#operator.under({ scope, key, content: sha256(content) });
			const answer = await respond(keyed);
			await keyed.bind();
			return answer;
		} catch (error) {
			if (error instanceof KeyReused) return problem("idempotency-key-reused");
			throw error;
		} finally {
			this.#inProgress.delete(slot);
		}
	}
}
