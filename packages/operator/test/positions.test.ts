/**
 * Positions in seals, between two real operators that pay across and settle: both seal what they countersigned, and a
 * witness that follows both refuses the seal of whoever says something else.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type BilateralPosition, equalBytes, type SealWord } from "@tenten/protocol";
import { quoted, step, wish } from "./support/crossing-doors.ts";
import { openSealedDoors, type SealedDoors, type SealedSide } from "./support/sealed-doors.ts";

const opened: SealedDoors[] = [];
after(() => Promise.all(opened.map((doors) => doors.close())));

const amounts = (positions: readonly BilateralPosition[]) =>
	positions.map(({ settlement, owes, isOwed }) => [settlement, owes, isOwed]);

function brokenBy(word: SealWord, about: Uint8Array): readonly string[] {
	if (word.kind === "cosignature") return [];
	const { broken } = word.word.body;
	assert.ok(broken.every((each) => each.about !== null && equalBytes(each.about, about)));
	return broken.map(({ rule }) => rule);
}

/** One payment, from the quote to the end at both sides, and its settlement. */
async function settled(doors: SealedDoors, n: number): Promise<void> {
	const { source, destination } = doors;
	const wanted = wish(doors, n);
	const { transfer, quote, code } = await quoted(doors, wanted);
	assert.ok(transfer !== null, `${code}`);
	assert.equal(await step(doors, "locks", transfer), "locked");
	await doors.epoch(source);
	await doors.epoch(destination);
	assert.equal(await step(doors, "releases", transfer, wanted.secret), "committed");
	while ((await doors.epoch(source)).seal.number < Number(quote?.["decides"]));
	doors.later(100);
	await destination.ecosystem.operator.crossings.tell();
}

/** Until the witness committed, a seal came after, and it was shown what it drew under that one. */
async function sampled(doors: SealedDoors, side: SealedSide): Promise<void> {
	for (;;) {
		const { samples } = await doors.seen(side);
		assert.equal(samples.bad, 0);
		if (samples.drawn > 0 && samples.asked > 0) return;
		doors.later(2);
		await doors.epoch(side);
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}

test("both seal what they countersigned, and the seal of whoever says something else is refused by name", async () => {
	const doors = await openSealedDoors();
	opened.push(doors);
	const { source, destination } = doors;
	const [S, D] = [source.ecosystem.operator.id, destination.ecosystem.operator.id];
	doors.later(1);
	for (const side of [source, destination]) await doors.epoch(side);
	await settled(doors, 1);
	const [west, east] = [await doors.epoch(source), await doors.epoch(destination)];
	assert.deepEqual(amounts(west.seal.positions), [[1, 465n, 0n]]);
	assert.deepEqual(amounts(east.seal.positions), [[1, 0n, 465n]]);
	assert.deepEqual([west.word.kind, east.word.kind], ["cosignature", "cosignature"]);

	// Meanwhile the witness drew lines and items under the last seals, and was shown each.
	await sampled(doors, source);
	await sampled(doors, destination);

	// What it owes it makes less; what it is owed, more; and it owes by a settlement that nobody signed.
	source.lie = (all) => all.map((each) => ({ ...each, owes: each.owes - 1n }));
	assert.deepEqual(brokenBy((await doors.epoch(source)).word, D), ["position-differs"]);
	source.lie = (all) => all;
	assert.equal((await doors.epoch(source)).word.kind, "cosignature");
	destination.lie = (all) => all.map((each) => ({ ...each, isOwed: 2n * each.isOwed }));
	assert.deepEqual(brokenBy((await doors.epoch(destination)).word, S), ["position-differs"]);
	destination.lie = (all) => all.map((each) => ({ ...each, settlement: 2 }));
	assert.deepEqual(brokenBy((await doors.epoch(destination)).word, S), ["position-unconfirmed"]);
});
