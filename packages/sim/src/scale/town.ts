/**
 * A town of a million devices that pay each other for an hour, and what of it reaches their operator.
 *
 *   pay ──▶ tokens chosen, links, change ──▶ at the payee's: upkeep where due ──▶ an order ──▶ rows
 *            └─ too little: a withdrawal      └─ above its ceiling: a redemption
 *
 * What is decided is decided as the wallet does it (selection, upkeep, limits of an order); signatures are left
 * out, and so are conditions. Some devices are broken and pay one token twice: the operator has proof once both
 * branches have come to it, and how long that takes is counted.
 */
import { limits } from "@tenten/protocol";
import { Chance } from "../chance.ts";
import { Outputs } from "./outputs.ts";
import { Wallets, type Weights } from "./wallets.ts";

export type TownOptions = {
	readonly seed: number;
	readonly devices: number;
	/** payments of the whole town */
	readonly rate_per_s: number;
	readonly duration_s: number;
	/** minor units: what a device holds at the start, and draws again when it runs out */
	readonly purse: bigint;
	/** minor units: what it holds at most; above it half is redeemed */
	readonly ceiling: bigint;
	/** one payment in so many is made twice with the same tokens */
	readonly forkEvery: number;
	/** whom the next payment goes to, below `devices` */
	readonly payee: (chance: Chance) => number;
	readonly weights: Weights;
	readonly progress?: (payments: number) => void;
};

type Orders = { withdrawals: number; refreshes: number; redemptions: number };

export type TownReport = {
	readonly payments: number;
	readonly links: number;
	readonly orders: Readonly<Orders>;
	/** all orders of the last quarter of the time, when fresh purses are long used up */
	readonly lateOrders: number;
	/** payments that no selection could carry before a refresh */
	readonly crowded: number;
	/** registry rows */
	readonly rows: number;
	/** tokens by the links on their path when they came in */
	readonly hops: readonly number[];
	readonly forks: { readonly made: number; readonly delays_s: readonly number[] };
	/** minor units */
	readonly deposited: bigint;
	readonly redeemed: bigint;
	readonly held: bigint;
	/** of what was held, the part that a fork made */
	readonly forged: bigint;
};

export function runTown(options: TownOptions): TownReport {
	return new Town(options).run();
}

class Town {
	readonly #options: TownOptions;
	readonly #chance: Chance;
	readonly #outputs: Outputs;
	readonly #wallets: Wallets;
	readonly #orders: Orders = { withdrawals: 0, refreshes: 0, redemptions: 0 };
	readonly #hops: number[] = new Array<number>(limits.hops + 1).fill(0);
	/** seconds at which an output was spent a second time; null once that is proven */
	readonly #forked = new Map<number, number | null>();
	readonly #delays_s: number[] = [];
	#now_s = 0;
	#links = 0;
	#rows = 0;
	#crowded = 0;
	#forks = 0;
	#deposited = 0n;
	#redeemed = 0n;
	#forged = 0n;

	constructor(options: TownOptions) {
		this.#options = options;
		this.#chance = new Chance(options.seed, "town");
		this.#outputs = new Outputs(options.devices * 16);
		this.#wallets = new Wallets(options.devices, options.weights);
	}

	run(): TownReport {
		const { devices, rate_per_s, duration_s, purse, progress } = this.#options;
		for (let device = 0; device < devices; device++) this.#issue(device, purse);
		this.#deposited = purse * BigInt(devices);
		const payments = rate_per_s * duration_s;
		let early = 0;
		for (let i = 0; i < payments; i++) {
			this.#now_s = i / rate_per_s;
			if (i === Math.floor(0.75 * payments)) early = this.#allOrders();
			this.#pay();
			if (i % 100_000 === 0) progress?.(i);
		}
		let held = 0n;
		for (let device = 0; device < devices; device++) held += this.#wallets.balance(device);
		return {
			payments,
			links: this.#links,
			orders: this.#orders,
			lateOrders: this.#allOrders() - early,
			crowded: this.#crowded,
			rows: this.#rows,
			hops: this.#hops,
			forks: { made: this.#forks, delays_s: this.#delays_s },
			deposited: this.#deposited,
			redeemed: this.#redeemed,
			held,
			forged: this.#forged,
		};
	}

	#allOrders(): number {
		const { withdrawals, refreshes, redemptions } = this.#orders;
		return withdrawals + refreshes + redemptions;
	}

	#pay(): void {
		const payer = this.#chance.below(this.#options.devices);
		const payee = this.#payee(payer);
		const amount = this.#amount();
		const short = amount - this.#wallets.balance(payer);
		if (short > 0n) this.#withdraw(payer, short);
		const places = this.#wallets.select(payer, amount) ?? this.#afterRefresh(payer, amount);
		const isForked = this.#chance.below(this.#options.forkEvery) === 0;
		const third = isForked ? this.#payee(payee) : payee;
		this.#handOver(payer, payee, third, amount, places);
		this.#refresh(payer, this.#wallets.upkeep(payer));
		this.#receive(payee);
		if (isForked) this.#receive(third);
	}

	/** From 100 to 10,000 minor units, small ones more often: uniform in its logarithm. */
	#amount(): bigint {
		const share = this.#chance.below(1_000_000) / 1_000_000;
		return BigInt(Math.floor(100 * 100 ** share));
	}

	#payee(payer: number): number {
		for (;;) {
			const payee = this.#options.payee(this.#chance);
			if (payee !== payer) return payee;
		}
	}

	/** Pays `amount` to one, and where `third` is another, the same tokens to that one too. */
	#handOver(payer: number, payee: number, third: number, amount: bigint, places: readonly number[]): void {
		let left = amount;
		// From the last place on: whoever is dropped is replaced by the one that stands last.
		const spent = places.map((place) => ({
			place,
			amount: this.#wallets.amount(payer, place),
			output: this.#wallets.output(payer, place),
		}));
		for (const { place } of spent.toSorted((a, b) => b.place - a.place)) this.#wallets.drop(payer, place);
		for (const { amount: whole, output } of spent) {
			const paid = whole < left ? whole : left;
			left -= paid;
			this.#link(output, [
				[payee, paid],
				[payer, whole - paid],
			]);
			if (third !== payee) {
				this.#link(output, [[third, paid]]);
				this.#forked.set(output, this.#now_s);
				this.#forks++;
				this.#forged += paid;
			}
			this.#outputs.spent(output);
		}
	}

	#link(input: number, made: readonly (readonly [device: number, amount: bigint])[]): void {
		const link = this.#outputs.link();
		this.#links++;
		for (const [device, amount] of made)
			if (amount > 0n) {
				const output = this.#outputs.made(input, link);
				this.#wallets.put(device, amount, output, this.#outputs.links(output));
			}
	}

	#receive(device: number): void {
		this.#refresh(device, this.#wallets.upkeep(device));
		const { ceiling } = this.#options;
		const balance = this.#wallets.balance(device);
		if (balance <= ceiling) return;
		this.#redeem(device, balance - ceiling / 2n);
	}

	#refresh(device: number, orders: readonly (readonly number[])[]): void {
		if (orders.length === 0) return;
		const taken = orders.map((order) =>
			order.map((place) => ({
				amount: this.#wallets.amount(device, place),
				output: this.#wallets.output(device, place),
			})),
		);
		for (const place of orders.flat().sort((a, b) => b - a)) this.#wallets.drop(device, place);
		for (const order of taken) {
			this.#orders.refreshes++;
			let sum = 0n;
			for (const { amount, output } of order) {
				sum += amount;
				this.#claim(output);
			}
			this.#issue(device, sum);
		}
	}

	/** Redeems whole tokens until so much has gone. */
	#redeem(device: number, amount: bigint): void {
		let left = amount;
		let inOrder = 0;
		while (left > 0n && this.#wallets.count(device) > 0) {
			const value = this.#wallets.amount(device, 0);
			this.#claim(this.#wallets.output(device, 0));
			this.#wallets.drop(device, 0);
			this.#redeemed += value;
			left -= value;
			if (inOrder++ % limits.orderTokens === 0) this.#orders.redemptions++;
		}
	}

	#withdraw(device: number, least: bigint): void {
		const { purse } = this.#options;
		const amount = least > purse ? least : purse;
		this.#orders.withdrawals++;
		this.#deposited += amount;
		this.#issue(device, amount);
	}

	#afterRefresh(payer: number, amount: bigint): readonly number[] {
		this.#crowded++;
		this.#refresh(payer, this.#wallets.batches(payer, this.#wallets.places(payer)));
		const places = this.#wallets.select(payer, amount);
		if (places === undefined) throw new Error("fresh tokens that no payment can carry");
		return places;
	}

	#issue(device: number, amount: bigint): void {
		this.#wallets.put(device, amount, this.#outputs.issued(), 0);
	}

	#claim(output: number): void {
		const links = this.#outputs.links(output);
		this.#hops[links] = (this.#hops[links] ?? 0) + 1;
		const { rows, forks } = this.#outputs.claim(output);
		this.#rows += rows;
		for (const forked of forks) {
			const since = this.#forked.get(forked);
			if (since === undefined) throw new Error("a fork that nobody made");
			// Each further token of either branch shows it again.
			if (since === null) continue;
			this.#forked.set(forked, null);
			this.#delays_s.push(this.#now_s - since);
		}
	}
}
