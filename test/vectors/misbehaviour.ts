/** Vectors of what convicts a log: each kind, and what only looks like it. */
import { type Misbehaviour, serializeMisbehaviour } from "../../packages/protocol/src/index.ts";
import { origin } from "../../packages/protocol/test/misbehaviour/support/given-log.ts";
import { type Case, changed, type Draft, refuses } from "./drafts.ts";
import { keysOf, newer } from "./misbehaviour-case.ts";
import { decisionCases, lateFile } from "./misbehaviour-decisions.ts";
import { rewritingCases, rewritten, sealCases, seals, viewCases, views } from "./misbehaviour-logs.ts";
import { domainCases, records } from "./misbehaviour-records.ts";
import { ruleCases, whole } from "./misbehaviour-rules.ts";

/** One of each kind. */
export const eachMisbehaviour: readonly Misbehaviour[] = [
	views,
	rewritten,
	whole,
	seals,
	lateFile,
	...Object.values(records).map(({ file }) => file),
];

const under = (kind: Misbehaviour["kind"], cases: readonly Case[]): readonly Case[] =>
	cases.map((each) => ({ ...each, comment: `${kind}: ${each.comment}` }));

export const misbehaviours: Draft = {
	name: "misbehaviour",
	comment: "What convicts a log by what its key has signed, and what does not: docs/spec/misbehaviour.md.",
	judge: "misbehaviour",
	given: { origin, keys: keysOf(newer) },
	cases: [
		...under("splitView", viewCases),
		...under("rewriting", rewritingCases),
		...under("brokenRule", ruleCases),
		...under("twoSeals", sealCases),
		...under("brokenDecision", decisionCases),
		...under("brokenRecord", domainCases),
		refuses("type-unknown", "evidence against a holder", {
			misbehaviour: changed(serializeMisbehaviour(views), [0], 3),
		}),
		refuses("type-unknown", "kind 10", { misbehaviour: changed(serializeMisbehaviour(views), [0], 10) }),
		refuses("malformed", "a field more", { misbehaviour: changed(serializeMisbehaviour(views), [3], null) }),
		refuses("too-large", "262,145 bytes", { misbehaviour: new Uint8Array(262_145) }),
	],
};
