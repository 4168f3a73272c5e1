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
import {
	awaitedIn,
	awaitedLines,
	nothingPaidSinceOption,
	nothingPaidSinceWarning,
	spentIn,
} from "../wallet/awaited.ts";
import { makeBackup, type Restored, restoreBackup } from "../wallet/backup.ts";
import {
	type Ending,
	end,
	folderOf,
	refused,
	type WalletFlags,
	walletCommand,
	walletFlags,
} from "../wallet/command.ts";
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
				words: `${file} brings back what this wallet holds now, at once if nothing was paid since, otherwise once nobody else can have it. Make a new one after each payment.`,
				next: `${commandName()} wallet redeem   puts what you do not need at hand on your account, where no device can lose it`,
				result: { file },
			};
		},
	);
}

type RestoreFlags = WalletFlags & ProfileFlags & { readonly yes?: true; readonly nothingPaidSince?: true };

const warning =
	"Only if the old wallet is lost: its keys sign no payment here. What it paid since the backup stays paid; what nobody is known to have comes back later, and says when.";

export function restoreCommand(): Command {
	return subcommand<[file: string], RestoreFlags>(
		{
			usage: "restore <file>",
			summary: "make a wallet from a backup, in place of one that was lost; a browser's opens with its code",
			example: "tenten wallet restore mine.backup --wallet ./again",
			options: [
				...walletFlags,
				["--yes", "the old wallet is lost"],
				nothingPaidSinceOption,
				...profileOptions,
			],
		},
		async (output, flags, file) => {
			const path = folderOf(flags);
			if (hasWallet(path)) throw new BadInput("there is a wallet already", { file: path });
			const encoded = readBytes(file);
			const profile = askedProfile(flags);
			const nothingPaidSince = flags.nothingPaidSince === true;
			await agree(output, warning, flags.yes === true);
			if (nothingPaidSince) await agree(output, nothingPaidSinceWarning, flags.yes === true);
			const passphrase = await readPassphrase({
				file: flags.passphraseFile,
				what: "the backup",
				isNew: false,
			});
			const restored = await restoreBackup(path, encoded, { passphrase, asked: profile, nothingPaidSince });
			if (isRefusal(restored)) return end(output, refused(restored));
			const ending = await endingOf(path, restored);
			await restored.folder.close();
			return end(output, ending);
		},
	);
}

/** Where each amount of the backup is. */
async function endingOf(path: string, { folder, operators, refusal }: Restored): Promise<Ending> {
	const names = operators.map(({ name }) => name).join(", ");
	const held = knownAssets(folder)
		.map((asset) => ({ asset, amount: folder.wallet.balance(asset.id).available }))
		.filter(({ amount }) => amount > 0n);
	const words = held.map(({ asset, amount }) => inFull(amount, asset)).join(", ") || "nothing";
	const awaited = awaitedIn(folder);
	const spent = await spentIn(folder);
	const lines = [
		`The wallet in ${path} has new keys and accounts with ${names}, and holds ${words} to spend. It opens with what opened the backup.`,
		...(await awaitedLines(folder)),
		...(refusal === undefined ? [] : [`Not every operator has answered yet (${refusal.code}).`]),
	];
	const isDone = refusal === undefined && awaited.length === 0;
	return {
		ok: refusal === undefined,
		fundsState: refusal !== undefined ? "unknown" : isDone ? "safe" : "inFlight",
		words: lines.join("\n"),
		next: isDone
			? `${commandName()} wallet balance`
			: `${commandName()} wallet refresh   asks again, and goes on with it`,
		result: {
			wallet: path,
			operators: operators.map(({ name }) => name),
			held: held.map(({ amount }) => amount),
			awaited,
			spent: Object.fromEntries(spent),
		},
	};
}
