/**
 * A million wallets in flat columns: which tokens each holds, which it would spend, and which refresh.
 *
 * What is decided is what the wallet decides (`selectTokens`, ADR 0008; `planUpkeep`) over what it goes by here,
 * where all tokens are free and of one day: amount, size, signatures. A test holds both side by side.
 */
import { limits } from "@tenten/protocol";
import { defaultUpkeep } from "@tenten/wallet";

/** Places of one wallet: more than a payment can add to what upkeep leaves. */
const places = 48;
const transferBytes = limits.message - 8_192;
const bytesOfOneLink = 512;
const signaturesOfOneLink = 2;
const otherBytes = 8_192;
const otherSignatures = 8;

/** What tokens of so many links weigh: measured of real ones. */
export type Weights = { readonly bytes: readonly number[]; readonly signatures: readonly number[] };

export class Wallets {
	readonly #weights: Weights;
	readonly #counts: Uint8Array;
	readonly #amounts: BigInt64Array;
	readonly #outputs: Int32Array;
	readonly #links: Uint8Array;
	readonly #order = new Int32Array(places);

	constructor(count: number, weights: Weights) {
		this.#weights = weights;
		this.#counts = new Uint8Array(count);
		this.#amounts = new BigInt64Array(count * places);
		this.#outputs = new Int32Array(count * places);
		this.#links = new Uint8Array(count * places);
	}

	count(wallet: number): number {
		return this.#counts[wallet] as number;
	}

	amount(wallet: number, place: number): bigint {
		return this.#amounts[wallet * places + place] as bigint;
	}

	output(wallet: number, place: number): number {
		return this.#outputs[wallet * places + place] as number;
	}

	bytes(wallet: number, place: number): number {
		return this.#weights.bytes[this.links(wallet, place)] as number;
	}

	signatures(wallet: number, place: number): number {
		return this.#weights.signatures[this.links(wallet, place)] as number;
	}

	links(wallet: number, place: number): number {
		return this.#links[wallet * places + place] as number;
	}

	places(wallet: number): readonly number[] {
		return [...Array(this.count(wallet)).keys()];
	}

	balance(wallet: number): bigint {
		let sum = 0n;
		for (let place = 0; place < this.count(wallet); place++) sum += this.amount(wallet, place);
		return sum;
	}

	put(wallet: number, amount: bigint, output: number, links: number): void {
		const place = this.count(wallet);
		if (place === places) throw new Error(`wallet ${wallet} is full`);
		this.#counts[wallet] = place + 1;
		const at = wallet * places + place;
		this.#amounts[at] = amount;
		this.#outputs[at] = output;
		this.#links[at] = links;
	}

	/** Takes one out; the last one stands in its place then. */
	drop(wallet: number, place: number): void {
		const last = this.count(wallet) - 1;
		const [at, from] = [wallet * places + place, wallet * places + last];
		this.#amounts[at] = this.#amounts[from] as bigint;
		this.#outputs[at] = this.#outputs[from] as number;
		this.#links[at] = this.#links[from] as number;
		this.#counts[wallet] = last;
	}

	/** Places to spend in this order, the last leaving change; undefined where one payment cannot carry it. */
	select(wallet: number, amount: bigint): readonly number[] | undefined {
		const longestFirst = (a: number, b: number): number => this.bytes(wallet, b) - this.bytes(wallet, a);
		const cheapestUnitFirst = (a: number, b: number): number => {
			const first = BigInt(this.bytes(wallet, a)) * this.amount(wallet, b);
			const second = BigInt(this.bytes(wallet, b)) * this.amount(wallet, a);
			return first < second ? -1 : first > second ? 1 : 0;
		};
		const shortestFirst = (a: number, b: number): number => this.bytes(wallet, a) - this.bytes(wallet, b);
		return (
			this.#take(wallet, amount, longestFirst) ??
			this.#take(wallet, amount, cheapestUnitFirst) ??
			this.#take(wallet, amount, shortestFirst)
		);
	}

	/** Orders of places: what is due, and where there are many the longest with it, until few are left. */
	upkeep(wallet: number): readonly (readonly number[])[] {
		let left = this.count(wallet);
		const isCrowded = left >= defaultUpkeep.count;
		if (!isCrowded && !this.#hasDue(wallet)) return [];
		const places = this.places(wallet);
		const due = new Set(places.filter((place) => this.#isDue(wallet, place)));
		if (!isCrowded) return this.batches(wallet, [...due]);
		const others = places
			.filter((place) => !due.has(place))
			.sort((a, b) => this.bytes(wallet, b) - this.bytes(wallet, a));
		return this.batches(wallet, [...due, ...others]).filter((order) => {
			const isWanted = left >= defaultUpkeep.count || order.some((place) => due.has(place));
			if (isWanted) left -= order.length - 1;
			return isWanted;
		});
	}

	#hasDue(wallet: number): boolean {
		for (let place = 0; place < this.count(wallet); place++) if (this.#isDue(wallet, place)) return true;
		return false;
	}

	#isDue(wallet: number, place: number): boolean {
		return (
			this.links(wallet, place) >= defaultUpkeep.links || this.bytes(wallet, place) >= defaultUpkeep.bytes
		);
	}

	/** As many tokens an order as its message carries and its operator verifies. */
	batches(wallet: number, places: readonly number[]): readonly (readonly number[])[] {
		const orders: number[][] = [];
		let [bytes, signatures] = [otherBytes, otherSignatures];
		for (const place of places) {
			const weight = this.bytes(wallet, place) + bytesOfOneLink;
			const cost = this.signatures(wallet, place) + signaturesOfOneLink;
			const last = orders.at(-1);
			const fits =
				last !== undefined &&
				last.length < limits.orderTokens &&
				bytes + weight <= limits.message &&
				signatures + cost <= limits.signatures;
			if (fits) last.push(place);
			else {
				orders.push([place]);
				[bytes, signatures] = [otherBytes, otherSignatures];
			}
			bytes += weight;
			signatures += cost;
		}
		return orders;
	}

	#take(wallet: number, amount: bigint, order: (a: number, b: number) => number): number[] | undefined {
		const count = this.count(wallet);
		this.#sort(count, order);
		const taken: number[] = [];
		let [sum, bytes, signatures] = [0n, 0, 0];
		for (let i = 0; i < count && sum < amount; i++) {
			const place = this.#order[i] as number;
			sum += this.amount(wallet, place);
			bytes += this.bytes(wallet, place) + bytesOfOneLink;
			signatures += this.signatures(wallet, place) + signaturesOfOneLink;
			taken.push(place);
		}
		const fits = taken.length <= limits.tokens && bytes <= transferBytes && signatures <= limits.signatures;
		return sum >= amount && fits ? taken : undefined;
	}

	/** By insertion, which keeps equals in their order as `toSorted` does. */
	#sort(count: number, order: (a: number, b: number) => number): void {
		for (let i = 0; i < count; i++) {
			let at = i;
			for (; at > 0 && order(this.#order[at - 1] as number, i) > 0; at--)
				this.#order[at] = this.#order[at - 1] as number;
			this.#order[at] = i;
		}
	}
}
