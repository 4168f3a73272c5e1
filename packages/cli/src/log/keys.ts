/**
 * Keys of logs as the command line has them: the log's own in its folder, and those that somebody names.
 *
 * The own one is sealed under a passphrase, as an operator's keys are. One of before, or of another tool of notes, is
 * a text that holds the seed itself, `PRIVATE+KEY+name+id+base64`: it still opens, and whoever opens it is told.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type NewUnlock, signerFrom } from "@tenten/module";
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
	type VerifiedCheckpoint,
	type VerifierKey,
	verifierKey,
	writeVerifierKey,
} from "@tenten/protocol";
import { BadInput } from "../bad-input.ts";
import { numberIn } from "../number-flag.ts";
import { createRailKey, openRailKey } from "../server/rail-key.ts";

const ed25519 = 1;
const prefix = "PRIVATE+KEY+";

export type LogKey = { readonly signer: Signer; readonly verifierKey: VerifierKey };

export const logKeyFile = (folder: string): string => join(folder, "key");

/** A fresh key, sealed, kept in the folder of a log that has none. */
export async function makeLogKey(folder: string, name: string, unlock: NewUnlock): Promise<LogKey> {
	if (!isKeyName(name)) throw new BadInput("--origin has no spaces and no plus signs");
	const file = logKeyFile(folder);
	await createRailKey(file, unlock);
	const signer = await openRailKey(
		file,
		async () => unlock,
		() => undefined,
	);
	return { signer, verifierKey: verifierKey(name, "note", signer.key.bytes) };
}

/** Signs for the log in a folder. `unlock` is asked for where its key is sealed, `advise` called where it is not. */
export async function openLogKey(
	folder: string,
	unlock: () => Promise<NewUnlock>,
	advise: (what: string) => void,
): Promise<Signer> {
	const file = logKeyFile(folder);
	if (!existsSync(file)) throw new BadInput("holds no log", { file: folder });
	const text = readFileSync(file).toString("latin1");
	if (!text.startsWith(prefix)) return openRailKey(file, unlock, advise);
	advise(`${file} is not sealed: whoever reads it signs for this log.`);
	return plainKey(Buffer.from(text, "latin1").toString("utf8").trimEnd(), file);
}

/** A file of before, or of another tool of notes. */
function plainKey(text: string, file: string): Signer {
	const [name = "", id, ...encoded] = text.slice(prefix.length).split("+");
	const bytes = fromBase64(encoded.join("+"));
	if (!isKeyName(name) || bytes?.length !== 33 || bytes[0] !== ed25519)
		throw new BadInput("is no key of a log", { file });
	const signer = signerFrom(bytes.subarray(1), "Ed25519");
	if (writeVerifierKey(verifierKey(name, "note", signer.key.bytes)).split("+")[1] !== id)
		throw new BadInput("is damaged: its id is another's", { file });
	return signer;
}

export type LogFlags = {
	readonly vkey: string;
	readonly origin?: string;
	readonly witness?: readonly string[];
	readonly quorum?: string;
};

export const vkeyOption: readonly [string, string] = ["--vkey <key>", "the log's key: name+id+base64"];
export const keyOptions: readonly (readonly [string, string])[] = [
	["--origin <name>", "how its checkpoints name it, where that is not the key's name"],
	["--witness <key...>", "keys of witnesses whose cosignatures are looked for"],
	["--quorum <count>", "how many of them are needed (default: none)"],
];

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
