/**
 * A reporter of `node --test` that says one thing, at the end: how much of the proof ran, a line a part of
 * docs/reliability.md, with the time of the files that said so. `npm run proof` and `npm test` have it beside the
 * reporter that tells of each test.
 *
 * What can go wrong is a part that ran nothing, since its tool is not here: its line says that.
 */
import type { TestEvent } from "node:test/reporters";
import { type Part, parts, readRan } from "../test/support/ran.ts";

export default async function* howMuch(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
	const counts = new Map<Part, Map<string, number>>(parts.map((part) => [part, new Map()]));
	const partOf = new Map<string, Part>();
	const seconds = new Map<Part, number>();
	for await (const { type, data } of events) {
		if (type === "test:diagnostic") {
			const [part, ran] = readRan(data.message) ?? [];
			if (part === undefined || ran === undefined) continue;
			if (data.file !== undefined) partOf.set(data.file, part);
			const sums = counts.get(part);
			for (const [what, count] of Object.entries(ran)) sums?.set(what, (sums.get(what) ?? 0) + count);
		} else if (type === "test:summary" && data.file !== undefined) {
			const part = partOf.get(data.file);
			if (part !== undefined) seconds.set(part, (seconds.get(part) ?? 0) + data.duration_ms / 1_000);
		}
	}
	yield "\nhow much of the proof ran\n";
	for (const [part, sums] of counts) {
		const each = [...sums].map(([what, count]) => `${count.toLocaleString("en")} ${what}`);
		const time = Math.round(seconds.get(part) ?? 0);
		yield `  ${part.padEnd(14)}${`${time} s`.padStart(6)}  ${each.join(", ") || "nothing ran"}\n`;
	}
	const all = [...seconds.values()].reduce((sum, each) => sum + each, 0);
	yield `  ${"all".padEnd(14)}${`${Math.round(all)} s`.padStart(6)}  in ${partOf.size} files, of which several ran at once\n`;
}
