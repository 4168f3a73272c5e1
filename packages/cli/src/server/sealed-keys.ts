/**
 * The keys of an operator in one sealed file: a software key store whose rows are the file.
 *
 * The five signing keys are told apart by the operator's settings, which name each by its key id.
 */
import { readFileSync } from "node:fs";
import {
	createSoftwareKeyStore,
	type KeyStore,
	type NewUnlock,
	openSoftwareKeyStore,
	type StoreWrite,
} from "@tenten/module";
import type { KeyVault, OperatorKeys } from "@tenten/operator";
import {
	type Bytes,
	bytes,
	fromHex,
	isRefusal,
	keyId,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	type Shape,
	type Signer,
	serialize,
	text,
	toHex,
} from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";

/** Which key does what, by key id in hexadecimal. */
export type KeyNames = Readonly<Record<keyof OperatorKeys, string>>;

/** Bytes of the longest file of sealed keys. */
export const longestKeyFile = 65_536;
const row = record({ key: text(128), value: bytes(1, 4_096) });
/** A software key store as a file. */
export const keyRows: Shape<readonly { readonly key: string; readonly value: Bytes }[]> = list(row, 64);
const roles = [
	"root",
	"authority",
	"issuing",
	"ruling",
	"desk",
] as const satisfies readonly (keyof OperatorKeys)[];

/** Makes five keys and seals them into `file`, in the place of any that are there. */
export async function createKeys(file: string, unlock: NewUnlock): Promise<KeyNames> {
	const { keyStore, writes } = await createSoftwareKeyStore(unlock);
	const made: StoreWrite[] = [...writes];
	const names: Record<string, string> = {};
	for (const role of roles) {
		const { key, write } = await keyStore.createKey("Ed25519");
		names[role] = toHex(keyId(key));
		made.push(write);
	}
	keyStore.close();
	const kept = made.flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]));
	replaceFile(file, serialize(keyRows, kept));
	return names as KeyNames;
}

/** The keys in `file`, for as long as the key store is open. */
export async function openKeys(
	file: string,
	names: KeyNames,
	unlock: NewUnlock,
): Promise<{ readonly keys: OperatorKeys; readonly keyStore: KeyStore } | Refusal> {
	const kept = parse(keyRows, new Uint8Array(readFileSync(file)), longestKeyFile);
	if (isRefusal(kept)) return refuse("state-damaged", file);
	const keyStore = await openSoftwareKeyStore(new Map(kept.map(({ key, value }) => [key, value])), unlock);
	if (isRefusal(keyStore)) return keyStore;
	const signers: Partial<Record<keyof OperatorKeys, Signer>> = {};
	for (const role of roles) {
		const signer = keyStore.signer(fromHex(names[role]) ?? new Uint8Array());
		if (isRefusal(signer)) return signer;
		signers[role] = signer;
	}
	return { keys: signers as OperatorKeys, keyStore };
}

/** Makes more keys, each sealed like those of the file: whoever has the file and its passphrase opens it. */
export function vaultOf(keyStore: KeyStore): KeyVault {
	return {
		make: async () => {
			const { key, write } = await keyStore.createKey("Ed25519");
			if (write.value === null) throw new Error("a key without a row");
			return { key, sealed: serialize(row, { key: write.key, value: write.value }) };
		},
		open: (sealed) => {
			const kept = parse(row, sealed);
			if (isRefusal(kept) || keyStore.adopt(kept) !== undefined) return undefined;
			const signer = keyStore.signer(fromHex(kept.key.split("/").at(-1) ?? "") ?? new Uint8Array());
			return isRefusal(signer) ? undefined : signer;
		},
	};
}
