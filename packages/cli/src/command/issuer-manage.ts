/** `tenten operator deposit`, `totals`, `case-files` and `export`: looking after a running operator. */
import { join } from "node:path";
import type { Schemas } from "@tenten/client";
import { limits } from "@tenten/protocol";
import { amountWords, replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { hasIssuer } from "../server/issuer-folder.ts";
import { readIssuerSettings } from "../server/issuer-settings.ts";
import { family } from "../subcommand.ts";
import { askCommand, type IssuerFlags, issuerFolder } from "./operator-command.ts";

type DepositFlags = IssuerFlags & { readonly asset?: string; readonly id?: string };

export function depositCommand(): Command {
	return askCommand(
		{
			usage: "deposit <account> <amount>",
			summary: "credit an account with money that came from outside; amount in minor units",
			example: "tenten operator deposit 5e1f…(64 digits) 10000 --data ./bank",
			options: [
				["--asset <code>", "which asset (default: the first)"],
				["--id <text>", "names this deposit: the same one counts once, however often it is sent"],
			],
		},
		(client, flags: DepositFlags, account: string, text: string) => {
			if (!/^[0-9a-f]{64}$/.test(account)) throw new BadInput("an account has 64 hexadecimal digits");
			if (!/^[1-9][0-9]{0,18}$/.test(text) || BigInt(text) > limits.amount)
				throw new BadInput(`${text} is not a whole number of minor units above zero`);
			return client.deposit(account, flags.asset ?? firstAsset(flags), BigInt(text), flags.id);
		},
		(output, balance, account) => {
			output.say(`The account holds ${amountText(balance)} now.`);
			return { account, balance };
		},
	);
}

/** The first that the operator was made with. One that issues by definitions alone was made with none. */
function firstAsset(flags: IssuerFlags): string {
	const folder = issuerFolder(flags);
	const [first] = hasIssuer(folder) ? readIssuerSettings(join(folder, "operator.json")).assets : [];
	if (first === undefined) throw new BadInput("which asset? --asset names it");
	return first.code;
}

export function totalsCommand(): Command {
	return askCommand(
		{
			usage: "totals",
			summary: "where every minor unit is, and whether the books agree",
			example: "tenten operator totals --data ./bank --json",
		},
		(client) => client.totals(),
		(output, assets) => {
			for (const each of assets) output.say(totalsText(each));
			return { ok: assets.every(({ broken }) => broken.length === 0), assets };
		},
	);
}

const meanings: Readonly<Record<string, string>> = {
	issued: "brought into circulation",
	redeemed: "came back",
	refunded: "came back by rulings",
	burned: "ended by its conditions",
	outstanding: "in wallets",
	held: "on accounts",
	deposited: "came from outside",
	drawn: "paid by the fork reserve",
	debts: "of it, owed by culprits",
	repaid: "of it, repaid",
	chargedOff: "of it, given up",
};

function totalsText({ asset, totals, broken }: Schemas["AssetTotals"]): string {
	const rows = Object.entries(totals).map(
		([name, amount]) => [name, amountText(amount), meanings[name] ?? ""] as const,
	);
	const widest = Math.max(...rows.map(([, amount]) => amount.length));
	const lines = rows.map(
		([name, amount, meaning]) => `  ${name.padEnd(12)} ${amount.padStart(widest)}   ${meaning}`,
	);
	const verdict = broken.length === 0 ? "The books agree." : `The books do NOT agree: ${broken.join("; ")}.`;
	return `${asset}\n${lines.join("\n")}\n  ${verdict}`;
}

export function amountText({ value, asset: code, scale }: Schemas["Amount"]): string {
	const asset = { operator: new Uint8Array(32), code };
	const definition = { code, scale, name: code, spendWindow: 1, redeemWindow: 1, grace: 0 };
	return amountWords(BigInt(value), asset, { asset: () => definition, operator: () => undefined }).en;
}

export function caseFilesCommand(): Command {
	return askCommand(
		{
			usage: "case-files",
			summary: "proven double spends and lies, and whom they convict",
			example: "tenten operator case-files --data ./bank",
		},
		(client) => client.caseFiles(),
		(output, cases) => {
			for (const { id, kind, culprit, openedAt } of cases)
				output.say(`${id}  ${kind}  against certificate ${culprit}  ${openedAt}`);
			output.say(
				cases.length === 0
					? "No case: nobody has spent anything twice."
					: `Next: ${commandName()} operator export evidence <case> <file>`,
			);
			return { cases };
		},
	);
}

export function exportCommands(): Command {
	return family("export", "write what others check", [exportEvidenceCommand()]);
}

function exportEvidenceCommand(): Command {
	return askCommand(
		{
			usage: "evidence <case> <file>",
			summary: "write the evidence of a case: it needs the trust list and nothing else",
			example: "tenten operator export evidence 9c…(64 digits) case.cbor --data ./bank",
		},
		(client, _, id: string, _file: string) => {
			if (!/^[0-9a-f]{64}$/.test(id)) throw new BadInput("a case has 64 hexadecimal digits");
			return client.evidence(id);
		},
		(output, evidence, id, file) => {
			replaceFile(file, evidence);
			output.say(`The evidence is in ${file}.`);
			output.say(
				`Next: ${commandName()} operator trust-list <address> list.cbor, then ${commandName()} evidence verify ${file} --trust-list list.cbor`,
			);
			return { case: id, file };
		},
	);
}
