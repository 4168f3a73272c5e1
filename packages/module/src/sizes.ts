/** Sizes of what libsodium seals with, in bytes: the same in Node's binding and in the browser's. */

/** A key of XChaCha20-Poly1305, of Argon2id's output, or a seed. */
export const secretBytes = 32;
/** A nonce of XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, section 2). */
export const nonceBytes = 24;
/** A tag of Poly1305 (RFC 8439, section 2.5). */
export const tagBytes = 16;
