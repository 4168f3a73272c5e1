/** Keys of a gateway and of a device of it, for tests. */
import { signerFrom } from "../../../module/src/suite/index.ts";

export const gatewaySigner = signerFrom(new Uint8Array(32).fill(77), "Ed25519");
export const device = signerFrom(new Uint8Array(32).fill(78), "Ed25519");
