/** The part of `tenten device` of whoever answers for devices: its key, what it delegates, orders and questions. */
import {
	type Bytes,
	coseKey,
	type DelegationTerms,
	type DeviceOrderBody,
	fromHex,
	isRefusal,
	keyId,
	parse,
	type Slice,
	toHex,
} from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { delegate, type History, PartyDesk, type Standing } from "../device/party.ts";
import { commandName } from "../invocation.ts";
import { daysIn } from "../number-flag.ts";
import type { Output } from "../output.ts";
import { type AdminProblem, isProblem } from "../server/issuer-answer.ts";
import { family, type Outcome, subcommand } from "../subcommand.ts";
import { now } from "../surroundings.ts";
import { codeInWords, readBytes } from "../trust-file.ts";
import { introducedAt } from "../wallet/folder.ts";
import { type SignFlags, signerIn } from "./device-key.ts";
import { refusedBy } from "./operator-command.ts";
import { keyOptions } from "./rail-key.ts";

const keyOption = ["--key <file>", "the party's key, made by device key"] as const;

type DelegateFlags = SignFlags & {
	readonly slice?: string;
	readonly days: string;
	readonly purpose?: readonly string[];
	readonly perTransfer?: string;
};

export function delegateCommand(): Command {
	return subcommand<[evidence: string, application: string], DelegateFlags>(
		{
			usage: "delegate <evidence> <application>",
			summary: "sign what a device may do for a party, and write the application for its certificate",
			example:
				"tenten device delegate evidence.cbor application.cbor --key party.key --slice 1:0-5000 --days 365 --purpose charging",
			required: [keyOption, ["--days <number>", "for how many days from now"]],
			options: [
				["--slice <reset:from-to>", "which part of the budget it may pay (default: it pays nothing)"],
				["--purpose <text...>", "what it may pay for (default: anything)"],
				["--per-transfer <amount>", "the most of one payment, in minor units (default: the slice)"],
				...keyOptions,
			],
		},
		async (output, flags, evidenceFile, file) => {
			const terms = termsIn(flags);
			const delegated = await delegate(readBytes(evidenceFile), terms, await signerIn(flags, output));
			if (isRefusal(delegated)) throw new BadInput(codeInWords(delegated), { file: evidenceFile });
			const { operator, key, application } = delegated;
			replaceFile(file, application);
			const device = toHex(keyId(key));
			output.say(`Device ${device}, of the operator ${toHex(operator)}:`);
			output.say(`it ${sliceWords(terms)} until ${new Date(1000 * terms.until).toISOString()}.`);
			output.say(`Next, at the device: ${commandName()} device apply ${file}`);
			return { ok: true, result: { ok: true, file, device, operator: toHex(operator), until: terms.until } };
		},
	);
}

function sliceWords({ slice, purposes, perTransfer }: DelegationTerms): string {
	if (slice === null) return "pays nothing";
	const most = perTransfer === null ? "" : `, at most ${perTransfer} at once`;
	const what = purposes === null ? "" : `, for ${purposes.join(", ")} alone`;
	return `pays ${slice.to - slice.from} minor units of budget ${slice.reset}${most}${what},`;
}

function termsIn({ slice, days, purpose, perTransfer }: DelegateFlags): DelegationTerms {
	if (perTransfer !== undefined && !/^[1-9][0-9]{0,18}$/.test(perTransfer))
		throw new BadInput(`${perTransfer} is no whole number of minor units above zero`);
	return {
		purposes: purpose ?? null,
		perTransfer: perTransfer === undefined ? null : BigInt(perTransfer),
		slice: slice === undefined ? null : sliceIn(slice),
		until: now() + 86_400 * daysIn(days),
	};
}

function sliceIn(text: string): Slice {
	const [, reset, from, to] = /^([1-9][0-9]{0,9}):([0-9]{1,19})-([0-9]{1,19})$/.exec(text) ?? [];
	if (reset === undefined || from === undefined || to === undefined || BigInt(from) >= BigInt(to))
		throw new BadInput(`${text} is no slice: 1:0-5000 is of budget 1 the units from 0 up to 5000`);
	return { reset: Number(reset), from: BigInt(from), to: BigInt(to) };
}

type AskFlags = SignFlags & { readonly operator: string; readonly pin?: string };
const askRequired = [keyOption, ["--operator <address>", "where the device is enrolled"]] as const;
const askOptions = [
	["--pin <id>", "the operator's id, as it is known from elsewhere (hex): anything else is refused"],
	...keyOptions,
] as const;

async function deskOf(flags: AskFlags, output: Output): Promise<PartyDesk> {
	const introduced = await introducedAt(flags.operator, flags.pin);
	if (isRefusal(introduced)) throw new BadInput(codeInWords(introduced));
	return new PartyDesk(flags.operator, introduced.id, await signerIn(flags, output));
}

export function showCommand(): Command {
	return subcommand<[device: string], AskFlags>(
		{
			usage: "show <device>",
			summary: "how a device stands, and all that it was",
			example: "tenten device show 5e1f…(64 digits) --key party.key --operator https://operator.example",
			required: askRequired,
			options: askOptions,
		},
		async (output, flags, device) => {
			const id = idIn(device);
			const shown = await (await deskOf(flags, output)).show(id);
			if (isProblem(shown)) return refusedBy(output, shown);
			for (const { number, at, kind, standing, ...kept } of shown.history)
				output.say(`${number}  ${at}  ${kind}: ${standing}${keptWords(kept)}`);
			for (const { since, endedAt, granted, recorded, place } of shown.tenures)
				output.say(
					`Yours from ${since}${endedAt === null ? "" : ` to ${endedAt}`}: paid ${recorded} of ${granted} by its records; place ${place} of the status lists.`,
				);
			for (const { at, kind, why } of shown.own.events) output.say(`You, ${at}: ${kind}, ${why}`);
			output.say(`Now: ${shown.standing}. The party itself: ${shown.own.standing}.`);
			return { ok: true, result: { ok: true, ...shown } };
		},
	);
}

/** How well the key of a certificate is kept, and why not better. */
function keptWords({ assurance, reason }: Pick<History["history"][number], "assurance" | "reason">): string {
	if (assurance === null) return "";
	return reason === null
		? `; its key is kept in ${assurance}, as its maker attests`
		: `; ${assurance}: ${reason}`;
}

export function orderCommands(): Command {
	return family("order", "what a party says of its device; payees that fetch the next status list know it", [
		orderCommand("suspend", "let it pay nobody until it is resumed"),
		orderCommand("resume", "let it pay again"),
		transferCommand(),
		orderCommand("end", "let it pay nobody any more, for good"),
	]);
}

function orderCommand(kind: "suspend" | "resume" | "end", summary: string): Command {
	return subcommand<[device: string], AskFlags>(
		{
			usage: `${kind} <device>`,
			summary,
			example: `tenten device order ${kind} 5e1f…(64 digits) --key party.key --operator https://operator.example`,
			required: askRequired,
			options: askOptions,
		},
		(output, flags, device) => ordered(output, flags, device, { kind }),
	);
}

function transferCommand(): Command {
	return subcommand<[device: string, to: string], AskFlags>(
		{
			usage: "transfer <device> <key>",
			summary: "let another party answer for it, from that one's own delegation on",
			example:
				"tenten device order transfer 5e1f…(64 digits) a401… --key party.key --operator https://operator.example",
			required: askRequired,
			options: askOptions,
		},
		(output, flags, device, to) => {
			const encoded = fromHex(to);
			const key = encoded && parse(coseKey, encoded);
			if (key === undefined || isRefusal(key))
				throw new BadInput("a key is hexadecimal, as device key says it");
			return ordered(output, flags, device, { kind: "transfer", to: key });
		},
	);
}

async function ordered(
	output: Output,
	flags: AskFlags,
	device: string,
	says: DeviceOrderBody["says"],
): Promise<Outcome> {
	const id = idIn(device);
	const standing: Standing | AdminProblem = await (await deskOf(flags, output)).order(id, says);
	if (isProblem(standing)) return refusedBy(output, standing);
	output.say(`Device ${device}: ${standing.standing}. The next status list says so.`);
	return { ok: true, result: { ok: true, ...standing } };
}

function idIn(text: string): Bytes {
	const id = fromHex(text);
	if (id?.length !== 32) throw new BadInput("a device is a key id of 64 hexadecimal digits");
	return id;
}
