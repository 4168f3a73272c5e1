/** Applies one edit of a bug to the text of its file. */
import type { Edit } from "./bug.ts";

/** The text with the edit made. Throws where what it replaces is not there exactly once. */
export function planted(text: string, { file, find, put }: Edit): string {
	const parts = text.split(find);
	if (parts.length !== 2) throw new Error(`${file} holds this ${parts.length - 1} times: ${find}`);
	return parts.join(put);
}
