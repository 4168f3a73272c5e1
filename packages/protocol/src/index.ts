/** The Tenten protocol: pure functions over bytes. No I/O, no clock, no randomness. */
export * from "./asset/index.ts";
export * from "./codec/index.ts";
export * from "./crossing/index.ts";
export * from "./crypto/index.ts";
export * from "./deal/index.ts";
export * from "./domain/index.ts";
export * from "./fog/index.ts";
export * from "./handover/index.ts";
export * from "./identity/index.ts";
export * from "./ledger/index.ts";
export * from "./log/index.ts";
export * from "./meter/index.ts";
export * from "./misbehaviour/index.ts";
export * from "./registry/index.ts";
export * from "./seal/index.ts";
export * from "./settle/index.ts";
export * from "./token/index.ts";
