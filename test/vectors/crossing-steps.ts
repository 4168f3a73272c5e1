/** Vectors of the steps of both sides of a payment across operators. */
import type { Bytes, ShownState } from "../../packages/protocol/src/index.ts";
import {
	commit,
	decided,
	early,
	ends,
	foreignCommit,
	lateOnly,
	locked,
	misshown,
	neverLocked,
	noSecret,
	nothing,
	otherSecret,
	otherTransfer,
	reserved,
	reservedOf,
	returned,
	wrongSecret,
} from "./crossing-shown.ts";
import {
	cosignedAt,
	crossingGiven,
	destination,
	disputed,
	encodeShown,
	misplaced,
	quoted,
	secret,
	show,
	source,
	start,
	stateOf,
} from "./crossings-world.ts";
import { accepts, type Case, type Draft, type Inputs, refuses } from "./drafts.ts";

const { expiresAt } = quoted.body;
type Step = { readonly state: string; readonly movement: string | null; readonly release?: Bytes | null };

const step = (comment: string, input: Inputs, { state, movement, release = null }: Step): Case =>
	accepts(comment, input, { state, movement, release });
export const lock: Inputs = { event: "lock" };
export const release = (shown: ShownState, by: Bytes = secret): Inputs => ({
	event: "release",
	release: by,
	shown: encodeShown(shown),
});
const keptLocked: Inputs = { kept: "locked" };
const posted: Step = { state: "committed", movement: "post", release: secret };

const machine: Inputs = { ...crossingGiven, secret };

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
