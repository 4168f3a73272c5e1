/**
 * The history as a file for spreadsheets: CSV (RFC 4180), in UTF-8 with a byte order mark, which Excel needs to read
 * Japanese. Times are in UTC, amounts decimal numbers.
 *
 * What can go wrong: a note from a stranger that a spreadsheet takes for a formula. Such a cell begins with an
 * apostrophe, after which it is text.
 */
import { type Bytes, concatBytes } from "@tenten/protocol";
import { decimalText } from "../words.ts";
import type { HistoryView } from "./views.ts";

const columns = ["time", "kind", "amount", "asset", "operator", "party", "note", "id"];
const byteOrderMark = Uint8Array.of(0xef, 0xbb, 0xbf);

/** The last second of the year 9999, beyond which RFC 3339 writes no time. */
const lastSecond = 253_402_300_799;

/** A file with a line of names and one for each entry. */
export function spreadsheet(entries: readonly HistoryView[]): Bytes {
	const lines = [columns, ...entries.map(cellsOf)].map((cells) => `${cells.map(quoted).join(",")}\r\n`);
	return concatBytes(byteOrderMark, new TextEncoder().encode(lines.join("")));
}

function cellsOf({ at, kind, amount, asset, party, note, id }: HistoryView): readonly string[] {
	const time = new Date(1000 * Math.min(at, lastSecond)).toISOString().replace(".000", "");
	const shown = [asset.code, asset.operator, party, note, id].map(asText);
	return [time, kind, decimalText(amount, asset.scale), ...shown];
}

/** What begins a formula in Excel, LibreOffice or Google Sheets, in full width too, and blanks before it. */
const formula = /^[\s\p{Cf}\p{Cc}]*[=+\-@＝＋－＠]|^[\t\r\n]/u;

function asText(cell: string): string {
	return formula.test(cell) ? `'${cell}` : cell;
}

/** RFC 4180, section 2.5 to 2.7. */
function quoted(cell: string): string {
	return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
