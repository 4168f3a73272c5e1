/** `licences` and `issue` of an operator: under whose licence it issues, and stopping what it issues. */
import { existsSync, readFileSync } from "node:fs";
import { makeJoseKey } from "@tenten/operator";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { isProblem } from "../server/issuer-client.ts";
import { family, subcommand } from "../subcommand.ts";
import { writeJson } from "../wallet/settings.ts";
import { clientOf, dataOption, type IssuerFlags, refusedBy } from "./issuer-manage.ts";

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
			const pair = makeJoseKey();
			writeJson(file, pair);
			writeJson(`${file}.public`, pair.publicKey);
			output.say(`The key is in ${file}: keep it. Give the licensor ${file}.public.`);
			return { ok: true, result: { ok: true, file, public: `${file}.public` } };
		},
	);
}

function listCommand(): Command {
	return subcommand<[], IssuerFlags>(
		{
			usage: "list",
			summary: "what may be issued now, until when, and why not",
			example: "tenten operator licences list --data ./bank",
			options: [dataOption],
		},
		async (output, flags) => {
			const licences = await clientOf(flags).licences();
			if (isProblem(licences)) return refusedBy(output, licences);
			for (const { asset, licensor, licensedUntil, stopped } of licences)
				output.say(
					stopped === null
						? `${asset}: may be issued until ${licensedUntil}, by ${licensor}`
						: `${asset}: may NOT be issued: ${stopped}`,
				);
			return { ok: true, result: { ok: true, licences } };
		},
	);
}

function statusListCommand(): Command {
	return subcommand<[file: string], IssuerFlags>(
		{
			usage: "status-list <file>",
			summary: "bring a licensor's newest status list: which licences still count",
			example: "tenten operator licences status-list status.jwt --data ./bank",
			options: [dataOption],
		},
		async (output, flags, file) => {
			if (!existsSync(file)) throw new BadInput("is not there", { file });
			const licences = await clientOf(flags).takeStatusList(readFileSync(file, "utf8").trim());
			if (isProblem(licences)) return refusedBy(output, licences);
			output.say("Taken. What may be issued now: licences list.");
			return { ok: true, result: { ok: true, licences } };
		},
	);
}

function issueCommand(word: "stop" | "allow"): Command {
	return subcommand<[asset: string], IssuerFlags>(
		{
			usage: `${word} <asset>`,
			summary:
				word === "stop"
					? "issue no more of an asset; what is out there is redeemed as before"
					: "issue an asset again that people stopped",
			example: `tenten operator issue ${word} JPY --data ./bank`,
			options: [dataOption],
		},
		async (output, flags, asset) => {
			const done = await clientOf(flags).setIssue(asset, word);
			if (isProblem(done)) return refusedBy(output, done);
			output.say(
				word === "stop" ? `No more ${asset} is issued.` : `${asset} is issued, as far as its licence goes.`,
			);
			return { ok: true, result: { ok: true, asset } };
		},
	);
}
