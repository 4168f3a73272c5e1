/**
 * How payments ended, by the durable rows of honest devices: what a payee owns was paid, whatever comes after.
 *
 * Of a payment between two dishonest modules nothing is known, and so it counts as begun and no more.
 */
import type { Fact } from "./rows.ts";

export type Ended = "completed" | "cancelled" | "refunded";

/** Of two ends that one attempt had, the first of these stands: a cheat may cancel what it released. */
const order: readonly Ended[] = ["completed", "refunded", "cancelled"];

const endOf: Readonly<Record<string, Ended>> = {
	"payee owned": "completed",
	"payer cancelled": "cancelled",
	"payee cancelled": "cancelled",
	"payer ruled": "refunded",
	"payee ruled": "refunded",
};

export class Ends {
	readonly #ends = new Map<string, Ended>();

	/** A row became durable: `key` is its table and its attempt. */
	changed(key: string, after: Fact | undefined): void {
		const end = endOf[after?.kind ?? ""];
		if (end === undefined) return;
		const attempt = key.slice(key.indexOf("/") + 1);
		const before = this.#ends.get(attempt);
		if (before === undefined || order.indexOf(end) < order.indexOf(before)) this.#ends.set(attempt, end);
	}

	counts(): Readonly<Record<Ended, number>> {
		const counts = { completed: 0, cancelled: 0, refunded: 0 };
		for (const end of this.#ends.values()) counts[end]++;
		return counts;
	}
}
