/** All of the history that is asked for, page after page. */
import type { HistoryEntry, HistoryQuery, HistoryStore } from "../store/history.ts";

export type WholeHistoryQuery = Omit<HistoryQuery, "cursor" | "limit">;

const entriesAtOnce = 256;

/** Newest first. */
export async function wholeHistory(
	history: HistoryStore,
	asked: WholeHistoryQuery,
): Promise<readonly HistoryEntry[]> {
	const all: HistoryEntry[] = [];
	let cursor: string | null | undefined;
	while (cursor !== null) {
		const page = await history.list({ ...asked, limit: entriesAtOnce, ...(cursor && { cursor }) });
		all.push(...page.entries);
		cursor = page.next;
	}
	return all;
}
