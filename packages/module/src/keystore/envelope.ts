/**
 * Envelopes: secrets sealed under a passphrase (by Argon2id, RFC 9106), under a 32-byte key of the device, or
 * under a key of WebCrypto that never comes out (webcrypto.ts seals and opens those).
 *
 * How to unlock stands in the envelope, unsealed but bound as associated data, so that it cannot be changed.
 * What can go wrong: another passphrase or an altered envelope (`unlock-failed`, no telling which), bytes
 * that are no envelope (`state-damaged`). The cost is bounded, so that an envelope cannot ask for the moon.
 */

import {
	type Bytes,
	bytes,
	concatBytes,
	constant,
	encodeItem,
	integer,
	isRefusal,
	parse,
	type Refusal,
	record,
	refuse,
	type Shape,
	serialize,
	type TypeOf,
	union,
} from "@tenten/protocol";
import { platform } from "#platform";
import type { Cryptography, KeySource, Random } from "../cryptography.ts";
import { nonceBytes, secretBytes, tagBytes } from "../sizes.ts";
import { utf8 } from "../text.ts";

/** libsodium's levels: 64 MiB, 256 MiB and 1 GiB of memory. */
export type PassphraseCost = "interactive" | "moderate" | "sensitive";

/** What opens a key store. A device key is for servers and replays, where nobody types a passphrase. */
export type Unlock =
	| { readonly kind: "passphrase"; readonly passphrase: string }
	| { readonly kind: "device"; readonly key: Bytes };

/** What a new key store will be opened with. */
export type NewUnlock =
	| { readonly kind: "passphrase"; readonly passphrase: string; readonly cost: PassphraseCost }
	| { readonly kind: "device"; readonly key: Bytes };

const { zero } = platform;
const saltBytes = 16;
const mebibyte = 1_048_576;

const costs: Readonly<Record<PassphraseCost, { readonly operations: number; readonly memory: number }>> = {
	interactive: { operations: 2, memory: 64 * mebibyte },
	moderate: { operations: 3, memory: 256 * mebibyte },
	sensitive: { operations: 4, memory: 1024 * mebibyte },
};

const method = union({
	passphrase: [
		1,
		record({
			salt: bytes(saltBytes),
			/** passes over the memory */
			operations: integer(costs.interactive.operations, costs.sensitive.operations),
			/** bytes */
			memory: integer(costs.interactive.memory, costs.sensitive.memory),
		}),
	],
	device: [2, record({})],
	webcrypto: [3, record({})],
});
type Method = TypeOf<typeof method>;

const maximumBytes = 16 * 1024 * 1024;

export const envelope: Shape<{
	readonly version: number;
	readonly method: Method;
	readonly sealed: Bytes;
}> = record({
	version: constant(1),
	method,
	sealed: bytes(nonceBytes + tagBytes, maximumBytes),
});

/** Seals secrets for a purpose, e.g. `keys`: an envelope of one purpose does not open as another. */
export async function sealEnvelope(
	purpose: string,
	unlock: NewUnlock,
	secrets: Bytes,
	{ random, cryptography }: KeySource,
): Promise<Bytes> {
	const chosen = methodOf(unlock, random);
	const key = await keyOf(chosen, unlock, cryptography);
	if (key === undefined) throw new RangeError("a device key has 32 bytes");
	if (isRefusal(key)) throw new Error(`nothing seals by a passphrase: ${key.code}`);
	const sealed = cryptography.seal(key, placeOf(purpose, chosen), secrets);
	zero(key);
	return serialize(envelope, { version: 1, method: chosen, sealed });
}

/** The secrets in an envelope. The caller zeroes them. */
export async function openEnvelope(
	purpose: string,
	unlock: Unlock,
	content: Bytes,
	cryptography: Cryptography,
): Promise<Bytes | Refusal> {
	const found = parse(envelope, content, maximumBytes);
	if (isRefusal(found)) return refuse("state-damaged", found.detail);
	if (found.method.kind !== unlock.kind) return refuse("unlock-failed", `needs a ${found.method.kind}`);
	const key = await keyOf(found.method, unlock, cryptography);
	if (key === undefined) return refuse("unlock-failed");
	if (isRefusal(key)) return key;
	const secrets = cryptography.openSealed(key, placeOf(purpose, found.method), found.sealed);
	zero(key);
	return secrets ?? refuse("unlock-failed");
}

function methodOf(unlock: NewUnlock, random: Random): Method {
	return unlock.kind === "device"
		? { kind: "device" }
		: { kind: "passphrase", salt: random(saltBytes), ...costs[unlock.cost] };
}

function placeOf(purpose: string, chosen: Method): Bytes {
	return concatBytes(encodeItem(`tenten/1/envelope/${purpose}`), encodeItem(method.write(chosen)));
}

/** A copy of the key, for the caller to zero; undefined where the two are of different kinds. */
async function keyOf(
	chosen: Method,
	unlock: Unlock,
	{ stretch }: Cryptography,
): Promise<Bytes | Refusal | undefined> {
	if (chosen.kind === "passphrase" && unlock.kind === "passphrase") {
		// NFKC, so that the same characters typed on another keyboard are the same bytes.
		const typed = utf8(unlock.passphrase.normalize("NFKC"));
		const key = await stretch(typed, chosen.salt, chosen.operations, chosen.memory);
		zero(typed);
		return key;
	}
	if (chosen.kind === "device" && unlock.kind === "device" && unlock.key.length === secretBytes)
		return Uint8Array.from(unlock.key);
	return undefined;
}
