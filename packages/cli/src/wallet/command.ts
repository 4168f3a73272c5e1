/**
 * What every `tenten wallet …` has in common: it opens the wallet in its folder, says at its end where the
 * money is and what to do next, and closes the wallet whatever happened.
 */
import { join } from "node:path";
import { isRefusal, type Refusal, refusals } from "@tenten/protocol";
import { refusalWords } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";
import { type Outcome, subcommand, type Usage } from "../subcommand.ts";
import { hasWallet, passphraseCost, WalletFolder } from "./folder.ts";
import { noteAttempts } from "./journal.ts";
import { readPassphrase } from "./passphrase.ts";

/** Where the money is, for whoever asked. Unknown is not failed: there is one thing to do about it. */
export type FundsState = "safe" | "inFlight" | "spent" | "unknown";

/** How a command ends: in words, and for scripts. */
export type Ending = {
	readonly ok: boolean;
	readonly fundsState: FundsState;
	/** where the money is, in words */
	readonly words: string;
	readonly next: string;
	readonly result?: object;
};

export type WalletFlags = { readonly wallet?: string; readonly passphraseFile?: string };

export const walletFlags: NonNullable<Usage["options"]> = [
	["--wallet <dir>", "the wallet's folder (default: $TENTEN_WALLET, else ./tenten-wallet)"],
	[
		"--passphrase-file <file>",
		"its first line opens the wallet (default: $TENTEN_PASSPHRASE, else asked for)",
	],
];

export function folderOf({ wallet }: WalletFlags): string {
	const { TENTEN_WALLET: inEnvironment } = process.env;
	return wallet ?? inEnvironment ?? join(".", "tenten-wallet");
}

/** A subcommand that works on an open wallet. */
export function walletCommand<A extends unknown[], O extends object = object>(
	usage: Usage,
	run: (folder: WalletFolder, options: O, output: Output, ...args: A) => Promise<Ending | Refusal>,
): Command {
	const options = [...(usage.options ?? []), ...walletFlags];
	return subcommand<A, O & WalletFlags>({ ...usage, options }, async (output, flags, ...args) => {
		const folder = await openWallet(flags);
		if (isRefusal(folder)) return end(output, refused(folder));
		try {
			await noteAttempts(folder);
			const ending = await run(folder, flags, output, ...args);
			await folder.wallet.module.forget();
			return end(output, isRefusal(ending) ? refused(ending) : ending);
		} finally {
			await folder.close();
		}
	});
}

/** The wallet in a folder, which must be there. */
export async function openWallet(flags: WalletFlags): Promise<WalletFolder | Refusal> {
	const path = folderOf(flags);
	if (!hasWallet(path)) throw new BadInput(`no wallet here: tenten wallet init makes one`, { file: path });
	const source = { file: flags.passphraseFile, what: `the wallet in ${path}`, isNew: false };
	const passphrase = await readPassphrase(source);
	return WalletFolder.open(path, { unlock: { kind: "passphrase", passphrase, cost: passphraseCost } });
}

/** A refusal before anything moved: the money is where it was. */
export function refused(refusal: Refusal): Ending {
	const { code, detail, again_s } = refusal;
	return {
		ok: false,
		fundsState: "safe",
		words: `${refusalWords[code].en}${detail && ` (${detail})`} Nothing has moved: the money is where it was.`,
		next: again_s === undefined ? refusals[code][1] : `the same again, in ${again_s} s or later`,
		result: { code, detail },
	};
}

export function end(output: Output, { ok, fundsState, words, next, result = {} }: Ending): Outcome {
	if (words !== "") output.say(words);
	if (next !== "") output.say(`Next: ${next}`);
	return { ok, result: { ok, ...result, fundsState, nextAction: next } };
}
