/** Vectors of keepers whose records contradict themselves. */
import {
	type Bytes,
	type LogKeys,
	type Misbehaviour,
	serializeMisbehaviour,
	writeVerifierKey,
} from "../../packages/protocol/src/index.ts";
import { credits } from "../../packages/protocol/test/domain/support/stories.ts";

import {
	loggedRecordOf,
	namedSourceOf,
	recordCases,
	recordFile,
} from "../../packages/protocol/test/misbehaviour/support/record-cases.ts";

import { type Case, changed, type Inputs, refuses } from "./drafts.ts";
import { convicts, innocent, type Of, proves } from "./misbehaviour-case.ts";

import { bytesOf } from "./world.ts";

export const records = await recordCases();
const ofKeeper = ({ keys }: { readonly keys: LogKeys }): Inputs => ({
	origin: keys.origin,
	keys: keys.keys.map(writeVerifierKey),
});
const recordBreach = (comment: string, breach: string, name: keyof typeof records): Case =>
	convicts(comment, records[name].file, { breach }, ofKeeper(records[name]));
const { home, other, made, kept: lotKept, sent, arrived } = await credits();
await home.seal(2_000_000_000);
await other.seal(2_000_000_000);
const ofHome = ofKeeper({ keys: home.log.keys });
const ofOther = ofKeeper({ keys: other.log.keys });
const [firstRecord, secondRecord] = await Promise.all([
	loggedRecordOf(home, sent, 1),
	loggedRecordOf(home, made, 2),
]);
const namedHere = await namedSourceOf(home, sent, 1);
const aboutSent = (file: Partial<Of<"brokenRecord">>): Misbehaviour => ({
	kind: "brokenRecord",
	shown: [firstRecord],
	source: null,
	...file,
});

const keptRecord = async (
	comment: string,
	key: Bytes,
	numbers: readonly number[],
	source?: Of<"brokenRecord">["source"],
): Promise<Case> => innocent(comment, await recordFile(home, key, numbers, source), ofHome);

export const domainCases: readonly Case[] = [
	recordBreach("ended-twice: moved, and in a later seal retired", "ended-twice", "retiredTwice"),
	recordBreach("ended-twice: revoked, and in a later seal valid", "ended-twice", "unrevoked"),
	recordBreach("changed: another amount", "changed", "changed"),
	recordBreach("gone: in a later seal it is not there", "gone", "gone"),
	recordBreach("unbalanced: divided into more than there is", "unbalanced", "unbalanced"),
	recordBreach("not-moved: the seal that it names shows another end", "not-moved", "notMoved"),
	recordBreach("not-moved: the seal that it names is not the giver's", "not-moved", "ofAnother"),
	await keptRecord("a lot that ended, in two seals alike", sent, [1, 2]),
	await keptRecord("a lot that is held", lotKept, [2]),
	await keptRecord("a lot that was divided", made, [1, 2]),
	await keptRecord("nothing under this key, in two seals", bytesOf("lot"), [1, 2]),
	await keptRecord("one seal, twice", sent, [2, 2]),
	await keptRecord("a source that no record names", sent, [1], namedHere),
	innocent("it arrived as its source shows", await recordFile(other, arrived, [1], namedHere), ofOther),
	innocent(
		"a source of another lot, by the seal that is named",
		await recordFile(other, arrived, [1], await namedSourceOf(home, lotKept, 1)),
		ofOther,
	),
	innocent(
		"a source that is not the seal that is named",
		await recordFile(other, arrived, [1], await namedSourceOf(home, sent, 2)),
		ofOther,
	),
	proves("not-evidence", "records of two keys", aboutSent({ shown: [firstRecord, secondRecord] }), ofHome),
	proves(
		"proof-invalid",
		"a record of another key",
		aboutSent({ shown: [{ ...firstRecord, record: secondRecord.record }] }),
		ofHome,
	),
	proves(
		"proof-invalid",
		"no record, where there is one",
		aboutSent({ shown: [{ ...firstRecord, record: null }] }),
		ofHome,
	),
	proves(
		"proof-invalid",
		"no record at the source, where there is one",
		aboutSent({ source: { ...namedHere, record: null } }),
		ofHome,
	),
	proves(
		"not-logged",
		"a record under a seal that is not there",
		aboutSent({ shown: [{ ...firstRecord, log: secondRecord.log }] }),
		ofHome,
	),
	proves(
		"malformed",
		"a record in another log",
		aboutSent({ shown: [await loggedRecordOf(other, arrived, 1)] }),
		ofHome,
	),
	refuses("too-many", "three records", {
		misbehaviour: changed(serializeMisbehaviour(aboutSent({})), [1], [0, 0, 0]),
		...ofHome,
	}),
];
