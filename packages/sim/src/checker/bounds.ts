/**
 * Bounds: whether what an honest module holds came to it as the conditions of its issue allow.
 *
 * By rules of its own, from links and owners alone: each change of owner on the path goes to a class that may
 * receive, of no more than the cap, and there are no more of them than the limit. Returns are spared, and may be
 * one more, also where a refresh has since made one issue of the path; time is the business of those who were present.
 */
import { Violation } from "../violation.ts";
import type { Ledger, Output } from "./ledger.ts";

export function checkBounds(ledger: Ledger, held: Output): void {
	const conditions = ledger.conditions.get(held.root) ?? [];
	if (conditions.length === 0) return;
	const path = [...ledger.ancestors(held)].toReversed();
	const used = ledger.hopsUsed.get(held.root) ?? 0;
	let hops = used;
	let returns = 0;
	for (const [at, output] of path.entries()) {
		const before = path[at - 1];
		if (before === undefined || output.owner === null || output.owner === before.owner) continue;
		hops++;
		const isReturn = output.maker?.lock === null && output.owner === path[at - 2]?.owner;
		if (isReturn) returns++;
		else checkPayment(ledger, output);
	}
	const mayBeOneMore = returns > 0 || hops === used;
	for (const condition of conditions)
		if (condition.kind === "hopLimit" && hops > condition.hops + (mayBeOneMore ? 1 : 0))
			throw new Violation(
				"unbound",
				`${held.id.slice(0, 8)} went through ${hops} hands of ${condition.hops}`,
			);
}

function checkPayment(ledger: Ledger, { id, root, amount, owner }: Output): void {
	for (const condition of ledger.conditions.get(root) ?? []) {
		const payeeClass = ledger.classes.get(owner ?? "");
		if (condition.kind === "transferCap" && amount > condition.amount)
			throw new Violation("unbound", `${id.slice(0, 8)} pays ${amount} of at most ${condition.amount}`);
		if (condition.kind === "payees" && payeeClass && condition.classes?.includes(payeeClass) === false)
			throw new Violation("unbound", `${id.slice(0, 8)} pays a ${payeeClass}`);
	}
}
