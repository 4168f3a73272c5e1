/**
 * The orders of a company, each of them durable before anybody is told of it.
 *
 * One change at a time, one write a change. What is asked for again is answered as it stands, so whoever got no
 * answer asks again.
 */
import type { ModuleStore } from "@tenten/module";
import { type Bytes, equalBytes, isRefusal, parse, type Refusal, refuse, serialize } from "@tenten/protocol";
import { Queue } from "../queue.ts";
import {
	type Arrival,
	arrived,
	asked,
	issued,
	type Order,
	type OrderPayment,
	type OrderRow,
	type OrderState,
	orderRow,
	withPayment,
} from "./order.ts";

const mostBytes = 1 << 22;

export class Orders {
	readonly #store: ModuleStore;
	readonly #rows: Map<string, OrderRow>;
	/** the order of each payment */
	readonly #orderOf = new Map<string, string>();
	readonly #changes = new Queue();

	private constructor(store: ModuleStore, rows: Map<string, OrderRow>) {
		this.#store = store;
		this.#rows = rows;
		for (const row of rows.values()) this.#index(row);
	}

	/** What the store holds, or `state-damaged`. The store is this object's alone. */
	static async open(store: ModuleStore): Promise<Orders | Refusal> {
		const rows = new Map<string, OrderRow>();
		for (const [id, bytes] of await store.load()) {
			const row = parse(orderRow, bytes, mostBytes);
			if (isRefusal(row)) return refuse("state-damaged", `order ${id}: ${row.detail}`);
			rows.set(id, row);
		}
		return new Orders(store, rows);
	}

	/** Places an order; the same again changes nothing. `order-taken` where its id stands for something else. */
	place(order: Order): Promise<OrderRow | Refusal> {
		return this.#changes.run(async () => {
			const row = { order, state: { kind: "open" } } as const;
			const written = serialize(orderRow, row);
			// What could not be read back must not be kept.
			const readBack = parse(orderRow, written, mostBytes);
			if (isRefusal(readBack)) return readBack;
			const before = this.#rows.get(order.id);
			if (before === undefined) return this.#keep(row);
			const isSame = equalBytes(serialize(orderRow, { ...row, order: before.order }), written);
			return isSame ? before : refuse("order-taken", "another order has this id");
		});
	}

	find(id: string): OrderRow | undefined {
		return this.#rows.get(id);
	}

	/** The order that a payment is of. */
	findByPayment(payment: string): OrderRow | undefined {
		const id = this.#orderOf.get(payment);
		return id === undefined ? undefined : this.#rows.get(id);
	}

	/** In the order of their ids. */
	list(): readonly OrderRow[] {
		return [...this.#rows.values()].sort((a, b) => (a.order.id < b.order.id ? -1 : 1));
	}

	/** Gives the order to whoever bears this name, where nobody else has it. `now`: unix seconds. */
	ask(id: string, payer: string, now: number): Promise<OrderRow | Refusal> {
		return this.#change(id, (row) => asked(row, payer, now));
	}

	/** Notes the payment that was made for this payer. */
	issue(id: string, payer: string, payment: OrderPayment): Promise<OrderRow | Refusal> {
		return this.#change(id, ({ state }) => issued(state, payer, payment));
	}

	/** Notes how far a payment is. */
	arrive(id: string, payment: string, arrival: Arrival): Promise<OrderRow | Refusal> {
		return this.#change(id, ({ state }) => arrived(state, payment, arrival));
	}

	#change(id: string, to: (row: OrderRow) => OrderState | null): Promise<OrderRow | Refusal> {
		return this.#changes.run(async () => {
			const row = this.#rows.get(id);
			if (row === undefined) return refuse("order-unknown");
			const state = to(row);
			if (state === null) return refuse("order-taken");
			return state === row.state ? row : this.#keep({ ...row, state });
		});
	}

	async #keep(row: OrderRow): Promise<OrderRow> {
		const value: Bytes = serialize(orderRow, row);
		await this.#store.commit([{ key: row.order.id, value }]);
		this.#rows.set(row.order.id, row);
		this.#index(row);
		return row;
	}

	#index({ order, state }: OrderRow): void {
		const has = withPayment(state);
		if (has !== undefined) this.#orderOf.set(has.payment.id, order.id);
	}

	close(): Promise<void> {
		return this.#store.close();
	}
}
