/** `definitions` of an operator: what it issues, proposed by one person, approved by two others, and published. */
import { readFileSync } from "node:fs";
import type { JosePair } from "@tenten/operator";
import {
	approval,
	type Bytes,
	definition,
	definitionDraft,
	definitionId,
	fromHex,
	isRefusal,
	licenceHash,
	parse,
	serialize,
	toHex,
} from "@tenten/protocol";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { readDefinition } from "../server/definition-file.ts";
import { type AdminProblem, type IssuerClient, isProblem } from "../server/issuer-client.ts";
import { trustOf } from "../server/operator-trust.ts";
import { signAs } from "../server/person.ts";
import { family, subcommand } from "../subcommand.ts";
import { now } from "../surroundings.ts";
import { passphraseCost } from "../wallet/folder.ts";
import { readJson } from "../wallet/settings.ts";
import { askCommand, clientOf, dataOption, type IssuerFlags, refusedBy } from "./operator-command.ts";
import { type PersonFlags, passphraseOf, personPassphrase } from "./operator-people.ts";

export function definitionCommands(): Command {
	return family("definitions", "what it issues: records that three people sign", [
		proposeCommand(),
		approveCommand(),
		actCommand("publish", "put a definition into force that two others approved", (client, id) =>
			client.publishDefinition(id),
		),
		actCommand("withdraw", "withdraw a definition that was not published", (client, id) =>
			client.withdrawDefinition(id),
		),
		listCommand(),
		showCommand(),
	]);
}

type SignFlags = IssuerFlags & PersonFlags & { readonly person: string };

const personOption = [
	"--person <folder>",
	"whose key signs: what people init made, with its certificate",
] as const;

type ProposeFlags = SignFlags & { readonly licence: string; readonly licenceKey: string };

function proposeCommand(): Command {
	return subcommand<[file: string], ProposeFlags>(
		{
			usage: "propose <file>",
			summary: "propose a definition, with its licence bound to it and signed by its proposer",
			example:
				"tenten operator definitions propose yen.json --licence yen.sdjwt --licence-key licence-key.json --person ./taro",
			required: [
				["--licence <file>", "the credential that the licensor gave"],
				["--licence-key <file>", "the key that it is bound to, as licences key made it"],
				personOption,
			],
			options: [dataOption, personPassphrase],
		},
		async (output, flags, file) => {
			const client = clientOf(flags);
			const { operator, trust } = await trustOf(client.url);
			const licence = readText(flags.licence).trim();
			const hash = licenceHash(Uint8Array.from(Buffer.from(licence, "latin1")));
			const body = readDefinition(file, { operator, now: now(), licence: hash });
			const id = definitionId(body);
			const { privateKey } = readJson(flags.licenceKey) as JosePair;
			const { presentLicence } = await import("@tenten/operator");
			const shown = await presentLicence(licence, id, privateKey, now()).catch((error: Error) => {
				throw new BadInput(`cannot be bound: ${error.message}`, { file: flags.licence });
			});
			const passphrase = await passphraseOf(flags, flags.person, false);
			const unlock = { kind: "passphrase", passphrase, cost: passphraseCost } as const;
			const signed = await signAs(flags.person, "proposed", id, trust, unlock);
			const draft = serialize(definitionDraft, { body, licence: shown, approvals: [signed] });
			const proposed = await client.proposeDefinition(draft);
			if (isProblem(proposed)) return refusedBy(output, proposed);
			output.say(`Proposed: ${body.code} version ${body.version}, ${proposed.id}`);
			output.say(
				`Next, by two others: ${commandName()} operator definitions approve ${proposed.id} --person <folder>`,
			);
			return { ok: true, result: { ok: true, id: proposed.id, code: body.code, version: body.version } };
		},
	);
}

function approveCommand(): Command {
	return subcommand<[id: string], SignFlags>(
		{
			usage: "approve <id>",
			summary: "look at a definition and approve it, with an API key and a signing key of one's own",
			example:
				"TENTEN_API_KEY=tenten_… tenten operator definitions approve 5e1f…(64 digits) --person ./hanako",
			required: [personOption],
			options: [dataOption, personPassphrase],
		},
		async (output, flags, id) => {
			const client = clientOf(flags);
			const bytes = idFrom(id);
			const record = await client.definition(id);
			if (isProblem(record)) return refusedBy(output, record);
			const read = parse(definitionDraft, record, record.length);
			if (isRefusal(read)) throw new BadInput("it is published already");
			if (toHex(definitionId(read.body)) !== id) throw new BadInput("the operator showed another definition");
			for (const line of wordsOf(read.body)) output.say(line);
			const { trust } = await trustOf(client.url);
			const passphrase = await passphraseOf(flags, flags.person, false);
			const unlock = { kind: "passphrase", passphrase, cost: passphraseCost } as const;
			const signed = await signAs(flags.person, "approved", bytes, trust, unlock);
			const approved = await client.approveDefinition(id, serialize(approval, signed));
			if (isProblem(approved)) return refusedBy(output, approved);
			output.say("Approved. Once two have: definitions publish.");
			return { ok: true, result: { ok: true, id } };
		},
	);
}

function actCommand(
	word: "publish" | "withdraw",
	summary: string,
	act: (client: IssuerClient, id: string) => Promise<{ readonly id: string } | AdminProblem>,
): Command {
	return askCommand(
		{
			usage: `${word} <id>`,
			summary,
			example: `tenten operator definitions ${word} 5e1f…(64 digits) --data ./bank`,
		},
		(client, _, id: string) => {
			idFrom(id);
			return act(client, id);
		},
		(output, _, id) => {
			output.say(word === "publish" ? "In force from its date." : "Withdrawn.");
			return { id };
		},
	);
}

function listCommand(): Command {
	return askCommand(
		{
			usage: "list",
			summary: "every definition, and who has signed those that are on their way",
			example: "tenten operator definitions list --data ./bank",
		},
		(client) => client.definitions(),
		(output, definitions) => {
			for (const { id, state, code, version, assetKind, signed } of definitions)
				output.say(`${id}  ${state}  ${code} ${version}  ${assetKind}  ${signed.length} signatures`);
			return { definitions };
		},
	);
}

function showCommand(): Command {
	return askCommand(
		{
			usage: "show <id>",
			summary: "what a definition says, in full",
			example: "tenten operator definitions show 5e1f…(64 digits) --data ./bank",
		},
		(client, _, id: string) => {
			idFrom(id);
			return client.definition(id);
		},
		(output, record, id) => {
			const published = parse(definition, record, record.length);
			const draft = isRefusal(published) ? parse(definitionDraft, record, record.length) : published.draft;
			if (isRefusal(draft)) throw new BadInput("what the operator sent cannot be read");
			for (const line of wordsOf(draft.body)) output.say(line);
			const state = isRefusal(published) ? "proposed" : "published";
			return { id, state, ...asJson(draft.body) };
		},
	);
}

type Body = Parameters<typeof definitionId>[0];

function asJson({ operator, licence, conditions, ...body }: Body): object {
	return { ...body, operator: toHex(operator), licence: toHex(licence), conditions: conditions.map(plain) };
}

/** Ids in hexadecimal, so that people can read them. */
function plain(value: unknown): unknown {
	if (value instanceof Uint8Array) return toHex(value);
	if (Array.isArray(value)) return value.map(plain);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

function wordsOf(body: Body): readonly string[] {
	const said = Object.entries(asJson(body));
	const text = (value: unknown): string =>
		JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? each.toString() : each));
	return said.map(
		([name, value]) => `  ${name.padEnd(12)} ${typeof value === "string" ? value : text(value)}`,
	);
}

function idFrom(text: string): Bytes {
	const id = fromHex(text);
	if (id === undefined || id.length !== 32) throw new BadInput("a definition's id has 64 hexadecimal digits");
	return id;
}

function readText(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (error) {
		throw new BadInput(error instanceof Error ? error.message : "cannot be read", { file });
	}
}
