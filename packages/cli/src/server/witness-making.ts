/**
 * Makes a witness in a folder: two keys, sealed, and a store of its own for each, with the journal of its drills. They
 * are made together, and none is begun anew where it is missing.
 */
import { existsSync, mkdirSync } from "node:fs";
import type { NewUnlock } from "@tenten/module";
import { DrillJournal, SealStore, WitnessStore } from "@tenten/operator";
import {
	type Bytes,
	fromHex,
	isKeyName,
	keyId,
	toHex,
	verifierKey,
	writeVerifierKey,
} from "@tenten/protocol";
import { BadInput } from "../bad-input.ts";
import { createRailKey } from "./rail-key.ts";
import { drillsIn, keyIn, sealKeyIn, sealStoreIn, storeIn } from "./witness-files.ts";

/** `key` of checkpoints as `name+id+key`; `sealKey` of seals as a key id in hexadecimal. */
export type WitnessKeys = { readonly key: string; readonly sealKey: string };

export function hasWitness(folder: string): boolean {
	return existsSync(storeIn(folder));
}

/** `unlock` is asked for each key's file. */
export async function makeWitness(
	folder: string,
	name: string,
	unlock: (file: string) => Promise<NewUnlock>,
): Promise<WitnessKeys> {
	if (!isKeyName(name)) throw new BadInput("a name has no spaces and no plus signs");
	if (hasWitness(folder)) throw new BadInput("is there already", { file: storeIn(folder) });
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	const made = async (file: string): Promise<Bytes> => {
		const publicKey = fromHex(await createRailKey(file, await unlock(file)));
		if (publicKey === undefined) throw new Error("a key that was made has no public one");
		return publicKey;
	};
	const key = verifierKey(name, "cosignature", await made(keyIn(folder)));
	const sealKey = { suite: "Ed25519", bytes: await made(sealKeyIn(folder)) } as const;
	WitnessStore.create(storeIn(folder), key);
	SealStore.create(sealStoreIn(folder), sealKey);
	DrillJournal.create(drillsIn(folder), sealKey);
	return { key: writeVerifierKey(key), sealKey: toHex(keyId(sealKey)) };
}
