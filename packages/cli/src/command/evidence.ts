/**
 * `tenten evidence verify`: whom a case file convicts, by the operator's trust list and nothing else.
 *
 * The list is taken as of the day it was signed, for evidence does not age; `--pin` says whose list it must
 * be, else the list's own signer is believed and shown.
 */
import { readFileSync } from "node:fs";
import { verify } from "@tenten/module";
import {
	type Bytes,
	fromHex,
	isRefusal,
	keyId,
	parse,
	type Refusal,
	refusals,
	Trust,
	toHex,
	trustList,
	verifyEvidence,
	verifyTrustList,
} from "@tenten/protocol";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { family, subcommand } from "../subcommand.ts";

type Options = { readonly trustList: string; readonly pin?: string };

export function evidenceCommand(): Command {
	const verifyCommand = subcommand<[file: string], Options>(
		{
			usage: "verify <file>",
			summary: "say whom a case file convicts",
			example: "tenten evidence verify case.cbor --trust-list trust-list.cbor",
			required: [["--trust-list <file>", "the operator's signed trust list"]],
			options: [["--pin <key-id>", "key id (hex) of the root that must have signed the list"]],
		},
		async (output, options, file) => {
			const { trust, signer } = readTrust(options);
			const conviction = verifyEvidence(readBytes(file), trust);
			if (isRefusal(conviction)) {
				output.say(`It proves nothing: ${inWords(conviction)}`);
				return { ok: false, result: { ok: false, kind: null, culprit: null, code: conviction.code } };
			}
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
		},
	);
	return family("evidence", "prove double spends", [verifyCommand]);
}

function readTrust({ trustList: file, pin }: Options): { readonly trust: Trust; readonly signer: Bytes } {
	const encoded = readBytes(file);
	const signed = parse(trustList, encoded);
	if (isRefusal(signed)) throw new BadInput(inWords(signed), { file });
	const pinnedSigner = pin === undefined ? keyId(signed.signer) : fromHex(pin);
	if (pinnedSigner === undefined) throw new BadInput("--pin is not hexadecimal");
	const context = { verify, pinnedSigner, minimumVersion: 0, now: signed.body.issuedAt };
	const list = verifyTrustList(encoded, context);
	if (isRefusal(list)) throw new BadInput(inWords(list), { file });
	return { trust: new Trust(list, verify), signer: pinnedSigner };
}

function inWords({ code, detail }: Refusal): string {
	return `${code}${detail && ` (${detail})`}: ${refusals[code][1]}`;
}

function readBytes(file: string): Bytes {
	try {
		return new Uint8Array(readFileSync(file));
	} catch (error) {
		throw new BadInput(error instanceof Error ? error.message : "cannot be read", { file });
	}
}
