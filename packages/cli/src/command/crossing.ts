/**
 * `tenten crossing verify`: how a payment across operators ended, by its file and keys that the reader names.
 *
 * Nobody is asked. The trust list says whose ruling keys bind the operators; logs and witnesses are the reader's own
 * choice, since what one believes of a seal rests upon them (docs/spec/crossing.md).
 */
import { verify } from "@tenten/module";
import {
	type Bytes,
	fromHex,
	isRefusal,
	type OutcomeKeys,
	parseVerifierKey,
	toHex,
	type VerifiedOutcome,
	verifyOutcome,
	type WitnessedLog,
} from "@tenten/protocol";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { numberIn } from "../number-flag.ts";
import { family, subcommand } from "../subcommand.ts";
import { codeInWords, readBytes, readTrust, type TrustFlags } from "../trust-file.ts";
import { agreeCommand, rulesCommand } from "./crossing-agree.ts";

type Flags = TrustFlags & {
	readonly sourceLog: string;
	readonly destinationLog: string;
	readonly witness: readonly string[];
	readonly least: string;
};

export function crossingCommand(): Command {
	const verifyCommand = subcommand<[file: string], Flags>(
		{
			usage: "verify <file>",
			summary: "say how a payment across operators ended",
			example:
				"tenten crossing verify outcome.cbor --trust-list trust-list.cbor --source-log s.example/log+… --destination-log d.example/log+… --witness 5e1f… --witness 90ab… --least 2",
			required: [
				["--trust-list <file>", "a signed trust list that names both operators"],
				["--source-log <key>", "key of the source's log, as name+id+base64"],
				["--destination-log <key>", "key of the destination's log"],
				["--witness <key-id...>", "key ids (hex) of the witnesses of seals whose words count"],
				["--least <number>", "how many of them must know a seal"],
			],
			options: [["--pin <key-id>", "key id (hex) of the root that must have signed the list"]],
		},
		async (output, options, file) => {
			const { trust, signer } = readTrust(options);
			const said = verifyOutcome(readBytes(file), {
				verify,
				keysOf: (operator) => trust.keys(operator, "ruling"),
				...logsOf(options),
			});
			if (isRefusal(said)) {
				output.say(`It shows nothing: ${codeInWords(said)}`);
				return { ok: false, result: { ok: false, end: null, duty: null, code: said.code } };
			}
			for (const line of inWords(said)) output.say(line);
			const { transfer, body } = said.quote;
			const result = {
				ok: true,
				transfer: toHex(transfer),
				end: said.end.kind,
				duty: said.duty,
				decides: body.decides,
				pays: body.pays,
				credits: body.credits,
				trustListSigner: toHex(signer),
			};
			return { ok: true, result };
		},
	);
	return family("crossing", "agree with other operators, and prove payments between them", [
		agreeCommand(),
		rulesCommand(),
		verifyCommand,
	]);
}

/** The reader names one key and one set of witnesses for each side: whose log is whose, the agreement says. */
function logsOf({ sourceLog, destinationLog, witness, least }: Flags): Pick<OutcomeKeys, "logOf"> {
	const policy = { witnesses: witness.map(keyIdIn), least: numberIn("--least", least, 1) };
	const [source, destination] = [
		logIn("--source-log", sourceLog, policy),
		logIn("--destination-log", destinationLog, policy),
	];
	return { logOf: (_, side) => (side === "source" ? source : destination) };
}

function logIn(flag: string, text: string, policy: WitnessedLog["policy"]): WitnessedLog {
	const key = parseVerifierKey(text);
	if (isRefusal(key) || key.type !== "note") throw new BadInput(`${flag} is a key of a log: name+id+base64`);
	return { keys: { origin: key.name, keys: [key] }, policy };
}

function keyIdIn(text: string): Bytes {
	const id = fromHex(text);
	if (id?.length !== 32) throw new BadInput("--witness is a key id: 64 hexadecimal digits");
	return id;
}

const duties = {
	none: "The destination owes nothing by this file.",
	stands: "The destination had reserved: it owes the payee the credit.",
	met: "The destination has credited the payee.",
	broken: "The destination voided what it owed: this file convicts it.",
} as const satisfies Record<VerifiedOutcome["duty"], string>;

function inWords({ quote: { transfer, body }, end, duty }: VerifiedOutcome): readonly string[] {
	const how =
		end.kind === "committed" ? `committed: ${body.pays} paid, ${body.credits} to credit` : "given back";
	return [`Transfer ${toHex(transfer)}: ${how}, by seal ${body.decides} of the source.`, duties[duty]];
}
