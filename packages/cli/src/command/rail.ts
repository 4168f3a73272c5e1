/** `tenten rail`: one party of an ecosystem of accounts, until it is told to end; and keys and rulings of those that sign. */
import { verify } from "@tenten/module";
import { startRail } from "@tenten/operator";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { onPort, portOf } from "../server/port.ts";
import { openRailKey } from "../server/rail-key.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { family, subcommand } from "../subcommand.ts";
import { type KeyFlags, keyCommand, keyOptions, settingsFrom, unlockOf } from "./rail-key.ts";
import { ruleCommand } from "./rail-rule.ts";

type Flags = KeyFlags & {
	readonly settings: string;
	readonly store: string;
	readonly port: string;
	readonly host?: string;
	readonly key?: string;
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
			summary: "run a customer system, a ledger, an app or the hub, as the settings name it",
			example: "tenten rail serve A --settings rail.json --store a.db --key a.key --port 9001",
			required: [
				["--settings <file>", "who is who, and where: docs/operating.md has an example"],
				["--store <database>", "a file of its own, or the address of a PostgreSQL database"],
			],
			options: [
				["--key <file>", "with which a payer's customer system signs its word"],
				...keyOptions,
				["--host <address>", "listen there (default: this machine alone, behind what knows the others)"],
			],
		},
		async (output, flags, name) => {
			const { settings: file, store, port: text, host, key } = flags;
			const settings = settingsFrom(file);
			const port = portOf(text);
			const signer = key === undefined ? null : await openRailKey(key, unlockOf(flags, key), output.say);
			const server = await onPort(port, () =>
				startRail({
					settings,
					name,
					database: store,
					signer,
					verify,
					port,
					hostname: host ?? "127.0.0.1",
					log: output.say,
				}),
			);
			if (server === undefined)
				throw new BadInput(`${name} is no party of it, or signs its word and has no --key`, { file });
			await stopSignal().stopped;
			await server.close();
			return { ok: true, result: { ok: true, party: name, url: server.url } };
		},
	);
	return command.option("--port <number>", "listen there; 0 for a free one", "0");
}
