/** Bytes and shapes: deterministic CBOR, limits, refusals. Knows nothing of what they mean. */
export { fromBase64, toBase64 } from "./base64.ts";
export { type Bytes, compareBytes, concatBytes, equalBytes, fromHex, toHex } from "./bytes.ts";
export { decodeForeignItem, decodeItem, encodeItem, type Item } from "./cbor.ts";
export { aheadMost_s, limits, ticksMost } from "./limits.ts";
export { isRefusal, type Persistence, type Refusal, type RefusalCode, refusals, refuse } from "./refusal.ts";
export { fromUtf8, toUtf8 } from "./utf8.ts";
export * from "./wire.ts";
