/** What a party delegates, to a device or to a manager that delegates on: `tenten device delegate` and `appoint`. */
import { verify } from "@tenten/module";
import {
	type Bytes,
	type DelegationTerms,
	fromHex,
	isRefusal,
	keyId,
	type Refusal,
	type Slice,
	toHex,
	type VerifiedChain,
	verifyDelegationChain,
} from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { appoint, delegate } from "../device/party.ts";
import { commandName } from "../invocation.ts";
import { daysIn } from "../number-flag.ts";
import type { Output } from "../output.ts";
import { type Outcome, subcommand } from "../subcommand.ts";
import { now } from "../surroundings.ts";
import { codeInWords, readBytes } from "../trust-file.ts";
import { evidenceIn } from "./device-attest.ts";
import { keyOption, type SignFlags, signerIn } from "./device-key.ts";
import { keyIn } from "./device-party.ts";
import { keyOptions } from "./rail-key.ts";

type TermFlags = SignFlags & {
	readonly from?: string;
	readonly slice?: string;
	readonly days?: string;
	readonly purpose?: readonly string[];
	readonly perTransfer?: string;
};

const termsRequired = [keyOption] as const;
const termsOptions = [
	["--from <file>", "as a manager: what was delegated to this key, as device appoint wrote it"],
	["--days <number>", "for how many days from now (default: as above it)"],
	["--slice <reset:from-to>", "which part of the budget may be paid (default: nothing is)"],
	["--purpose <text...>", "what may be paid for (default: as above it, else anything)"],
	[
		"--per-transfer <amount>",
		"the most of one payment, in minor units (default: as above it, else the slice)",
	],
	...keyOptions,
] as const;

export function delegateCommand(): Command {
	return subcommand<[evidence: string, application: string], TermFlags>(
		{
			usage: "delegate <evidence> <application>",
			summary: "sign what a device may do for a party, and write the application for its certificate",
			example:
				"tenten device delegate evidence.cbor application.cbor --key party.key --slice 1:0-5000 --days 365 --purpose charging",
			required: termsRequired,
			options: termsOptions,
		},
		async (output, flags, evidenceFile, file) => {
			const above = chainIn(flags.from);
			const terms = termsIn(flags, above);
			const signer = await signerIn(flags, output);
			const evidence = evidenceIn(evidenceFile).encoded;
			const delegated = await delegate(evidence, terms, signer, above?.encoded ?? null);
			if (isRefusal(delegated)) return refusedHere(output, delegated);
			const { operator, key, application } = delegated;
			replaceFile(file, application);
			const device = toHex(keyId(key));
			output.say(`Device ${device}, of the operator ${toHex(operator)}:`);
			output.say(`it ${sliceWords(terms)} until ${untilWords(terms)}.`);
			output.say(`Next, at the device: ${commandName()} device apply ${file}`);
			return { ok: true, result: { ok: true, file, device, operator: toHex(operator), until: terms.until } };
		},
	);
}

type AppointFlags = TermFlags & { readonly of?: string };

export function appointCommand(): Command {
	return subcommand<[key: string, chain: string], AppointFlags>(
		{
			usage: "appoint <key> <chain>",
			summary: "let a manager delegate on, to devices or to further managers, no wider than this",
			example:
				"tenten device appoint a401… site.chain --of 5e1f…(64 digits) --key party.key --slice 1:0-5000 --days 365",
			required: termsRequired,
			options: [["--of <id>", "the operator's id (hex); as above it with --from"], ...termsOptions],
		},
		async (output, flags, text, file) => {
			const above = chainIn(flags.from);
			const [to, terms] = [keyIn(text), termsIn(flags, above)];
			const operator = flags.of === undefined ? above?.operator : fromHex(flags.of);
			if (operator?.length !== 32)
				throw new BadInput(
					"--of is the operator's id, of 64 hexadecimal digits; or --from names what is above",
				);
			const chain = await appoint(
				above?.encoded ?? null,
				{ operator, to, terms },
				await signerIn(flags, output),
			);
			if (isRefusal(chain)) return refusedHere(output, chain);
			replaceFile(file, chain);
			const manager = toHex(keyId(to));
			output.say(`Manager ${manager}: what it delegates on ${sliceWords(terms)} until ${untilWords(terms)}.`);
			output.say(
				`Next, there: ${commandName()} device delegate evidence.cbor application.cbor --from ${file}`,
			);
			return { ok: true, result: { ok: true, file, manager, until: terms.until } };
		},
	);
}

function untilWords({ until }: DelegationTerms): string {
	return new Date(1000 * until).toISOString();
}

function sliceWords({ slice, purposes, perTransfer }: DelegationTerms): string {
	if (slice === null) return "pays nothing";
	const most = perTransfer === null ? "" : `, at most ${perTransfer} at once`;
	const what = purposes === null ? "" : `, for ${purposes.join(", ")} alone`;
	return `pays ${slice.to - slice.from} minor units of budget ${slice.reset}${most}${what},`;
}

type Above = VerifiedChain & { readonly encoded: Bytes };

function chainIn(file: string | undefined): Above | undefined {
	if (file === undefined) return undefined;
	const encoded = readBytes(file);
	const chain = verifyDelegationChain(encoded, verify);
	if (isRefusal(chain)) throw new BadInput(codeInWords(chain), { file });
	return { ...chain, encoded };
}

/** What is not said is as it stands above. */
function termsIn(
	{ slice, days, purpose, perTransfer }: TermFlags,
	above: Above | undefined,
): DelegationTerms {
	if (perTransfer !== undefined && !/^[1-9][0-9]{0,18}$/.test(perTransfer))
		throw new BadInput(`${perTransfer} is no whole number of minor units above zero`);
	const usual = above?.delegated ?? { purposes: null, perTransfer: null, until: 0 };
	if (days === undefined && above === undefined) throw new BadInput("--days says for how long");
	return {
		purposes: purpose ?? usual.purposes,
		perTransfer: perTransfer === undefined ? usual.perTransfer : BigInt(perTransfer),
		slice: slice === undefined ? null : sliceIn(slice),
		until: days === undefined ? usual.until : now() + 86_400 * daysIn(days),
	};
}

/** What is wider than it may be is an answer; terms that no delegation can have are bad input. */
function refusedHere(output: Output, refusal: Refusal): Outcome {
	const { code, detail } = refusal;
	if (code !== "delegation-invalid") throw new BadInput(codeInWords(refusal));
	output.say(`Refused: ${code} (${detail}). Nothing was written.`);
	return { ok: false, result: { ok: false, code, detail } };
}

function sliceIn(text: string): Slice {
	const [, reset, from, to] = /^([1-9][0-9]{0,9}):([0-9]{1,19})-([0-9]{1,19})$/.exec(text) ?? [];
	if (reset === undefined || from === undefined || to === undefined || BigInt(from) >= BigInt(to))
		throw new BadInput(`${text} is no slice: 1:0-5000 is of budget 1 the units from 0 up to 5000`);
	return { reset: Number(reset), from: BigInt(from), to: BigInt(to) };
}
