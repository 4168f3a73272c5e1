/**
 * `tenten evidence verify`: whom a case file convicts, by the operator's trust list and nothing else.
 *
 * The list is taken as of the day it was signed, for evidence does not age; `--pin` says whose list it must
 * be, else the list's own signer is believed and shown.
 */
import { isRefusal, toHex, verifyEvidence } from "@tenten/protocol";
import type { Command } from "commander";
import { family, subcommand } from "../subcommand.ts";
import { codeInWords, readBytes, readTrust, type TrustFlags } from "../trust-file.ts";

export function evidenceCommand(): Command {
	const verifyCommand = subcommand<[file: string], TrustFlags>(
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
				output.say(`It proves nothing: ${codeInWords(conviction)}`);
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
