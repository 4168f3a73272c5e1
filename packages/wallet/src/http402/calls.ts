/**
 * What a program paid for, call by call: durable before a release leaves the module.
 *
 *   (nothing) ──▶ paying: the key of a call has its payment ──▶ answered ──▶ (keep) added to what was spent, and gone
 *                    └──▶ (nothing), where the module gave the payment up
 *
 * What can go wrong: a call is paid twice, because its answer was lost or the program ended. So a key that stands here
 * gets no second payment, whatever a server says, and a budget counts what stands here before the money has moved.
 */
import type { ModuleStore, StoreWrite } from "@tenten/module";
import {
	type AssetId,
	amount,
	amountOrZero,
	assetId,
	bytes,
	bytes32,
	enumeration,
	integer,
	isRefusal,
	nullable,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	sha256,
	type TypeOf,
	text,
	toHex,
	toUtf8,
	union,
	unixSeconds,
} from "@tenten/protocol";
import { Queue } from "../queue.ts";
import { mostCalls } from "./book.ts";
import { type Budget, checkBudget } from "./budget.ts";
import { maximumHeader } from "./headers.ts";

/** characters */
const longestKey = 256;

const call = record({
	key: text(longestKey),
	/** of what is asked for: see call.ts */
	hash: bytes32,
	url: text(8_192),
	origin: text(512),
	asset: assetId,
	amount,
	/** the payee's wallet, a path at the origin */
	address: text(256),
	request: bytes32,
	attempt: bytes32,
	/** the requirements, as they go back */
	accepted: text(maximumHeader),
	at: unixSeconds,
	state: enumeration({ paying: 1, answered: 2 }),
	/** of a book: its ticket, and the first number that was surely not shown */
	book: nullable(
		record({ ticket: bytes(16), calls: integer(2, mostCalls), next: integer(1, mostCalls + 1) }),
	),
});
export type PaidCall = TypeOf<typeof call>;

export type BookOfCalls = PaidCall & { readonly book: NonNullable<PaidCall["book"]> };

function isBook(row: PaidCall): row is BookOfCalls {
	return row.book !== null;
}

const total = record({ origin: text(512), asset: assetId, amount: amountOrZero });
type Total = TypeOf<typeof total>;

export const callRow = union({ call: [1, call], total: [2, total] });

export class PaidCalls {
	readonly #store: ModuleStore;
	readonly #calls = new Map<string, PaidCall>();
	/** those of them that are books */
	readonly #books = new Map<string, BookOfCalls>();
	readonly #totals = new Map<string, Total>();
	/** what was paid, is being paid or is promised: by asset, and by asset and origin */
	readonly #sums = new Map<string, bigint>();
	readonly #changes = new Queue();

	private constructor(store: ModuleStore) {
		this.#store = store;
	}

	/** What the store holds, or `state-damaged`. The store is this object's alone. */
	static async open(store: ModuleStore): Promise<PaidCalls | Refusal> {
		const calls = new PaidCalls(store);
		for (const [id, value] of await store.load()) {
			const row = parse(callRow, value);
			if (isRefusal(row)) return refuse("state-damaged", `call ${id}: ${row.detail}`);
			calls.#count(row, 1n);
			if (row.kind === "call") calls.#set(row.key, row);
			else calls.#totals.set(id, row);
		}
		return calls;
	}

	find(key: string): PaidCall | undefined {
		return this.#calls.get(key);
	}

	/** In the order in which they were paid. */
	list(): readonly PaidCall[] {
		return [...this.#calls.values()].sort((a, b) => a.at - b.at);
	}

	/** In the order in which they were bought, since this program started. */
	books(): readonly BookOfCalls[] {
		return [...this.#books.values()];
	}

	#set(key: string, row: PaidCall | undefined): void {
		this.#calls.delete(key);
		if (row !== undefined) this.#calls.set(key, row);
		if (row !== undefined && isBook(row)) this.#books.set(key, row);
		else this.#books.delete(key);
	}

	/** What was paid, is being paid, or is promised; at one origin alone where it is named. */
	spent(asset: AssetId, origin?: string): bigint {
		return this.#sums.get(sumName(asset, origin)) ?? 0n;
	}

	/** Promises this much, if the budget has room for it; what is given back takes the promise back, once. */
	hold(budget: Budget, asked: Total): (() => void) | Refusal {
		const { asset, origin } = asked;
		const not = checkBudget(budget, asked, { atHost: this.spent(asset, origin), inAll: this.spent(asset) });
		if (not !== undefined) return not;
		this.#count(asked, 1n);
		let isHeld = true;
		return () => {
			if (isHeld) this.#count(asked, -1n);
			isHeld = false;
		};
	}

	/** Durable when it resolves; it then stands in the place of its promise. */
	keep(row: PaidCall, free: () => void = () => undefined): Promise<void> {
		return this.#changes.run(async () => {
			await this.#store.commit([{ key: idOf(row.key), value: serialize(callRow, { ...row, kind: "call" }) }]);
			if (!this.#calls.has(row.key)) this.#count(row, 1n);
			this.#set(row.key, row);
			free();
		});
	}

	/** The module gave its payment up: nothing was paid. */
	drop(row: PaidCall): Promise<void> {
		return this.#changes.run(async () => {
			await this.#store.commit([{ key: idOf(row.key), value: null }]);
			if (this.#calls.has(row.key)) this.#count(row, -1n);
			this.#set(row.key, undefined);
		});
	}

	#count({ asset, origin, amount: paid }: Total, sign: 1n | -1n): void {
		for (const name of [sumName(asset), sumName(asset, origin)])
			this.#sums.set(name, (this.#sums.get(name) ?? 0n) + sign * paid);
	}

	/** Forgets what was answered before this time, and adds it to what was spent, in one write. */
	fold(before: number): Promise<void> {
		return this.#changes.run(async () => {
			const over = [...this.#calls.values()].filter(
				({ state, at, book }) =>
					state === "answered" && at < before && (book === null || book.next > book.calls),
			);
			if (over.length === 0) return;
			const totals = new Map<string, Total>();
			for (const { origin, asset, amount: paid } of over) {
				const id = `spent/${toHex(sha256(toUtf8(sumName(asset, origin))))}`;
				const had = (totals.get(id) ?? this.#totals.get(id))?.amount ?? 0n;
				totals.set(id, { origin, asset, amount: had + paid });
			}
			const writes: readonly StoreWrite[] = [
				...over.map(({ key }) => ({ key: idOf(key), value: null })),
				...[...totals].map(([key, row]) => ({ key, value: serialize(callRow, { ...row, kind: "total" }) })),
			];
			await this.#store.commit(writes);
			for (const { key } of over) this.#set(key, undefined);
			for (const [id, row] of totals) this.#totals.set(id, row);
		});
	}

	close(): Promise<void> {
		return this.#store.close();
	}
}

function sumName({ operator, code }: AssetId, origin = ""): string {
	return `${toHex(operator)}/${code}/${origin}`;
}

/** Keys of stores are short ASCII. */
function idOf(key: string): string {
	return `call/${toHex(sha256(toUtf8(key)))}`;
}
