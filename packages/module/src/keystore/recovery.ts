/**
 * Backups of keys that do not come out again: each is sealed to a recovery key while it still is bytes.
 *
 *   recovery code ──Argon2id──▶ envelope: recovery key (X25519), backup key       made once, kept with the keys
 *   private key ──HPKE──▶ sealed to the recovery key                              when a key is made
 *   these and the state key ──▶ sealed under the backup key, beside the envelope  when a backup is made
 *
 * Only the code opens the envelope. The key store keeps the recovery key's public half and the backup key: it can
 * make backups and read none of their keys, and nobody else can make one that the code opens.
 */
import {
	type Bytes,
	bytes,
	bytes32,
	constant,
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
import type { Cryptography, KeySource, SealedDocument } from "../cryptography.ts";
import { secretBytes } from "../sizes.ts";
import { utf8 } from "../text.ts";
import { openEnvelope, sealEnvelope } from "./envelope.ts";
import { type Backup, maximumBytes, maximumKeys, type PrivateKey, privateKey } from "./held-keys.ts";
import { readRecoveryCode } from "./recovery-code.ts";

const { zero } = platform;
const purpose = "recovery";
const place = utf8("tenten/1/recoverable");

/** What the code opens; exported, as below, for the test that holds docs/spec/backups.md to it. */
export const recoveryKeys: Shape<{ readonly recoveryKey: Bytes; readonly backupKey: Bytes }> = record({
	recoveryKey: bytes32,
	backupKey: bytes32,
});

/** What a key store keeps of its recovery code. */
export type Recovery = {
	readonly envelope: Bytes;
	/** X25519 */
	readonly publicKey: Bytes;
	readonly backupKey: Bytes;
};
export const recovery: Shape<Recovery> = record({
	envelope: bytes(1, 1024),
	publicKey: bytes32,
	backupKey: bytes32,
});

/** A private key, sealed to the recovery key. */
export const sealedKey: Shape<SealedDocument> = record({ enc: bytes32, ciphertext: bytes(16, 256) });

const recoverable = record({
	version: constant(2),
	envelope: bytes(1, 1024),
	sealed: bytes(1, maximumBytes),
});
export const sealedKeys: Shape<{ readonly stateKey: Bytes; readonly keys: readonly SealedDocument[] }> =
	record({ stateKey: bytes32, keys: list(sealedKey, maximumKeys) });

/** What will open with this code, or `unlock-failed` where it is none. */
export async function newRecovery(code: string, source: KeySource): Promise<Recovery | Refusal> {
	const passphrase = readRecoveryCode(code);
	if (passphrase === undefined) return refuse("unlock-failed", "not a recovery code");
	const keys = { recoveryKey: source.random(secretBytes), backupKey: source.random(secretBytes) };
	const encoded = serialize(recoveryKeys, keys);
	// A code has chance enough by itself: the cost only slows who has seen most of one.
	const unlock = { kind: "passphrase", passphrase, cost: "interactive" } as const;
	const envelope = await sealEnvelope(purpose, unlock, encoded, source);
	const publicKey = source.cryptography.documentPublicKey(keys.recoveryKey);
	zero(encoded, keys.recoveryKey);
	return { envelope, publicKey, backupKey: keys.backupKey };
}

/** Seals a key that is about to become non-extractable. */
export async function sealKey(
	{ publicKey }: Recovery,
	key: PrivateKey,
	{ sealDocument }: Cryptography,
): Promise<SealedDocument> {
	const encoded = serialize(privateKey, key);
	const sealed = await sealDocument(publicKey, place, encoded);
	zero(encoded);
	if (isRefusal(sealed)) throw new Error(`a recovery key of one's own: ${sealed.code}`);
	return sealed;
}

export function sealRecoverable(
	{ envelope, backupKey }: Recovery,
	stateKey: Bytes,
	keys: readonly SealedDocument[],
	{ seal }: Cryptography,
): Bytes {
	const encoded = serialize(sealedKeys, { stateKey, keys });
	const sealed = seal(backupKey, place, encoded);
	zero(encoded);
	return serialize(recoverable, { version: 2, envelope, sealed });
}

/** Whether these bytes are a backup that a recovery code opens. */
export function isRecoverable(backup: Bytes): boolean {
	return !isRefusal(parse(recoverable, backup, maximumBytes));
}

/** What such a backup holds, or `unlock-failed`, `state-damaged`. */
export async function openRecoverable(
	backup: Bytes,
	code: string,
	cryptography: Cryptography,
): Promise<Backup | Refusal> {
	const found = parse(recoverable, backup, maximumBytes);
	if (isRefusal(found)) return refuse("state-damaged", found.detail);
	const passphrase = readRecoveryCode(code);
	if (passphrase === undefined) return refuse("unlock-failed", "not a recovery code");
	const unlock = { kind: "passphrase", passphrase } as const;
	const opened = await openEnvelope(purpose, unlock, found.envelope, cryptography);
	if (isRefusal(opened)) return opened;
	const keys = parse(recoveryKeys, opened);
	zero(opened);
	if (isRefusal(keys)) return refuse("state-damaged", keys.detail);
	const encoded = cryptography.openSealed(keys.backupKey, place, found.sealed);
	const held = encoded === undefined ? refuse("state-damaged") : parse(sealedKeys, encoded, maximumBytes);
	const restored = isRefusal(held) ? held : await openKeys(held.keys, keys.recoveryKey, cryptography);
	zero(keys.recoveryKey, keys.backupKey);
	if (encoded !== undefined) zero(encoded);
	if (isRefusal(held) || isRefusal(restored)) return refuse("state-damaged", "keys of a backup");
	return { stateKey: held.stateKey, keys: restored };
}

async function openKeys(
	sealed: readonly SealedDocument[],
	recoveryKey: Bytes,
	{ openerFrom, documentPublicKey }: Cryptography,
): Promise<readonly PrivateKey[] | Refusal> {
	const open = await openerFrom(recoveryKey, documentPublicKey(recoveryKey));
	const keys: PrivateKey[] = [];
	for (const one of sealed) {
		const encoded = await open(place, one);
		const key = isRefusal(encoded) ? encoded : parse(privateKey, encoded);
		if (!isRefusal(encoded)) zero(encoded);
		if (isRefusal(key)) return key;
		keys.push(key);
	}
	return keys;
}
