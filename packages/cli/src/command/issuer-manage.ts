/** `tenten operator deposit`, `totals`, `case-files` and `export`: looking after a running operator. */
import { join } from "node:path";
import type { Schemas } from "@tenten/client";
import { limits } from "@tenten/protocol";
import { amountWords, replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import type { Output } from "../output.ts";
import { hasIssuer } from "../server/issuer.ts";
import { type AdminProblem, IssuerClient, isProblem } from "../server/issuer-client.ts";
import { readIssuerSettings } from "../server/issuer-settings.ts";
import { family, type Outcome, subcommand } from "../subcommand.ts";

export type IssuerFlags = { readonly data?: string };
export const dataOption = [
	"--data <dir>",
	"the operator's folder (default: $TENTEN_OPERATOR, else ./tenten-operator)",
] as const;

export function issuerFolder({ data }: IssuerFlags): string {
	const { TENTEN_OPERATOR: named, TENTEN_ISSUER: namedBefore } = process.env;
	const before = join(".", "tenten-issuer");
	const usual = hasIssuer(before) ? before : join(".", "tenten-operator");
	return data ?? named ?? namedBefore ?? usual;
}

export function clientOf(flags: IssuerFlags): IssuerClient {
	const folder = issuerFolder(flags);
	const { TENTEN_API_KEY: ownKey, TENTEN_OPERATOR_URL: named } = process.env;
	if ((ownKey === undefined || named === undefined) && !hasIssuer(folder))
		throw new BadInput("no operator here: tenten operator init makes one", { file: folder });
	return IssuerClient.of(folder);
}

export function refusedBy(output: Output, { code, detail, fundsState, nextAction }: AdminProblem): Outcome {
	output.say(`The operator refused: ${code}${detail && ` (${detail})`}. The money is ${fundsState}.`);
	output.say(`Next: ${nextAction}`);
	return { ok: false, result: { ok: false, code, detail, fundsState, nextAction } };
}

type DepositFlags = IssuerFlags & { readonly asset?: string; readonly id?: string };

export function depositCommand(): Command {
	return subcommand<[account: string, amount: string], DepositFlags>(
		{
			usage: "deposit <account> <amount>",
			summary: "credit an account with money that came from outside; amount in minor units",
			example: "tenten operator deposit 5e1f…(64 digits) 10000 --data ./bank",
			options: [
				dataOption,
				["--asset <code>", "which asset (default: the first)"],
				["--id <text>", "names this deposit: the same one counts once, however often it is sent"],
			],
		},
		async (output, flags, account, text) => {
			if (!/^[0-9a-f]{64}$/.test(account)) throw new BadInput("an account has 64 hexadecimal digits");
			if (!/^[1-9][0-9]{0,18}$/.test(text) || BigInt(text) > limits.amount)
				throw new BadInput(`${text} is not a whole number of minor units above zero`);
			const client = clientOf(flags);
			const asset = flags.asset ?? firstAsset(flags);
			const balance = await client.deposit(account, asset, BigInt(text), flags.id);
			if (isProblem(balance)) return refusedBy(output, balance);
			output.say(`The account holds ${amountText(balance)} now.`);
			return { ok: true, result: { ok: true, account, balance } };
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
	return subcommand<[], IssuerFlags>(
		{
			usage: "totals",
			summary: "where every minor unit is, and whether the books agree",
			example: "tenten operator totals --data ./bank --json",
			options: [dataOption],
		},
		async (output, flags) => {
			const assets = await clientOf(flags).totals();
			if (isProblem(assets)) return refusedBy(output, assets);
			for (const each of assets) output.say(totalsText(each));
			const ok = assets.every(({ broken }) => broken.length === 0);
			return { ok, result: { ok, assets } };
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

function amountText({ value, asset: code, scale }: Schemas["Amount"]): string {
	const asset = { operator: new Uint8Array(32), code };
	const definition = { code, scale, name: code, spendWindow: 1, redeemWindow: 1, grace: 0 };
	return amountWords(BigInt(value), asset, { asset: () => definition, operator: () => undefined }).en;
}

export function caseFilesCommand(): Command {
	return subcommand<[], IssuerFlags>(
		{
			usage: "case-files",
			summary: "proven double spends and lies, and whom they convict",
			example: "tenten operator case-files --data ./bank",
			options: [dataOption],
		},
		async (output, flags) => {
			const cases = await clientOf(flags).caseFiles();
			if (isProblem(cases)) return refusedBy(output, cases);
			for (const { id, kind, culprit, openedAt } of cases)
				output.say(`${id}  ${kind}  against certificate ${culprit}  ${openedAt}`);
			output.say(
				cases.length === 0
					? "No case: nobody has spent anything twice."
					: `Next: ${commandName()} operator export evidence <case> <file>`,
			);
			return { ok: true, result: { ok: true, cases } };
		},
	);
}

export function exportCommands(): Command {
	return family("export", "write what others check", [exportEvidenceCommand()]);
}

function exportEvidenceCommand(): Command {
	return subcommand<[id: string, file: string], IssuerFlags>(
		{
			usage: "evidence <case> <file>",
			summary: "write the evidence of a case: it needs the trust list and nothing else",
			example: "tenten operator export evidence 9c…(64 digits) case.cbor --data ./bank",
			options: [dataOption],
		},
		async (output, flags, id, file) => {
			if (!/^[0-9a-f]{64}$/.test(id)) throw new BadInput("a case has 64 hexadecimal digits");
			const evidence = await clientOf(flags).evidence(id);
			if (isProblem(evidence)) return refusedBy(output, evidence);
			replaceFile(file, evidence);
			output.say(`The evidence is in ${file}.`);
			output.say(
				`Next: ${commandName()} operator trust-list <address> list.cbor, then ${commandName()} evidence verify ${file} --trust-list list.cbor`,
			);
			return { ok: true, result: { ok: true, case: id, file } };
		},
	);
}
