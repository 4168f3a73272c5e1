/** `parties` of an operator: who answers for devices, and how much they may let them pay. */
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { isProblem } from "../server/issuer-client.ts";
import { family } from "../subcommand.ts";
import { askCommand, type IssuerFlags } from "./operator-command.ts";

export function partyCommands(): Command {
	return family("parties", "who answers for devices, and up to which budgets", [
		addCommand(),
		grantCommand(),
		listCommand(),
		showCommand(),
		standingCommand("suspend", "suspended", "suspend a party with all of its devices"),
		standingCommand("resume", "active", "let a party and its devices act again"),
	]);
}

function addCommand(): Command {
	return askCommand(
		{
			usage: "add <key> <name>",
			summary:
				"add the party that delegates by a key; the name is told to nobody but by an act that is logged",
			example: "tenten operator parties add a401… 'Company 0123-01-234567' --data ./bank",
		},
		(client, _, key: string, name: string) => {
			if (!/^([0-9a-f]{2}){1,256}$/.test(key))
				throw new BadInput("a key is hexadecimal, as device key says it");
			return client.addParty(key, name);
		},
		(output, party) => {
			output.say(`Party ${party.party}: ${party.standing}, place ${party.place} of the status lists.`);
			return party;
		},
	);
}

type GrantFlags = IssuerFlags & { readonly reset?: string };

function grantCommand(): Command {
	return askCommand(
		{
			usage: "grant <party> <amount>",
			summary: "grant a budget in minor units, under the number that comes next",
			example: "tenten operator parties grant 5e1f…(64 digits) 100000 --data ./bank",
			options: [
				[
					"--reset <number>",
					"its number, where it was tried before: the same is granted once (default: the next)",
				],
			],
		},
		async (client, { reset: named }: GrantFlags, party: string, amount: string) => {
			if (!/^[1-9][0-9]{0,18}$/.test(amount))
				throw new BadInput(`${amount} is no whole number of minor units above zero`);
			if (named !== undefined && !/^[1-9][0-9]{0,9}$/.test(named))
				throw new BadInput(`${named} is no number of a budget`);
			const known = await client.party(partyIn(party));
			if (isProblem(known)) return known;
			const reset = named === undefined ? known.nextReset : Number(named);
			return client.grantBudget(party, { reset, amount });
		},
		(output, budget, party: string, _amount: string) => {
			output.say(`Budget ${budget.reset} of ${budget.amount} minor units, for ${party}.`);
			output.say(`It may delegate slices of it: ${budget.reset}:0-${budget.amount} is all of it.`);
			return { party, ...budget };
		},
	);
}

function listCommand(): Command {
	return askCommand(
		{
			usage: "list",
			summary: "every party by its id, and whether it is suspended",
			example: "tenten operator parties list --data ./bank",
		},
		(client) => client.parties(),
		(output, parties) => {
			for (const { party, standing, place } of parties) output.say(`${party}  ${standing}  place ${place}`);
			return { parties };
		},
	);
}

function showCommand(): Command {
	return askCommand(
		{
			usage: "show <party>",
			summary:
				"a party with its budgets, and its newest devices: how each stands, and how well its key is kept",
			example: "tenten operator parties show 5e1f…(64 digits) --data ./bank",
		},
		(client, _, party: string) => client.party(partyIn(party)),
		(output, known) => {
			output.say(`Party ${known.party}: ${known.standing}, place ${known.place} of the status lists.`);
			for (const { reset, amount } of known.budgets) output.say(`Budget ${reset}: ${amount} minor units.`);
			for (const { device, standing, assurance, reason } of known.devices)
				output.say(`${device}  ${standing}  ${assurance}${reason === null ? "" : `: ${reason}`}`);
			return known;
		},
	);
}

function standingCommand(word: string, standing: "active" | "suspended", summary: string): Command {
	return askCommand(
		{
			usage: `${word} <party> <why>`,
			summary: `${summary}; the next status list says so`,
			example: `tenten operator parties ${word} 5e1f…(64 digits) 'asked by letter of 3 May' --data ./bank`,
		},
		(client, _, party: string, why: string) => client.setPartyStanding(partyIn(party), { standing, why }),
		(output, party) => {
			output.say(`Party ${party.party}: ${party.standing}. The next status list says so.`);
			return party;
		},
	);
}

function partyIn(text: string): string {
	if (!/^[0-9a-f]{64}$/.test(text)) throw new BadInput("a party is a key id of 64 hexadecimal digits");
	return text;
}
