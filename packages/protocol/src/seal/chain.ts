/**
 * Following the seals of one log, leaf by leaf: what each of them has to be judged against.
 *
 *   batch ── batch ── seal 7 ── batch ── seal 8 ── …      `add` each; a seal comes back with what stood before it
 *
 * Two seals are kept. The last *placed* one is the seal of its number: the next has to name it. The last *sound* one was
 * right about all before it: its totals, and what only goes forward. Where an operator seals a total that is wrong, the
 * seal after it adds to the wrong one, and is wrong too; until one is right again from the last sound one on. All of it
 * follows from the leaves alone, so whoever begins again at a sound seal comes to the same.
 */
import { type Bytes, compareBytes, toHex } from "../codec/index.ts";
import { type Batch, type CountedBatch, isCounted } from "./batch.ts";
import { brokenPast, brokenPlace, type SealBefore, type Standing } from "./check.ts";
import type { LogLeaf, Seal } from "./seal.ts";

/** A seal with what it is judged against; `isPlaced`: it is the seal of its number, which the next one names. */
export type FollowedSeal = { readonly seal: Seal; readonly against: Standing; readonly isPlaced: boolean };

export class SealChain {
	readonly #operator: Bytes;
	#placed: Since;
	#sound: Since;

	/** From the log's beginning; or from behind `sound`, which a chain has said is (`sound`). */
	constructor(operator: Bytes, sound: Seal | null = null) {
		this.#operator = operator;
		this.#placed = new Since(sound);
		this.#sound = new Since(sound);
	}

	/** The last sound seal. */
	get sound(): Seal | null {
		return this.#sound.seal;
	}

	/** A chain that goes its own way from here. */
	copy(): SealChain {
		const copy = new SealChain(this.#operator);
		copy.#placed = this.#placed.copy();
		copy.#sound = this.#sound.copy();
		return copy;
	}

	/** The next leaf of the log. */
	add(leaf: LogLeaf): FollowedSeal | undefined {
		if (leaf.kind === "batch") {
			this.#placed.add(leaf.batch);
			this.#sound.add(leaf.batch);
			return undefined;
		}
		if (leaf.kind !== "seal") return undefined;
		const { seal } = leaf;
		const isSound = this.#placed.seal === this.#sound.seal;
		const placed = this.#placed.before();
		const standing = { operator: this.#operator, ...placed };
		const against: Standing = isSound ? standing : { ...standing, sound: this.#sound.before() };
		const isPlaced = brokenPlace(seal, against).length === 0;
		if (isPlaced) {
			this.#placed = new Since(seal);
			if (brokenPast(seal, against).length === 0) this.#sound = new Since(seal);
		}
		return { seal, against, isPlaced };
	}
}

/** Nine kinds of batches add to totals, and no seal lists more than 64 assets: with more than that, none is right. */
const batchesMost = 9 * 65;

/** A seal, and what batches have added since: one batch for all of a kind and an asset. */
class Since {
	readonly seal: Seal | null;
	readonly #batches: Map<string, CountedBatch>;

	constructor(seal: Seal | null, batches: ReadonlyMap<string, CountedBatch> = new Map()) {
		this.seal = seal;
		this.#batches = new Map(batches);
	}

	copy(): Since {
		return new Since(this.seal, this.#batches);
	}

	add(batch: Batch): void {
		if (!isCounted(batch)) return;
		const key = `${batch.kind} ${toHex(batch.asset)}`;
		const before = this.#batches.get(key);
		if (before === undefined && this.#batches.size === batchesMost) return;
		this.#batches.set(key, { ...batch, total: (before?.total ?? 0n) + batch.total });
	}

	/** In the order of assets, so that what is broken is told in one order. */
	before(): SealBefore {
		const batches = [...this.#batches.values()].sort((a, b) => compareBytes(a.asset, b.asset));
		return { previous: this.seal, batches };
	}
}
