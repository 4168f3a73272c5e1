/** `tenten rail`: one party of an ecosystem of accounts, until it is told to end; and keys and rulings of those that sign. */
import { verify } from "@tenten/module";
import { type Purse, startRail } from "@tenten/operator";
import { isRefusal } from "@tenten/protocol";
import { WalletPurse } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { onPort, portOf } from "../server/port.ts";
import { openRailKey } from "../server/rail-key.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { family, subcommand } from "../subcommand.ts";
import { findAsset } from "../wallet/assets.ts";
import { openWallet } from "../wallet/command.ts";
import { type KeyFlags, keyCommand, keyOptions, unlockOf } from "./rail-key.ts";
import { ruleCommand } from "./rail-rule.ts";
import { settingsFrom } from "./rail-settings.ts";

type Flags = KeyFlags & {
	readonly settings: string;
	readonly store: string;
	readonly port: string;
	readonly host?: string;
	readonly key?: string;
	readonly wallet?: string;
	readonly asset?: string;
};

export function railCommands(): Command {
	return family("rail", "payments between accounts: run a party of an ecosystem of accounts", [
		serveCommand(),
		keyCommand(),
		ruleCommand(),
	]);
}

function serveCommand(): Command {
	const command = subcommand<[string], Flags>(
		{
			usage: "serve <party>",
			summary:
				"run a customer system, a ledger, an app, a party of exchanges or the hub, as the settings name it",
			example: "tenten rail serve A --settings rail.json --store a.db --key a.key --port 9001",
			required: [
				["--settings <file>", "who is who, and where: docs/operating.md has an example"],
				["--store <database>", "a file of its own, or the address of a PostgreSQL database"],
			],
			options: [
				["--key <file>", "with which a payer's customer system signs its word"],
				["--wallet <dir>", "of a party of exchanges: the wallet that has its tokens, and is its alone"],
				["--asset <code>", "in which that wallet has them (default: the asset of the settings)"],
				...keyOptions,
				["--host <address>", "listen there (default: this machine alone, behind what knows the others)"],
			],
		},
		async (output, flags, name) => {
			const { settings: file, store, port: text, host, key } = flags;
			const settings = settingsFrom(file);
			const port = portOf(text);
			const signer = key === undefined ? null : await openRailKey(key, unlockOf(flags, key), output.say);
			const purse = await openPurse(flags, settings.asset);
			try {
				const server = await onPort(port, () =>
					startRail({
						settings,
						name,
						database: store,
						signer,
						verify,
						purse: purse?.purse,
						port,
						hostname: host ?? "127.0.0.1",
						log: output.say,
					}),
				);
				if (server === undefined)
					throw new BadInput(
						`${name} is no party of it, signs its word and has no --key, or exchanges and has no --wallet`,
						{ file },
					);
				await stopSignal().stopped;
				await server.close();
				return { ok: true, result: { ok: true, party: name, url: server.url } };
			} finally {
				await purse?.close();
			}
		},
	);
	return command.option("--port <number>", "listen there; 0 for a free one", "0");
}

/** The wallet of a party of exchanges, which has it open as long as it runs. */
async function openPurse(
	flags: Flags,
	code: string,
): Promise<{ readonly purse: Purse; readonly close: () => Promise<void> } | undefined> {
	if (flags.wallet === undefined) return undefined;
	const folder = await openWallet(flags);
	if (isRefusal(folder)) throw new BadInput(`${folder.code} ${folder.detail}`, { file: flags.wallet });
	try {
		const { id } = findAsset(folder, flags.asset ?? code);
		return { purse: new WalletPurse(folder.wallet, id), close: () => folder.close() };
	} catch (error) {
		await folder.close();
		throw error;
	}
}
