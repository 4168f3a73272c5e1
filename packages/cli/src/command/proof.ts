/**
 * `tenten proof`: what a proof file shows, with no network and nothing else at hand; and where such files come from.
 *
 * The file brings the seal or the batch under which it holds. `--under` says by its hash which that must be, else it
 * is shown. With the key of the operator's log, the file must bring its place there, too, under a checkpoint that is
 * signed. `fetch` asks the operator for such a file, and checks it before it is kept.
 */
import { type Bytes, fromHex, isLineOf, isRefusal } from "@tenten/protocol";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { keyOptions, type LogFlags } from "../log/keys.ts";
import { belongsTo, inLog, logged, shownBy, whatItShows } from "../log/shown-proof.ts";
import { family, type Outcome, subcommand } from "../subcommand.ts";
import { codeInWords, readBytes } from "../trust-file.ts";
import { fetchCommand } from "./proof-fetch.ts";

type VerifyFlags = { readonly under?: string; readonly account?: string } & Partial<LogFlags>;

export function proofCommand(): Command {
	return family("proof", "prove what a seal or a batch holds", [verifyCommand(), fetchCommand()]);
}

function verifyCommand(): Command {
	return subcommand<[file: string], VerifyFlags>(
		{
			usage: "verify <file>",
			summary: "say what a proof shows under its seal or batch, and with --vkey that the log has this one",
			example: "tenten proof verify line.cbor --vkey log.example/jpy+…",
			options: [
				[
					"--under <hash>",
					"hash (hex) of the seal, or of the batch's leaf in the log, that it must belong to",
				],
				["--account <id>", "id (hex) of the account, of the books or of the ledger, whose line it must be"],
				["--vkey <key>", "the log's key: name+id+base64; then its seal or batch must stand there"],
				...keyOptions,
			],
		},
		async (output, flags, file): Promise<Outcome> => {
			const { under } = flags;
			if (under !== undefined && !/^[0-9a-f]{64}$/.test(under))
				throw new BadInput("--under is no hash of 64 hexadecimal digits");
			const shown = shownBy(readBytes(file), flags);
			if (isRefusal(shown)) {
				output.say(`It proves nothing: ${codeInWords(shown)}`);
				return { ok: false, result: { ok: false, code: shown.code } };
			}
			const { proved } = shown;
			const account = flags.account === undefined ? undefined : accountIn(flags.account);
			if (account !== undefined && !(proved.kind === "line" && isLineOf(proved.line, account))) {
				output.say("It is not the line of the account that was named.");
				return { ok: false, result: { ok: false, code: "proof-invalid" } };
			}
			const of = belongsTo(proved);
			if (under !== undefined && under !== of.under) {
				output.say(`It belongs to ${of.words}, and not to the one that was named.`);
				return { ok: false, result: { ok: false, code: "proof-invalid", under: of.under } };
			}
			const { words, shown: said } = whatItShows(shown.proved);
			output.say(`${words} Under ${of.words}.`);
			if (shown.log !== null) output.say(inLog(shown.log));
			return { ok: true, result: { ok: true, ...said, ...of.shown, under: of.under, ...logged(shown.log) } };
		},
	);
}

function accountIn(text: string): Bytes {
	const account = fromHex(text);
	if (account?.length !== 32) throw new BadInput("--account is no id of 64 hexadecimal digits");
	return account;
}
