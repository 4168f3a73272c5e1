/**
 * Chance that follows from a seed: xoroshiro128+ (Blackman, Vigna 2018) by pure-rand.
 *
 * Every party draws from a stream of its own, so that what one of them does leaves the others' draws alone.
 */
import { type Bytes, sha256 } from "@tenten/protocol";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

export class Chance {
	readonly #generator: ReturnType<typeof xoroshiro128plusFromState>;

	/** The stream of one seed that bears this name. */
	constructor(seed: number, name: string) {
		const digest = sha256(new TextEncoder().encode(`tenten/sim/${seed}/${name}`));
		const view = new DataView(digest.buffer, digest.byteOffset);
		// A state of zeros would stay zeros: one in 2^128.
		this.#generator = xoroshiro128plusFromState([0, 4, 8, 12].map((at) => view.getInt32(at)));
	}

	/** A whole number from zero, below `bound` (at most 2^31). */
	below(bound: number): number {
		return ((this.#generator.next() >>> 1) % 0x7fffffff) % bound;
	}

	/** From `low` to `high`, both of them included. */
	between(low: number, high: number): number {
		return low + this.below(high - low + 1);
	}

	/** True `rate` times of one. */
	happens(rate: number): boolean {
		return rate > 0 && this.below(1_000_000) < rate * 1_000_000;
	}

	of<T>(items: readonly T[]): T | undefined {
		return items.length === 0 ? undefined : items[this.below(items.length)];
	}

	/** One of the names, each as often as its weight says; undefined where all weigh nothing. */
	weighed<K extends string>(weights: Readonly<Record<K, number>>): K | undefined {
		const entries = Object.entries<number>(weights) as [K, number][];
		const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
		if (total === 0) return undefined;
		let left = this.below(total);
		for (const [name, weight] of entries) {
			if (left < weight) return name;
			left -= weight;
		}
		return undefined;
	}

	readonly bytes = (length: number): Bytes => {
		const bytes = new Uint8Array(length);
		for (let at = 0; at < length; at += 4) {
			const drawn = this.#generator.next();
			for (let i = 0; i < 4 && at + i < length; i++) bytes[at + i] = drawn >>> (8 * i);
		}
		return bytes;
	};
}
