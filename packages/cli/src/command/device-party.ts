/** The part of `tenten device` of whoever answers for devices: orders and questions. */
import {
	type Bytes,
	coseKey,
	fromHex,
	isRefusal,
	keyId,
	type PublicKey,
	parse,
	toHex,
} from "@tenten/protocol";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { type DeviceSays, type History, PartyDesk, type Standing } from "../device/party.ts";
import type { Output } from "../output.ts";
import { type AdminProblem, isProblem } from "../server/issuer-answer.ts";
import { family, type Outcome, subcommand, type Usage } from "../subcommand.ts";
import { codeInWords } from "../trust-file.ts";
import { introducedAt } from "../wallet/folder.ts";
import { keyOption, type SignFlags, signerIn } from "./device-key.ts";
import { refusedBy } from "./operator-command.ts";
import { keyOptions } from "./rail-key.ts";

type Flags = NonNullable<Usage["options"]>;
export type AskFlags = SignFlags & { readonly operator: string; readonly pin?: string };
export const askRequired: Flags = [keyOption, ["--operator <address>", "where the device is enrolled"]];
export const askOptions: Flags = [
	["--pin <id>", "the operator's id, as it is known from elsewhere (hex): anything else is refused"],
	...keyOptions,
];

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
			if (shown.manages !== null)
				output.say(`As your manager: ${shown.manages.standing}, over ${shown.manages.devices} devices.`);
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
		managerCommand(
			"suspend-below",
			"suspendBelow",
			"let no device pay that a manager delegates on to, nor be enrolled",
		),
		managerCommand("resume-below", "resumeBelow", "let what is below a manager pay again"),
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
		(output, flags, device, to) => ordered(output, flags, device, { kind: "transfer", to: keyIn(to) }),
	);
}

function managerCommand(word: string, kind: "suspendBelow" | "resumeBelow", summary: string): Command {
	return subcommand<[manager: string], AskFlags>(
		{
			usage: `${word} <key>`,
			summary,
			example: `tenten device order ${word} a401… --key party.key --operator https://operator.example`,
			required: askRequired,
			options: askOptions,
		},
		async (output, flags, text) => {
			const manager = keyIn(text);
			const standing = await (await deskOf(flags, output)).orderManager(manager, kind);
			if (isProblem(standing)) return refusedBy(output, standing);
			const id = toHex(keyId(manager));
			output.say(
				`Manager ${id}: ${standing.standing}, with every device below it. The next status list says so.`,
			);
			return { ok: true, result: { ok: true, manager: id, ...standing } };
		},
	);
}

export function keyIn(text: string): PublicKey {
	const encoded = fromHex(text);
	const key = encoded && parse(coseKey, encoded);
	if (key === undefined || isRefusal(key)) throw new BadInput("a key is hexadecimal, as device key says it");
	return key;
}

async function ordered(output: Output, flags: AskFlags, device: string, says: DeviceSays): Promise<Outcome> {
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
