/**
 * Stores in memory for the parties of cells: one cell's are emptied for the next, since making their tables costs more
 * than a payment. A store outlives its party's crashes; what was not committed is gone with the life that wrote it.
 */
import { openStore, type Store } from "@tenten/operator";

const tables = [
	"rail_payments",
	"rail_inbox",
	"rail_outbox",
	"rail_ends",
	"ledger_sums",
	"ledger_journal",
	"ledger_marks",
	"ledger_due",
] as const;

const idle: Store[] = [];

/** An empty store, of nobody else. */
export async function takeStore(): Promise<Store> {
	const store = idle.pop() ?? (await openStore(":memory:"));
	await store.run(async (transaction) => {
		for (const table of tables) await transaction.deleteFrom(table).execute();
	});
	return store;
}

/** Its party is over: the next cell may have it. */
export function giveBack(store: Store): void {
	idle.push(store);
}
