/**
 * The meters of a module: rows as they are durable, and states as they are now, which may be ticks ahead.
 *
 *   tick ──▶ state in memory, no write          any other step ──▶ row, one sealed commit ──▶ memory
 *
 * A step is taken on the state of the moment and put back before anything is awaited, so that ticks need wait for
 * nothing: while a machine waits for a signature it takes none.
 */
import {
	type Bytes,
	type MeterPayee,
	type MeterPayer,
	reopenMeterPayee,
	reopenMeterPayer,
	toHex,
} from "@tenten/protocol";
import type { SealedState } from "../sealed-state.ts";
import { Table } from "../table.ts";
import { Outdated } from "./outdated.ts";
import {
	type MeterFacts,
	type MeterRequestRow,
	meterRequestRow,
	type PayeeMeterRow,
	type PayerMeterRow,
	payeeMeterRow,
	payerMeterRow,
} from "./rows.ts";

/** One side's meters. `S`: its machine's states, `R`: its rows. */
export class SideMeters<S, R extends MeterFacts> {
	readonly rows: Table<R>;
	readonly #live = new Map<string, S>();
	/** those whose state was read from its row, which may lack ticks */
	readonly #reopened = new Set<string>();
	readonly #reopen: (row: R) => S;

	constructor(rows: Table<R>, reopen: (row: R) => S) {
		this.rows = rows;
		this.#reopen = reopen;
	}

	/** As it is now; undefined where there is no such meter. */
	state(meter: Bytes): S | undefined {
		const id = toHex(meter);
		const live = this.#live.get(id);
		if (live !== undefined) return live;
		const row = this.rows.entries.get(id);
		if (row === undefined) return undefined;
		const state = this.#reopen(row);
		this.#live.set(id, state);
		this.#reopened.add(id);
		return state;
	}

	/** Whether its state was entered here from its first step on, so that it lacks no tick. */
	isWhole(meter: Bytes): boolean {
		const id = toHex(meter);
		return this.#live.has(id) && !this.#reopened.has(id);
	}

	/** Where the machine is from now on. */
	enter(meter: Bytes, state: S): void {
		this.#live.set(toHex(meter), state);
	}

	/** Its time is over: nothing of it stays. */
	forget(id: string): void {
		this.#live.delete(id);
		this.#reopened.delete(id);
		this.rows.set(id, null);
	}
}

export class Meters {
	readonly requests: Table<MeterRequestRow>;
	readonly payers: SideMeters<MeterPayer, PayerMeterRow>;
	readonly payees: SideMeters<MeterPayee, PayeeMeterRow>;
	/** by hex id: how many ticks its payer had shown when it claimed the rest, where that is known for sure */
	readonly shown = new Map<string, number>();
	/** payees' meters of before */
	readonly outdated: Outdated;
	/** metered outputs that were ever taken as payee */
	readonly #outputs = new Set<string>();

	constructor(state: SealedState) {
		this.requests = new Table("meter-request", meterRequestRow, state);
		this.payers = new SideMeters(new Table("meter-payer", payerMeterRow, state), (row) =>
			reopenMeterPayer(row.state),
		);
		this.payees = new SideMeters(new Table("meter-payee", payeeMeterRow, state), (row) =>
			reopenMeterPayee(row.state),
		);
		this.outdated = new Outdated(this.payees.rows.entries);
		for (const row of this.payees.rows.entries.values()) this.took(row);
	}

	/** Whether some meter as payee is, or was, this metered output. */
	readonly everTook = (output: Bytes): boolean => this.#outputs.has(toHex(output));

	/** Notes what a row as payee speaks of. */
	took({ output }: PayeeMeterRow): void {
		this.#outputs.add(toHex(output));
	}
}
