/**
 * The recovery code between the making of a wallet and the moment in which a person writes it down.
 *
 *   keep ──▶ settings: sealed under the key store's root key, which no script can take away ──▶ written: forgotten
 *
 * A wallet is made in seconds, and its code is shown when there is something to lose. Until then whoever can run
 * code here can read it, as they could use every key; whoever copies the files cannot.
 */
import { openText, type SealingPlace, sealText } from "./store/sealed-text.ts";

const setting = "recovery-code";
const written = "written";
const purpose = "tenten recovery code";

/** `unknown` where the making of this wallet did not come to its end: nothing was ever paid to it. */
export type CodeState = "unknown" | "kept" | "written";

export async function codeState({ settings }: Pick<SealingPlace, "settings">): Promise<CodeState> {
	const value = await settings.get(setting);
	if (value === undefined) return "unknown";
	return value === written ? "written" : "kept";
}

/** For a wallet that was opened: its root key is on the shelf. */
export async function keepCode({ shelf, settings }: SealingPlace, code: string): Promise<void> {
	await settings.set(setting, await sealText(shelf, purpose, code));
}

/** The code, or undefined where it was written down. */
export async function keptCode({ shelf, settings }: SealingPlace): Promise<string | undefined> {
	const value = await settings.get(setting);
	if (value === undefined || value === written) return undefined;
	const code = await openText(shelf, purpose, value);
	if (code === undefined) throw new Error("the recovery code was sealed under another key");
	return code;
}

/** A person has it: it is kept here no more. */
export async function codeWritten({ settings }: Pick<SealingPlace, "settings">): Promise<void> {
	await settings.set(setting, written);
}
