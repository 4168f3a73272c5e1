/** `tenten wallet backup` and `restore`: accounts and tokens that outlive a lost device. */
import { existsSync } from "node:fs";
import { isRefusal } from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { subcommand } from "../subcommand.ts";
import { readBytes } from "../trust-file.ts";
import { inFull, knownAssets } from "../wallet/assets.ts";
import { makeBackup, restoreBackup } from "../wallet/backup.ts";
import { end, folderOf, refused, type WalletFlags, walletCommand, walletFlags } from "../wallet/command.ts";
import { hasWallet } from "../wallet/folder.ts";
import { readPassphrase } from "../wallet/passphrase.ts";

type BackupFlags = { readonly backupPassphraseFile?: string };

export function backupCommand(): Command {
	return walletCommand<[file: string], BackupFlags>(
		{
			usage: "backup <file>",
			summary: "write keys, accounts and tokens as they are now, sealed under a passphrase",
			example: "tenten wallet backup mine.backup",
			options: [
				["--backup-passphrase-file <file>", "a passphrase of its own (default: the wallet's sources)"],
			],
		},
		async (folder, { backupPassphraseFile }, _output, file) => {
			if (existsSync(file)) throw new BadInput("there is a file already", { file });
			const passphrase = await readPassphrase({
				file: backupPassphraseFile,
				what: "the backup",
				isNew: true,
			});
			replaceFile(file, await makeBackup(folder, passphrase));
			const held = knownAssets(folder)
				.map((asset) => ({ asset, amount: folder.wallet.balance(asset.id).available }))
				.filter(({ amount }) => amount > 0n);
			const inWallet = held.map(({ asset, amount }) => inFull(amount, asset)).join(", ");
			return {
				ok: true,
				fundsState: "safe",
				words: `${file} brings your accounts${inWallet === "" ? "" : ` and ${inWallet}`} back if this wallet is lost. The next payment makes it stale: restore it only where this wallet is gone for good.`,
				next: "keep it somewhere else, and make a new one after payments",
				result: { file },
			};
		},
	);
}

export function restoreCommand(): Command {
	return subcommand<[file: string], WalletFlags>(
		{
			usage: "restore <file>",
			summary: "make a wallet from a backup, in place of one that was lost",
			example: "tenten wallet restore mine.backup --wallet ./again",
			options: walletFlags,
		},
		async (output, flags, file) => {
			const path = folderOf(flags);
			if (hasWallet(path)) throw new BadInput("there is a wallet already", { file: path });
			const encoded = readBytes(file);
			const passphrase = await readPassphrase({
				file: flags.passphraseFile,
				what: "the backup",
				isNew: false,
			});
			const operators = await restoreBackup(path, encoded, passphrase);
			if (isRefusal(operators)) return end(output, refused(operators));
			const names = operators.map(({ name }) => name);
			return end(output, {
				ok: true,
				fundsState: "safe",
				words: `The wallet in ${path} has new keys under the backup's passphrase, and what the old ones owned with ${names.join(", ")}.\nThe lost wallet must not be used again: both would spend the same.`,
				next: `${commandName()} wallet balance`,
				result: { wallet: path, operators: names },
			});
		},
	);
}
