/** Keys that answer for devices, or attest them: made, sealed, and opened to sign. */
import { type Bytes, coseKey, fromHex, keyId, type Signer, serialize, toHex } from "@tenten/protocol";
import type { Command } from "commander";
import { commandName } from "../invocation.ts";
import type { Output } from "../output.ts";
import { createRailKey, openRailKey } from "../server/rail-key.ts";
import { subcommand } from "../subcommand.ts";
import { type KeyFlags, keyOptions, unlockOf } from "./rail-key.ts";

export const keyOption = ["--key <file>", "the party's key, made by device key"] as const;
export type SignFlags = KeyFlags & { readonly key: string };

export function signerIn(flags: SignFlags, output: Output): Promise<Signer> {
	return openRailKey(flags.key, unlockOf(flags, flags.key), (what) => output.say(what));
}

export function keyCommand(): Command {
	return subcommand<[file: string], KeyFlags>(
		{
			usage: "key <file>",
			summary:
				"make the key, sealed, by which a party or a manager delegates, or a maker attests, and say the public one",
			example: "tenten device key party.key",
			options: keyOptions,
		},
		async (output, flags, file) => {
			const bytes = fromHex(await createRailKey(file, await unlockOf(flags, file, true)())) as Bytes;
			const publicKey = { suite: "Ed25519", bytes } as const;
			const [key, party] = [toHex(serialize(coseKey, publicKey)), toHex(keyId(publicKey))];
			output.say(`${key}`);
			output.say(`Party ${party}, once the operator's administrator has added it:`);
			output.say(`${commandName()} operator parties add ${key} NAME`);
			return { ok: true, result: { ok: true, file, key, party } };
		},
	);
}
