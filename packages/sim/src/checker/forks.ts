/**
 * Forks: an output that two links consume. Once both branches have come to an operator, a case must name its owner.
 */
import { Violation } from "../violation.ts";
import type { Checker } from "./checker.ts";
import type { Registry } from "./registry.ts";

/** How many there are, and how many of them a case proves. */
export function checkForks(
	{ ledger }: Checker,
	registries: readonly Registry[],
): { readonly made: number; readonly proven: number } {
	const branches = new Map<string, Set<string>>();
	for (const output of ledger.outputs.values()) {
		if (output.paid === null) continue;
		let below = output;
		for (const above of ledger.ancestors(output)) {
			// A refund takes what its owner says was never released: the other branch shows the lie.
			if (above !== below && below.maker !== null && above.consumers.length > 1)
				branches.set(above.id, (branches.get(above.id) ?? new Set()).add(below.maker.id));
			below = above;
		}
	}
	let made = 0;
	let proven = 0;
	for (const output of ledger.outputs.values()) {
		if (output.consumers.length < 2) continue;
		made++;
		const isProven = registries.some((registry) => registry.proves(output));
		if (isProven) proven++;
		else if ((branches.get(output.id)?.size ?? 0) > 1)
			throw new Violation("unproven", `both branches of ${output.id.slice(0, 8)} came in, and no case`);
	}
	return { made, proven };
}
