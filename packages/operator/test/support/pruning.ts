/** Whole runs of pruning, and how many rows each table has. */
import { sql } from "kysely";
import type { Operator } from "../../src/index.ts";
import { both, type Found, nothing } from "../../src/pruning/found.ts";
import type { Pruning } from "../../src/pruning/issues.ts";
import type { Ecosystem } from "./ecosystem.ts";

const acting = { actor: "test", requestId: "test" };

/** From the beginning to the end. */
export async function pruneAll(operator: Operator, pruning: Pruning): Promise<Found> {
	let found = nothing;
	for (let from: string | null = null, isFirst = true; isFirst || from !== null; isFirst = false) {
		const part = await operator.prune(acting, pruning, from);
		if (part === undefined) throw new Error(`no place: ${from}`);
		found = both(found, part.found);
		from = part.next;
	}
	return found;
}

const tables = [
	...["issues", "registry", "claims", "settlements", "replies", "direct_proofs", "direct_issues"],
	...["lines", "withdrawals", "case_files", "draws", "releases", "rulings", "closings", "audit_log"],
] as const;

type Counts = Readonly<Record<(typeof tables)[number], number>>;

export function counts({ operator }: Ecosystem): Promise<Counts> {
	return operator.store.read(async (transaction) => {
		const found: Partial<Record<keyof Counts, number>> = {};
		for (const table of tables) {
			const { rows } = await sql<{ readonly count: bigint | number }>`
				select cast(count(*) as bigint) as count from ${sql.table(table)}`.execute(transaction);
			found[table] = Number(rows[0]?.count);
		}
		return found as Counts;
	});
}
