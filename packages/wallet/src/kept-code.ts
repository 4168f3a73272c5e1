/**
 * The recovery code between the making of a wallet and the moment in which a person writes it down.
 *
 *   keep ──▶ settings: sealed under the key store's root key, which no script can take away ──▶ written: forgotten
 *
 * A wallet is made in seconds, and its code is shown when there is something to lose. Until then whoever can run
 * code here can read it, as they could use every key; whoever copies the files cannot.
 */
import type { KeyShelf } from "@tenten/module";
import type { SettingStore } from "./store/settings.ts";
import { fromBase64url, toBase64url } from "./transport/base64url.ts";

type Place = { readonly shelf: KeyShelf; readonly settings: SettingStore };

const setting = "recovery-code";
const written = "written";
const ivBytes = 12;
const context = new TextEncoder().encode("tenten recovery code");

/** `unknown` where the making of this wallet did not come to its end: nothing was ever paid to it. */
export type CodeState = "unknown" | "kept" | "written";

export async function codeState({ settings }: Place): Promise<CodeState> {
	const value = await settings.get(setting);
	if (value === undefined) return "unknown";
	return value === written ? "written" : "kept";
}

/** For a wallet that was opened: its root key is on the shelf. */
export async function keepCode(place: Place, code: string): Promise<void> {
	const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
	const algorithm = { name: "AES-GCM", iv, additionalData: context };
	const sealed = await crypto.subtle.encrypt(algorithm, await rootKey(place), new TextEncoder().encode(code));
	await place.settings.set(setting, toBase64url(Uint8Array.of(...iv, ...new Uint8Array(sealed))));
}

/** The code, or undefined where it was written down. */
export async function keptCode(place: Place): Promise<string | undefined> {
	const value = await place.settings.get(setting);
	if (value === undefined || value === written) return undefined;
	const bytes = Uint8Array.from(fromBase64url(value) ?? []);
	const algorithm = { name: "AES-GCM", iv: bytes.subarray(0, ivBytes), additionalData: context };
	const code = await crypto.subtle.decrypt(algorithm, await rootKey(place), bytes.subarray(ivBytes));
	return new TextDecoder().decode(code);
}

/** A person has it: it is kept here no more. */
export async function codeWritten({ settings }: Place): Promise<void> {
	await settings.set(setting, written);
}

async function rootKey({ shelf }: Place) {
	const key = (await shelf.all()).get("root");
	if (key === undefined) throw new Error("no root key on the shelf");
	return key;
}
