/** Vectors of recovery codes, and of the keys in a backup: sealed here by libsodium itself, so that nonces are fixed. */
import { x25519 } from "@noble/curves/ed25519.js";
import sodium from "sodium-native";
import { utf8 } from "../../packages/module/src/text.ts";
import {
	type Bytes,
	concatBytes,
	decodeItem,
	encodeItem,
	type Item,
} from "../../packages/protocol/src/index.ts";
import { seal } from "./channels.ts";
import { accepts, changed, type Draft, flipped, type Inputs, refuses } from "./drafts.ts";
import { bytesOf, signerOf } from "./world.ts";

const code = "008J-4CT4-ANK7-F24S-NAXW-SQFE-DPJK";
const otherCode = "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-GBQ1";
const typed = (value: string): Inputs => ({ typed: value });
const none = "unlock-failed";

export const recoveryCodes: Draft = {
	name: "recovery-codes",
	comment: "What somebody typed, read as a recovery code: docs/spec/backups.md#recovery-codes.",
	judge: "recoveryCode",
	given: {},
	cases: [
		accepts("as it was written", typed(code)),
		accepts("of zeros", typed("0000-0000-0000-0000-0000-0000-7J16")),
		accepts("of ones", typed(otherCode)),
		accepts("small, with spaces", typed(` ${code.toLowerCase().replaceAll("-", " ")}\n`)),
		accepts("without dashes", typed(code.replaceAll("-", ""))),
		accepts("with O for 0", typed("OOOO-OOOO-OOOO-OOOO-OOOO-OOOO-7J16")),
		accepts("with l and I for 1", typed("0000-0000-0000-0000-0000-0000-7Jl6")),
		accepts(
			"in full width, with long vowel marks",
			typed("００００ー００００ー００００ー００００ー００００ー００００ー７Ｊ１６"),
		),
		accepts("with en dashes and a minus", typed("0000\u20130000\u20130000\u20130000\u22120000-0000-7J16")),
		refuses(none, "nothing", typed("")),
		refuses(none, "a letter wrong", typed(code.replace("8J", "8K"))),
		refuses(none, "two letters swapped", typed(code.replace("J-4", "4-J"))),
		refuses(none, "a letter too few", typed(code.slice(0, -1))),
		refuses(none, "a letter too many", typed(`${code}0`)),
		refuses(none, "the checksum of another", typed(`${code.slice(0, -4)}7J16`)),
		refuses(none, "with U, which is no letter of codes", typed(code.replace("K", "U"))),
		refuses(none, "with a full stop in it", typed(code.replaceAll("-", "."))),
		refuses(none, "a passphrase", typed("correct horse battery staple")),
	],
};

const nonceOf = (name: string): Bytes => bytesOf("nonce", name).slice(0, 24);

function aead(key: Bytes, nonce: Bytes, associatedData: Bytes, plaintext: Bytes): Bytes {
	const sealed = Buffer.alloc(plaintext.length + 16);
	const [data, aad, at, under] = [plaintext, associatedData, nonce, key].map((part) => Buffer.from(part));
	if (!data || !aad || !at || !under) throw new Error("four parts");
	sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, data, aad, null, at, under);
	return concatBytes(nonce, new Uint8Array(sealed));
}

function envelope(purpose: string, passphrase: string, secrets: Item): Bytes {
	const salt = bytesOf("salt", purpose).slice(0, 16);
	const [operations, memory] = [2, 67_108_864];
	const key = Buffer.alloc(32);
	const password = Buffer.from(passphrase.normalize("NFKC"));
	sodium.crypto_pwhash(
		key,
		password,
		Buffer.from(salt),
		operations,
		memory,
		sodium.crypto_pwhash_ALG_ARGON2ID13,
	);
	const method = [1, salt, operations, memory];
	const place = concatBytes(encodeItem(`tenten/1/envelope/${purpose}`), encodeItem(method));
	return encodeItem([1, method, aead(new Uint8Array(key), nonceOf(purpose), place, encodeItem(secrets))]);
}

const stateKey = bytesOf("state key");
const keys: readonly Item[] = [
	[1, 1, signerOf("a key", "Ed25519").key.bytes, bytesOf("seed", "a key")],
	[1, 2, signerOf("a key", "ES256").key.bytes, bytesOf("seed", "a key")],
	[2, x25519.getPublicKey(bytesOf("document key")), bytesOf("document key")],
];

const passphrase = "ひらけごま";
const underPassphrase = envelope("backup", passphrase, [stateKey, keys]);

const recoveryKey = bytesOf("recovery key");
const backupKey = bytesOf("backup key");
const recoverable = utf8("tenten/1/recoverable");
const underCode = (sealedKeys: readonly Item[], name: string): Bytes =>
	encodeItem([
		2,
		envelope("recovery", code, [recoveryKey, backupKey]),
		aead(backupKey, nonceOf(name), recoverable, encodeItem([stateKey, sealedKeys])),
	]);
const sealedTo = (recipient: Bytes): readonly Item[] =>
	keys.map(
		(key, i) => decodeItem(seal(recipient, bytesOf("ephemeral", i), recoverable, encodeItem(key))) as Item,
	);
const sealed = sealedTo(x25519.getPublicKey(recoveryKey));
const whole = underCode(sealed, "whole");
const of = (secret: string, backup: Bytes): Inputs => ({ secret, keys: backup });
const damaged = "state-damaged";

export const backups: Draft = {
	name: "backups",
	comment: "The keys of a backup, and what opens them: docs/spec/backups.md#keys.",
	judge: "backup",
	given: {},
	cases: [
		accepts("under a passphrase", of(passphrase, underPassphrase)),
		accepts("under the same passphrase, typed otherwise", of("ひらけこ\u3099ま", underPassphrase)),
		accepts("under a recovery code", of(code, whole)),
		accepts("under a recovery code, typed otherwise", of(code.toLowerCase().replaceAll("-", " "), whole)),
		accepts("under a recovery code, without keys", of(code, underCode([], "none"))),
		refuses(none, "another passphrase", of("ひらけごみ", underPassphrase)),
		refuses(none, "another code", of(otherCode, whole)),
		refuses(none, "a code with a slip", of(code.replace("8J", "8K"), whole)),
		refuses(none, "a passphrase, for what a code opens", of(passphrase, whole)),
		refuses(
			none,
			"an envelope of another purpose",
			of(passphrase, envelope("keys", passphrase, [stateKey, keys])),
		),
		refuses(none, "an envelope that a device opens", of(passphrase, changed(underPassphrase, [1], [2]))),
		refuses(none, "an envelope that a bit was turned over in", of(passphrase, flipped(underPassphrase, 60))),
		refuses(damaged, "another version", of(passphrase, changed(underPassphrase, [0], 3))),
		refuses(damaged, "a cost that nobody chose", of(passphrase, changed(underPassphrase, [1, 3], 8192))),
		refuses(damaged, "a part of one", of(passphrase, underPassphrase.slice(0, -1))),
		refuses(damaged, "keys that are none", of(passphrase, envelope("backup", passphrase, [stateKey, [[3]]]))),
		refuses(
			damaged,
			"keys sealed under another backup key",
			of(
				code,
				changed(whole, [2], aead(stateKey, nonceOf("x"), recoverable, encodeItem([stateKey, sealed]))),
			),
		),
		refuses(
			damaged,
			"keys sealed to another recovery key",
			of(code, underCode(sealedTo(x25519.getPublicKey(stateKey)), "other")),
		),
	],
};
