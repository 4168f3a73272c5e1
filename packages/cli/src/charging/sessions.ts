/**
 * Charging sessions of two recordings, in the order of time: who charged where, from when until when, and how much.
 *
 *   dollars   a tick is one recorded cent; a session that cost nothing has none
 *   energy    a tick is ten watt-hours, at a tariff per kilowatt-hour that whoever replays it states
 *
 * What is due for a session is rounded down once, from all of its ticks: floor(ticks × units / perTicks). What could go
 * wrong is a number that passes through floating point: every field is read digit by digit.
 */
import { BadInput } from "../bad-input.ts";
import { decimalField, nameField, textField } from "../replay/fields.ts";
import { americanTime, chargingShape, energyShape, norwegianTime } from "../replay/read-charging.ts";
import { type Row, readHeader, readRows } from "../replay/rows.ts";

export type Session = {
	/** where it stands in the file */
	readonly line: number;
	readonly driver: string;
	/** where the car was plugged in */
	readonly charger: string;
	/** whose the charger is */
	readonly site: string;
	/** seconds since 1970; the file names no zone: UTC */
	readonly from: number;
	readonly until: number;
	readonly wattHours: bigint;
	readonly ticks: number;
};

/** So many minor units for so many ticks. */
export type Price = { readonly units: bigint; readonly perTicks: number };

export type Sessions = {
	readonly kind: "dollars" | "energy";
	readonly file: string;
	readonly money: { readonly currency: string; readonly scale: number };
	readonly price: Price;
	/** the most ticks that one preimage pays: what a charger risks */
	readonly step: number;
	readonly sessions: readonly Session[];
};

/** in a tick of the file of kilowatt-hours */
const wattHoursPerTick = 10n;
const ticksPerKilowattHour = 100;

const readers = [
	{
		kind: "dollars",
		columns: [...chargingShape.columns, "kwhTotal", "ended", "locationId"],
		money: { currency: "USD", scale: 2 },
		step: 1,
		read: paidSession,
	},
	{
		kind: "energy",
		columns: [...energyShape.columns, "End_plugout"],
		money: { currency: "NOK", scale: 2 },
		step: 25,
		read: meteredSession,
	},
] as const;

/** `tariff`: minor units for a kilowatt-hour; the file of dollars has its own prices. */
export async function readSessions(file: string, tariff: bigint): Promise<Sessions> {
	const { columns } = await readHeader(file);
	const reader = readers.find((each) => each.columns.every((column) => columns.includes(column)));
	if (reader === undefined) throw new BadInput("no file of charging sessions", { file, line: 1 });
	const { kind, money, step, read } = reader;
	const sessions: Session[] = [];
	for await (const row of readRows(file)) sessions.push(read(row));
	if (sessions.length === 0) throw new BadInput("no sessions", { file });
	sessions.sort((a, b) => a.from - b.from || a.line - b.line);
	const price =
		kind === "dollars" ? { units: 1n, perTicks: 1 } : { units: tariff, perTicks: ticksPerKilowattHour };
	return { kind, file, money, price, step, sessions };
}

/** What a session comes to, minor units. */
export function dueOf({ units, perTicks }: Price, { ticks }: Pick<Session, "ticks">): bigint {
	return (BigInt(ticks) * units) / BigInt(perTicks);
}

function paidSession(row: Row): Session {
	const from = americanTime(row, "created");
	return {
		line: row.line,
		driver: `driver ${nameField(row, "userId")}`,
		charger: `station ${nameField(row, "stationId")}`,
		site: `site ${nameField(row, "locationId")}`,
		from,
		until: after(from, americanTime(row, "ended")),
		wattHours: decimalField(row, "kwhTotal", 3),
		ticks: countable(row, decimalField(row, "dollars", 2)),
	};
}

function meteredSession(row: Row): Session {
	const from = norwegianTime(row, "Start_plugin");
	const garage = nameField(row, "Garage_ID");
	const wattHours = decimalField(row, "El_kWh", 3, ",");
	if (wattHours % wattHoursPerTick !== 0n) throw new BadInput("El_kWh: steps of ten watt-hours", row);
	return {
		line: row.line,
		driver: `driver ${nameField(row, "User_ID")}`,
		charger: `charger ${garage}`,
		site: `garage ${garage}`,
		from,
		until: endOf(row, from),
		wattHours,
		ticks: countable(row, wattHours / wattHoursPerTick),
	};
}

/** Of some sessions nobody wrote down the end. */
function endOf(row: Row, from: number): number {
	const ended = textField(row, "End_plugout");
	return ended === "" || ended === "NA" ? from + 3_600 : after(from, norwegianTime(row, "End_plugout"));
}

/** A session takes a minute at least. */
function after(from: number, until: number): number {
	return Math.max(from + 60, until);
}

const ticksMost = 1_048_576n;

function countable(row: Row, ticks: bigint): number {
	if (ticks < 0n || ticks > ticksMost) throw new BadInput(`${ticks} ticks of one session`, row);
	return Number(ticks);
}
