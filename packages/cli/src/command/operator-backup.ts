/** `tenten operator backup` and `restore`: a copy of an operator, and an operator from a copy. */
import type { Command } from "commander";
import { commandName } from "../invocation.ts";
import { databaseUrl } from "../server/database-url.ts";
import { backUp, restoreTo } from "../server/issuer-backup.ts";
import { subcommand } from "../subcommand.ts";
import { agree } from "../wallet/agree.ts";
import { dataOption, type IssuerFlags, issuerFolder } from "./operator-command.ts";

export function backupOperatorCommand(): Command {
	return subcommand<[to: string], IssuerFlags>(
		{
			usage: "backup <to>",
			summary: "copy an operator into a new folder, while it works: database, keys, settings and a manifest",
			example: "tenten operator backup /backups/2026-12-31 --data ./bank",
			options: [dataOption],
		},
		async (output, flags, to) => {
			const { files, database } = await backUp(issuerFolder(flags), to);
			output.say(`${Object.keys(files).length} files are in ${to}, each with its SHA-256 in manifest.json.`);
			output.say(
				database === null
					? "Its database is on a PostgreSQL server and not in it: back that up by itself (docs/operating.md)."
					: "It is not sealed: whoever has it sees every account, and with the passphrase is the operator.",
			);
			return { ok: true, result: { ok: true, to, files, database } };
		},
	);
}

const warning =
	"Only if the operator is lost. What it paid and issued since the backup is not in it: a second operator beside the first, or payouts that are allowed too early, pay twice.";

export function restoreOperatorCommand(): Command {
	return subcommand<[from: string], IssuerFlags & { readonly yes?: true }>(
		{
			usage: "restore <from>",
			summary: "make an operator from a backup; it pays and issues nothing until that is allowed",
			example: "tenten operator restore /backups/2026-12-31 --data ./bank",
			options: [dataOption, ["--yes", "the operator is lost and runs nowhere"]],
		},
		async (output, flags, from) => {
			await agree(output, warning, flags.yes === true);
			const folder = issuerFolder(flags);
			const { name, madeAt } = await restoreTo(from, folder, databaseUrl());
			output.say(`The operator "${name}" of ${madeAt} is in ${folder}. It pays and issues nothing.`);
			output.say(
				`Next: ${commandName()} operator serve --data ${folder}, find out what it did since (docs/operating.md), then ${commandName()} operator payouts allow <asset>`,
			);
			return { ok: true, result: { ok: true, data: folder, name, madeAt } };
		},
	);
}
