/**
 * Marks of sealed rows: what lets the head of a state say which versions of which rows belong together.
 *
 * The mark of a row is a keyed hash of its key, nonce and tag; the state's digest is the exclusive or of all
 * marks, so that a commit costs what it writes and not what is stored. Marks never leave memory and the
 * digest is sealed, so nobody can look for another set of rows that has the same digest.
 */

import { type Bytes, concatBytes } from "@tenten/protocol";
import { platform } from "#platform";
import { nonceBytes, tagBytes } from "./sizes.ts";
import { utf8 } from "./text.ts";

const { keyedHash, zero } = platform;
const markBytes = 32;

/** The digest of no rows, and the mark of a row that is not stored. */
export const noRows: Bytes = new Uint8Array(markBytes);

export function xor(a: Bytes, b: Bytes): Bytes {
	const result = new Uint8Array(markBytes);
	for (let i = 0; i < markBytes; i++) result[i] = (a[i] as number) ^ (b[i] as number);
	return result;
}

/** The marks of the rows that are stored now. */
export class RowMarks {
	readonly #key: Bytes;
	readonly #marks = new Map<string, Bytes>();

	constructor(stateKey: Bytes) {
		this.#key = keyedHash(stateKey, utf8("tenten/1/row-marks"));
	}

	/** Takes note of a row that is stored, and gives its mark. */
	add(key: string, sealed: Bytes): Bytes {
		const version = concatBytes(sealed.subarray(0, nonceBytes), sealed.subarray(-tagBytes));
		const mark = keyedHash(this.#key, concatBytes(version, utf8(key)));
		this.#marks.set(key, mark);
		return mark;
	}

	/** Forgets the row under this key, and gives the mark that it had. */
	remove(key: string): Bytes {
		const mark = this.#marks.get(key) ?? noRows;
		this.#marks.delete(key);
		return mark;
	}

	close(): void {
		zero(this.#key);
		this.#marks.clear();
	}
}
