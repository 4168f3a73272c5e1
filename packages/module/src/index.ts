/** @tenten/module: its public surface. */
export * from "./keystore/index.ts";
export { openState, type SealedState } from "./sealed-state.ts";
export type { ModuleStore, StoreWrite } from "./store.ts";
export { generateKey, type KeyPair, signerFrom, verify } from "./suite/index.ts";
export { runVectors, type VectorReport } from "./vectors.ts";
