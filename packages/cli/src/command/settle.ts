/**
 * `tenten settle`: from what devices paid to what banks paid, at an operator's bank desk (docs/operating.md#settlement).
 *
 *   take ─▶ statement ─▶ claim ─▶ file ─▶ (the bank) ─▶ read ─▶ claims, suspensions
 *
 * Each step may be run again: what was done is not done twice. A file is written out only after it is durable.
 */
import { verify } from "@tenten/module";
import type { BankDesk, KeptClaim, Parties, ResultLine } from "@tenten/operator";
import {
	type Bytes,
	fromHex,
	isRefusal,
	type PartyStatement,
	type Refusal,
	serializePartyStatement,
	toHex,
} from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";
import { atDesk, type DeskFlags, readSettings } from "../settle/settings.ts";
import { family, type Outcome, subcommand } from "../subcommand.ts";
import { codeInWords, readBytes } from "../trust-file.ts";
import { dataOption } from "./operator-command.ts";
import { netCommand } from "./settle-net.ts";

type Flags = DeskFlags & { readonly settings: string };
type PeriodFlags = Flags & { readonly from: string; readonly until: string };

const settingsOption = [
	"--settings <file>",
	"the money, the accounts, and who answers for which devices",
] as const;
const period = [
	["--from <date>", "the first day, in UTC"],
	["--until <date>", "the day after the last, in UTC"],
] as const;

export function settleCommand(): Command {
	return family("settle", "what devices paid, as statements, files for banks, and their results", [
		takeCommand(),
		statementCommand(),
		claimCommand(),
		claimsCommand(),
		fileCommand(),
		readCommand(),
		suspensionsCommand(),
		netCommand(),
	]);
}

function refused(output: Output, refusal: Refusal): Outcome {
	output.say(`Refused: ${codeInWords(refusal)}${refusal.detail && ` (${refusal.detail})`}`);
	return { ok: false, result: { ok: false, code: refusal.code, detail: refusal.detail } };
}

function takeCommand(): Command {
	return subcommand<[file: string], Flags>(
		{
			usage: "take <file>",
			summary: "take the record of a device's payment: the log has it with the next seal",
			example: "tenten settle take record.cbor --settings settle.json --data ./bank",
			required: [settingsOption],
			options: [dataOption],
		},
		async (output, flags, file) => {
			const { answers } = readSettings(flags.settings);
			const taken = await atDesk(flags, (desk) => desk.take(readBytes(file), { answers, verify }));
			if (isRefusal(taken)) return refused(output, taken);
			const { id, body } = taken as Exclude<typeof taken, Refusal>;
			output.say(
				`Record ${toHex(id)}: ${body.amount} minor units, from ${toHex(body.payer)} to ${toHex(body.payee)}.`,
			);
			output.say(
				`Its place in the log, after the next seal: tenten proof fetch ADDRESS records/${toHex(id)} FILE`,
			);
			return { ok: true, result: { ok: true, record: toHex(id), amount: body.amount } };
		},
	);
}

function statementCommand(): Command {
	return subcommand<[party: string], PeriodFlags & { readonly out?: string }>(
		{
			usage: "statement <party>",
			summary: "what a responsible party paid and received, with the place of each line in the log",
			example: "tenten settle statement 5e1f… --from 2026-11-01 --until 2026-12-01 --settings settle.json",
			required: [settingsOption, ...period],
			options: [dataOption, ["--out <file>", "also write the statement, as docs/spec/settlement.md has it"]],
		},
		async (output, flags, party) => {
			const statement = await atDesk(flags, (desk) => desk.statement(periodOf(flags, party)));
			if (isRefusal(statement)) return refused(output, statement);
			const { lines, paid, received } = statement as PartyStatement;
			for (const line of lines) output.say(lineInWords(line));
			output.say(`Paid ${paid}, received ${received}, in ${lines.length} lines.`);
			if (flags.out !== undefined)
				replaceFile(flags.out, serializePartyStatement(statement as PartyStatement));
			const shown = lines.map(({ record, batch, place, side, amount }) => ({
				...{ record: toHex(record), batch: toHex(batch), place, side, amount },
			}));
			return { ok: true, result: { ok: true, paid, received, lines: shown } };
		},
	);
}

function lineInWords({
	paidAt,
	side,
	amount,
	other,
	record,
	place,
}: PartyStatement["lines"][number]): string {
	const at = new Date(1000 * paidAt).toISOString();
	const to = side === "paid" ? "to" : "from";
	return `${at}  ${side} ${amount} ${to} ${toHex(other).slice(0, 12)}…  record ${toHex(record)}, in the batch at ${place}`;
}

function claimCommand(): Command {
	return subcommand<[party: string], PeriodFlags>(
		{
			usage: "claim <party>",
			summary: "claim the balance of what was not claimed before",
			example: "tenten settle claim 5e1f… --from 2026-11-01 --until 2026-12-01 --settings settle.json",
			required: [settingsOption, ...period],
			options: [dataOption],
		},
		async (output, flags, party) => {
			const claim = await atDesk(flags, (desk) => desk.claim(periodOf(flags, party)));
			if (isRefusal(claim)) return refused(output, claim);
			output.say(claimInWords(claim as KeptClaim));
			return { ok: true, result: { ok: true, ...shownClaim(claim as KeptClaim) } };
		},
	);
}

function claimsCommand(): Command {
	return subcommand<[], DeskFlags>(
		{
			usage: "claims",
			summary: "every claim and how it stands; what banks said against their own word",
			example: "tenten settle claims --data ./bank",
			options: [dataOption],
		},
		async (output, flags) => {
			const [claims, contradictions] = await atDesk(
				flags,
				async (desk) => [await desk.claims(), await desk.contradictions()] as const,
			);
			for (const claim of claims) output.say(claimInWords(claim));
			for (const { reference, detail } of contradictions) output.say(`LOOK AT ${reference}: ${detail}`);
			const ok = contradictions.length === 0;
			return { ok, result: { ok, claims: claims.map(shownClaim), contradictions } };
		},
	);
}

function claimInWords({ id, party, direction, amount, history }: KeptClaim): string {
	const state = history.at(-1);
	const why = state?.kind === "reopened" ? ` (${state.why})` : "";
	return `${toHex(id)}  ${direction} of ${amount}, party ${toHex(party)}: ${state?.kind}${why}`;
}

function shownClaim({ id, party, direction, amount, history }: KeptClaim): object {
	const states = history.map((state) => (state.kind === "reopened" ? `reopened: ${state.why}` : state.kind));
	return { claim: toHex(id), party: toHex(party), direction, amount, state: history.at(-1)?.kind, states };
}

type FileFlags = Flags & { readonly claims: readonly string[]; readonly date: string; readonly out: string };

function fileCommand(): Command {
	return subcommand<[name: string], FileFlags>(
		{
			usage: "file <name>",
			summary: "write a file for the bank; the same name with the same content is the same file",
			example:
				"tenten settle file 2026-11-debit --claims 77ab… --date 2026-11-27 --out debit.txt --settings settle.json",
			required: [
				settingsOption,
				["--claims <claim...>", "what is in it: debits, or credits"],
				["--date <date>", "the day on which the bank is to act"],
				["--out <file>", "where to write it"],
			],
			options: [dataOption],
		},
		async (output, flags, name) => {
			const { own, accounts, money } = readSettings(flags.settings);
			const claims = flags.claims.map(idIn);
			const file = await atDesk(flags, (desk) =>
				desk.file({ name, claims, own, accounts, money, date: flags.date }),
			);
			if (isRefusal(file)) return refused(output, file);
			const { content } = file as Exclude<typeof file, Refusal>;
			replaceFile(flags.out, content);
			output.say(
				`${flags.out}: ${claims.length} lines, ${content.length} bytes. Its sums are those of the records behind it.`,
			);
			return { ok: true, result: { ok: true, file: flags.out, lines: claims.length, bytes: content.length } };
		},
	);
}

function readCommand(): Command {
	return subcommand<[file: string], Flags>(
		{
			usage: "read <file>",
			summary: "read what the bank sent back: pain.002, camt.053, camt.054, or results of 口座振替",
			example: "tenten settle read answer.xml --settings settle.json --data ./bank",
			required: [settingsOption],
			options: [dataOption],
		},
		async (output, flags, file) => {
			const { money } = readSettings(flags.settings);
			const lines = await atDesk(flags, (desk) => desk.read(readBytes(file), money));
			if (isRefusal(lines)) return refused(output, lines);
			const all = lines as readonly ResultLine[];
			for (const { reference, claim, became, why } of all)
				output.say(`${reference}  ${became}${claim === null ? "" : `, claim ${claim}`}${why && `: ${why}`}`);
			if (all.some(({ became }) => became === "reopened"))
				output.say("Who did not pay is to be suspended: tenten settle suspensions says whom.");
			const ok = all.every(({ became }) => became !== "contradicts");
			return { ok, result: { ok, lines: all } };
		},
	);
}

function suspensionsCommand(): Command {
	return subcommand<[], DeskFlags>(
		{
			usage: "suspensions",
			summary: "suspend who did not pay with all of its devices, each told once",
			example: "tenten settle suspensions --data ./bank",
			options: [dataOption],
		},
		async (output, flags) => {
			const told = await atDesk(flags, (desk, parties) => suspensionsAt(desk, parties, output));
			if (told.length === 0) output.say("Nobody new.");
			return { ok: true, result: { ok: true, suspensions: told } };
		},
	);
}

/** Whoever has no devices here is told, too: the operator cannot suspend it. */
async function suspensionsAt(desk: BankDesk, parties: Parties, output: Output): Promise<readonly object[]> {
	const told: object[] = [];
	await desk.suspendRefused(async (party, why, cause) => {
		await parties.suspendFor(party, why, cause);
		output.say(`${toHex(party)}: ${why}`);
		told.push({ party: toHex(party), why });
	});
	return told;
}

function periodOf({ settings, from, until }: PeriodFlags, party: string) {
	return {
		party: idIn(party),
		asset: readSettings(settings).money.asset,
		from: secondsIn(from),
		until: secondsIn(until),
	};
}

function idIn(text: string): Bytes {
	const id = fromHex(text);
	if (id?.length !== 32) throw new BadInput(`${text} is no id of 64 hexadecimal digits`);
	return id;
}

function secondsIn(text: string): number {
	const at = new Date(`${text}T00:00:00Z`).getTime();
	if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) || Number.isNaN(at))
		throw new BadInput(`${text} is no date: 2026-11-01`);
	return at / 1000;
}
