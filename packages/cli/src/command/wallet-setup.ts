/** `tenten wallet init` and `join`: a new wallet, and its account with an operator. */
import { isRefusal, keyId, toHex } from "@tenten/protocol";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { subcommand } from "../subcommand.ts";
import { findAsset, inWords } from "../wallet/assets.ts";
import {
	type Ending,
	end,
	folderOf,
	refused,
	type WalletFlags,
	walletCommand,
	walletFlags,
} from "../wallet/command.ts";
import { hasWallet, passphraseCost, WalletFolder } from "../wallet/folder.ts";
import { readPassphrase } from "../wallet/passphrase.ts";
import { askedProfile, type ProfileFlags, profileOptions } from "../wallet/profile.ts";

export function initCommand(): Command {
	return subcommand<[], WalletFlags>(
		{
			usage: "init",
			summary: "make a wallet, sealed under a passphrase",
			example: "tenten wallet init --wallet ./mine",
			options: walletFlags,
		},
		async (output, flags) => {
			const path = folderOf(flags);
			if (hasWallet(path)) throw new BadInput("there is a wallet already", { file: path });
			const source = { file: flags.passphraseFile, what: `the wallet in ${path}`, isNew: true };
			const passphrase = await readPassphrase(source);
			const unlock = { kind: "passphrase", passphrase, cost: passphraseCost } as const;
			const folder = await WalletFolder.open(path, { unlock });
			if (isRefusal(folder)) return end(output, refused(folder));
			await folder.close();
			return end(output, {
				ok: true,
				fundsState: "safe",
				words: `A wallet is in ${path}, empty. Without its passphrase nobody opens it: keep it somewhere.`,
				next: `${commandName()} wallet join <address of an operator>`,
				result: { wallet: path },
			});
		},
	);
}

type JoinFlags = ProfileFlags & { readonly pin?: string };

export function joinCommand(): Command {
	return walletCommand<[url: string], JoinFlags>(
		{
			usage: "join <address>",
			summary: "open an account with an operator and take its trust list",
			example: "tenten wallet join https://operator.example",
			options: [
				["--pin <id>", "the operator's id, as it is known from elsewhere (hex): anything else is refused"],
				...profileOptions,
			],
		},
		async (folder, flags, _, address) => {
			const entry = await folder.join(address, askedProfile(flags), flags.pin);
			if (isRefusal(entry)) return entry.code === "channel-failed" ? unreachable(address) : entry;
			const id = toHex(keyId(entry.root));
			// One that has published no definition yet lists no asset: the account is there all the same.
			const [first] = entry.assets;
			const asset = first === undefined ? undefined : findAsset(folder, `${first.code}@${entry.name}`);
			const account = folder.wallet.module
				.certificates()
				.findLast(({ operatorId }) => toHex(operatorId) === id);
			const number = account === undefined ? "" : toHex(account.hash);
			const told = asset === undefined ? null : await folder.wallet.account(asset.id);
			const holds = isRefusal(told) ? null : told;
			const words = holds === null || asset === undefined ? "" : ` It holds ${inWords(holds, asset)}.`;
			return {
				ok: true,
				fundsState: "safe",
				words: `${entry.name} is joined. Its id: ${id}\nYour account there: ${number}.${words}`,
				next: `${commandName()} wallet topup <amount>   takes money from the account into the wallet`,
				result: { operator: id, name: entry.name, account: number, holds },
			};
		},
	);
}

/** An enrolment whose answer was lost is answered the same when it is sent again. */
function unreachable(address: string): Ending {
	return {
		ok: false,
		fundsState: "safe",
		words: `No operator answers at ${address}. No money is involved yet.`,
		next: "check the address, and join again",
		result: { code: "channel-failed" },
	};
}
