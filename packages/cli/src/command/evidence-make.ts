/**
 * `tenten evidence split` and `rewritten`: a file out of what was kept of a log that showed two histories.
 *
 * Two checkpoints of one size need nothing more. Of two sizes it takes a place at which they differ: the proofs that
 * `tenten log prove` wrote, with their entries. A file is written only if it convicts.
 */
import { verify } from "@tenten/module";
import {
	type Bytes,
	isRefusal,
	type LoggedHash,
	type LogKeys,
	leafHash,
	type Misbehaviour,
	misbehaviourFrom,
	noteOfLog,
	parsePortableProof,
	type Refusal,
} from "@tenten/protocol";
import { replaceFile } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { keysFrom } from "../log/keys.ts";
import type { Output } from "../output.ts";
import { type Outcome, subcommand } from "../subcommand.ts";
import { codeInWords, readBytes } from "../trust-file.ts";

type Flags = { readonly vkey: string; readonly origin?: string; readonly out: string };

const required = [
	["--vkey <key>", "the log's key: name+id+base64"],
	["--out <file>", "write the case there"],
] as const;
const options = [
	["--origin <name>", "how its checkpoints name it, where that is not the key's name"],
] as const;

export function evidenceMakers(): readonly Command[] {
	return [splitCommand(), rewrittenCommand()];
}

function splitCommand(): Command {
	return subcommand<[first: string, second: string], Flags>(
		{
			usage: "split <checkpoint> <checkpoint>",
			summary: "make the case of two checkpoints of one size",
			example: "tenten evidence split mine theirs --vkey log.example/jpy+… --out case.cbor",
			required,
			options,
		},
		async (output, flags, first, second) => {
			const { keys } = keysFrom(flags);
			const notes = [first, second].map((file) => noteOfLog(readBytes(file), keys));
			const wrong = notes.find(isRefusal);
			if (wrong !== undefined) return no(output, wrong);
			const [one, other] = notes as [Bytes, Bytes];
			return written(output, { kind: "splitView", first: one, second: other }, keys, flags);
		},
	);
}

type EntryFlags = Flags & { readonly entry: readonly string[] };

function rewrittenCommand(): Command {
	return subcommand<[first: string, second: string], EntryFlags>(
		{
			usage: "rewritten <proof> <proof>",
			summary: "make the case of two entries of one place, each by its proof",
			example:
				"tenten evidence rewritten old.tlog-proof new.tlog-proof --entry old new --vkey log.example/jpy+… --out case.cbor",
			required: [...required, ["--entry <file...>", "the entries that they prove, in this order"]],
			options,
		},
		async (output, flags, first, second) => {
			const { keys } = keysFrom(flags);
			if (flags.entry.length !== 2) throw new BadInput("--entry names two files, one for each proof");
			const proved = [first, second].map((file, at) => loggedIn(file, flags.entry[at] ?? "", keys));
			const wrong = proved.find(isRefusal);
			if (wrong !== undefined) return no(output, wrong);
			const [one, other] = proved as [LoggedHash, LoggedHash];
			return written(output, { kind: "rewriting", first: one, second: other }, keys, flags);
		},
	);
}

function loggedIn(file: string, entry: string, keys: LogKeys): LoggedHash | Refusal {
	const proof = parsePortableProof(readBytes(file));
	if (isRefusal(proof)) return proof;
	const checkpoint = noteOfLog(proof.checkpoint, keys);
	if (isRefusal(checkpoint)) return checkpoint;
	return { hash: leafHash(readBytes(entry)), log: { checkpoint, index: proof.index, path: proof.path } };
}

function written(output: Output, file: Misbehaviour, keys: LogKeys, { out }: Flags): Outcome {
	const made = misbehaviourFrom(file, keys, verify);
	if (isRefusal(made)) return no(output, made);
	replaceFile(out, made);
	output.say(`${file.kind}: the log ${keys.origin} is guilty. ${out} proves it.`);
	return { ok: true, result: { ok: true, kind: file.kind, culprit: keys.origin, bytes: made.length } };
}

function no(output: Output, refusal: Refusal): Outcome {
	output.say(`It proves nothing: ${codeInWords(refusal)}`);
	return { ok: false, result: { ok: false, kind: null, culprit: null, code: refusal.code } };
}
