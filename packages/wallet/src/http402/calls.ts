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
	type Bytes,
	boolean,
	bytes,
	bytes32,
	enumeration,
	equalBytes,
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
import { mostMeteredCalls } from "./meter-call.ts";

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

/** A meter for calls of one origin; `amount`: what it holds, and once it is over what was due. */
const meter = record({
	/** digest of the request that it answers: the row is there before the meter */
	request: bytes32,
	origin: text(512),
	asset: assetId,
	amount: amountOrZero,
	address: text(256),
	/** the price: so many minor units for so many calls */
	units: amount,
	perTicks: integer(1, 2 ** 32),
	at: unixSeconds,
	isOver: boolean,
});
export type CallMeter = TypeOf<typeof meter>;

/** The tick of a call that its program has named, as it is shown: the same each time. */
const named = record({
	key: text(longestKey),
	hash: bytes32,
	/** of the meter */
	request: bytes32,
	ticks: integer(1, mostMeteredCalls),
	header: text(128),
	at: unixSeconds,
});
export type NamedTick = TypeOf<typeof named>;

const total = record({ origin: text(512), asset: assetId, amount: amountOrZero });
type Total = TypeOf<typeof total>;

/** `told`: as `named`, once its outcome is known. */
export const callRow = union({
	...{ call: [1, call], total: [2, total], meter: [3, meter] },
	...{ named: [4, named], told: [5, named] },
});

export class PaidCalls {
	readonly #store: ModuleStore;
	readonly #calls = new Map<string, PaidCall>();
	/** those of them that are books */
	readonly #books = new Map<string, BookOfCalls>();
	readonly #totals = new Map<string, Total>();
	/** by the digests of their requests */
	readonly #meters = new Map<string, CallMeter>();
	/** by their keys; and which ticks they are */
	readonly #named = new Map<string, NamedTick>();
	readonly #namedTicks = new Set<string>();
	/** keys of those whose outcome is known */
	readonly #told = new Set<string>();
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
			if (row.kind === "named" || row.kind === "told") calls.#setNamed(row, row.kind);
			else calls.#count(row, 1n);
			if (row.kind === "call") calls.#set(row.key, row);
			else if (row.kind === "meter") calls.#meters.set(toHex(row.request), row);
			else if (row.kind === "total") calls.#totals.set(id, row);
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

	/** In the order in which they were opened, since this program started. */
	meters(): readonly CallMeter[] {
		return [...this.#meters.values()];
	}

	named(key: string): NamedTick | undefined {
		return this.#named.get(key);
	}

	/** Whether this tick of a meter is some named call's. */
	isNamed(request: Bytes, ticks: number): boolean {
		return this.#namedTicks.has(tickName({ request, ticks }));
	}

	/** Calls by a meter that were named and have no answer, as far as is known. */
	unanswered(request: Bytes): readonly NamedTick[] {
		return [...this.#named.values()].filter(
			(row) => equalBytes(row.request, request) && !this.#told.has(row.key),
		);
	}

	#setNamed(row: NamedTick, kind: "named" | "told"): void {
		this.#named.set(row.key, row);
		this.#namedTicks.add(tickName(row));
		if (kind === "told") this.#told.add(row.key);
	}

	#dropNamed(row: NamedTick): void {
		this.#named.delete(row.key);
		this.#namedTicks.delete(tickName(row));
		this.#told.delete(row.key);
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

	/** Durable when it resolves: a new meter, which then stands in the place of its promise, or how one ended. */
	keepMeter(row: CallMeter, free: () => void = () => undefined): Promise<void> {
		return this.#changes.run(async () => {
			const id = toHex(row.request);
			await this.#store.commit([
				{ key: `meter/${id}`, value: serialize(callRow, { ...row, kind: "meter" }) },
			]);
			const before = this.#meters.get(id);
			if (before !== undefined) this.#count(before, -1n);
			this.#count(row, 1n);
			this.#meters.set(id, row);
			free();
		});
	}

	/** It was never opened: nothing was paid. */
	dropMeter(row: CallMeter): Promise<void> {
		return this.#changes.run(async () => {
			const id = toHex(row.request);
			await this.#store.commit([{ key: `meter/${id}`, value: null }]);
			if (this.#meters.delete(id)) this.#count(row, -1n);
		});
	}

	/** Durable when it resolves. */
	keepNamed(row: NamedTick): Promise<void> {
		return this.#changes.run(() => this.#keepNamed(row, "named"));
	}

	/** It has its answer, or has none any more: durable when it resolves. Its tick stays its own. */
	tellNamed(key: string): Promise<void> {
		return this.#changes.run(async () => {
			const row = this.#named.get(key);
			if (row !== undefined && !this.#told.has(key)) await this.#keepNamed(row, "told");
		});
	}

	async #keepNamed(row: NamedTick, kind: "named" | "told"): Promise<void> {
		const value = serialize(callRow, { ...row, kind });
		await this.#store.commit([{ key: nameId(row.key), value }]);
		this.#setNamed(row, kind);
	}

	/** Its tick was never taken, and is not shown again. */
	dropNamed(key: string): Promise<void> {
		return this.#changes.run(async () => {
			const row = this.#named.get(key);
			if (row === undefined) return;
			await this.#store.commit([{ key: nameId(key), value: null }]);
			this.#dropNamed(row);
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
			const meters = [...this.#meters.values()].filter(({ isOver, at }) => isOver && at < before);
			const told = [...this.#named.values()].filter((row) => row.at < before && !this.#isAwaited(row));
			if (over.length + meters.length + told.length === 0) return;
			const totals = new Map<string, Total>();
			for (const { origin, asset, amount: paid } of [...over, ...meters]) {
				const id = `spent/${toHex(sha256(toUtf8(sumName(asset, origin))))}`;
				const had = (totals.get(id) ?? this.#totals.get(id))?.amount ?? 0n;
				totals.set(id, { origin, asset, amount: had + paid });
			}
			const writes: readonly StoreWrite[] = [
				...over.map(({ key }) => ({ key: idOf(key), value: null })),
				...meters.map(({ request }) => ({ key: `meter/${toHex(request)}`, value: null })),
				...told.map(({ key }) => ({ key: nameId(key), value: null })),
				...[...totals].map(([key, row]) => ({ key, value: serialize(callRow, { ...row, kind: "total" }) })),
			];
			await this.#store.commit(writes);
			for (const { key } of over) this.#set(key, undefined);
			for (const { request } of meters) this.#meters.delete(toHex(request));
			for (const row of told) this.#dropNamed(row);
			for (const [id, row] of totals) this.#totals.set(id, row);
		});
	}

	/** Whether its answer may still come, by a meter that is not over. */
	#isAwaited({ key, request }: NamedTick): boolean {
		return !this.#told.has(key) && this.#meters.get(toHex(request))?.isOver === false;
	}

	close(): Promise<void> {
		return this.#store.close();
	}
}

function sumName({ operator, code }: AssetId, origin = ""): string {
	return `${toHex(operator)}/${code}/${origin}`;
}

function tickName({ request, ticks }: Pick<NamedTick, "request" | "ticks">): string {
	return `${toHex(request)}/${ticks}`;
}

function nameId(key: string): string {
	return `tick/${toHex(sha256(toUtf8(key)))}`;
}

/** Keys of stores are short ASCII. */
function idOf(key: string): string {
	return `call/${toHex(sha256(toUtf8(key)))}`;
}
