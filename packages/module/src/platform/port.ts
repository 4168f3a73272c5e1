/**
 * The platform that the module runs on: what computes, and what entropy there is.
 *
 * `#platform` is Node's, or the browser's where a bundler resolves by the condition `browser` (package.json,
 * `imports`), so that nothing of one is ever loaded in the other.
 */
import type { Bytes } from "@tenten/protocol";
import type { Cryptography, Random } from "../cryptography.ts";

export type Platform = {
	readonly cryptography: Cryptography;
	/** from the system's generator */
	readonly randomBytes: Random;
	/** Overwrites secrets that are needed no more. */
	readonly zero: (...secrets: readonly Bytes[]) => void;
	/** BLAKE2b (RFC 7693) of 32 bytes, keyed with as many. */
	readonly keyedHash: (key: Bytes, content: Bytes) => Bytes;
	/** The public point 04 ‖ x ‖ y of a private key of P-256: what WebCrypto wants beside it. */
	readonly pointOf: (privateScalar: Bytes) => Bytes;
};
