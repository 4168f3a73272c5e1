/** `licences` and `issue` of an operator: under whose licence it issues, and stopping what it issues. */
import { existsSync, readFileSync } from "node:fs";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { family, subcommand } from "../subcommand.ts";
import { writeJson } from "../wallet/settings.ts";
import { askCommand } from "./operator-command.ts";

export function licenceCommands(): Command {
	return family("licences", "under whose licence it issues", [
		keyCommand(),
		listCommand(),
		statusListCommand(),
	]);
}

export function issueCommands(): Command {
	return family("issue", "stop bringing an asset into circulation, or allow it again", [
		issueCommand("stop"),
		issueCommand("allow"),
	]);
}

function keyCommand(): Command {
	return subcommand<[file: string]>(
		{
			usage: "key <file>",
			summary: "make the key that a licence is bound to; its public half goes to the licensor",
			example: "tenten operator licences key licence-key.json",
		},
		async (output, _, file) => {
			if (existsSync(file)) throw new BadInput("is there already", { file });
			const { makeJoseKey } = await import("@tenten/operator");
			const pair = makeJoseKey();
			writeJson(file, pair);
			writeJson(`${file}.public`, pair.publicKey);
			output.say(`The key is in ${file}: keep it. Give the licensor ${file}.public.`);
			return { ok: true, result: { ok: true, file, public: `${file}.public` } };
		},
	);
}

function listCommand(): Command {
	return askCommand(
		{
			usage: "list",
			summary: "what may be issued now, until when, and why not",
			example: "tenten operator licences list --data ./bank",
		},
		(client) => client.licences(),
		(output, licences) => {
			for (const { asset, licensor, licensedUntil, stopped } of licences)
				output.say(
					stopped === null
						? `${asset}: may be issued until ${licensedUntil}, by ${licensor}`
						: `${asset}: may NOT be issued: ${stopped}`,
				);
			return { licences };
		},
	);
}

function statusListCommand(): Command {
	return askCommand(
		{
			usage: "status-list <file>",
			summary: "bring a licensor's newest status list: which licences still count",
			example: "tenten operator licences status-list status.jwt --data ./bank",
		},
		(client, _, file: string) => {
			if (!existsSync(file)) throw new BadInput("is not there", { file });
			return client.takeStatusList(readFileSync(file, "utf8").trim());
		},
		(output, licences) => {
			output.say("Taken. What may be issued now: licences list.");
			return { licences };
		},
	);
}

function issueCommand(word: "stop" | "allow"): Command {
	return askCommand(
		{
			usage: `${word} <asset>`,
			summary:
				word === "stop"
					? "issue no more of an asset; what is out there is redeemed as before"
					: "issue an asset again that people stopped",
			example: `tenten operator issue ${word} JPY --data ./bank`,
		},
		(client, _, asset: string) => client.setIssue(asset, word),
		(output, _, asset) => {
			output.say(
				word === "stop" ? `No more ${asset} is issued.` : `${asset} is issued, as far as its licence goes.`,
			);
			return { asset };
		},
	);
}
