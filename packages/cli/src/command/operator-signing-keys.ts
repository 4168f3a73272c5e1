/** `signing-keys` of an operator: what certificates, issues and rulings are signed with, and in whose place. */
import type { Schemas } from "@tenten/client";
import { Argument, type Command } from "commander";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";
import { type AdminProblem, isProblem } from "../server/issuer-client.ts";
import { family, type Outcome, subcommand } from "../subcommand.ts";
import { clientOf, dataOption, type IssuerFlags, refusedBy } from "./issuer-manage.ts";

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
	return subcommand<[], IssuerFlags>(
		{
			usage: "list",
			summary: "every key that signs, or did, and until when it counts",
			example: "tenten operator signing-keys list --data ./bank",
			options: [dataOption],
		},
		async (output, flags) => {
			const keys = await clientOf(flags).signingKeys();
			if (isProblem(keys)) return refusedBy(output, keys);
			for (const key of keys) output.say(lineOf(key));
			return { ok: true, result: { ok: true, signingKeys: keys } };
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
	return subcommand<[purpose: SigningKey["purpose"]], FromFlags>(
		{
			usage: "rotate",
			summary: "make a key that takes the place of the one that signs now: listed at once, signing later",
			example: "tenten operator signing-keys rotate issuing --data ./bank",
			arguments: [purpose],
			options: [
				dataOption,
				[
					"--from <time>",
					"from when it signs (default: once every valid trust list has it; `now` after a theft)",
				],
			],
		},
		async (output, flags, named) => {
			const signsFrom = flags.from === undefined ? null : timeFrom(flags.from);
			const key = await clientOf(flags).rotateSigningKey({ purpose: named, signsFrom });
			return told(output, key, ({ signsFrom: from }) => [
				`It is in the trust list now and signs from ${from}. What the one before signed goes on counting.`,
				"Peers list it once they are started again with --peer: tell them before that time.",
			]);
		},
	);
}

function retireCommand(): Command {
	return subcommand<[id: string], IssuerFlags>(
		{
			usage: "retire <id>",
			summary: "take a key off the trust list of which nothing counts any more",
			example: "tenten operator signing-keys retire 5e1f…(64 digits) --data ./bank",
			options: [dataOption],
		},
		async (output, flags, id) => {
			const key = await clientOf(flags).retireSigningKey(idFrom(id));
			return told(output, key, () => ["It is off the trust list."]);
		},
	);
}

function distrustCommand(): Command {
	return subcommand<[id: string], FromFlags>(
		{
			usage: "distrust <id>",
			summary: "believe a key that leaked no more, from a date on; what is in the books is still paid",
			example: "tenten operator signing-keys distrust 5e1f…(64 digits) --from now --data ./bank",
			options: [dataOption, ["--from <time>", "from when (default: now)"]],
		},
		async (output, flags, id) => {
			const from = timeFrom(flags.from ?? "now");
			const key = await clientOf(flags).distrustSigningKey(idFrom(id), from);
			return told(output, key, ({ distrustedFrom }) => [
				`From ${distrustedFrom} on nobody believes what it signed who has the trust list of then.`,
				"Holders go on: tenten wallet refresh, or redeem. This operator pays what is in its own books.",
			]);
		},
	);
}

function told(
	output: Output,
	key: SigningKey | AdminProblem,
	words: (key: SigningKey) => readonly string[],
): Outcome {
	if (isProblem(key)) return refusedBy(output, key);
	output.say(lineOf(key));
	for (const line of words(key)) output.say(line);
	return { ok: true, result: { ok: true, signingKey: key } };
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
