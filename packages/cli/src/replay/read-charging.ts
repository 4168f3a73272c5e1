/**
 * Readers of charging sessions of electric vehicles: the driver pays the place where it charged.
 *
 * Two files: dollars per session (sessions that cost nothing are no payments), and kilowatt-hours per session
 * with decimal commas, paid in an asset of energy. Sessions stand by station, not by time: sort them.
 */
import { decimalField, nameField, refuseField, textField, timeField } from "./fields.ts";
import type { FileShape, RecordedPayment } from "./recording.ts";
import { type Row, readRows } from "./rows.ts";

export const chargingShape: FileShape = {
	columns: ["sessionId", "dollars", "created", "userId", "stationId"],
	asset: { code: "USD", scale: 2 },
};

export const energyShape: FileShape = {
	columns: ["session_ID", "Garage_ID", "User_ID", "Start_plugin", "El_kWh"],
	asset: { code: "KWH", scale: 2 },
};

/** In the file of dollars the years 2014 and 2015 are written 0014 and 0015. */
const centuries = 2000;

export async function* readCharging(
	file: string,
	paidIn: "money" | "energy",
): AsyncGenerator<RecordedPayment> {
	const read = paidIn === "money" ? paidSession : energySession;
	for await (const row of readRows(file)) {
		const payment = read(row);
		if (payment.amount < 0n) throw refuseField(row, "amount", "an amount of zero or above");
		if (payment.amount > 0n) yield { line: row.line, ...payment, invoice: null };
	}
}

type Session = Omit<RecordedPayment, "line" | "invoice">;

/** Seconds since 1970 of a moment in the file of dollars. No zone is named: UTC. */
export function americanTime(row: Row, column: string): number {
	const text = textField(row, column);
	const fields = { ...row.fields, [column]: `${Number(text.slice(0, 4)) + centuries}${text.slice(4)}` };
	return timeField({ ...row, fields }, column);
}

/** The same of the file of kilowatt-hours: days stand before months. */
export function norwegianTime(row: Row, column: string): number {
	const [, day, month, rest] = /^(\d\d)\.(\d\d)\.(\d{4} \d\d:\d\d)$/.exec(textField(row, column)) ?? [];
	const [year, minutes] = rest?.split(" ") ?? [];
	const fields = { ...row.fields, [column]: `${year}-${month}-${day}T${minutes}` };
	return timeField({ ...row, fields }, column);
}

function paidSession(row: Row): Session {
	return {
		time: americanTime(row, "created"),
		payer: `driver ${nameField(row, "userId")}`,
		payee: `station ${nameField(row, "stationId")}`,
		amount: decimalField(row, "dollars", 2),
	};
}

function energySession(row: Row): Session {
	return {
		time: norwegianTime(row, "Start_plugin"),
		payer: `driver ${nameField(row, "User_ID")}`,
		payee: `garage ${nameField(row, "Garage_ID")}`,
		amount: decimalField(row, "El_kWh", 2, ","),
	};
}
