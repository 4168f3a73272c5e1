/**
 * Backups: every key of a key store and the state key, in one envelope under a passphrase of its own.
 */

import {
	type Bytes,
	bytes32,
	isRefusal,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	type Shape,
	serialize,
} from "@tenten/protocol";
import { platform } from "#platform";
import type { Cryptography, KeySource } from "../cryptography.ts";
import { openEnvelope, type PassphraseCost, sealEnvelope } from "./envelope.ts";
import { type PrivateKey, privateKey } from "./held-keys.ts";

const { zero } = platform;
const maximumKeys = 65_536;
const maximumBytes = 128 * maximumKeys;
const purpose = "backup";

type Backup = { readonly stateKey: Bytes; readonly keys: readonly PrivateKey[] };
const backup: Shape<Backup> = record({ stateKey: bytes32, keys: list(privateKey, maximumKeys) });

export async function sealBackup(
	value: Backup,
	passphrase: string,
	cost: PassphraseCost,
	source: KeySource,
): Promise<Bytes> {
	const encoded = serialize(backup, value);
	const sealed = await sealEnvelope(purpose, { kind: "passphrase", passphrase, cost }, encoded, source);
	zero(encoded);
	return sealed;
}

/** What a backup holds, or `unlock-failed`, `state-damaged`. */
export async function openBackup(
	sealed: Bytes,
	passphrase: string,
	cryptography: Cryptography,
): Promise<Backup | Refusal> {
	const encoded = await openEnvelope(purpose, { kind: "passphrase", passphrase }, sealed, cryptography);
	if (isRefusal(encoded)) return encoded;
	const value = parse(backup, encoded, maximumBytes);
	zero(encoded);
	return isRefusal(value) ? refuse("state-damaged", value.detail) : value;
}
