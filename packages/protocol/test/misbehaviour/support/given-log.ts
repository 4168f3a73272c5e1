/** A log of given leaves, which signs whatever it is asked to: one history after another, under one key. */
import {
	type Bytes,
	besideRange,
	checkpointText,
	type LogKeys,
	type LogProof,
	type Misbehaviour,
	merkleTree,
	type Signer,
	signNote,
	verifierKey,
	writeNote,
} from "@tenten/protocol";
import { signerFrom } from "../../../../module/src/index.ts";
import { id } from "../../seal/support/sealed.ts";

export const origin = "log.example/jpy";

export class GivenLog {
	readonly leaves: readonly Bytes[];
	readonly #signer: Signer;

	constructor(leaves: readonly Bytes[], fill = 0x61) {
		this.leaves = leaves;
		this.#signer = signerFrom(id(fill), "Ed25519");
	}

	get keys(): LogKeys {
		return { origin, keys: [verifierKey(origin, "note", this.#signer.key.bytes)] };
	}

	async note(size = this.leaves.length): Promise<Bytes> {
		const { root } = merkleTree(this.leaves.slice(0, size));
		const text = checkpointText({ origin, size, root });
		return writeNote({ text, signatures: [await signNote(text, origin, this.#signer)] });
	}

	async at(index: number, size = this.leaves.length): Promise<LogProof> {
		const { paths } = merkleTree(this.leaves.slice(0, size));
		return { checkpoint: await this.note(size), index, path: paths[index] ?? [] };
	}

	/** The leaves from one place up to another, and what stands beside them. */
	async between(
		from: number,
		to = this.leaves.length,
		size = this.leaves.length,
	): Promise<Extract<Misbehaviour, { readonly kind: "brokenRule" }>> {
		const proof = besideRange({ from, to }, size).map(
			(range) => merkleTree(this.leaves.slice(range.from, range.to)).root,
		);
		return {
			kind: "brokenRule",
			checkpoint: await this.note(size),
			from,
			leaves: this.leaves.slice(from, to),
			proof,
		};
	}
}
