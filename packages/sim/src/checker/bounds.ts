/**
 * Bounds: whether what an honest module holds came to it as the conditions of its issue, and the caveats that were
 * added on the way, allow.
 *
 * By rules of its own, from links and owners alone: each change of owner on the path goes to a class that may
 * receive, of no more than the cap, and there are no more of them than the limit. A payment to the class that lifts a
 * caveat is not bound by it, and ends it. Returns are spared, lift nothing, and may be one more, also where a refresh
 * has since made one issue of the path; time is the business of those who were present.
 */
import type { Caveat } from "@tenten/protocol";
import { Violation } from "../violation.ts";
import type { Ledger, Output } from "./ledger.ts";

type Step = {
	readonly output: Output;
	readonly kind: "payment" | "change" | "return";
	/** that bound this step */
	readonly rules: readonly Caveat[];
};

export function checkBounds(ledger: Ledger, held: Output): void {
	if (!held.isBound && (ledger.conditions.get(held.root) ?? []).length === 0) return;
	const used = ledger.hopsUsed.get(held.root) ?? 0;
	let hops = used;
	let returns = 0;
	for (const step of stepsTo(ledger, held)) {
		if (step.kind !== "change") hops++;
		if (step.kind === "return") returns++;
		if (step.kind === "payment") checkPayment(ledger, step);
	}
	const mayBeOneMore = returns > 0 || hops === used;
	for (const condition of ledger.conditions.get(held.root) ?? [])
		if (condition.kind === "hopLimit" && hops > condition.hops + (mayBeOneMore ? 1 : 0))
			throw new Violation(
				"unbound",
				`${held.id.slice(0, 8)} went through ${hops} hands of ${condition.hops}`,
			);
}

/** The rules that bind whatever is made of an output: of its issue, and what its path added and did not lift. */
export function rulesOf(ledger: Ledger, output: Output): readonly Caveat[] {
	const last = stepsTo(ledger, output).at(-1);
	return last === undefined ? rulesOfIssue(ledger, output) : rulesAfter(ledger, last);
}

function rulesOfIssue(ledger: Ledger, { root, caveats }: Output): readonly Caveat[] {
	const conditions = ledger.conditions.get(root) ?? [];
	return [...conditions.map((condition) => ({ condition, liftedBy: null })), ...caveats];
}

function rulesAfter(ledger: Ledger, { output, kind, rules }: Step): readonly Caveat[] {
	const payee = ledger.classes.get(output.owner ?? "");
	const kept = kind === "payment" ? rules.filter((rule) => !isLifted(rule, payee)) : rules;
	return [...kept, ...output.caveats];
}

/** Each step of an output's path, from its issue on. */
function stepsTo(ledger: Ledger, held: Output): readonly Step[] {
	const path = [...ledger.ancestors(held)].toReversed();
	const [first] = path;
	if (first === undefined) return [];
	let rules = rulesOfIssue(ledger, first);
	const steps: Step[] = [];
	for (const [at, output] of path.entries()) {
		const before = path[at - 1];
		if (before === undefined) continue;
		const isChange = output.owner === null || output.owner === before.owner;
		const isReturn = output.maker?.lock === null && output.owner === path[at - 2]?.owner;
		const step: Step = { output, kind: isChange ? "change" : isReturn ? "return" : "payment", rules };
		steps.push(step);
		rules = rulesAfter(ledger, step);
	}
	return steps;
}

function isLifted({ liftedBy }: Caveat, payee: string | null | undefined): boolean {
	return liftedBy !== null && liftedBy === payee;
}

function checkPayment(ledger: Ledger, { output: { id, amount, owner }, rules }: Step): void {
	const payee = ledger.classes.get(owner ?? "");
	for (const rule of rules) {
		if (isLifted(rule, payee)) continue;
		const { condition } = rule;
		if (condition.kind === "transferCap" && amount > condition.amount)
			throw new Violation("unbound", `${id.slice(0, 8)} pays ${amount} of at most ${condition.amount}`);
		if (condition.kind === "payees" && payee && condition.classes?.includes(payee) === false)
			throw new Violation("unbound", `${id.slice(0, 8)} pays a ${payee}`);
	}
}
