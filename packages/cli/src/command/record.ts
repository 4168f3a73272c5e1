/**
 * `tenten record`: what a file shows of a lot or of a status, offline, by keys that the reader names.
 *
 * Nobody is asked. Which log is whose, and whose word on seals counts, is the reader's own choice (docs/spec/domains.md).
 */
import { verify } from "@tenten/module";
import {
	type Bytes,
	equalBytes,
	fromHex,
	isRefusal,
	parseVerifierKey,
	type Refusal,
	type TracedLot,
	toHex,
	verifyStatusProof,
	verifyTrace,
	type WitnessedLog,
} from "@tenten/protocol";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { numberIn } from "../number-flag.ts";
import type { Output } from "../output.ts";
import { family, type Outcome, subcommand } from "../subcommand.ts";
import { now } from "../surroundings.ts";
import { codeInWords, readBytes } from "../trust-file.ts";

type Flags = { readonly log: readonly string[]; readonly witness: readonly string[]; readonly least: string };

const required = [
	["--log <keeper=key...>", "who keeps it (key id, hex), and the key of its log: name+id+base64"],
	["--witness <key-id...>", "key ids (hex) of the witnesses of seals whose words count"],
	["--least <number>", "how many of them must have cosigned a seal"],
] as const;

export function recordCommand(): Command {
	return family("record", "prove where a lot comes from, and how a credential stands", [
		traceCommand(),
		statusCommand(),
	]);
}

function nothing(output: Output, refusal: Refusal): Outcome {
	output.say(`It shows nothing: ${codeInWords(refusal)}`);
	return { ok: false, result: { ok: false, code: refusal.code } };
}

function traceCommand(): Command {
	return subcommand<[file: string], Flags>(
		{
			usage: "trace <file>",
			summary: "say where a lot began, how it moved, and what became of it",
			example:
				"tenten record trace retirement.cbor --log 5e1f…=north.example/log+… --witness 90ab… --least 1",
			required,
		},
		async (output, flags, file) => {
			const logs = logsIn(flags);
			const logOf = (keeper: Bytes) => logs.find(({ id }) => equalBytes(id, keeper))?.log;
			const trace = verifyTrace(readBytes(file), { verify, logOf });
			if (isRefusal(trace)) return nothing(output, trace);
			const { steps, last } = trace as Exclude<typeof trace, Refusal>;
			for (const step of steps) output.say(inWords(step));
			const result = {
				ok: true,
				end: last.lot.end?.kind ?? "held",
				keeper: toHex(last.at.operator),
				beneficiary: last.lot.end?.kind === "retired" ? last.lot.end.beneficiary : null,
				steps: steps.map(({ lot, at }) => ({
					keeper: toHex(at.operator),
					seal: at.number,
					asset: toHex(lot.asset),
					subject: lot.subject,
					amount: lot.amount,
					end: lot.end?.kind ?? "held",
				})),
			};
			return { ok: true, result };
		},
	);
}

function inWords({ lot, at }: TracedLot): string {
	const of = `${lot.amount} of ${lot.subject}, at ${toHex(at.operator).slice(0, 8)}… by seal ${at.number}`;
	switch (lot.end?.kind) {
		case undefined:
			return `${of}: held.`;
		case "divided":
			return `${of}: divided into ${lot.end.parts.length}, ${lot.end.lost} lost.`;
		case "moved":
			return `${of}: moved to ${toHex(lot.end.to).slice(0, 8)}….`;
		case "retired":
			return `${of}: retired for ${lot.end.beneficiary}.`;
		default:
			return lot.end satisfies never;
	}
}

type StatusFlags = Flags & { readonly credential: string; readonly maxAge: string };

function statusCommand(): Command {
	return subcommand<[file: string], StatusFlags>(
		{
			usage: "status <file>",
			summary: "say how a credential stood lately; the answer is yes where it is valid",
			example:
				"tenten record status status.cbor --credential 77c0… --log 5e1f…=city.example/log+… --witness 90ab… --least 1 --max-age 3600",
			required: [
				["--credential <hash>", "of the credential, in hexadecimal"],
				...required,
				["--max-age <seconds>", "how old seal and quorum may be"],
			],
		},
		async (output, flags, file) => {
			const [only, ...more] = logsIn(flags);
			if (only === undefined || more.length > 0) throw new BadInput("--log names one issuer");
			const said = verifyStatusProof(readBytes(file), hashIn("--credential", flags.credential), {
				operator: only.id,
				log: only.log,
				verify,
				now: Math.floor(now() / 1000),
				freshness: numberIn("--max-age", flags.maxAge, 1),
			});
			if (isRefusal(said)) return nothing(output, said);
			const { status, changedAt, number, since } = said as Exclude<typeof said, Refusal>;
			output.say(`${status} by seal ${number}, cosigned ${new Date(1000 * since).toISOString()}.`);
			const ok = status === "valid";
			return { ok, result: { ok, status, changedAt, seal: number, since } };
		},
	);
}

function logsIn({
	log,
	witness,
	least,
}: Flags): readonly { readonly id: Bytes; readonly log: WitnessedLog }[] {
	const policy = {
		witnesses: witness.map((text) => hashIn("--witness", text)),
		least: numberIn("--least", least, 1),
	};
	return log.map((text) => {
		const [id = "", vkey = ""] = [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)];
		const key = parseVerifierKey(vkey);
		if (isRefusal(key) || key.type !== "note") throw new BadInput("--log is keeper=name+id+base64");
		return { id: hashIn("--log", id), log: { keys: { origin: key.name, keys: [key] }, policy } };
	});
}

function hashIn(flag: string, text: string): Bytes {
	const hash = fromHex(text);
	if (hash?.length !== 32) throw new BadInput(`${flag}: 64 hexadecimal digits`);
	return hash;
}
