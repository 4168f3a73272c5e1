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
import { chainsOf, placeOf, type TickHash, tickHash } from "../token/index.ts";
import { tickProof } from "./tick.ts";

export type Chains = {
	/** what stands in the terms: one a chain */
	readonly anchors: () => readonly Bytes[];
	/** what pays the tick of this number, from 1 to the most that the meter has. Not to be changed */
	readonly preimage: (ticks: number) => Bytes;
	/** whether this is what a payee shows that has the tick of this number, one of the meter's: 256 hashes at most */
	readonly proves: (ticks: number, proof: Bytes) => boolean;
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
		proves: (number, proof) => {
			const { chain, position } = placeOf(number);
			const preimage =
				open?.number === chain
					? preimageIn(open, position)
					: fromMark(hash, marksAt(chain), position, lengthOf(chain));
			return equalBytes(tickProof(meter, { ticks: number, preimage }), proof);
		},
	};
}

function preimageIn({ preimages }: Chain, position: number): Bytes {
	return preimages.subarray(32 * (position - 1), 32 * position);
}

/** The preimages of the 256th tick, the 512th, … and of the last. */
function marksOf(chain: Chain): Bytes {
	const length = chain.preimages.length / 32;
	const count = Math.ceil(length / markEvery);
	const marks = new Uint8Array(32 * count);
	for (let i = 1; i <= count; i++)
		marks.set(preimageIn(chain, Math.min(length, i * markEvery)), 32 * (i - 1));
	return marks;
}

/** The preimage at `position` of a chain of this length: as many hashes as it stands before the next mark. */
function fromMark(hash: TickHash, marks: Bytes, position: number, length: number): Bytes {
	const mark = Math.ceil(position / markEvery);
	let reached = marks.subarray(32 * (mark - 1), 32 * mark);
	for (let at = Math.min(length, mark * markEvery); at > position; at--) reached = hash(reached);
	return reached;
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
