/** Bytes and shapes: deterministic CBOR, limits, refusals. Knows nothing of what they mean. */
export { type Bytes, compareBytes, concatBytes, equalBytes, fromHex, toHex } from "./bytes.ts";
export { decodeItem, encodeItem, type Item } from "./cbor.ts";
export { limits } from "./limits.ts";
export { isRefusal, type Persistence, type Refusal, type RefusalCode, refusals, refuse } from "./refusal.ts";
export * from "./wire.ts";
