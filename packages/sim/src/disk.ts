/**
 * A virtual disk: what one device has made durable, and a store over it for each of its lives.
 *
 *   commit ── waits ──▶ written, or refused, or in doubt ── waits ──▶ acknowledged
 *
 * Power may fail at either wait. The store of a life that is over never writes again. A commit is all or nothing,
 * as the port promises; after a crash the disk may for once show a part of the commit that was under way,
 * which whoever opens it must notice; then it is repaired to what was before that commit.
 */
import type { StoreWrite } from "@tenten/module";
import type { Bytes } from "@tenten/protocol";
import type { WalletStore } from "@tenten/wallet";
import type { Chance } from "./chance.ts";
import type { Faults } from "./faults.ts";
import type { Life, Scheduler } from "./scheduler.ts";

/** What a write met: the module stops, and its device must be started again. */
export class DiskFault extends Error {}

/** A part of a commit; `isVisible` says that it is neither before nor after it. */
export type Torn = { readonly rows: ReadonlyMap<string, Bytes>; readonly isVisible: boolean };

type Written = (writes: readonly StoreWrite[]) => void;

export type DiskSettings = {
	readonly scheduler: Scheduler;
	readonly chance: Chance;
	readonly faults: () => Faults;
	/** told of every fault that came about */
	readonly happened: (fault: "refused write" | "doubtful write" | "torn write") => void;
	readonly written: Written;
};

export class Disk {
	readonly #settings: DiskSettings;
	#rows = new Map<string, Bytes>();
	/** a commit that was under way when power failed */
	#pending: readonly StoreWrite[] | null = null;

	constructor(settings: DiskSettings) {
		this.#settings = settings;
	}

	copy(): ReadonlyMap<string, Bytes> {
		return new Map(this.#rows);
	}

	/** Puts back what `copy` gave. */
	replace(rows: ReadonlyMap<string, Bytes>): void {
		this.#rows = new Map(rows);
		this.#pending = null;
	}

	/** What a disk shows after a crash in the middle of a commit; undefined where nothing is torn. */
	torn(): Torn | undefined {
		const { chance, faults, happened } = this.#settings;
		const pending = this.#pending;
		this.#pending = null;
		if (pending === null || pending.length < 2 || !chance.happens(faults().tornWrites)) return undefined;
		const part = pending.slice(0, 1 + chance.below(pending.length - 1));
		happened("torn write");
		const rows = new Map(this.#rows);
		applyTo(rows, part);
		// Keys by themselves are used by nobody: they are rows of no commit.
		const isVisible = part.some(
			({ key }) => !key.startsWith("keys") && rows.get(key) !== this.#rows.get(key),
		);
		return { rows, isVisible };
	}

	storeFor(life: Life): WalletStore {
		const { scheduler, chance, faults, happened } = this.#settings;
		const never = new Promise<never>(() => undefined);
		return {
			history: { append: async () => undefined, list: async () => ({ entries: [], next: null }) },
			load: async () => (life.isOver ? never : new Map(this.#rows)),
			commit: async (writes) => {
				if (life.isOver) return never;
				this.#pending = writes;
				await scheduler.park(life, "writes");
				const isRefused = chance.happens(faults().refusedWrites);
				const isDoubtful = !isRefused && chance.happens(faults().doubtfulWrites);
				this.#pending = null;
				if (isRefused) {
					happened("refused write");
					throw new DiskFault("refused");
				}
				if (isDoubtful) happened("doubtful write");
				if (!isDoubtful || chance.happens(0.5)) {
					applyTo(this.#rows, writes);
					this.#settings.written(writes);
				}
				if (isDoubtful) throw new DiskFault("in doubt");
				await scheduler.park(life, "has written");
			},
			close: async () => undefined,
		};
	}
}

function applyTo(rows: Map<string, Bytes>, writes: readonly StoreWrite[]): void {
	for (const { key, value } of writes)
		if (value === null) rows.delete(key);
		else rows.set(key, value);
}
