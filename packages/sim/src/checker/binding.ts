/**
 * Binding: what an operator does with value that is bound.
 *
 *   burns     what `expires` burns is paid to nobody from then on, and nothing is burned before
 *   refresh   what is issued anew is bound by the terms of something that was brought for it, no less and no more
 *
 * When a claim was judged only its operator knows: no earlier than when anything that is still under way was asked.
 */
import { type Bytes, type Caveat, caveat, type Issue, serialize, toHex } from "@tenten/protocol";
import { Violation } from "../violation.ts";
import { rulesOf } from "./bounds.ts";
import type { Ledger, Output } from "./ledger.ts";

type Outcome = "paid" | "refunded" | "burned" | "forked";

export class Binding {
	readonly #ledger: Ledger;
	readonly #now: () => number;
	/** terms of what was brought for an order; undefined where some of it is not known here */
	readonly #brought = new Map<string, Set<string> | undefined>();
	#underWay = 0;
	#since = 0;

	/** `now`: unix seconds, the operator's */
	constructor(ledger: Ledger, now: () => number) {
		this.#ledger = ledger;
		this.#now = now;
	}

	asked(): void {
		if (this.#underWay++ === 0) this.#since = this.#now();
	}

	answered(): void {
		this.#underWay = Math.max(0, this.#underWay - 1);
	}

	/** What was under way ended with its operator's life. */
	restarted(): void {
		this.#underWay = 0;
	}

	claimed(order: string, output: Output | undefined, outcome: Outcome): void {
		if (output === undefined) {
			this.#brought.set(order, undefined);
			return;
		}
		this.#checkBurn(output, outcome);
		const known = this.#brought.has(order) ? this.#brought.get(order) : new Set<string>();
		for (const rules of this.#rulesOf(output, outcome)) known?.add(termsOf(rules));
		this.#brought.set(order, known);
	}

	/** Of a direct link the refund is bound as its input was: what the link added went to nobody. */
	#rulesOf(output: Output, outcome: Outcome): readonly (readonly Caveat[])[] {
		const input = output.maker && this.#ledger.outputs.get(output.maker.input);
		const before = outcome === "refunded" && input ? [rulesOf(this.#ledger, input)] : [];
		return [rulesOf(this.#ledger, output), ...before];
	}

	#checkBurn({ id, root }: Output, outcome: Outcome): void {
		const ends = (this.#ledger.conditions.get(root) ?? []).flatMap((condition) =>
			condition.kind === "expires" && condition.atExpiry === "burn" ? [condition.time] : [],
		);
		const burnsAt = Math.min(...ends);
		if (outcome === "burned" && burnsAt > this.#now())
			throw new Violation("lost", `${id.slice(0, 8)} is burned before its time`);
		const judgedAt = this.#underWay > 0 ? this.#since : this.#now();
		if (outcome === "paid" && burnsAt <= judgedAt)
			throw new Violation("unbound", `${id.slice(0, 8)} is paid, and had burned`);
	}

	/** An order is answered with what it issues. */
	issued(order: string, issues: readonly Issue[]): void {
		const brought = this.#brought.get(order);
		if (brought === undefined) return;
		for (const { conditions, caveats } of issues) {
			const rules = [...conditions.map((condition) => ({ condition, liftedBy: null })), ...caveats];
			if (!brought.has(termsOf(rules)))
				throw new Violation("unbound", `issued under other terms than what was brought: ${termsOf(rules)}`);
		}
	}
}

/** What is said twice is said once, and order says nothing. */
function termsOf(rules: readonly Caveat[]): string {
	const encoded = rules.map((rule) => toHex(serialize(caveat, rule) as Bytes));
	return [...new Set(encoded)].sort().join();
}
