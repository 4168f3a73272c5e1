/**
 * Backups: every key of a key store and the state key, in one envelope under a passphrase of its own; or, of a key
 * store whose keys do not come out, under its recovery code (recovery.ts). Either is restored into either.
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
import { type Backup, maximumBytes, maximumKeys, privateKey } from "./held-keys.ts";
import { isRecoverable, openRecoverable } from "./recovery.ts";

const { zero } = platform;
const purpose = "backup";

export const backup: Shape<Backup> = record({ stateKey: bytes32, keys: list(privateKey, maximumKeys) });

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

/** What a backup holds that this passphrase or recovery code opens, or `unlock-failed`, `state-damaged`. */
export async function openBackup(
	sealed: Bytes,
	passphrase: string,
	cryptography: Cryptography,
): Promise<Backup | Refusal> {
	if (isRecoverable(sealed)) return openRecoverable(sealed, passphrase, cryptography);
	const encoded = await openEnvelope(purpose, { kind: "passphrase", passphrase }, sealed, cryptography);
	if (isRefusal(encoded)) return encoded;
	const value = parse(backup, encoded, maximumBytes);
	zero(encoded);
	return isRefusal(value) ? refuse("state-damaged", value.detail) : value;
}
