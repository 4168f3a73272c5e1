/** Vectors of payments across operators that were decided too early, too late or twice. */
import {
	type Bytes,
	type Misbehaviour,
	serializeMisbehaviour,
	writeVerifierKey,
} from "../../packages/protocol/src/index.ts";
import {
	decisions,
	stateOf as loggedStateOf,
} from "../../packages/protocol/test/misbehaviour/support/cases.ts";

import { id } from "../../packages/protocol/test/seal/support/sealed.ts";
import { misplaced, quoted, source, stateOf } from "./crossings-world.ts";
import { type Case, changed, type Inputs, refuses } from "./drafts.ts";
import { convicts, innocent, keysOf, type Of, proves, stranger } from "./misbehaviour-case.ts";

import { bytesOf } from "./world.ts";

type Puts = Parameters<typeof decisions>[0];
export const broken = async (
	breach: string,
	comment: string,
	puts: Puts,
	numbers: readonly number[],
	side: "source" | "destination" = "source",
	given?: Bytes | null,
): Promise<Case> => {
	const made = await decisions(puts, side, given);
	const keys = made.keys.keys.map(writeVerifierKey);
	return convicts(
		`${breach}: ${comment}`,
		await made.fileOf(...numbers),
		{ breach, decides: 3, operator: made.operator },
		{ origin: made.keys.origin, keys },
	);
};
const keptWord = async (
	comment: string,
	puts: Puts,
	numbers: readonly number[],
	side: "source" | "destination" = "source",
): Promise<Case> => {
	const made = await decisions(puts, side);
	return innocent(comment, await made.fileOf(...numbers), {
		origin: made.keys.origin,
		keys: made.keys.keys.map(writeVerifierKey),
	});
};

const late = await decisions(["locked", null, null, "committed"]);
export const lateFile = (await late.fileOf(3, 4)) as Of<"brokenDecision">;
const ofLate: Inputs = { origin: late.keys.origin, keys: late.keys.keys.map(writeVerifierKey) };
const changedShown = (at: number, some: Partial<Of<"brokenDecision">["shown"][number]>): Misbehaviour => ({
	...lateFile,
	shown: lateFile.shown.map((each, i) => (i === at ? { ...each, ...some } : each)),
});
const [decided, later] = lateFile.shown as [
	Of<"brokenDecision">["shown"][number],
	Of<"brokenDecision">["shown"][number],
];
const elsewhere = { ...stateOf("returned"), transfer: bytesOf("another transfer") };
const foreignState = loggedStateOf(await misplaced("source", 2, elsewhere));
const ofSource: Inputs = {
	origin: "densha.example/log",
	keys: source(null).log.keys.keys.map(writeVerifierKey),
};

export const decisionCases: readonly Case[] = [
	await broken(
		"late-commit",
		"nothing new in the seal that decides, and committed in the next",
		["locked", null, null, "committed"],
		[3, 4],
	),
	await broken("late-commit", "the later seal first", ["locked", null, null, "committed"], [4, 3]),
	await broken("late-commit", "nothing was ever locked", [null, null, null, "committed"], [3, 4]),
	await broken("late-commit", "two seals later", ["locked", null, null, null, "committed"], [3, 5]),
	await broken("early-return", "before the seal that decides", ["locked", "returned"], [2]),
	await broken("early-return", "in the seal that decides", ["locked", null, "returned"], [3]),
	await broken("early-return", "beside a seal that shows nothing wrong", ["locked", "returned"], [1, 2]),
	await broken("two-ends", "committed and returned", ["locked", null, "committed", "returned"], [3, 4]),
	await broken(
		"two-ends",
		"returned too early and committed too late, tried in order",
		["locked", null, "returned", "committed"],
		[3, 4],
	),
	await broken(
		"two-ends",
		"credited and voided",
		[null, "reserved", "credited", "voided"],
		[4, 3],
		"destination",
	),
	await broken(
		"wrong-secret",
		"committed in the seal that decides, with another secret",
		["locked", null, "committed"],
		[3],
		"source",
		id(0x45),
	),
	await broken(
		"wrong-secret",
		"committed without one, beside a seal that shows nothing wrong",
		["locked", "committed"],
		[1, 2],
		"source",
		null,
	),
	await broken(
		"wrong-secret",
		"credited with another secret",
		[null, "reserved", "credited"],
		[3],
		"destination",
		id(0x45),
	),
	await broken(
		"late-commit",
		"with another secret too, tried in order",
		["locked", null, null, "committed"],
		[3, 4],
		"source",
		id(0x45),
	),
	await keptWord("returned after the seal that decides", ["locked", null, null, "returned"], [3, 4]),
	await keptWord(
		"a commit in the seal that decides, and still there",
		["locked", null, "committed", null],
		[3, 4],
	),
	await keptWord(
		"a commit after the seal that decides, of which nothing is shown",
		["locked", null, null, "committed"],
		[4],
	),
	await keptWord("a lock before it, and a commit after", ["locked", null, null, "committed"], [2, 4]),
	await keptWord("nothing at all", [null, null, null], [3]),
	await keptWord(
		"a reservation that ended either way",
		[null, "reserved", null, "voided"],
		[2, 4],
		"destination",
	),
	await keptWord("one seal, twice", ["locked", null, null, "committed"], [4, 4]),
	proves(
		"proof-invalid",
		"a proof of another transfer",
		{ ...lateFile, quote: { ...lateFile.quote, nonce: id(0x44) } },
		ofLate,
	),
	proves(
		"proof-invalid",
		"a state that opens something else",
		changedShown(1, { state: { ...(later.state as NonNullable<typeof later.state>), state: "returned" } }),
		ofLate,
	),
	proves("proof-invalid", "a proof under another seal", changedShown(0, { proof: later.proof }), ofLate),
	proves("not-logged", "a seal that is not in the log", changedShown(1, { leaf: decided.leaf }), ofLate),
	proves("signature-invalid", "a log whose keys are others", lateFile, { ...ofLate, keys: keysOf(stranger) }),
	innocent(
		"a state of another transfer under this one's id",
		{ kind: "brokenDecision", quote: quoted.body, shown: [foreignState] },
		ofSource,
	),
	innocent(
		"a state of another transfer, before a seal that is not in the log",
		{
			kind: "brokenDecision",
			quote: quoted.body,
			shown: [foreignState, { ...foreignState, leaf: Uint8Array.of(0) }],
		},
		ofSource,
	),
	refuses("malformed", "nothing is shown", {
		misbehaviour: changed(serializeMisbehaviour(lateFile), [2], []),
		...ofLate,
	}),
	refuses("too-many", "three are shown", {
		misbehaviour: changed(serializeMisbehaviour(lateFile), [2], [0, 0, 0]),
		...ofLate,
	}),
];
