/**
 * Stores in memory for the parties of cells: one cell's are emptied for the next, since making their tables costs more
 * than a payment. A store outlives its party's crashes; what was not committed is gone with the life that wrote it.
 */
import { type FailPoint, openStore, type Store } from "@tenten/operator";

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

const crossingTables = [
	"crossings",
	"crossing_agreements",
	"crossing_proofs",
	"crossing_untold",
	"crossing_peers",
	"crossing_peer_seals",
	"crossing_peer_states",
	"crossing_refusals",
	"crossing_amounts",
	"seal_pages",
	"seal_trees",
	"seals",
	"ledger_sums",
	"ledger_journal",
	"ledger_marks",
	"ledger_due",
] as const;

/** Stores of operators that pay across, whose commits one party after another looks at. */
export class HookedStores {
	readonly #idle: Store[] = [];
	readonly #hooks = new WeakMap<Store, { onCommit: (point: FailPoint) => void }>();

	async take(): Promise<Store> {
		const idle = this.#idle.pop();
		if (idle === undefined) {
			const hook = { onCommit: (_: FailPoint): void => undefined };
			const store = await openStore(":memory:", { onCommit: (point) => hook.onCommit(point) });
			this.#hooks.set(store, hook);
			return store;
		}
		this.hook(idle, () => undefined);
		await idle.run(async (transaction) => {
			for (const table of crossingTables) await transaction.deleteFrom(table).execute();
			await transaction.updateTable("last_seal").set({ number: 0, hash: null, turn: 0n }).execute();
		});
		return idle;
	}

	/** From now on this is told of the store's commits. */
	hook(store: Store, onCommit: (point: FailPoint) => void): void {
		const hook = this.#hooks.get(store);
		if (hook === undefined) throw new Error("a store of somebody else");
		hook.onCommit = onCommit;
	}

	giveBack(store: Store): void {
		this.#idle.push(store);
	}
}
