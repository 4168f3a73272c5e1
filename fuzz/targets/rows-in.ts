/** What no refused request may change at an operator. */
import type { Ecosystem } from "../../packages/operator/test/support/ecosystem.ts";

/** Where money and evidence are, and what may be issued; an answer that was refused is kept in other tables, on purpose. */
const tables = [
	"registry",
	"issues",
	"claims",
	"settlements",
	"balances",
	"lines",
	"draws",
	"case_files",
	"releases",
	"rulings",
	"certificates",
	"direct_issues",
	"definitions",
	"definition_drafts",
	"definition_approvals",
	"status_lists",
	"issue_stops",
	"ledger_sums",
	"ledger_journal",
	"crossings",
	"frozen_outputs",
	"freeze_proposals",
	"appeals",
	"parties",
	"party_events",
	"party_budgets",
	"party_days",
	"device_slices",
	"device_history",
	"device_nonces",
	"device_tenures",
	"device_places",
	"device_managers",
	"manager_orders",
	"recorded_payments",
] as const;

/** How much stands in each of them, and what holders hold: no refusal changes it. */
export async function rowsIn({ operator }: Ecosystem): Promise<string> {
	return operator.store.run(async (transaction) => {
		const counts: string[] = [];
		for (const table of tables) {
			const { count } = await transaction
				.selectFrom(table)
				.select(({ fn }) => fn.countAll<bigint>().as("count"))
				.executeTakeFirstOrThrow();
			counts.push(`${table} ${count}`);
		}
		const { held } = await transaction
			.selectFrom("balances")
			.select(({ fn }) => fn.sum<bigint>("amount").as("held"))
			.where("book", "=", "holder")
			.executeTakeFirstOrThrow();
		return `${counts} held ${held}`;
	});
}
