/** @tenten/module: its public surface. */
export { generateKey, type KeyPair, signerFrom, verify } from "./suite/index.ts";
export { runVectors, type VectorReport } from "./vectors.ts";
