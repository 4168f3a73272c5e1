/**
 * A company's system: its orders, and behind them the wallet that is paid.
 *
 *   payer's app ──▶ payment of an order? ──▶ the wallet makes a request ──▶ durable ──▶ id and address
 *   payer's module ──▶ hand-over ──▶ the wallet decides ──▶ the order is reserved, paid
 *
 * Value moves between modules alone; orders follow. Where power fails between the two, the wallet is asked when the
 * company opens again, so an order never says more than the wallet has, and says all of it in the end. What was paid
 * directly beyond an order's amount is sent back: nobody could refuse it before it was paid.
 */
import type { AttemptSummary, ModuleStore, Told } from "@tenten/module";
import { type Bytes, isRefusal, type Offer, type Refusal, refuse, toHex } from "@tenten/protocol";
import { type Consider, takes } from "../agreeing.ts";
import { Queue } from "../queue.ts";
import { Wallet, type WalletOptions } from "../wallet.ts";
import {
	type Arrival,
	type Order,
	type OrderPayment,
	type OrderRow,
	type OrderWithPayment,
	withPayment,
} from "./order.ts";
import { Orders } from "./orders.ts";

export type CompanyOptions = Omit<WalletOptions, "told"> & {
	/** rows of the orders; the company's alone, apart from its wallet's */
	readonly orders: ModuleStore;
	/** told of every order whose payment went on, once that is durable: goods go out on `paid` */
	readonly changed?: (row: OrderRow) => void;
};

/** How far the payment of an order is; `issued`: nothing of it has come. */
export type OrderStatus = {
	readonly order: string;
	readonly payment: string;
	readonly status: "issued" | "reserved" | "paid";
};

export class Company {
	readonly wallet: Wallet;
	readonly #orders: Orders;
	readonly #options: Pick<CompanyOptions, "now" | "changed">;
	/** one bundle after another: whether an order is paid is known before the next offer is judged */
	readonly #bundles = new Queue();
	/** what the wallet told, until it is with the orders */
	#following: Promise<void> = Promise.resolve();

	private constructor(wallet: Wallet, orders: Orders, options: Pick<CompanyOptions, "now" | "changed">) {
		this.wallet = wallet;
		this.#orders = orders;
		this.#options = options;
	}

	static async open({ orders: rows, changed, ...options }: CompanyOptions): Promise<Company | Refusal> {
		const orders = await Orders.open(rows);
		if (isRefusal(orders)) return orders;
		let follow: (told: Told) => void = () => undefined;
		let consider: Consider = async (offer) => takes(offer, options.now());
		const wallet = await Wallet.open({
			...options,
			told: (told) => follow(told),
			consider: (offer) => consider(offer),
		});
		if (isRefusal(wallet)) {
			await orders.close();
			return wallet;
		}
		const company = new Company(wallet, orders, { now: options.now, ...(changed && { changed }) });
		const usual = options.consider ?? consider;
		consider = async (offer) => (await company.#surplus(offer)) ?? usual(offer);
		follow = ({ side, attempt }) => {
			if (side === "payee") company.#follow(attempt);
		};
		await company.#followAll();
		return company;
	}

	/** Places an order, to be paid once; the same again changes nothing. `order-taken`: its id is another's. */
	place(order: Order): Promise<OrderRow | Refusal> {
		return this.#orders.place(order);
	}

	find(order: string): OrderRow | undefined {
		return this.#orders.find(order);
	}

	list(): readonly OrderRow[] {
		return this.#orders.list();
	}

	/**
	 * The one payment of an order, made for whoever bears this name: the same at each asking. `order-unknown`;
	 * `order-taken`: another is paying it, or has paid.
	 */
	async ask(order: string, payer: string): Promise<OrderPayment | Refusal> {
		await this.#following;
		const row = await this.#orders.ask(order, payer, this.#options.now());
		if (isRefusal(row)) return row;
		const before = withPayment(row.state);
		if (before !== undefined) return before.payment;
		const { asset, amount, memo, mode } = row.order;
		const made = await this.wallet.request({ asset, amount, memo, mode });
		if (isRefusal(made)) return made;
		const request = this.wallet.module.readRequest(made.encoded);
		if (isRefusal(request)) return request;
		const { expiresAt } = request.body;
		const payment = { id: toHex(made.digest), messages: made.messages, expiresAt };
		const issued = await this.#orders.issue(order, payer, payment);
		if (isRefusal(issued)) return issued;
		// Of two questions at once the first to be answered counts, for both.
		return withPayment(issued.state)?.payment ?? refuse("order-taken");
	}

	/** How far a payment is, told to whoever bears its name. */
	async status(order: string, payer: string): Promise<OrderStatus | Refusal> {
		await this.#following;
		const known = this.#paymentOf(order, payer);
		if (isRefusal(known)) return known;
		return { order, payment: known.payment.id, status: known.kind };
	}

	/** The last word of the company's module on a payment again: the receipt, once it has reserved. Empty before. */
	async again(order: string, payer: string): Promise<readonly Bytes[] | Refusal> {
		const known = this.#paymentOf(order, payer);
		if (isRefusal(known)) return known;
		const attempts = this.#attempts(({ request }) => toHex(request) === known.payment.id);
		const words: Bytes[] = [];
		for (const { attempt } of attempts) {
			const messages = await this.wallet.module.contact(attempt);
			if (!isRefusal(messages)) words.push(...messages);
		}
		return words;
	}

	#paymentOf(order: string, payer: string): OrderWithPayment | Refusal {
		const row = this.#orders.find(order);
		const known = row && withPayment(row.state);
		return known !== undefined && known.payer === payer ? known : refuse("order-unknown");
	}

	/** What the company's module answers to messages that came over any channel. */
	readonly handle = (messages: readonly Bytes[]): Promise<readonly Bytes[]> =>
		this.#bundles.run(async () => {
			const answers = await this.wallet.handle(messages);
			await this.#following;
			return answers;
		});

	/** Why an offer is not taken: it would pay an order more than it costs. */
	async #surplus({ request, accepted }: Offer): Promise<Refusal | undefined> {
		await this.#following;
		const payment = toHex(request.digest);
		const row = this.#orders.findByPayment(payment);
		if (row === undefined) return undefined;
		const paid = owned(this.#attempts((each) => toHex(each.request) === payment));
		return paid + accepted.amount > row.order.amount ? refuse("order-taken") : undefined;
	}

	#follow(attempt: Bytes): void {
		const id = toHex(attempt);
		const follows = this.#following.then(() =>
			this.#note(this.#attempts((each) => toHex(each.attempt) === id)),
		);
		this.#following = follows;
		// Whoever waits for it hears that it failed; nobody may be waiting yet.
		follows.catch(() => undefined);
	}

	#followAll(): Promise<void> {
		return this.#note(this.#attempts(() => true));
	}

	async #note(attempts: readonly AttemptSummary[]): Promise<void> {
		for (const payment of new Set(attempts.map(({ request }) => toHex(request)))) {
			const before = this.#orders.findByPayment(payment);
			if (before === undefined) continue;
			const all = this.#attempts(({ request }) => toHex(request) === payment);
			const row = await this.#orders.arrive(before.order.id, payment, arrivalOf(all, before.order.amount));
			if (!isRefusal(row) && row !== before) this.#options.changed?.(row);
		}
	}

	#attempts(which: (attempt: AttemptSummary) => boolean): readonly AttemptSummary[] {
		return this.wallet.module.attempts(({ side }) => side === "payee").filter(which);
	}

	async close(): Promise<void> {
		try {
			await this.#following;
		} finally {
			await this.wallet.close();
			await this.#orders.close();
		}
	}
}

/** Of all attempts at one payment, of an order of this amount: a part of a direct transfer may come alone. */
function arrivalOf(attempts: readonly AttemptSummary[], amount: bigint): Arrival {
	if (owned(attempts) >= amount) return "paid";
	const isReserved = attempts.some(({ state }) => state === "reserved" || state === "resolving");
	return isReserved ? "reserved" : "nothing";
}

/** What these brought, minor units. */
function owned(attempts: readonly AttemptSummary[]): bigint {
	return attempts.reduce((sum, { state, amount }) => (state === "owned" ? sum + amount : sum), 0n);
}
