/** Files that accuse a log: nothing is thrown, and no file says of a log what its key did not sign. */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	type MisbehaviourConviction,
	noteOfLog,
	parseMisbehaviour,
	serializeMisbehaviour,
	verifyMisbehaviour,
} from "@tenten/protocol";
import { verify } from "../../packages/module/src/index.ts";
import { allCases, type Case } from "../../packages/protocol/test/misbehaviour/support/cases.ts";
import { Broken, mustBeSame, type Outcome, outcomeOf, type Target } from "../target.ts";

const cases: readonly Case[] = Object.values(await allCases());
const seeds: readonly Bytes[] = cases.map(({ file }) => serializeMisbehaviour(file));
const told: readonly string[] = cases.map(({ file, keys }) =>
	inWords(verifyMisbehaviour(serializeMisbehaviour(file), keys, verify) as MisbehaviourConviction),
);

function inWords(conviction: MisbehaviourConviction): string {
	return Object.values(conviction)
		.map((value) => (value instanceof Uint8Array ? value.join() : String(value)))
		.join(" ");
}

/** By each log's key: a changed file says what one of the true ones says, or nothing. */
function file(input: Bytes): Outcome {
	const read = parseMisbehaviour(input);
	if (isRefusal(read)) return read.code;
	mustBeSame(serializeMisbehaviour(read), input);
	let outcome: Outcome = "not-evidence";
	for (const keys of new Set(cases.map((each) => each.keys))) {
		const said = verifyMisbehaviour(input, keys, verify);
		if (isRefusal(said)) outcome = said.code;
		else if (told.includes(inWords(said))) return "accepted";
		else throw new Broken(`a log is convicted of what it did not do: ${inWords(said)}`);
	}
	return outcome;
}

function note(input: Bytes): Outcome {
	const [{ keys }] = cases as readonly [Case];
	const kept = noteOfLog(input, keys);
	if (isRefusal(kept)) return kept.code;
	const again = noteOfLog(kept, keys);
	// With none of the log's signatures there is no note left.
	if (!isRefusal(again) && !equalBytes(again, kept)) throw new Broken("kept otherwise the second time");
	return outcomeOf(again);
}

const notes: readonly Bytes[] = cases.flatMap(({ file: each }) =>
	each.kind === "splitView" ? [each.first, each.second] : [],
);

export const misbehaviourTargets: readonly Target[] = [
	{ name: "misbehaviour/file", weight: 8, open: async () => ({ seeds, form: "items", run: file }) },
	{ name: "misbehaviour/note", weight: 2, open: async () => ({ seeds: notes, form: "text", run: note }) },
];
