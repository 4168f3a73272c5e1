/**
 * Files that accuse a log: nothing is thrown; an honest log is never convicted, whatever is made of what it signed; and
 * a guilty one by nothing but notes that it signed.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	leafHash,
	type Misbehaviour,
	noteOfLog,
	parseMisbehaviour,
	parseNote,
	serializeMisbehaviour,
	toHex,
	verifyMisbehaviour,
} from "@tenten/protocol";
import { verify } from "../../packages/module/src/index.ts";
import { allCases, type Case, sealedLog } from "../../packages/protocol/test/misbehaviour/support/cases.ts";
import { GivenLog } from "../../packages/protocol/test/misbehaviour/support/given-log.ts";
import { Broken, mustBeSame, type Outcome, outcomeOf, type Target } from "../target.ts";

const cases: readonly Case[] = Object.values(await allCases());
const kept = await sealedLog();
const honest = new GivenLog(kept.log.leaves, 0x63);
const honestFiles = await filesOf(honest);
const files: readonly Misbehaviour[] = [...cases.map((each) => each.file), ...honestFiles];
const signed = new Set(files.flatMap(notesOf).map(textOf));

/** What a kept history gives for each kind that is about logs and seals. */
async function filesOf(log: GivenLog): Promise<readonly Misbehaviour[]> {
	const { first, last } = kept;
	const leafAt = async (index: number, size: number) => ({
		leaf: log.leaves[index] as Bytes,
		log: await log.at(index, size),
	});
	const hashAt = async (index: number, size: number) => ({
		hash: leafHash(log.leaves[index] as Bytes),
		log: await log.at(index, size),
	});
	return [
		{ kind: "splitView", first: await log.note(last), second: await log.note() },
		{ kind: "rewriting", first: await hashAt(first, last), second: await hashAt(first, last + 2) },
		await log.between(first, last + 1),
		{ kind: "twoSeals", first: await leafAt(first, last), second: await leafAt(last, last + 1) },
	];
}

function notesOf(file: Misbehaviour): readonly Bytes[] {
	switch (file.kind) {
		case "splitView":
			return [file.first, file.second];
		case "brokenRule":
			return [file.checkpoint];
		case "rewriting":
		case "twoSeals":
			return [file.first.log.checkpoint, file.second.log.checkpoint];
		case "brokenDecision":
		case "brokenRecord":
			return file.shown.map(({ log }) => log.checkpoint);
		default:
			return file satisfies never;
	}
}

function textOf(note: Bytes): string {
	const read = parseNote(note);
	if (isRefusal(read)) throw new Broken("a log is convicted by what is no note");
	return toHex(read.text);
}

function file(input: Bytes): Outcome {
	const read = parseMisbehaviour(input);
	if (isRefusal(read)) return read.code;
	mustBeSame(serializeMisbehaviour(read), input);
	const accused = verifyMisbehaviour(input, honest.keys, verify);
	if (!isRefusal(accused)) throw new Broken(`an honest log is convicted: ${accused.kind}`);
	let outcome: Outcome = accused.code;
	for (const keys of new Set(cases.map((each) => each.keys))) {
		const said = verifyMisbehaviour(input, keys, verify);
		if (isRefusal(said)) outcome = said.code;
		else if (notesOf(read).every((note) => signed.has(textOf(note)))) return "accepted";
		else throw new Broken(`a log is convicted by what it did not sign: ${said.kind}`);
	}
	return outcome;
}

function note(input: Bytes): Outcome {
	const [{ keys }] = cases as readonly [Case];
	const own = noteOfLog(input, keys);
	if (isRefusal(own)) return own.code;
	const again = noteOfLog(own, keys);
	// With none of the log's signatures there is no note left.
	if (!isRefusal(again) && !equalBytes(again, own)) throw new Broken("kept otherwise the second time");
	return outcomeOf(again);
}

export const misbehaviourTargets: readonly Target[] = [
	{
		name: "misbehaviour/file",
		weight: 8,
		open: async () => ({ seeds: files.map(serializeMisbehaviour), form: "items", run: file }),
	},
	{
		name: "misbehaviour/note",
		weight: 2,
		open: async () => ({
			seeds: files.flatMap((each) => (each.kind === "splitView" ? notesOf(each) : [])),
			form: "text",
			run: note,
		}),
	},
];
