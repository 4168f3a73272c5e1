/**
 * A payer's chains: the preimages that it shows, tick by tick, and the anchors that they lead to.
 *
 * All of a meter's chains follow from one secret, so a crash loses none. The chain under way stands in memory
 * whole, 32 bytes a tick and 2 MiB at most: it is made once, from its end, and then a tick costs its payer no hash
 * at all (ADR 0069). Of the others a mark each 256 ticks is kept, so that whoever asks about one chain after another
 * has none made twice. What could go wrong is to show what has not been asked for: `preimage` gives what it is told.
 */
import { type Bytes, equalBytes, limits } from "../codec/index.ts";
import { taggedHash } from "../crypto/index.ts";
import { chainsOf, leadsTo, placeOf, type TickHash, tickHash } from "../token/index.ts";

export type Chains = {
	/** what stands in the terms: one a chain */
	readonly anchors: () => readonly Bytes[];
	/** what pays the tick of this number, from 1 to the most that the meter has. Not to be changed */
	readonly preimage: (ticks: number) => Bytes;
	/** whether this is what pays the tick of this number, which is one of the meter's: 255 hashes at most */
	readonly has: (ticks: number, preimage: Bytes) => boolean;
};

/** Ticks between two marks. */
const markEvery = 256;

/** `secret`: 32 random bytes that nothing else is made of. `ticks`: the most of the meter. */
export function chainsFrom(
	meter: Bytes,
	secret: Bytes,
	ticks: number,
	hash: TickHash = tickHash(meter),
): Chains {
	const { chains, last } = chainsOf(ticks);
	const lengthOf = (chain: number): number => (chain === chains - 1 ? last : limits.ticks);
	const marks = new Map<number, Bytes>();
	let open: Chain | undefined;
	const chainAt = (number: number): Chain => {
		if (open?.number !== number) {
			open = makeChain(hash, secret, number, lengthOf(number));
			if (!marks.has(number)) marks.set(number, marksOf(open));
		}
		return open;
	};
	const marksAt = (number: number): Bytes => marks.get(number) ?? marksOf(chainAt(number));
	return {
		// From the last to the first, which is ticked next.
		anchors: () => Array.from({ length: chains }, (_, i) => chainAt(chains - 1 - i).anchor).toReversed(),
		preimage: (number) => {
			const { chain, position } = placeOf(number);
			return preimageIn(chainAt(chain), position);
		},
		has: (number, preimage) => {
			const { chain, position } = placeOf(number);
			if (open?.number === chain) return equalBytes(preimageIn(open, position), preimage);
			const steps = (position - 1) % markEvery;
			const at = 32 * ((position - 1 - steps) / markEvery);
			return leadsTo(hash, preimage, steps, marksAt(chain).subarray(at, at + 32));
		},
	};
}

function preimageIn({ preimages }: Chain, position: number): Bytes {
	return preimages.subarray(32 * (position - 1), 32 * position);
}

/** The preimages of the first tick, the 257th, … */
function marksOf(chain: Chain): Bytes {
	const count = Math.ceil(chain.preimages.length / 32 / markEvery);
	const marks = new Uint8Array(32 * count);
	for (let i = 0; i < count; i++) marks.set(preimageIn(chain, 1 + i * markEvery), 32 * i);
	return marks;
}

type Chain = {
	readonly number: number;
	/** of the first tick, the second, … */
	readonly preimages: Bytes;
	readonly anchor: Bytes;
};

function makeChain(hash: TickHash, secret: Bytes, number: number, length: number): Chain {
	const preimages = new Uint8Array(32 * length);
	let reached = taggedHash("tick-seed", [secret, number]);
	for (let position = length; position > 0; position--) {
		preimages.set(reached, 32 * (position - 1));
		reached = hash(reached);
	}
	return { number, preimages, anchor: reached.slice() };
}
