/** The time and the chance of this machine, as wallets and operators are given them. */
import { randomBytes } from "node:crypto";
import type { Bytes } from "@tenten/protocol";

/** unix seconds */
export const now = (): number => Math.floor(Date.now() / 1000);

export const random = (length: number): Bytes => Uint8Array.from(randomBytes(length));
