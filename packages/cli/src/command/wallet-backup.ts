/** `tenten wallet backup` and `restore`: value and accounts that outlive a lost device. */
import { existsSync } from "node:fs";
import { isRefusal } from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { subcommand } from "../subcommand.ts";
import { readBytes } from "../trust-file.ts";
import { agree } from "../wallet/agree.ts";
import { inFull, knownAssets } from "../wallet/assets.ts";
import { makeBackup, restoreBackup } from "../wallet/backup.ts";
import { end, folderOf, refused, type WalletFlags, walletCommand, walletFlags } from "../wallet/command.ts";
import { hasWallet } from "../wallet/folder.ts";
import { readPassphrase } from "../wallet/passphrase.ts";
import { askedProfile, type ProfileFlags, profileOptions } from "../wallet/profile.ts";

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
			return {
				ok: true,
				fundsState: "safe",
				words: `${file} brings back what this wallet holds now. It is out of date with the next payment: make a new one then, and destroy this one.`,
				next: `${commandName()} wallet redeem   puts what you do not need at hand on your account, where no device can lose it`,
				result: { file },
			};
		},
	);
}

type RestoreFlags = WalletFlags & ProfileFlags & { readonly yes?: true };

const warning =
	"Only if the old wallet is lost. What it has paid since the backup was made would be spent a second time by restoring, and its operator could prove that.";

export function restoreCommand(): Command {
	return subcommand<[file: string], RestoreFlags>(
		{
			usage: "restore <file>",
			summary: "make a wallet from a backup, in place of one that was lost; a browser's opens with its code",
			example: "tenten wallet restore mine.backup --wallet ./again",
			options: [
				...walletFlags,
				["--yes", "the old wallet is lost, and has paid nothing since"],
				...profileOptions,
			],
		},
		async (output, flags, file) => {
			const path = folderOf(flags);
			if (hasWallet(path)) throw new BadInput("there is a wallet already", { file: path });
			const encoded = readBytes(file);
			const profile = askedProfile(flags);
			await agree(output, warning, flags.yes === true);
			const passphrase = await readPassphrase({
				file: flags.passphraseFile,
				what: "the backup",
				isNew: false,
			});
			const restored = await restoreBackup(path, encoded, passphrase, profile);
			if (isRefusal(restored)) return end(output, refused(restored));
			const { folder, operators, refusal } = restored;
			const names = operators.map(({ name }) => name).join(", ");
			const held = knownAssets(folder)
				.map((asset) => ({ asset, amount: folder.wallet.balance(asset.id).available }))
				.filter(({ amount }) => amount > 0n);
			const words = held.map(({ asset, amount }) => inFull(amount, asset)).join(", ") || "nothing";
			await folder.close();
			const isWhole = refusal === undefined;
			return end(output, {
				ok: isWhole,
				fundsState: isWhole ? "safe" : "unknown",
				words: `The wallet in ${path} has new keys and accounts with ${names}, and holds ${words}. It opens with what opened the backup.${isWhole ? "" : `\nNot everything has been moved to the new keys yet (${refusal.code}).`}`,
				next: isWhole
					? `${commandName()} wallet balance`
					: `${commandName()} wallet refresh   goes on with it`,
				result: {
					wallet: path,
					operators: operators.map(({ name }) => name),
					held: held.map(({ amount }) => amount),
				},
			});
		},
	);
}
