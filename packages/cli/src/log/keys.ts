/**
 * Keys of logs as the command line has them: the log's own in its folder, and those that somebody names.
 *
 * The own one is a text that other tools of notes read, too: `PRIVATE+KEY+name+id+base64` of the type and the seed.
 * Its file is for its owner alone.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { generateKey, signerFrom } from "@tenten/module";
import {
	fromBase64,
	isKeyName,
	isRefusal,
	type KeyType,
	type LogKeys,
	parseVerifierKey,
	type Refusal,
	refuse,
	type Signer,
	toBase64,
	type VerifiedCheckpoint,
	type VerifierKey,
	verifierKey,
	writeVerifierKey,
} from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { numberIn } from "../number-flag.ts";

const ed25519 = 1;
const prefix = "PRIVATE+KEY+";

export type LogKey = { readonly signer: Signer; readonly verifierKey: VerifierKey };

const fileIn = (folder: string): string => join(folder, "key");

/** A fresh key, kept in the folder of a log that has none. */
export function makeLogKey(folder: string, name: string): LogKey {
	if (!isKeyName(name)) throw new BadInput("--origin has no spaces and no plus signs");
	if (existsSync(fileIn(folder))) throw new BadInput("is there already", { file: fileIn(folder) });
	const { privateKey } = generateKey("Ed25519");
	const key = logKeyOf(privateKey, name);
	const [, id] = writeVerifierKey(key.verifierKey).split("+");
	const text = `${prefix}${name}+${id}+${toBase64(Uint8Array.of(ed25519, ...privateKey))}\n`;
	replaceFile(fileIn(folder), new Uint8Array(Buffer.from(text)));
	return key;
}

/** The key of the log in a folder. */
export function readLogKey(folder: string): LogKey {
	const file = fileIn(folder);
	if (!existsSync(file)) throw new BadInput("holds no log", { file: folder });
	const text = readFileSync(file, "utf8").trimEnd();
	const [name = "", id, ...encoded] = text.startsWith(prefix) ? text.slice(prefix.length).split("+") : [];
	const bytes = fromBase64(encoded.join("+"));
	if (!isKeyName(name) || bytes?.length !== 33 || bytes[0] !== ed25519)
		throw new BadInput("is no key of a log", { file });
	const key = logKeyOf(bytes.subarray(1), name);
	if (writeVerifierKey(key.verifierKey).split("+")[1] !== id)
		throw new BadInput("is damaged: its id is another's", { file });
	return key;
}

function logKeyOf(privateKey: Uint8Array, name: string): LogKey {
	const signer = signerFrom(privateKey, "Ed25519");
	return { signer, verifierKey: verifierKey(name, "note", signer.key.bytes) };
}

export type LogFlags = {
	readonly vkey: string;
	readonly origin?: string;
	readonly witness?: readonly string[];
	readonly quorum?: string;
};

/** The keys that somebody named, and whether enough of the witnesses among them signed. */
export function keysFrom({ vkey, origin, witness = [], quorum = "0" }: LogFlags): {
	readonly keys: LogKeys;
	readonly enough: (checkpoint: VerifiedCheckpoint) => Refusal | undefined;
} {
	const key = keyOf("--vkey", vkey, "note");
	const witnesses = witness.map((text) => keyOf("--witness", text, "cosignature"));
	const wanted = numberIn("--quorum", quorum, 0);
	if (wanted > witnesses.length) throw new BadInput("--quorum is more than the witnesses that are named");
	return {
		keys: { origin: origin ?? key.name, keys: [key], witnesses },
		enough: ({ cosignatures }) => {
			const signed = new Set(cosignatures.map(({ key: { name, keyId } }) => `${name} ${keyId}`)).size;
			return signed >= wanted
				? undefined
				: refuse("signature-invalid", `${signed} of ${wanted} witnesses signed it`);
		},
	};
}

function keyOf(flag: string, text: string, type: KeyType): VerifierKey {
	const key = parseVerifierKey(text.trim());
	if (isRefusal(key)) throw new BadInput(`${flag}: ${key.detail}`);
	if (key.type !== type) throw new BadInput(`${flag} is a key of another kind: of a ${key.type}`);
	return key;
}
