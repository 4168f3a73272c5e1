/**
 * `tenten evidence verify`: whom a case file convicts, by keys that the reader names and nothing else.
 *
 * A holder is convicted by the operator's trust list, taken as of the day it was signed, for evidence does not age;
 * `--pin` says whose list it must be, else the list's own signer is believed and shown. A log is convicted by its own
 * key.
 */
import { verify } from "@tenten/module";
import {
	type Conviction,
	isRefusal,
	type LogKeys,
	type MisbehaviourConviction,
	type Refusal,
	toHex,
	verifyEvidence,
	verifyMisbehaviour,
} from "@tenten/protocol";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { keysFrom } from "../log/keys.ts";
import type { Output } from "../output.ts";
import { family, type Outcome, subcommand } from "../subcommand.ts";
import { codeInWords, readBytes, readTrust } from "../trust-file.ts";
import { evidenceMakers } from "./evidence-make.ts";

type Flags = {
	readonly trustList?: string;
	readonly pin?: string;
	readonly vkey?: readonly string[];
	readonly origin?: string;
};

export function evidenceCommand(): Command {
	const verifyCommand = subcommand<[file: string], Flags>(
		{
			usage: "verify <file>",
			summary: "say whom a case file convicts: a holder by --trust-list, or a log by --vkey",
			example: "tenten evidence verify case.cbor --trust-list trust-list.cbor",
			options: [
				["--trust-list <file>", "the operator's signed trust list"],
				["--pin <key-id>", "key id (hex) of the root that must have signed the list"],
				["--vkey <key...>", "keys of the log that is accused, each as name+id+base64"],
				["--origin <name>", "how its checkpoints name it, where that is not the first key's name"],
			],
		},
		async (output, { trustList, pin, vkey, origin }, file) => {
			if (trustList !== undefined && vkey === undefined)
				return holder(output, file, { trustList, ...(pin === undefined ? {} : { pin }) });
			if (vkey === undefined || trustList !== undefined)
				throw new BadInput("name a trust list by --trust-list, or a log by --vkey");
			return log(output, file, logKeysOf(vkey, origin));
		},
	);
	return family("evidence", "prove double spends, and misbehaviour of logs", [
		verifyCommand,
		...evidenceMakers(),
	]);
}

function nothing(output: Output, refusal: Refusal): Outcome {
	output.say(`It proves nothing: ${codeInWords(refusal)}`);
	return { ok: false, result: { ok: false, kind: null, culprit: null, code: refusal.code } };
}

function holder(
	output: Output,
	file: string,
	flags: { readonly trustList: string; readonly pin?: string },
): Outcome {
	const { trust, signer } = readTrust(flags);
	const conviction: Conviction | Refusal = verifyEvidence(readBytes(file), trust);
	if (isRefusal(conviction)) return nothing(output, conviction);
	const { kind, culprit, excused, input } = conviction;
	output.say(`${kind}: certificate ${toHex(culprit.hash)} is guilty.`);
	output.say(`It decided output ${toHex(input)} twice. Trust list of ${toHex(signer)}.`);
	const result = {
		ok: true,
		kind,
		culprit: toHex(culprit.hash),
		excused: excused === null ? null : toHex(excused.hash),
		output: toHex(input),
		trustListSigner: toHex(signer),
	};
	return { ok: true, result };
}

/** All keys of one log, also those that it signed with before. */
function logKeysOf(vkeys: readonly string[], origin: string | undefined): LogKeys {
	const each = vkeys.map((vkey) => keysFrom(origin === undefined ? { vkey } : { vkey, origin }).keys);
	return { origin: each[0]?.origin ?? "", keys: each.flatMap(({ keys }) => keys) };
}

function log(output: Output, file: string, keys: LogKeys): Outcome {
	const conviction = verifyMisbehaviour(readBytes(file), keys, verify);
	if (isRefusal(conviction)) return nothing(output, conviction);
	output.say(`${conviction.kind}: the log ${conviction.origin} is guilty.`);
	output.say(inWords(conviction));
	return { ok: true, result: { ok: true, culprit: conviction.origin, ...told(conviction) } };
}

function inWords(conviction: MisbehaviourConviction): string {
	switch (conviction.kind) {
		case "splitView":
			return `It signed two roots of size ${conviction.size}.`;
		case "rewriting":
			return `It changed entry ${conviction.index} between sizes ${conviction.sizes.join(" and ")}.`;
		case "brokenRule":
			return `Its seal ${conviction.number} breaks ${conviction.broken.map(({ rule }) => rule).join(", ")}.`;
		case "twoSeals":
			return `It holds two seals of the number ${conviction.number}.`;
		case "brokenDecision":
			return `Of the payment ${toHex(conviction.transfer)}, decided by seal ${conviction.decides}: ${conviction.breach}.`;
		case "brokenRecord":
			return `Of the record ${toHex(conviction.key)}, in seals ${conviction.numbers.join(" and ")}: ${conviction.breach}.`;
		default:
			return conviction satisfies never;
	}
}

/** Without the origin, which is the culprit; hashes in hexadecimal. */
function told(conviction: MisbehaviourConviction): object {
	const { origin: _, ...rest } = conviction;
	switch (rest.kind) {
		case "splitView":
			return { ...rest, roots: rest.roots.map(toHex) };
		case "rewriting":
			return rest;
		case "brokenRule": {
			const broken = rest.broken.map(({ rule, about }) => ({
				rule,
				about: about === null ? null : toHex(about),
			}));
			return { ...rest, operator: toHex(rest.operator), broken };
		}
		case "twoSeals":
			return { ...rest, operator: toHex(rest.operator), seals: rest.seals.map(toHex) };
		case "brokenDecision":
			return { ...rest, operator: toHex(rest.operator), transfer: toHex(rest.transfer) };
		case "brokenRecord":
			return { ...rest, operator: toHex(rest.operator), key: toHex(rest.key) };
		default:
			return rest satisfies never;
	}
}
