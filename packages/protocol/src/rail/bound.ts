/**
 * A credit that is bound to a lock: D's reservation is posted by the lock's release, shown by anybody, and voided by
 * the word of whoever would be credited; docs/spec/withdraw-deposit.md. No word of A counts, and no time does.
 */
import { type Bytes, fromHex, toHex } from "../codec/index.ts";
import { sha256 } from "../crypto/index.ts";
import type { Bound, Credit } from "./messages.ts";

const prefix = "release:";

/** `lock`: 64 hexadecimal digits. */
export function boundTo(lock: string): Bound {
	return `${prefix}${lock}`;
}

export function isBound(credit: Credit): credit is Bound {
	return credit.startsWith(prefix);
}

/** Whether these 64 hexadecimal digits are the release of the lock that a credit is bound to. */
export function releases(release: string, credit: Bound): boolean {
	const secret: Bytes | undefined = fromHex(release);
	return secret !== undefined && boundTo(toHex(sha256(secret))) === credit;
}
