/** Vectors of how a payment across operators ended. */
import { type Bytes, type ShownState, serialize, signedQuote } from "../../packages/protocol/src/index.ts";
import {
	commit,
	early,
	foreignCommit,
	lateOnly,
	misshown,
	neverLocked,
	noSecret,
	nothing,
	otherTransfer,
	reserved,
	reservedOf,
	returned,
	wrongSecret,
} from "./crossing-shown.ts";

import {
	crossingGiven,
	destination,
	disputed,
	id,
	misplaced,
	outcomeOf,
	scene,
	secret,
	show,
	stateOf,
} from "./crossings-world.ts";
import { accepts, type Case, changed, type Draft, itemAt, refuses } from "./drafts.ts";
import { bytesOf } from "./world.ts";

const credited = await show(destination("reserved", "credited"));
const voidedAfter = await show(destination("reserved", "voided"));
const nothingPromised = await show(destination(null));
const foreignReserved = await misplaced("destination", 1, {
	...stateOf("reserved"),
	transfer: otherTransfer,
});
const otherQuote = serialize(signedQuote, await scene.signedQuote({ nonce: id(7) }));

/** With a word of each kind, and with nothing that may be left out. */
export const eachOutcome: readonly (readonly [comment: string, bytes: Bytes])[] = [
	[
		"with what the destination had reserved",
		outcomeOf(commit, { ...reserved, words: await disputed(reservedOf, 1, "sum") }),
	],
	["of a payment of which nothing is shown", outcomeOf({ ...neverLocked, words: [] }, null)],
];

const { trustList, sourceLog, destinationLog, witnesses, least } = crossingGiven;
const ended = (comment: string, end: string, duty: string, shown: ShownState, by: ShownState | null): Case =>
	accepts(
		comment,
		{ outcome: outcomeOf(shown, by) },
		{ end, duty, release: end === "committed" ? secret : null },
	);
const disowned = (code: string, comment: string, path: readonly number[], to: Bytes): Case =>
	refuses(code, comment, { outcome: changed(outcomeOf(commit, reserved), path, to) });

export const outcomes: Draft = {
	name: "crossing-outcomes",
	comment: "How a payment across operators ended, offline: docs/spec/crossing.md#the-outcome-as-a-file.",
	judge: "outcome",
	given: { trustList, sourceLog, destinationLog, witnesses, least },
	cases: [
		ended("committed", "committed", "none", commit, null),
		ended("committed, and the destination had reserved", "committed", "stands", commit, reserved),
		ended("committed, and the destination has credited", "committed", "met", commit, credited),
		ended("committed, and the destination has voided", "committed", "broken", commit, voidedAfter),
		ended("committed, and the destination shows nothing", "committed", "none", commit, nothingPromised),
		ended(
			"committed, and what the destination shows names another transfer",
			"committed",
			"none",
			commit,
			foreignReserved,
		),
		ended("returned", "aborted", "none", returned, null),
		ended("nothing was decided, and the destination had reserved", "aborted", "none", nothing, reserved),
		ended("the seal shows nothing", "aborted", "none", neverLocked, null),
		ended("nothing was decided, and the destination has credited", "aborted", "none", nothing, credited),
		ended("committed with another secret", "aborted", "none", wrongSecret, reserved),
		ended("committed without the secret", "aborted", "none", noSecret, reserved),
		ended("committed, of another transfer", "aborted", "none", foreignCommit, reserved),
		refuses("proof-invalid", "a seal before the one that decides", { outcome: outcomeOf(early, null) }),
		refuses("proof-invalid", "a seal after the one that decides", { outcome: outcomeOf(lateOnly, reserved) }),
		refuses("proof-invalid", "the destination's seal for the source's", {
			outcome: outcomeOf(reserved, null),
		}),
		refuses("proof-invalid", "the source's seal for the destination's", {
			outcome: outcomeOf(commit, commit),
		}),
		refuses("proof-invalid", "what is shown of another quote", {
			outcome: changed(outcomeOf(commit, null), [1], itemAt(otherQuote, [])),
		}),
		disowned("signature-invalid", "an agreement that the source has not signed", [0, 1], new Uint8Array(64)),
		disowned("signature-invalid", "a quote that the destination has not signed", [1, 1], new Uint8Array(64)),
		disowned("agreement-unknown", "a quote of another agreement", [1, 0, 0], bytesOf("agreement")),
		disowned("malformed", "an agreement with oneself", [0, 0, 1], scene.agreementBody.source),
		refuses("quorum-missing", "too few witnesses of the destination's seal", {
			outcome: outcomeOf(commit, { ...reserved, words: [] }),
		}),
		refuses("malformed", "a field more", { outcome: changed(outcomeOf(commit, null), [4], null) }),
		refuses("type-unknown", "a word of kind 3", {
			outcome: changed(outcomeOf(commit, null), [2, 4, 0, 0], 3),
		}),
		refuses("too-many", "65 words", {
			outcome: changed(outcomeOf(commit, null), [2, 4], new Array(65).fill(0)),
		}),
		refuses("malformed", "a state that is not listed", {
			outcome: changed(outcomeOf(commit, null), [2, 0, 1], 7),
		}),
		refuses("too-large", "262,145 bytes", { outcome: new Uint8Array(262_145) }),
		...(await misshown(commit, reserved, (shown) => ({ outcome: outcomeOf(shown, null) }))).filter(
			({ comment }) => comment !== "a leaf that is no seal",
		),
	],
};
