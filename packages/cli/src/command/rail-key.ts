/** `tenten rail key`, and what commands share that sign with such a key: what opens it. */
import type { NewUnlock } from "@tenten/module";
import type { Command } from "commander";
import { createRailKey } from "../server/rail-key.ts";
import { subcommand } from "../subcommand.ts";
import { passphraseCost } from "../wallet/folder.ts";
import { readPassphrase } from "../wallet/passphrase.ts";

export type KeyFlags = { readonly passphraseFile?: string };

export const keyOptions = [
	["--passphrase-file <file>", "its first line opens the key (default: $TENTEN_PASSPHRASE, else asked for)"],
] as const;

/** What opens the key in `key`, asked for once it is needed. */
export function unlockOf({ passphraseFile }: KeyFlags, key: string, isNew = false): () => Promise<NewUnlock> {
	return async () => {
		const passphrase = await readPassphrase({ file: passphraseFile, what: `the key in ${key}`, isNew });
		return { kind: "passphrase", passphrase, cost: passphraseCost };
	};
}

export function keyCommand(): Command {
	return subcommand<[string], KeyFlags>(
		{
			usage: "key <file>",
			summary:
				"make a key, sealed, with which a payer's customer system signs its word, or a ruling is signed; and say the public one",
			example: "tenten rail key a.key",
			options: keyOptions,
		},
		async (output, flags, file) => {
			const publicKey = await createRailKey(file, await unlockOf(flags, file, true)());
			output.say(`The public key, for "keys" or "rulingKey" of the settings: ${publicKey}`);
			return { ok: true, result: { ok: true, publicKey } };
		},
	);
}
