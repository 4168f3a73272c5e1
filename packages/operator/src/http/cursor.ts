/** Cursors: where a page ends, as text that says nothing to whoever reads it and is refused where it was made up. */
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
