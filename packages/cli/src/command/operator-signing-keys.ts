/** `signing-keys` of an operator: what certificates, issues and rulings are signed with, and in whose place. */
import type { Schemas } from "@tenten/client";
import { Argument, type Command } from "commander";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";
import { family } from "../subcommand.ts";
import { askCommand, type IssuerFlags } from "./operator-command.ts";

type SigningKey = Schemas["SigningKey"];

export function signingKeyCommands(): Command {
	return family("signing-keys", "what it signs with: listed, rotated, retired, distrusted", [
		listCommand(),
		rotateCommand(),
		retireCommand(),
		distrustCommand(),
	]);
}

function listCommand(): Command {
	return askCommand(
		{
			usage: "list",
			summary: "every key that signs, or did, and until when it counts",
			example: "tenten operator signing-keys list --data ./bank",
		},
		(client) => client.signingKeys(),
		(output, keys) => {
			for (const key of keys) output.say(lineOf(key));
			return { signingKeys: keys };
		},
	);
}

function lineOf({ id, purpose, state, signsFrom, neededUntil, distrustedFrom }: SigningKey): string {
	const end = distrustedFrom ? `  distrusted from ${distrustedFrom}` : "";
	const needed = neededUntil ? `  needed until ${neededUntil}` : "";
	return `${id}  ${purpose.padEnd(9)}  ${state.padEnd(10)}  signs from ${signsFrom}${needed}${end}`;
}

type FromFlags = IssuerFlags & { readonly from?: string };

function rotateCommand(): Command {
	const purpose = new Argument("<purpose>", "what it signs").choices(["authority", "issuing", "ruling"]);
	return askCommand(
		{
			usage: "rotate",
			summary: "make a key that takes the place of the one that signs now: listed at once, signing later",
			example: "tenten operator signing-keys rotate issuing --data ./bank",
			arguments: [purpose],
			options: [
				[
					"--from <time>",
					"from when it signs (default: once every valid trust list has it; `now` after a theft)",
				],
			],
		},
		(client, { from }: FromFlags, named: SigningKey["purpose"]) =>
			client.rotateSigningKey({ purpose: named, signsFrom: from === undefined ? null : timeFrom(from) }),
		(output, key) =>
			told(
				output,
				key,
				`It is in the trust list now and signs from ${key.signsFrom}. What the one before signed goes on counting.`,
				"Peers list it once they are started again with --peer: tell them before that time.",
			),
	);
}

function retireCommand(): Command {
	return askCommand(
		{
			usage: "retire <id>",
			summary: "take a key off the trust list of which nothing counts any more",
			example: "tenten operator signing-keys retire 5e1f…(64 digits) --data ./bank",
		},
		(client, _, id: string) => client.retireSigningKey(idFrom(id)),
		(output, key) => told(output, key, "It is off the trust list."),
	);
}

function distrustCommand(): Command {
	return askCommand(
		{
			usage: "distrust <id>",
			summary: "believe a key that leaked no more, from a date on; what is in the books is still paid",
			example: "tenten operator signing-keys distrust 5e1f…(64 digits) --from now --data ./bank",
			options: [["--from <time>", "from when (default: now)"]],
		},
		(client, { from = "now" }: FromFlags, id: string) =>
			client.distrustSigningKey(idFrom(id), timeFrom(from)),
		(output, key) =>
			told(
				output,
				key,
				`From ${key.distrustedFrom} on nobody believes what it signed who has the trust list of then.`,
				"Holders go on: tenten wallet refresh, or redeem. This operator pays what is in its own books.",
			),
	);
}

function told(output: Output, key: SigningKey, ...words: readonly string[]) {
	for (const line of [lineOf(key), ...words]) output.say(line);
	return { signingKey: key };
}

function idFrom(id: string): string {
	if (!/^[0-9a-f]{64}$/.test(id)) throw new BadInput("a signing key's id has 64 hexadecimal digits");
	return id;
}

function timeFrom(text: string): string {
	const time = text === "now" ? Date.now() : Date.parse(text);
	if (Number.isNaN(time)) throw new BadInput(`${text} is no time: now, or like 2026-12-31T00:00:00Z`);
	return new Date(time).toISOString();
}
