/**
 * What a recording comes to, by another way than its sessions and ticks: the file's own text, column by column.
 *
 *   dollars   cents of all rows, as digits
 *   energy    watt-hours × tariff of every row, rounded down to the minor unit, in integers
 *
 * It shares no line with `sessions.ts`, so that a mistake there is no mistake here.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

export type Oracle = {
	readonly rows: number;
	/** rows that cost something */
	readonly paid: number;
	readonly minor: bigint;
	readonly wattHours: bigint;
};

/** Of the rows on these lines of the file, or of all. `tariff`: minor units for a kilowatt-hour. */
export function oracleOf(file: string, tariff: bigint, lines?: ReadonlySet<number>): Oracle {
	const bytes = readFileSync(file);
	const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString("utf8").replace(/^\uFEFF/, "");
	const [head = "", ...rows] = text.split(/\r?\n/).filter((row) => row !== "");
	const mark = head.includes(";") ? ";" : ",";
	const place = (name: string): number => head.split(mark).indexOf(name);
	const [dollars, energy] = [place("dollars"), Math.max(place("kwhTotal"), place("El_kWh"))];
	let sum: Oracle = { rows: 0, paid: 0, minor: 0n, wattHours: 0n };
	for (const [at, row] of rows.entries()) {
		if (lines !== undefined && !lines.has(at + 2)) continue;
		const fields = row.split(mark);
		const wattHours = scaled(fields[energy] ?? "", 3);
		const minor = dollars === -1 ? (wattHours * tariff) / 1_000n : scaled(fields[dollars] ?? "", 2);
		sum = {
			rows: sum.rows + 1,
			paid: sum.paid + (minor > 0n ? 1 : 0),
			minor: sum.minor + minor,
			wattHours: sum.wattHours + wattHours,
		};
	}
	return sum;
}

/** Of `12,3` with two places 1230. */
function scaled(text: string, places: number): bigint {
	const [, whole = "", decimals = ""] = /^"?(\d+)[.,]?(\d*)"?$/.exec(text) ?? [];
	return BigInt(`${whole}${decimals}${"0".repeat(places - decimals.length)}`);
}
