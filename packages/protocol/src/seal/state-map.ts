/**
 * The state map: what an operator's registry holds, so that presence and absence can be proved.
 *
 * A key is an id, its value a digest: the id of an output, and of the link that consumed it; the id of a transfer
 * between ecosystems, and the hash of its state. Ids are hashes under tags of their own, so that no two kinds of them
 * meet. One root opens each key in one way only: leaves, joins and empty parts are told apart by their tags.
 */
import {
	type Bytes,
	bytes,
	bytes32,
	concatBytes,
	equalBytes,
	isRefusal,
	list,
	nullable,
	type Refusal,
	record,
	refuse,
	type TypeOf,
} from "../codec/index.ts";
import { taggedHashOfEncoded } from "../crypto/index.ts";
import { climb, shortPath } from "./short-path.ts";
import { type Algebra, type Pages, pathTo } from "./sparse-tree.ts";

/** Under no tag: SHA-256 of nothing that anybody knows. */
const emptyRoot: Bytes = new Uint8Array(32);

// cbor([first, second]) of two strings of 32 bytes.
const arrayOfTwo = Uint8Array.of(0x82);
const string32 = Uint8Array.of(0x58, 32);

function pair(first: Bytes, second: Bytes): Bytes {
	return concatBytes(arrayOfTwo, string32, first, string32, second);
}

/** Of entries that are digests. */
export const stateAlgebra: Algebra<Bytes, Bytes> = {
	empty: emptyRoot,
	leaf: (key, value) => taggedHashOfEncoded("state-leaf", pair(key, value)),
	join: (left, right) => taggedHashOfEncoded("state-node", pair(left ?? emptyRoot, right ?? emptyRoot)),
};

export type StatePages = Pages<Bytes, Bytes>;

/** An entry of the map. */
export const stateLeaf = record({ key: bytes32, value: bytes32 });

/** At most as many steps as a key has bits. */
export const longestPath = 256;
export const bitmap = bytes(0, longestPath / 8);

export const stateProof = record({
	key: bytes32,
	/** what stands where its bits end: its own entry, another that agrees with it up to there, or nothing */
	end: nullable(stateLeaf),
	bitmap,
	siblings: list(bytes32, longestPath),
});
export type StateProof = TypeOf<typeof stateProof>;

/** `pages` holds all that `missingPages` names for the key. */
export function proveState(pages: StatePages, key: Bytes): StateProof {
	const { end, siblings } = pathTo(stateAlgebra, pages, key);
	return { key, end: end && { key: end.key, value: end.entry }, ...shortPath(siblings) };
}

/** What a proof shows of its key under a root. */
export type ProvedState = { readonly kind: "present"; readonly value: Bytes } | { readonly kind: "absent" };

/** `proof-invalid` where it does not lead to this root, or could be said more shortly. */
export function verifyStateProof(proof: StateProof, root: Bytes): ProvedState | Refusal {
	const { key, end } = proof;
	const start = {
		end: end && stateAlgebra.leaf(end.key, end.value),
		// Another entry shows that the key has none only where the key's would stand.
		shares: end?.key ?? null,
	};
	const isEmpty = (half: Bytes): boolean => equalBytes(half, emptyRoot);
	const node = climb(proof, key, start, isEmpty, (left, right) => stateAlgebra.join(left, right));
	if (isRefusal(node)) return node;
	if (!equalBytes(node ?? emptyRoot, root)) return refuse("proof-invalid", "another root");
	return end !== null && equalBytes(end.key, key)
		? { kind: "present", value: end.value }
		: { kind: "absent" };
}
