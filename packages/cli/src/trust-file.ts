/**
 * Trust lists in files: what proofs are checked by, with no network and nothing else.
 *
 * A list is taken as of the day it was signed, for what is proved by it does not age. A pin says whose list it
 * must be, else the list's own signer is believed and shown.
 */
import { readFileSync } from "node:fs";
import { verify } from "@tenten/module";
import {
	type Bytes,
	fromHex,
	isRefusal,
	keyId,
	parse,
	type Refusal,
	refusals,
	Trust,
	trustList,
	verifyTrustList,
} from "@tenten/protocol";
import { BadInput } from "./bad-input.ts";

export type TrustFlags = { readonly trustList: string; readonly pin?: string };

export function readTrust({ trustList: file, pin }: TrustFlags): {
	readonly trust: Trust;
	/** the key id of the root that signed the list */
	readonly signer: Bytes;
} {
	const encoded = readBytes(file);
	const signed = parse(trustList, encoded, encoded.length);
	if (isRefusal(signed)) throw new BadInput(codeInWords(signed), { file });
	const pinnedSigner = pin === undefined ? keyId(signed.signer) : fromHex(pin);
	if (pinnedSigner === undefined) throw new BadInput("--pin is not hexadecimal");
	const context = { verify, pinnedSigner, minimumVersion: 0, now: signed.body.issuedAt };
	const list = verifyTrustList(encoded, context);
	if (isRefusal(list)) throw new BadInput(codeInWords(list), { file });
	return { trust: new Trust(list, verify), signer: pinnedSigner };
}

/** A code, what it is about, and what to do about it. */
export function codeInWords({ code, detail }: Refusal): string {
	return `${code}${detail && ` (${detail})`}: ${refusals[code][1]}`;
}

export function readBytes(file: string): Bytes {
	try {
		return new Uint8Array(readFileSync(file));
	} catch (error) {
		throw new BadInput(error instanceof Error ? error.message : "cannot be read", { file });
	}
}
