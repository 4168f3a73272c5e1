/**
 * Texts sealed under the key store's root key, which no script can take away: whoever copies the files cannot read
 * them, and whoever can run code here can, as they could use every key.
 */
import { type KeyShelf, openWith, sealWith } from "@tenten/module";
import { fromBase64url, toBase64url } from "../transport/base64url.ts";
import type { SettingStore } from "./settings.ts";

/** Where a wallet that was opened has its root key, and its settings. */
export type SealingPlace = { readonly shelf: KeyShelf; readonly settings: SettingStore };

/** `purpose` says what the text is for: it opens as nothing else. */
export async function sealText(shelf: KeyShelf, purpose: string, text: string): Promise<string> {
	return toBase64url(await sealWith(await rootKey(shelf), utf8(purpose), utf8(text)));
}

/** Undefined for what `sealText` did not seal, under this key and for this. */
export async function openText(
	shelf: KeyShelf,
	purpose: string,
	sealed: string,
): Promise<string | undefined> {
	const bytes = fromBase64url(sealed) ?? new Uint8Array();
	const text = await openWith(await rootKey(shelf), utf8(purpose), bytes);
	return text && new TextDecoder().decode(text);
}

/**
 * Settings of which each is sealed under its name. What does not open is not there: somebody changed it, or it is
 * older than its seal. So nothing is kept here that money hangs on.
 */
export function sealedSettings({ shelf, settings }: SealingPlace): SettingStore {
	const purposeOf = (name: string): string => `tenten setting ${name}`;
	return {
		get: async (name) => {
			const sealed = await settings.get(name);
			return sealed === undefined ? undefined : openText(shelf, purposeOf(name), sealed);
		},
		set: async (name, value) =>
			settings.set(name, value === null ? null : await sealText(shelf, purposeOf(name), value)),
	};
}

function utf8(text: string): Uint8Array {
	return new TextEncoder().encode(text);
}

async function rootKey(shelf: KeyShelf) {
	const key = (await shelf.all()).get("root");
	if (key === undefined) throw new Error("no root key on the shelf");
	return key;
}
