/**
 * Proofs as files: each with the seal or batch under which it holds, so that it is checked with nothing else at hand.
 *
 * That the seal or batch is a leaf of its operator's log, and cosigned, is for a proof of the log to show; here it is
 * named by its hash, for whoever knows which it must be.
 */
import {
	type Bytes,
	bytes32,
	equalBytes,
	isRefusal,
	limits,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	union,
} from "../codec/index.ts";
import { type Batch, batch, verifyItem } from "./batch.ts";
import { type Seal, seal } from "./seal.ts";
import { type ProvedState, stateProof, verifyStateProof } from "./state-map.ts";
import { lineProof, type ProvedLine, verifyLineProof } from "./sum-tree.ts";

export const sealProof = union({
	/** what a seal's state map holds under a key, or that it holds nothing */
	state: [1, record({ seal, proof: stateProof })],
	/** an account's line among a seal's liabilities of an asset */
	line: [2, record({ seal, asset: bytes32, proof: lineProof })],
	/** an item of a batch */
	item: [3, record({ batch, proof: lineProof })],
});
export type SealProof = TypeOf<typeof sealProof>;

export type Proved =
	| { readonly kind: "state"; readonly seal: Seal; readonly key: Bytes; readonly state: ProvedState }
	| { readonly kind: "line"; readonly seal: Seal; readonly asset: Bytes; readonly line: ProvedLine }
	| { readonly kind: "item"; readonly batch: Batch; readonly item: ProvedLine };

export function serializeProof(proof: SealProof): Bytes {
	return serialize(sealProof, proof);
}

/** What a file proves; `asset-unknown` where its seal knows no such asset, `proof-invalid` where it proves nothing. */
export function verifyProof(encoded: Bytes): Proved | Refusal {
	const parsed = parse(sealProof, encoded, limits.message);
	return isRefusal(parsed) ? parsed : proofIn(parsed);
}

/** As `verifyProof`, of a proof that was read already. */
export function proofIn(parsed: SealProof): Proved | Refusal {
	switch (parsed.kind) {
		case "state": {
			const state = verifyStateProof(parsed.proof, parsed.seal.state);
			return isRefusal(state) ? state : { kind: "state", seal: parsed.seal, key: parsed.proof.key, state };
		}
		case "line": {
			const { asset } = parsed;
			const totals = parsed.seal.assets.filter((each) => equalBytes(each.asset, asset));
			const [only] = totals;
			// A seal that says two things of one asset says nothing.
			if (only === undefined || totals.length > 1) return refuse("asset-unknown");
			const line = verifyLineProof(parsed.proof, { hash: only.liabilities, sum: only.held });
			return isRefusal(line) ? line : { kind: "line", seal: parsed.seal, asset, line };
		}
		case "item": {
			const item = verifyItem(parsed.batch, parsed.proof);
			return isRefusal(item) ? item : { kind: "item", batch: parsed.batch, item };
		}
		default:
			return parsed satisfies never;
	}
}
