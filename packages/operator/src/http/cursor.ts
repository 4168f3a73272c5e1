/** Cursors: where a page ends, as text that says nothing to whoever reads it and is refused where it was made up. */
import { type Bytes, fromHex } from "@tenten/protocol";

const pattern = /^[A-Za-z0-9_-]{1,200}$/;

/** `list` keeps a cursor of one list from being taken for one of another. */
export function cursorAfter(list: string, last: string): string {
	return Buffer.from(`${list} ${last}`).toString("base64url");
}

/** What `cursorAfter` was given; undefined where the cursor is none of this list. */
export function readCursor(list: string, cursor: string): string | undefined {
	if (!pattern.test(cursor)) return undefined;
	const text = Buffer.from(cursor, "base64url").toString("utf8");
	const isOurs = text.startsWith(`${list} `) && Buffer.from(text).toString("base64url") === cursor;
	return isOurs ? text.slice(list.length + 1) : undefined;
}

/** The id after which a page begins, of no bytes where no cursor is sent; undefined where it is none of this list. */
export function idIn(list: string, cursor: string | null | undefined): Bytes | undefined {
	if (cursor === null || cursor === undefined) return new Uint8Array();
	const last = readCursor(list, cursor);
	return last === undefined ? undefined : fromHex(last);
}

/** The position beside which a page begins, `first` where no cursor is sent; undefined where it is none of this list. */
export function positionIn(list: string, cursor: string | undefined, first: number): number | undefined {
	if (cursor === undefined) return first;
	const last = readCursor(list, cursor);
	const position = last !== undefined && /^[0-9]{1,16}$/.test(last) ? Number(last) : undefined;
	return Number.isSafeInteger(position) ? position : undefined;
}

/** Of which place the next page begins; null where this one is empty. */
export function nextAfter<T>(list: string, page: readonly T[], placeOf: (last: T) => string): string | null {
	const last = page.at(-1);
	return last === undefined ? null : cursorAfter(list, placeOf(last));
}
