/**
 * A payer's chains: the preimages that it shows, tick by tick, and the anchors that they lead to.
 *
 * All of a meter's chains follow from one secret, so a crash loses none. The chain under way stands in memory
 * whole, 32 bytes a tick and 2 MiB at most: it is made once, from its end, and then a tick costs its payer no hash
 * at all (ADR 0069). What could go wrong is to show what has not been asked for: `preimage` gives what it is told.
 */
import { type Bytes, limits } from "../codec/index.ts";
import { taggedHash } from "../crypto/index.ts";
import { chainsOf, placeOf, tickHash } from "../token/index.ts";

export type Chains = {
	/** what stands in the terms: one a chain */
	readonly anchors: () => readonly Bytes[];
	/** what pays the tick of this number, from 1 to the most that the meter has. Not to be changed */
	readonly preimage: (ticks: number) => Bytes;
};

/** `secret`: 32 random bytes that nothing else is made of. `ticks`: the most of the meter. */
export function chainsFrom(meter: Bytes, secret: Bytes, ticks: number): Chains {
	const { chains, last } = chainsOf(ticks);
	const hash = tickHash(meter);
	const lengthOf = (chain: number): number => (chain === chains - 1 ? last : limits.ticks);
	let open: Chain | undefined;
	const chainAt = (number: number): Chain => {
		if (open?.number !== number) open = makeChain(hash, secret, number, lengthOf(number));
		return open;
	};
	return {
		// From the last to the first, which is ticked next.
		anchors: () => Array.from({ length: chains }, (_, i) => chainAt(chains - 1 - i).anchor).toReversed(),
		preimage: (number) => {
			const { chain, position } = placeOf(number);
			return chainAt(chain).preimages.subarray(32 * (position - 1), 32 * position);
		},
	};
}

type Chain = {
	readonly number: number;
	/** of the first tick, the second, … */
	readonly preimages: Bytes;
	readonly anchor: Bytes;
};

function makeChain(hash: (preimage: Bytes) => Bytes, secret: Bytes, number: number, length: number): Chain {
	const preimages = new Uint8Array(32 * length);
	let reached = taggedHash("tick-seed", [secret, number]);
	for (let position = length; position > 0; position--) {
		preimages.set(reached, 32 * (position - 1));
		reached = hash(reached);
	}
	return { number, preimages, anchor: reached };
}
