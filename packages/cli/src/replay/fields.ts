/** Fields: strict readers of one field of a row. What does not fit is refused with its file, line and column. */
import { BadInput } from "../bad-input.ts";
import type { Row } from "./rows.ts";

export function refuseField(row: Row, column: string, expected: string): never {
	throw new BadInput(`${column}: expected ${expected}, found "${row.fields[column] ?? ""}"`, row);
}

/** Any text, also none. */
export function textField(row: Row, column: string): string {
	return row.fields[column]?.trim() ?? "";
}

export function nameField(row: Row, column: string): string {
	const text = textField(row, column);
	return text === "" || text.length > 128 ? refuseField(row, column, "a name") : text;
}

/** A whole number, perhaps negative. */
export function wholeField(row: Row, column: string): bigint {
	const text = textField(row, column);
	return /^-?\d{1,18}$/.test(text) ? BigInt(text) : refuseField(row, column, "a whole number");
}

/** An amount of money in minor units, above zero. */
export function amountField(row: Row, column: string): bigint {
	const amount = wholeField(row, column);
	return amount > 0n ? amount : refuseField(row, column, "a whole amount above zero");
}

/** A decimal number in units of 10^-scale, without passing through floating point; `mark` parts the decimals. */
export function decimalField(row: Row, column: string, scale: number, mark: "." | "," = "."): bigint {
	const text = textField(row, column);
	const [whole = "", decimals = "", ...rest] = text.split(mark);
	if (!/^-?\d{1,15}$/.test(whole) || !/^\d*$/.test(decimals) || decimals.length > scale || rest.length > 0)
		return refuseField(row, column, `a number with at most ${scale} decimals`);
	return BigInt(`${whole}${decimals.padEnd(scale, "0")}`);
}

const moment = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d)?(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)?)?$/;

/** Seconds since 1970 of an RFC 3339 moment, a date, or a whole number of seconds. No zone means UTC. */
export function timeField(row: Row, column: string): number {
	const text = textField(row, column);
	if (/^\d{1,11}$/.test(text)) return Number(text);
	const [, date, minutes = "00:00", seconds = ":00", zone = "Z"] = moment.exec(text) ?? [];
	const time = date === undefined ? Number.NaN : Date.parse(`${date}T${minutes}${seconds}${zone}`);
	return Number.isNaN(time)
		? refuseField(row, column, "a time such as 2010-12-01T08:26:00Z")
		: Math.floor(time / 1000);
}
