/** Hashing under domain tags, signatures under types, Merkle trees. Implementations of suites are injected. */
export { type Cwt, parseCwt, signCwt, verifyCwt } from "./cwt.ts";
export * from "./hash.ts";
export * from "./merkle.ts";
export * from "./sign1.ts";
export * from "./suite.ts";
