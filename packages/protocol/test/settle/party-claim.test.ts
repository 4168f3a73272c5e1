/** Claims on parties: in one file at a time, paid once, and reopened by what a bank refuses, however often it is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type ClaimEvent,
	type ClaimState,
	type ClaimStep,
	type Direction,
	isRefusal,
	stepClaim,
} from "@tenten/protocol";
import fc from "fast-check";
import { id } from "../crossing/support/sides.ts";

type History = [ClaimState, ...ClaimState[]];
const [one, two] = [id(1), id(2)];
const file = (of = one): ClaimEvent => ({ kind: "file", file: of });
const settled = (of = one): ClaimEvent => ({ kind: "settled", file: of });
const refused = (of = one): ClaimEvent => ({ kind: "refused", file: of, why: "1" });

/** What was answered to each, and where the claim stands. */
function after(events: readonly ClaimEvent[], direction: Direction = "debit") {
	const history: History = [{ kind: "claimed" }];
	const said = events.map((event) => {
		const step = stepClaim(history, event, direction);
		if (isRefusal(step)) return step.code;
		const { next, suspends } = step as ClaimStep;
		if (next === null) return "again";
		history.push(next);
		return suspends ? `${next.kind}, suspended` : next.kind;
	});
	return { said, history };
}

test("a claim is filed and paid, and what was read twice changes nothing", () => {
	assert.deepEqual(after([file(), file(), settled(), settled(), file(), file(two)]).said, [
		"filed",
		"again",
		"paid",
		"again",
		"claim-paid",
		"claim-paid",
	]);
	assert.deepEqual(after([file(), file(two)]).said, ["filed", "claim-filed"]);
});

test("a debit that is refused, or comes back once paid, reopens the claim and suspends; a credit reopens alone", () => {
	const events = [file(), refused(), refused(), file(two), settled(two), refused(two), refused(two)];
	const said = ["filed", "reopened, suspended", "again", "filed", "paid", "reopened, suspended", "again"];
	assert.deepEqual(after(events).said, said);
	assert.deepEqual(
		after(events, "credit").said,
		said.map((each) => each.replace(", suspended", "")),
	);
});

test("a result of another file, or the contrary of one that counted, is a mismatch", () => {
	assert.deepEqual(after([settled()]).said, ["result-mismatch"]);
	assert.deepEqual(after([refused()]).said, ["result-mismatch"]);
	assert.deepEqual(after([file(), settled(two), refused(two)]).said, [
		"filed",
		"result-mismatch",
		"result-mismatch",
	]);
	// The bank said no, the claim went into another file, and now the first is said to be paid: twice, if it is true.
	assert.deepEqual(after([file(), refused(), file(two), settled(one), settled(two)]).said, [
		"filed",
		"reopened, suspended",
		"filed",
		"result-mismatch",
		"paid",
	]);
	assert.deepEqual(after([file(), refused(), file()]).said.at(-1), "result-mismatch", "a file is told once");
});

test("whatever comes in whatever order: in one file at a time, and paid again only after it came back", () => {
	const event = fc
		.tuple(fc.constantFrom(file, settled, refused), fc.constantFrom(one, two, id(3)))
		.map(([make, of]) => make(of));
	fc.assert(
		fc.property(fc.array(event, { maxLength: 25 }), (events) => {
			const { history } = after(events);
			const before = {
				filed: ["claimed", "reopened"],
				paid: ["filed"],
				reopened: ["filed", "paid"],
				claimed: [],
			};
			for (const [at, state] of history.entries()) {
				if (at === 0 || state.kind === "claimed") continue;
				const last = history[at - 1] as ClaimState;
				assert.ok(
					(before[state.kind] as readonly string[]).includes(last.kind),
					`${last.kind} → ${state.kind}`,
				);
				if (state.kind !== "filed") assert.ok(last.kind !== "claimed" && last.file === state.file);
			}
			assert.deepEqual(after([...events, ...events]).history.slice(0, history.length), history);
		}),
		{ numRuns: 300, seed: 5 },
	);
});
