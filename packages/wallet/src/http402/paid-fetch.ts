/**
 * `fetch` that pays: what answers 402 is paid within a budget, once a call.
 *
 *   call ──▶ 402 ──▶ request checked, budget held ──▶ LOCKED durable ──▶ row of the call durable ──▶ transfer sent
 *     ──▶ RESERVED ──▶ RELEASED durable ──▶ the same call with the release ──▶ its answer
 *
 * A call is named by its `Idempotency-Key`: whoever asks again under the same key, after a crash too, gets the answer
 * of the payment that was made. The row is there before anything is sent, so a key that has a payment is known by it:
 * a server that takes the release and asks for more gets nothing. Until the release the payment can be given up, and is
 * where the payee cannot be reached.
 */
import type { ModuleStore } from "@tenten/module";
import {
	type AssetId,
	type Bytes,
	equalBytes,
	isRefusal,
	type Refusal,
	refuse,
	toHex,
} from "@tenten/protocol";
import { Queue } from "../queue.ts";
import type { Channel } from "../transport/channel.ts";
import type { Wallet } from "../wallet.ts";
import type { Budget } from "./budget.ts";
import { callHash, isCallMemo } from "./call.ts";
import { CallBooks, newBook } from "./call-books.ts";
import { CallMeters } from "./call-meters.ts";
import { type PaidCall, PaidCalls } from "./calls.ts";
import { type ChosenAsking, chooseAsking, chooseMeter } from "./choosing.ts";
import { type Fetch, fetchChannel } from "./fetch-channel.ts";
import { requiredHeader } from "./headers.ts";
import { reserve } from "./reserving.ts";
import { discard, type SentCall, sentCall, sentRequest } from "./sent-call.ts";
import { isPending, showPayment } from "./showing.ts";

export type PaidFetchOptions = {
	/** whoever pays; of no other `PaidFetch` */
	readonly wallet: Wallet;
	/** rows of what was paid; these calls' alone, apart from the wallet's */
	readonly rows: ModuleStore;
	readonly budget: Budget;
	/** unix seconds */
	readonly now: () => number;
	readonly random: (bytes: number) => Bytes;
	/** the platform's without */
	readonly fetch?: Fetch;
	/** for one exchange over the network */
	readonly timeout_ms?: number;
	/** how often one exchange is tried before it is left for later */
	readonly tries?: number;
	/** seconds for which a key is remembered after its answer */
	readonly keep?: number;
};

type Buying = {
	readonly key: string;
	readonly call: SentCall;
	readonly asking: ChosenAsking;
	readonly origin: string;
	readonly book?: PaidCall["book"];
};

const usual = { timeout_ms: 30_000, tries: 3, keep: 86_400 } as const;
/** seconds: a lock of a program that ended is given up by then */
const patience = 120;
/** between two looks at what is to be forgotten, seconds */
const foldEvery = 60;
const [longestKey, longestUrl] = [256, 8_192];

export class PaidFetch {
	readonly #options: Required<PaidFetchOptions>;
	readonly #calls: PaidCalls;
	readonly #books: CallBooks;
	readonly #meters: CallMeters;
	/** one book or meter at a time, by origin */
	readonly #buying = new Map<string, Queue>();
	/** one after another under one key: the last of each */
	readonly #keys = new Map<string, Promise<unknown>>();
	#foldedAt = 0;

	private constructor(options: PaidFetchOptions, calls: PaidCalls) {
		this.#options = { ...usual, fetch: (request) => globalThis.fetch(request), ...options };
		this.#calls = calls;
		this.#books = new CallBooks(calls);
		const { wallet, budget, now, tries, fetch, timeout_ms } = this.#options;
		this.#meters = new CallMeters({
			...{ wallet, calls, budget, now, tries, fetch, timeout_ms },
			channel: (row) => this.#channel(row),
		});
	}

	/** `state-damaged` where the rows cannot be read. */
	static async open(options: PaidFetchOptions): Promise<PaidFetch | Refusal> {
		const calls = await PaidCalls.open(options.rows);
		if (isRefusal(calls)) return calls;
		await cancelUnsent(options.wallet, calls);
		const opened = new PaidFetch(options, calls);
		await opened.#meters.begin();
		return opened;
	}

	/**
	 * As `fetch`, without following redirects. Refusals: `budget-exceeded`, `funds-insufficient` and others with nothing
	 * paid; `answer-pending`: it is paid, and asking again under its key costs nothing; `order-taken`: the key is of
	 * another call; `channel-failed`: nothing was paid.
	 */
	async fetch(input: string | URL, init: RequestInit = {}): Promise<Response | Refusal> {
		const call = await sentCall(input, init);
		const named = call.headers.get("idempotency-key");
		const key = named ?? toHex(this.#options.random(16));
		if (key === "" || key.length > longestKey)
			return refuse("malformed", "an Idempotency-Key of that length");
		if (call.url.length > longestUrl) return refuse("too-large", "the address");
		const runs = (this.#keys.get(key) ?? Promise.resolve()).then(() => this.#run(key, call, named !== null));
		const last = runs.catch(() => undefined);
		this.#keys.set(key, last);
		try {
			return await runs;
		} finally {
			if (this.#keys.get(key) === last) this.#keys.delete(key);
		}
	}

	/** What is paid and has no answer yet: to be asked for again under its key. */
	pending(): readonly PaidCall[] {
		return this.#calls.list().filter(({ state }) => state === "paying");
	}

	/** Paid, and promised to payments that are under way. Minor units. */
	spent(asset: AssetId, origin?: string): bigint {
		return this.#calls.spent(asset, origin);
	}

	/**
	 * Closes the meters that were opened: what they hold beyond what was due comes back. How many could not be: their
	 * server cannot be reached, or a named call by them is to be asked for again.
	 */
	settle(): Promise<number> {
		return this.#meters.settle();
	}

	async #run(key: string, call: SentCall, isNamed: boolean): Promise<Response | Refusal> {
		await this.#fold();
		const before = this.#calls.find(key);
		const hash = (before ?? this.#calls.named(key))?.hash;
		if (hash !== undefined && !equalBytes(hash, callHash(call)))
			return refuse("order-taken", "another call was paid under this key");
		const stands = before && (await this.#finish(before, call));
		if (stands !== undefined) return stands;
		const ticked = (await this.#meters.call(key, call, isNamed)) ?? (await this.#tick(key, call));
		if (ticked !== undefined) return ticked;
		const first = await this.#send(call);
		const header = isRefusal(first) || first.status !== 402 ? null : first.headers.get(requiredHeader);
		if (isRefusal(first) || header === null) return first;
		discard(first);
		return (await this.#openMeter(key, call, header, isNamed)) ?? this.#buy(key, call, header);
	}

	/** Opens a meter where one is offered, and makes the call by it; undefined where nothing was paid. */
	async #openMeter(
		key: string,
		call: SentCall,
		header: string,
		isNamed: boolean,
	): Promise<Response | Refusal | undefined> {
		const { wallet, budget } = this.#options;
		const { origin } = new URL(call.url);
		const asking = chooseMeter(header, origin, wallet, budget);
		if (asking === undefined || isRefusal(asking)) return undefined;
		const not = await this.#buyingAt(origin).run(() => this.#meters.open(call.url, origin, asking));
		return not === undefined ? this.#meters.call(key, call, isNamed) : undefined;
	}

	#buyingAt(origin: string): Queue {
		const queue = this.#buying.get(origin) ?? new Queue();
		this.#buying.set(origin, queue);
		return queue;
	}

	/** Pays what is asked for a call, and brings its answer. */
	async #buy(key: string, call: SentCall, header: string): Promise<Response | Refusal> {
		const { wallet, budget } = this.#options;
		const asking = chooseAsking(header, call, wallet, budget);
		if (isRefusal(asking)) return asking;
		const { origin } = new URL(call.url);
		if (asking.calls > 1) return this.#buyBook(key, call, asking, origin);
		const free = this.#calls.hold(budget, { origin, asset: asking.asset, amount: asking.amount });
		if (isRefusal(free)) return free;
		try {
			await wallet.tick();
			const paid = await this.#pay({ key, call, asking, origin }, free);
			return isRefusal(paid) ? paid : await this.#show(paid, call);
		} finally {
			free();
		}
	}

	/** Buys a book, unless another call has bought one meanwhile, and makes the call by it. */
	async #buyBook(
		key: string,
		call: SentCall,
		asking: ChosenAsking,
		origin: string,
	): Promise<Response | Refusal> {
		const { budget, random } = this.#options;
		const refused = await this.#buyingAt(origin).run(async () => {
			this.#books.learn(call.url, asking);
			if (this.#books.find(origin, asking) !== undefined) return undefined;
			const free = this.#calls.hold(budget, { origin, asset: asking.asset, amount: asking.amount });
			if (isRefusal(free)) return free;
			try {
				const book = newBook(random(16), asking.calls);
				const paid = await this.#pay({ key: toHex(random(16)), call, asking, origin, book }, free);
				return isRefusal(paid) ? paid : undefined;
			} finally {
				free();
			}
		});
		if (refused !== undefined) return refused;
		return (await this.#tick(key, call)) ?? refuse("answer-pending", "the server knows the book no more");
	}

	/** A call by a book that was bought; undefined where there is none. A book that is not open yet is opened by it. */
	#tick(key: string, call: SentCall): Promise<Response | Refusal | undefined> {
		return this.#books.call(key, call, this.#options.tries, async (row, ticking) => {
			if (row.state === "answered") return this.#send(ticking);
			return (await this.#finish(row, ticking)) ?? refuse("channel-failed", "the book was not paid");
		});
	}

	/** The rest of a payment that was begun under this key; undefined where it was given up. */
	async #finish(row: PaidCall, call: SentCall): Promise<Response | Refusal | undefined> {
		const { wallet } = this.#options;
		if (wallet.module.payer(row.attempt) === "locked") {
			const messages = await wallet.module.contact(row.attempt);
			if (!isRefusal(messages)) await this.#reserve(row, messages);
		}
		switch (wallet.module.payer(row.attempt)) {
			case "released":
				return this.#show(row, call);
			case "cancelled":
				await this.#calls.drop(row);
				return undefined;
			case "locked":
				return refuse("channel-failed", "set aside, and the payee cannot be reached: ask again");
			default:
				return refuse("answer-gone", "this payment is on record no more");
		}
	}

	/** Sets the money aside, writes down what for, and has the payee reserve it, which releases it. */
	async #pay(
		{ key, call, asking, origin, book = null }: Buying,
		free: () => void,
	): Promise<PaidCall | Refusal> {
		const { wallet, now } = this.#options;
		const started = await wallet.start({ request: asking.request, patience });
		if (isRefusal(started)) return started;
		const { attempt } = started;
		const { asset, amount, address, accepted, digest: request } = asking;
		const row: PaidCall = {
			...{ key, hash: callHash(call), url: call.url, origin, asset, amount, address, accepted },
			...{ request, attempt, at: now(), state: "paying", book },
		};
		await this.#calls.keep(row, free);
		const why = await this.#reserve(row, started.messages);
		if (wallet.module.payer(attempt) === "released") return row;
		if (wallet.module.payer(attempt) === "locked") await wallet.module.cancel(attempt);
		const cancel = await wallet.module.contact(attempt);
		if (!isRefusal(cancel)) await this.#channel(row).exchange(cancel);
		await this.#calls.drop(row);
		return why ?? refuse("channel-failed", "the payee cannot be reached, and nothing was paid");
	}

	#reserve(row: PaidCall, messages: readonly Bytes[]): Promise<Refusal | undefined> {
		const { wallet, tries } = this.#options;
		return reserve(wallet, row.attempt, messages, this.#channel(row), tries);
	}

	async #show(row: PaidCall, call: SentCall): Promise<Response | Refusal> {
		const shown = await showPayment(row, call, this.#options);
		// As it is by now: calls of a book go on meanwhile.
		const now = this.#calls.find(row.key) ?? row;
		if (now.state === "paying" && !isPending(shown)) await this.#calls.keep({ ...now, state: "answered" });
		return shown;
	}

	#channel({ origin, address }: Pick<PaidCall, "origin" | "address">): Channel {
		const { fetch, timeout_ms } = this.#options;
		return fetchChannel(origin + address, fetch, timeout_ms);
	}

	async #send(call: SentCall): Promise<Response | Refusal> {
		const { fetch, timeout_ms } = this.#options;
		try {
			return await fetch(sentRequest(call, timeout_ms));
		} catch (error) {
			return refuse("channel-failed", error instanceof Error ? error.message : "");
		}
	}

	async #fold(): Promise<void> {
		const { now, keep, wallet } = this.#options;
		if (now() < this.#foldedAt + foldEvery) return;
		this.#foldedAt = now();
		await wallet.module.forget();
		await this.#calls.fold(now() - keep);
	}

	/** The wallet stays open. */
	close(): Promise<void> {
		return this.#calls.close();
	}
}

/** A payment that is set aside for a call and has no row was never sent: the program ended between the two. */
async function cancelUnsent({ module }: Wallet, calls: PaidCalls): Promise<void> {
	const known = new Set(calls.list().map(({ attempt }) => toHex(attempt)));
	const locked = module.attempts(({ side, state }) => side === "payer" && state === "locked");
	for (const { attempt, memo } of locked)
		if (isCallMemo(memo) && !known.has(toHex(attempt))) await module.cancel(attempt);
}
