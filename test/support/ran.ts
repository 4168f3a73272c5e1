/**
 * How much of the proof ran: each test of it says its counts, and `scripts/how-much.ts` adds them up at the end of
 * `npm run proof` and `npm test`.
 *
 * What is said is an ordinary diagnostic of the test, so that it is also read where the test stands.
 */
import type { TestContext } from "node:test";

/** The parts of docs/reliability.md that run in tests, in the order of the table. */
export const parts = [
	"models",
	"simulation",
	"planted bugs",
	"cuts",
	"kills",
	"races",
	"faults",
	"fuzzing",
	"vectors",
	"second reader",
] as const;
export type Part = (typeof parts)[number];

/** What was counted, in plural words, and how many of each. */
export type Ran = Readonly<Record<string, number>>;

export function ran(t: Pick<TestContext, "diagnostic">, part: Part, counts: Ran): void {
	const each = Object.entries(counts).map(([what, count]) => `${count} ${what}`);
	t.diagnostic(`ran ${part}: ${each.join(", ")}`);
}

const said = new RegExp(`^ran (${parts.join("|")}): (\\d+ [^,]+(?:, \\d+ [^,]+)*)$`);

/** What `ran` said, or undefined where a diagnostic says something else. */
export function readRan(message: string): readonly [Part, Ran] | undefined {
	const [, part, list = ""] = said.exec(message) ?? [];
	if (part === undefined) return undefined;
	const counts = list.split(", ").map((each) => {
		const [count, ...what] = each.split(" ");
		return [what.join(" "), Number(count)] as const;
	});
	return [part as Part, Object.fromEntries(counts)];
}
