/** Vectors of payments across operators: the steps of both sides, and how a payment ended. */
import {
	type Bytes,
	leafHash,
	parseNote,
	type ShownState,
	serialize,
	serializeLeaf,
	signedQuote,
	writeNote,
} from "../../packages/protocol/src/index.ts";
import { batchOf } from "../../packages/protocol/test/seal/support/sealed.ts";
import {
	cosignedAt,
	crossingGiven,
	destination,
	disputed,
	encodeShown,
	id,
	misplaced,
	outcomeOf,
	type Put,
	quoted,
	scene,
	secret,
	show,
	source,
	start,
	stateOf,
} from "./crossings-world.ts";
import { accepts, type Case, changed, type Draft, flipped, type Inputs, itemAt, refuses } from "./drafts.ts";
import { bytesOf, must } from "./world.ts";

const { trustList, agreement, quote, sourceLog, destinationLog, witnesses, least } = crossingGiven;
const { expiresAt } = quoted.body;
const otherSecret = bytesOf("another secret");
const otherTransfer = bytesOf("another transfer");

/** Under seal 5, which decides, after a lock under seal 1. */
const decided = (put: Put) => source("locked", null, null, null, put);
const locked = await show(source("locked"));
const reserved = await show(destination("reserved"));
const nothing = await show(decided(null));
const commit = await show(decided("committed"));
const returned = await show(decided("returned"));
const neverLocked = await show(source(null, null, null, null, null));
const wrongSecret = await show(decided({ ...stateOf("committed"), release: otherSecret }));
const noSecret = await show(decided({ ...stateOf("committed"), release: null }));
const foreign = { ...stateOf("committed"), transfer: otherTransfer };
const foreignCommit = await misplaced("source", 5, foreign);
const early = await show(source("locked", null, null, "committed"));
const lateOnly = await show(source("locked", null, null, null, null, "committed"));

type Step = { readonly state: string; readonly movement: string | null; readonly release?: Bytes | null };

const step = (comment: string, input: Inputs, { state, movement, release = null }: Step): Case =>
	accepts(comment, input, { state, movement, release });
const lock: Inputs = { event: "lock" };
const release = (shown: ShownState, by: Bytes = secret): Inputs => ({
	event: "release",
	release: by,
	shown: encodeShown(shown),
});
const ends = (kept: string | null, shown: ShownState): Inputs => ({
	event: "decided",
	kept,
	shown: encodeShown(shown),
});
const keptLocked: Inputs = { kept: "locked" };
const posted: Step = { state: "committed", movement: "post", release: secret };

/** Ways of the last seal of a side to be shown wrongly, of one shown rightly. */
async function misshown(
	right: ShownState,
	foreignSeal: ShownState,
	event: (shown: ShownState) => Inputs,
): Promise<readonly Case[]> {
	const note = must(parseNote(right.log.checkpoint));
	const [signature] = note.signatures as [(typeof note.signatures)[number]];
	const forged = writeNote({
		...note,
		signatures: [{ ...signature, signature: flipped(signature.signature) }],
	});
	const wrong = (code: string, comment: string, some: Partial<ShownState>): Case =>
		refuses(code, comment, event({ ...right, ...some }));
	const { log, words } = right;
	const [one] = words as [(typeof words)[number]];
	const batch = serializeLeaf({ kind: "batch", batch: batchOf("issues", 1n) });
	const noSeal = { ...event(right), shown: changed(encodeShown(right), [1], batch) };
	return [
		refuses("proof-invalid", "a leaf that is no seal", noSeal),
		wrong("type-unknown", "a leaf of a kind that is not known", { leaf: changed(right.leaf, [0], 3) }),
		wrong("malformed", "a leaf cut short", { leaf: right.leaf.slice(0, -1) }),
		wrong("proof-invalid", "a seal of another operator", foreignSeal),
		wrong("proof-invalid", "a proof of another transfer", { proof: { ...right.proof, key: otherTransfer } }),
		wrong("proof-invalid", "a state that opens something else", { state: stateOf("voided") }),
		wrong("proof-invalid", "no state, where there is one", { state: null }),
		wrong("signature-invalid", "a checkpoint that does not hold", { log: { ...log, checkpoint: forged } }),
		wrong("malformed", "a checkpoint of another log", {
			log: { ...log, checkpoint: foreignSeal.log.checkpoint },
		}),
		wrong("not-logged", "another place", { log: { ...log, index: log.index + 1 } }),
		wrong("not-logged", "another path", { log: { ...log, path: [leafHash(right.leaf)] } }),
		wrong("quorum-missing", "no word of any witness", { words: [] }),
		wrong("quorum-missing", "one witness, of two", { words: [one] }),
		wrong("quorum-missing", "one witness, twice", { words: [one, one] }),
		wrong("quorum-missing", "words of another seal", { words: foreignSeal.words }),
		refuses("quorum-missing", "three are needed", { ...event(right), least: 3 }),
		refuses("quorum-missing", "none is needed: a policy of nobody opens nothing", {
			...event(right),
			least: 0,
		}),
		refuses("quorum-missing", "a witness that the reader names twice", {
			...event({ ...right, words: [one] }),
			witnesses: [(witnesses as readonly Bytes[])[0] as Bytes, (witnesses as readonly Bytes[])[0] as Bytes],
		}),
		refuses("quorum-missing", "witnesses that the reader does not name", {
			...event(right),
			witnesses: [id(1), id(2)],
		}),
	];
}

const reservedOf = destination("reserved");
const machine: Inputs = { trustList, agreement, quote, sourceLog, destinationLog, witnesses, least, secret };

export const crossingSources: Draft = {
	name: "crossing-sources",
	comment:
		"The source of a payment across operators: docs/spec/crossing.md#steps. Agreement and quote are verified.",
	judge: "crossingSource",
	given: { ...machine, kept: null, now: start, lastSeal: 1 },
	cases: [
		step("it locks", lock, { state: "locked", movement: "reserve" }),
		step(
			"it locks in the last second, before the last seal that would show it",
			{ ...lock, now: expiresAt - 1, lastSeal: 3 },
			{ state: "locked", movement: "reserve" },
		),
		step(
			"it has locked, and is asked again, after its time",
			{ ...lock, ...keptLocked, now: expiresAt, lastSeal: 9 },
			{ state: "locked", movement: null },
		),
		step(
			"it has returned, and is asked again",
			{ ...lock, kept: "returned" },
			{ state: "returned", movement: null },
		),
		refuses("quote-expired", "in the second in which the quote ends", {
			...lock,
			now: expiresAt,
			lastSeal: 4,
		}),
		refuses("seal-decided", "its next seal decides", { ...lock, lastSeal: 4 }),
		refuses("seal-decided", "its last seal decides", { ...lock, lastSeal: 5 }),
		step("it commits", { ...release(reserved), ...keptLocked }, posted),
		step(
			"it commits as long as no seal decides, after the quote's time",
			{ ...release(reserved), ...keptLocked, lastSeal: 4, now: expiresAt + 1 },
			posted,
		),
		step("upon a seal that is old", { ...release(reserved), ...keptLocked, now: start + 100_000 }, posted),
		step(
			"upon a seal whose place alone witnesses signed",
			{
				...release(await show(reservedOf, 1, await disputed(reservedOf, 1, "reserve-short"))),
				...keptLocked,
			},
			posted,
		),
		step(
			"it has committed, and is asked again, whatever is shown",
			{
				...release(nothing.state === null ? await show(destination(null)) : reserved),
				kept: "committed",
				lastSeal: 9,
			},
			{ state: "committed", movement: null },
		),
		refuses("release-mismatch", "it has committed, and another secret comes", {
			...release(reserved, otherSecret),
			kept: "committed",
		}),
		refuses("attempt-unknown", "nothing is locked", release(reserved, otherSecret)),
		refuses("seal-decided", "the seal that decides is made", {
			...release(reserved, otherSecret),
			...keptLocked,
			lastSeal: 5,
		}),
		refuses("seal-decided", "it has returned", { ...release(reserved), kept: "returned", lastSeal: 1 }),
		refuses("release-mismatch", "another secret", {
			...release(await show(destination(null)), otherSecret),
			...keptLocked,
		}),
		refuses("proof-invalid", "nothing is reserved", {
			...release(await show(destination(null))),
			...keptLocked,
		}),
		refuses("proof-invalid", "it was voided", {
			...release(await show(destination("reserved", "voided"))),
			...keptLocked,
		}),
		refuses("proof-invalid", "reserved, under another id", {
			...release(await misplaced("destination", 1, { ...stateOf("reserved"), transfer: otherTransfer })),
			...keptLocked,
		}),
		...(await misshown(reserved, locked, (shown) => ({ ...release(shown), ...keptLocked }))),
		refuses("quorum-missing", "witnesses that dispute its number", {
			...release(await show(reservedOf, 1, await disputed(reservedOf, 1, "number"))),
			...keptLocked,
		}),
		step("its seal shows no commit", ends("locked", nothing), { state: "returned", movement: "void" }),
		step("its seal shows that it returned", ends("locked", returned), {
			state: "returned",
			movement: "void",
		}),
		step("its seal shows nothing at all", ends("locked", neverLocked), {
			state: "returned",
			movement: "void",
		}),
		step("restored from a backup, it commits what its seal shows", ends("locked", commit), posted),
		step("its seal shows a commit with another secret", ends("locked", wrongSecret), {
			state: "returned",
			movement: "void",
		}),
		step("it has committed, and its seal says so", ends("committed", commit), {
			state: "committed",
			movement: null,
		}),
		step("it has returned, and its seal says so", ends("returned", nothing), {
			state: "returned",
			movement: null,
		}),
		refuses("attempt-unknown", "nothing was locked, and its seal decides", ends(null, commit)),
		refuses("proof-invalid", "a seal before the one that decides", ends("locked", early)),
		refuses("proof-invalid", "a seal after the one that decides", ends("locked", lateOnly)),
	],
};

const reserve = (shown: ShownState): Inputs => ({ event: "reserve", shown: encodeShown(shown) });
const lockedSide = source("locked");
const lockedAt = async (...times: readonly number[]): Promise<Inputs> =>
	reserve(await show(lockedSide, 1, await cosignedAt(lockedSide, 1, ...times)));
const twiceCosigned = [
	...(await cosignedAt(lockedSide, 1, start - 500, start)),
	...(await cosignedAt(lockedSide, 1, start)),
];
const four = source("locked", null, null, null);
const took: Step = { state: "reserved", movement: "reserve" };
const credit: Step = { state: "credited", movement: "post", release: secret };
const voided: Step = { state: "voided", movement: "void" };

export const crossingDestinations: Draft = {
	name: "crossing-destinations",
	comment:
		"The destination of a payment across operators: docs/spec/crossing.md#steps. Agreement and quote are verified.",
	judge: "crossingDestination",
	given: { ...machine, kept: null, now: start, lastSeal: 1, open: "300", unsettled: "100" },
	cases: [
		accepts("it reserves", reserve(locked), { ...took, exposed: "700" }),
		step("up to the exposure", { ...reserve(locked), open: "600" }, took),
		step("in the last second", { ...(await lockedAt(expiresAt, expiresAt)), now: expiresAt - 1 }, took),
		step("upon the last seal before the one that decides", reserve(await show(four)), took),
		step("upon a quorum as old as is agreed", await lockedAt(start - 60, start), took),
		step("upon a quorum a minute ahead", await lockedAt(start + 60, start + 60), took),
		step("upon two that are new, of three", await lockedAt(start, start - 500, start), took),
		step("upon the newest word of each", reserve(await show(lockedSide, 1, twiceCosigned)), took),
		step(
			"it has reserved, and is asked again, after its time",
			{ ...reserve(locked), kept: "reserved", now: expiresAt, lastSeal: 9 },
			{ state: "reserved", movement: null },
		),
		refuses("quote-expired", "in the second in which the quote ends", {
			...reserve(await show(source(null))),
			now: expiresAt,
		}),
		refuses("proof-invalid", "nothing is locked", { ...reserve(await show(source(null))), lastSeal: 5 }),
		refuses("proof-invalid", "it was returned", reserve(await show(source("locked", "returned")))),
		refuses(
			"proof-invalid",
			"locked, under another id",
			reserve(await misplaced("source", 1, { ...stateOf("locked"), transfer: otherTransfer })),
		),
		refuses("seal-decided", "the seal that decides shows the lock", { ...reserve(nothing), open: "1000" }),
		refuses("seal-decided", "it has the seal that decides", {
			...reserve(await show(lockedSide, 1, await disputed(lockedSide, 1, "sum"))),
			lastSeal: 5,
		}),
		refuses("quorum-missing", "witnesses signed its place alone", {
			...reserve(await show(lockedSide, 1, await disputed(lockedSide, 1, "sum"))),
			open: "1000",
		}),
		refuses("quorum-stale", "a quorum a second older", {
			...(await lockedAt(start - 61, start)),
			open: "1000",
		}),
		refuses("quorum-stale", "a quorum a second further ahead", await lockedAt(start + 61, start + 61)),
		refuses("exposure-exceeded", "one more than the exposure", { ...reserve(locked), open: "601" }),
		...(await misshown(locked, reserved, reserve)),
		...(await Promise.all(
			(["operator", "number", "previous"] as const).map(async (rule) =>
				refuses(
					"quorum-missing",
					`witnesses that dispute its place: ${rule}`,
					reserve(await show(lockedSide, 1, await disputed(lockedSide, 1, rule))),
				),
			),
		)),
		accepts("the seal that decides shows the commit", ends("reserved", commit), {
			...credit,
			exposed: "400",
		}),
		accepts("it shows no commit", ends("reserved", nothing), { ...voided, exposed: "100" }),
		step("it shows that the source returned", ends("reserved", returned), voided),
		step("it shows nothing at all", ends("reserved", neverLocked), voided),
		step("a commit with another secret", ends("reserved", wrongSecret), voided),
		step("a commit without the secret", ends("reserved", noSecret), voided),
		step("a commit of another transfer under this one's id", ends("reserved", foreignCommit), voided),
		step(
			"by a seal whose place alone witnesses signed",
			ends(
				"reserved",
				await show(decided("committed"), 5, await disputed(decided("committed"), 5, "reserve-short")),
			),
			credit,
		),
		step("long after", { ...ends("reserved", commit), now: start + 1_000_000 }, credit),
		step("it has credited, and is asked again", ends("credited", commit), {
			state: "credited",
			movement: null,
		}),
		step("it has voided, and is asked again", ends("voided", nothing), { state: "voided", movement: null }),
		refuses("attempt-unknown", "nothing is reserved", ends(null, commit)),
		refuses("proof-invalid", "a commit that an earlier seal shows", ends("reserved", early)),
		refuses("proof-invalid", "a commit that a later seal shows", ends("reserved", lateOnly)),
		refuses(
			"quorum-missing",
			"witnesses that dispute the place of the seal that decides",
			ends(
				"reserved",
				await show(decided("committed"), 5, await disputed(decided("committed"), 5, "number")),
			),
		),
	],
};

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
