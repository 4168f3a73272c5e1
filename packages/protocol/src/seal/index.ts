/** Seals: what an operator commits to, how it is proved, and which rules it must keep. */
export * from "./batch.ts";
export * from "./chain.ts";
export * from "./check.ts";
export * from "./drill.ts";
export * from "./line-owner.ts";
export * from "./proof-file.ts";
export * from "./rules.ts";
export * from "./sampling.ts";
export * from "./seal.ts";
export * from "./sparse-tree.ts";
export {
	type ProvedState,
	proveState,
	type StatePages,
	type StateProof,
	stateAlgebra,
	stateLeaf,
	stateProof,
	verifyStateProof,
} from "./state-map.ts";
export * from "./statement.ts";
export * from "./sum-tree.ts";
