/**
 * Charging sessions paid by meter and settled by month, with everything failing on the way: whoever counts, it is what
 * was recorded, to the minor unit and the watt-hour.
 */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Bytes } from "@tenten/protocol";
import { invalidBy, skip as noSchemas } from "../../operator/test/settle/support/schemas.ts";
import { BadInput } from "../src/bad-input.ts";
import { oracleOf } from "../src/charging/oracle.ts";
import type { Rail } from "../src/charging/parties.ts";
import { type ChargingReport, replayCharging } from "../src/charging/run.ts";
import { readSessions, type Session } from "../src/charging/sessions.ts";
import { rowsOf, wrongIn } from "../src/charging/table.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-charging-"));
after(() => rmSync(folder, { recursive: true }));

const data = join("..", "shared", "data");
const skip = existsSync(data) ? false : `no recordings in ${data}`;
const tariff = 250n;

type Replay = {
	readonly file: string;
	readonly seed: number;
	readonly rails: readonly Rail[];
	/** how many times as often as usual faults happen */
	readonly faults: number;
	readonly slice?: (sessions: readonly Session[]) => readonly Session[];
};

let runs = 0;
const files = new Map<string, Bytes>();

async function replay({ file, seed, rails, faults, slice = (all) => all }: Replay): Promise<ChargingReport> {
	const recording = await readSessions(file, tariff);
	const own = mkdtempSync(join(folder, `run-${++runs}-`));
	return replayCharging({
		recording: { ...recording, sessions: slice(recording.sessions) },
		...{ tariff, rails, seed, faults, folder: own },
		kept: (name, content) => files.set(`${runs}-${name}`, content),
		progress: () => undefined,
	});
}

function written(name: string, rows: readonly string[]): string {
	const file = join(folder, name);
	writeFileSync(file, `${rows.join("\n")}\n`);
	return file;
}

/** Two months of drivers who charge at each other's garages, every few hours. */
const garages = written("energy.csv", [
	"session_ID;Garage_ID;User_ID;Start_plugin;End_plugout;El_kWh",
	...Array.from({ length: 48 }, (_, at) => {
		const time = (hours: number): string => {
			const [, year, month, day, clock] =
				/^(\d+)-(\d+)-(\d+)T(\d+:\d+)/.exec(
					new Date(Date.UTC(2019, 0, 2) + hours * 3_600_000).toISOString(),
				) ?? [];
			return `${day}.${month}.${year} ${clock}`;
		};
		const energy = `${(at * 7) % 31},${`${(at * 13) % 100}`.padStart(2, "0")}`;
		return `${at};G${at % 4};U${(at * 5) % 7};${time(29 * at)};${at % 9 === 0 ? "NA" : time(29 * at + 5)};${energy}`;
	}),
]);

test("sessions of garages, at a tariff, in kroner: with faults as without, all counts are those of the file", async () => {
	const quiet = await replay({ file: garages, seed: 1, rails: ["iso"], faults: 0 });
	assert.deepEqual(wrongIn(quiet), []);
	assert.deepEqual(new Set(Object.values(quiet.faults)), new Set([0]));
	const troubled = await replay({ file: garages, seed: 3, rails: ["iso"], faults: 6 });
	assert.deepEqual(wrongIn(troubled), []);
	assert.deepEqual(rowsOf(troubled), rowsOf(quiet));
	for (const [kind, count] of Object.entries(troubled.faults)) assert.ok(count > 0, `${kind} never happened`);
	assert.ok(troubled.signedInstead > 0, "no driver signed for a lost car");
	assert.ok(troubled.suspended > 0, "nobody was suspended for a refused debit");
	assert.ok(troubled.books.alone.chargers > 0n && troubled.books.alone.cars > 0n, "nobody claimed alone");
	const netted = troubled.months.filter(
		({ netted: { bilateral, gross } }) => bilateral.length < gross.length,
	);
	assert.ok(netted.length > 0, "nothing was netted");
});

test("a slice of the recorded sessions in dollars, with faults, through banks of both kinds", {
	skip,
}, async () => {
	const report = await replay({
		file: join(data, "ev-asensio.csv.gz"),
		seed: 5,
		rails: ["iso", "zengin"],
		faults: 4,
		slice: (all) => {
			const [paid, free] = [all.filter(({ ticks }) => ticks > 0), all.filter(({ ticks }) => ticks === 0)];
			return [...paid.slice(100, 145), ...free.slice(900, 915)].sort((a, b) => a.from - b.from);
		},
	});
	assert.deepEqual(wrongIn(report), []);
	assert.deepEqual([report.counted.sessions, report.counted.paid], [60, 45]);
	assert.equal(report.money.currency, "JPY");
});

test("a slice of the recorded sessions of garages, with faults, in Zengin files", { skip }, async () => {
	const report = await replay({
		file: join(data, "ev-norway.csv.gz"),
		seed: 7,
		rails: ["zengin"],
		faults: 3,
		slice: (all) => all.slice(290, 350),
	});
	assert.deepEqual(wrongIn(report), []);
	assert.equal(report.counted.sessions, 60);
});

test("every file for a bank, and every answer, is what its schema says", { skip: noSchemas }, async () => {
	const checked = new Map<string, number>();
	for (const [name, content] of files) {
		if (content[0] !== 0x3c) continue;
		const [, found = ""] = /xsd:((?:pain|camt)\.\d{3})/.exec(new TextDecoder().decode(content)) ?? [];
		const kind = found as Parameters<typeof invalidBy>[0];
		const before = checked.get(kind) ?? 0;
		if (before < 2) assert.deepEqual(await invalidBy(kind, content), [], name);
		checked.set(kind, before + 1);
	}
	const kinds = ["camt.053", "camt.054", "pain.001", "pain.002", "pain.008"];
	assert.deepEqual([...checked.keys()].sort(), kinds);
});

test("one minor unit or watt-hour that differs, one claim that is open, and one unit left over are told", async () => {
	const report = await replay({
		file: garages,
		seed: 1,
		rails: ["iso"],
		faults: 0,
		slice: (all) => all.slice(0, 4),
	});
	assert.deepEqual(wrongIn(report), []);
	const { minor, wattHours } = report.oracle;
	const told = (changed: Partial<ChargingReport>): number => wrongIn({ ...report, ...changed }).length;
	assert.equal(told({ oracle: { ...report.oracle, wattHours: wattHours + 1n } }), 2);
	assert.equal(told({ oracle: { ...report.oracle, minor: minor - 1n } }), 11);
	assert.equal(told({ bank: { ...report.bank, companies: [1n, 0n, -1n] } }), 1);
	assert.equal(told({ books: { ...report.books, outstanding: 1n } }), 1);
	assert.equal(told({ suspended: 1 }), 1);
	assert.equal(told({ months: report.months.map((month) => ({ ...month, open: 1 })) }), 1);
});

test("what a file comes to is counted from its text, at the tariff, rounded down session by session", async () => {
	const file = written("small.csv", [
		"session_ID;Garage_ID;User_ID;Start_plugin;End_plugout;El_kWh",
		"1;A;U;21.12.2018 10:20;21.12.2018 10:23;0,33",
		"2;A;U;21.12.2018 11:20;21.12.2018 11:23;1",
		"3;A;V;21.12.2018 11:20;;0",
	]);
	assert.deepEqual(oracleOf(file, 3n), { rows: 3, paid: 1, minor: 3n, wattHours: 1_330n });
	assert.deepEqual(oracleOf(file, 250n, new Set([2, 4])), { rows: 2, paid: 1, minor: 82n, wattHours: 330n });
	const { sessions, price } = await readSessions(file, 3n);
	assert.deepEqual(price, { units: 3n, perTicks: 100 });
	assert.deepEqual(
		sessions.map(({ ticks, until, from }) => [ticks, until - from]),
		[
			[33, 180],
			[100, 180],
			[0, 3_600],
		],
	);
});

test("a file of no known shape, and an energy that is no step of ten watt-hours, are bad input", async () => {
	await assert.rejects(readSessions(written("other.csv", ["a,b", "1,2"]), tariff), BadInput);
	const odd = [
		"session_ID;Garage_ID;User_ID;Start_plugin;End_plugout;El_kWh",
		"1;A;U;21.12.2018 10:20;;0,333",
	];
	await assert.rejects(readSessions(written("odd.csv", odd), tariff), /ten watt-hours/);
});
