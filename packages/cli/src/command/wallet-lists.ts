/**
 * `tenten wallet lists`: the signed lists that a wallet judges by where nobody is in reach: whose keys count, what is
 * frozen, which devices lost their standing. They come from operators and with payments; here also as a file.
 */
import { isRefusal, type Refusal, toHex } from "@tenten/protocol";
import { fetchLists, fileSender, refusalWords, timeWords } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { numberIn } from "../number-flag.ts";
import type { Output } from "../output.ts";
import { family } from "../subcommand.ts";
import { type Ending, walletCommand } from "../wallet/command.ts";
import type { WalletFolder } from "../wallet/folder.ts";
import { readBundleFile } from "../wallet/parcels.ts";

const kinds = { trustList: "trust list", freezeList: "freeze list", statusList: "status list" } as const;

export function listCommands(): Command {
	return family("lists", "signed lists by which the wallet judges where nobody is in reach", [
		showCommand(),
		fetchCommand(),
		exportCommand(),
		importCommand(),
	]);
}

/** Says which lists count here; what scripts are told of them. */
function ending({ wallet }: WalletFolder, output: Output, words: string, refused = 0): Ending {
	const { trust, lists, devices } = wallet.module;
	const facts = lists.facts();
	const held = facts.map(({ list, operator, number, issuedAt, expiresAt }) => {
		const name = isRefusal(trust) ? undefined : trust.operator(operator)?.entry.name;
		const which = list === "statusList" ? ` ${number}` : "";
		const until = timeWords(expiresAt).en;
		const of = name ?? toHex(operator);
		output.say(`  ${kinds[list]}${which} of ${of}: of ${timeWords(issuedAt).en}, counts until ${until}`);
		return { list, operator: toHex(operator), number, issuedAt, expiresAt };
	});
	return {
		ok: refused === 0,
		fundsState: "safe",
		words,
		next: facts.length === 0 ? `${commandName()} wallet lists fetch, where an operator is in reach` : "",
		result: { lists: held, oldest_s: devices.oldestStatus_s, refused },
	};
}

type ShowFlags = { readonly oldest?: string };

function showCommand(): Command {
	return walletCommand<[], ShowFlags>(
		{
			usage: "show",
			summary: "which lists are held, and until when they count",
			example: "tenten wallet lists show --oldest 86400",
			options: [
				[
					"--oldest <seconds>",
					"from now on take what devices pay under no status list that is older; 0: under any that has not expired",
				],
			],
		},
		async (folder, { oldest }, output) => {
			const { devices } = folder.wallet.module;
			if (oldest !== undefined) {
				const oldest_s = numberIn("--oldest", oldest, 0);
				if (!Number.isSafeInteger(oldest_s)) throw new BadInput("--oldest is whole seconds");
				await devices.setOldestStatus(oldest_s === 0 ? null : oldest_s);
			}
			const most = devices.oldestStatus_s;
			return ending(folder, output, most === null ? "" : `Status lists count for ${most} seconds here.`);
		},
	);
}

function fetchCommand(): Command {
	return walletCommand(
		{
			usage: "fetch",
			summary: "ask every operator that was joined for its lists of now",
			example: "tenten wallet lists fetch",
		},
		async (folder, _, output) => {
			const { wallet } = folder;
			const refused = await fetchLists(wallet.module, wallet.operators);
			for (const { code } of refused) output.say(`${refusalWords[code].en} (${code})`);
			const words = refused.length === 0 ? "" : "What is held counts until it has expired.";
			return ending(folder, output, words, refused.length);
		},
	);
}

function exportCommand(): Command {
	return walletCommand<[file: string]>(
		{
			usage: "export <file>",
			summary: "write the lists that are held into a file, for a wallet that is offline",
			example: "tenten wallet lists export news.tenten",
		},
		async (folder, _flags, output, file) => {
			const messages = folder.wallet.module.lists.all();
			await fileSender(file).send(messages);
			const words = `${messages.length} list(s) in ${file}: nothing in it is secret, and it counts whoever brings it.`;
			return ending(folder, output, words);
		},
	);
}

function importCommand(): Command {
	return walletCommand<[file: string]>(
		{
			usage: "import <file>",
			summary: "take lists that somebody exported: each is verified, and none takes the place of a newer one",
			example: "tenten wallet lists import news.tenten",
		},
		async (folder, _flags, output, file): Promise<Ending | Refusal> => {
			const messages = await readBundleFile(file);
			if (isRefusal(messages)) return messages;
			let refused = 0;
			for (const message of messages) {
				const refusal = await folder.wallet.module.lists.take(message);
				if (refusal === undefined) continue;
				refused++;
				output.say(`${refusalWords[refusal.code].en} (${refusal.code})`);
			}
			const taken = messages.length - refused;
			const words = `${taken} of ${messages.length} list(s) count here, or did before.`;
			return ending(folder, output, words, refused);
		},
	);
}
