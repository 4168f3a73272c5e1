/** Append-only logs in the C2SP formats: trees, proofs, tiles, notes, checkpoints; witnesses and policies. */
export * from "./checkpoint.ts";
export * from "./edge.ts";
export * from "./note.ts";
export * from "./policy.ts";
export * from "./portable-proof.ts";
export * from "./proof.ts";
export * from "./quorum.ts";
export * from "./range.ts";
export * from "./signature.ts";
export * from "./tiles.ts";
export * from "./tree.ts";
export * from "./witness.ts";
