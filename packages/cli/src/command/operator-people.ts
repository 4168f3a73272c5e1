/** `people` of an operator: those who propose and approve definitions, each with a key of their own. */
import { replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { isProblem } from "../server/issuer-client.ts";
import { createPerson } from "../server/person.ts";
import { family, subcommand } from "../subcommand.ts";
import { passphraseCost } from "../wallet/folder.ts";
import { readPassphrase } from "../wallet/passphrase.ts";
import { clientOf, dataOption, type IssuerFlags, refusedBy } from "./operator-command.ts";

export function peopleCommands(): Command {
	return family("people", "who proposes and who approves what it issues", [initCommand(), certifyCommand()]);
}

export type PersonFlags = { readonly passphraseFile?: string };

export const personPassphrase = [
	"--passphrase-file <file>",
	"its first line opens the person's key (default: $TENTEN_PASSPHRASE, else asked for)",
] as const;

export function passphraseOf(
	{ passphraseFile: file }: PersonFlags,
	folder: string,
	isNew: boolean,
): Promise<string> {
	return readPassphrase({ file, what: `the key in ${folder}`, isNew });
}

function initCommand(): Command {
	return subcommand<[folder: string], PersonFlags>(
		{
			usage: "init <folder>",
			summary: "make a person's own key, sealed; what it prints goes to whoever administers the operator",
			example: "tenten operator people init ./hanako",
			options: [personPassphrase],
		},
		async (output, flags, folder) => {
			const passphrase = await passphraseOf(flags, folder, true);
			const key = await createPerson(folder, { kind: "passphrase", passphrase, cost: passphraseCost });
			output.say(key);
			output.say(
				`Next, by an administrator: ${commandName()} operator people certify ${key} ${folder}/certificate.cbor --part approver`,
			);
			return { ok: true, result: { ok: true, folder, key } };
		},
	);
}

const parts = { proposer: "proposed", approver: "approved" } as const;

type CertifyFlags = IssuerFlags & { readonly part: string };

function certifyCommand(): Command {
	return subcommand<[key: string, file: string], CertifyFlags>(
		{
			usage: "certify <key> <file>",
			summary: "certify a person's key, and write the certificate for them; it is in the audit log",
			example: "tenten operator people certify a401… certificate.cbor --part approver --data ./bank",
			required: [["--part <part>", "proposer or approver"]],
			options: [dataOption],
		},
		async (output, flags, key, file) => {
			const part = Object.hasOwn(parts, flags.part) ? parts[flags.part as keyof typeof parts] : undefined;
			if (part === undefined) throw new BadInput("--part is proposer or approver");
			if (!/^([0-9a-f]{2}){1,256}$/.test(key))
				throw new BadInput("a key is hexadecimal, as people init says it");
			const certificate = await clientOf(flags).certifyPerson(key, part);
			if (isProblem(certificate)) return refusedBy(output, certificate);
			replaceFile(file, certificate);
			output.say(`The certificate is in ${file}: it belongs beside the person's key, as certificate.cbor.`);
			return { ok: true, result: { ok: true, file, part: flags.part } };
		},
	);
}
