/**
 * From the store into the log: each leaf at its place, never twice, and none left out.
 *
 *   store: seal and batches, durable ─▶ log: leaves from its size on, durable ─▶ checkpoint
 *
 * The log's own size says what it has, so a crash anywhere between the two is made good by the next append. What must
 * not be is a log that has what the store has not, or has something else: then one of the two is an older copy, or
 * another's, and nothing is sealed until a person has looked.
 */
import { equalBytes, isRefusal, type Refusal, refuse, tileWidth } from "@tenten/protocol";
import type { LogWriter } from "../log/writer.ts";
import type { Store } from "../store/store.ts";
import { leavesFrom, nextPlace } from "./leaves.ts";

/** leaves of one append */
const together = 1_024;

/** Appends what the log lacks. `overloaded`: it takes no more until its checkpoint is made. */
export async function appendMissing(store: Store, log: LogWriter): Promise<Refusal | undefined> {
	for (;;) {
		const leaves = await store.read((transaction) => leavesFrom(transaction, log.size, together));
		if (leaves.length === 0) return undefined;
		const appended = await log.append(leaves);
		if (isRefusal(appended)) return appended;
	}
}

/** `state-damaged` where the log and the store do not say the same, with what to look at. */
export async function agreeing(store: Store, log: LogWriter): Promise<Refusal | undefined> {
	const { size } = await log.integrate();
	const made = await store.read(nextPlace);
	if (size > made)
		return refuse(
			"state-damaged",
			`the log has ${size} leaves, and the database knows of ${made}: it is an older copy, or another operator's`,
		);
	// What follows is chained by the seals themselves: where these agree, so do those before.
	const from = Math.max(0, size - tileWidth);
	const reader = log.reader();
	const leaves = await store.read((transaction) => leavesFrom(transaction, from, size - from));
	for (const [at, leaf] of leaves.entries()) {
		const entry = await reader.entry(from + at);
		if (isRefusal(entry)) return entry;
		if (!equalBytes(entry, leaf))
			return refuse("state-damaged", `the log has another leaf at place ${from + at} than the database`);
	}
	return undefined;
}
