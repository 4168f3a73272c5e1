/**
 * A key of the account rail in a file, sealed under a passphrase as an operator's are: of a payer's system, which signs
 * its word with it, or of whoever rules where such a system is gone.
 *
 * Another passphrase, or a file that was changed, is `unlock-failed`. A file of before holds the key itself, 64
 * hexadecimal digits; it still opens, and whoever opens it is told.
 */
import { existsSync, readFileSync } from "node:fs";
import { createSoftwareKeyStore, type NewUnlock, openSoftwareKeyStore, signerFrom } from "@tenten/module";
import { fromHex, isRefusal, keyId, parse, type Signer, serialize, toHex } from "@tenten/protocol";
import { refusalWords, replaceFile } from "@tenten/wallet";
import { BadInput } from "../bad-input.ts";
import { keyRows, longestKeyFile } from "./sealed-keys.ts";

/** Makes a key; its public one in hexadecimal. */
export async function createRailKey(file: string, unlock: NewUnlock): Promise<string> {
	if (existsSync(file)) throw new BadInput("is there already", { file });
	const { keyStore, writes } = await createSoftwareKeyStore(unlock);
	const { key, write } = await keyStore.createKey("Ed25519");
	keyStore.close();
	const kept = [...writes, write].flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]));
	replaceFile(file, serialize(keyRows, kept));
	return toHex(key.bytes);
}

/** Signs for as long as the process runs. `unlock` is asked for where the file is sealed, `advise` called where not. */
export async function openRailKey(
	file: string,
	unlock: () => Promise<NewUnlock>,
	advise: (what: string) => void,
): Promise<Signer> {
	if (!existsSync(file)) throw new BadInput("is not there", { file });
	const content = new Uint8Array(readFileSync(file));
	const plain = fromHex(Buffer.from(content).toString("latin1").trim());
	if (plain?.length === 32) {
		advise(`${file} is not sealed: whoever reads it signs. Make another, and name its public key instead.`);
		return signerFrom(plain, "Ed25519");
	}
	const kept = parse(keyRows, content, longestKeyFile);
	if (isRefusal(kept)) throw new BadInput("holds no key", { file });
	const rows = new Map(kept.map(({ key, value }) => [key, value]));
	const keyStore = await openSoftwareKeyStore(rows, await unlock());
	if (isRefusal(keyStore)) throw new BadInput(refusalWords[keyStore.code].en, { file });
	const [key] = keyStore.keys();
	const signer = key === undefined ? undefined : keyStore.signer(keyId(key));
	if (signer === undefined || isRefusal(signer)) throw new BadInput("its key is not there", { file });
	return signer;
}
