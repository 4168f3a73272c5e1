/**
 * Logs that grow, and what each asks a witness for: prepared, so that nothing but the witness is measured. All have
 * the same entries, and each its own name and key.
 */
import { signerFrom } from "@tenten/module";
import {
	type Bytes,
	checkpointText,
	consistencyRanges,
	hashOfNodes,
	leafHash,
	type Node,
	nodeHash,
	nodesOfRange,
	proofOf,
	type Signer,
	sha256,
	signNote,
	toUtf8,
	writeCheckpointRequest,
	writeNote,
} from "@tenten/protocol";

export const signerOf = (name: string): Signer => signerFrom(sha256(toUtf8(name)), "Ed25519");

/** Complete subtrees of a log, by level and index. */
export class Subtrees {
	readonly #levels: Bytes[][] = [];

	constructor(size: number) {
		let level = Array.from({ length: size }, (_, index) => leafHash(toUtf8(`entry ${index}`)));
		while (level.length > 0) {
			this.#levels.push(level);
			const above: Bytes[] = [];
			for (let i = 0; i + 1 < level.length; i += 2)
				above.push(nodeHash(level[i] as Bytes, level[i + 1] as Bytes));
			level = above;
		}
	}

	hashAt = ({ level, index }: Node): Bytes => {
		const hash = this.#levels[level]?.[index];
		if (hash === undefined) throw new RangeError("no such subtree");
		return hash;
	};

	rootAt(size: number): Bytes {
		return hashOfNodes(nodesOfRange({ from: 0, to: size }).map(this.hashAt));
	}
}

/** Of the log `origin`, from `oldSize` to `size`; the first is of all at once. */
export async function requestOf(
	subtrees: Subtrees,
	origin: string,
	oldSize: number,
	size: number,
): Promise<Bytes> {
	const text = checkpointText({ origin, size, root: subtrees.rootAt(size) });
	const proof = proofOf(consistencyRanges(oldSize, size), subtrees.hashAt);
	const signatures = [await signNote(text, origin, signerOf(origin))];
	return writeCheckpointRequest({ oldSize, proof, note: writeNote({ text, signatures }) });
}
