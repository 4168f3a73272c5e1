/** `tenten replay FILE --meters`: charging sessions paid by meter and settled by month; what of it does not agree. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BadInput } from "../bad-input.ts";
import type { Rail } from "../charging/parties.ts";
import { type ChargingReport, replayCharging } from "../charging/run.ts";
import { readSessions } from "../charging/sessions.ts";
import { rowsOf, wrongIn } from "../charging/table.ts";
import type { Output } from "../output.ts";
import type { Outcome } from "../subcommand.ts";

export type ChargingFlags = {
	readonly faults?: true;
	readonly seed?: string;
	readonly bank?: string;
	readonly tariff?: string;
	readonly keep?: string;
};

const railsOf: Readonly<Record<string, readonly Rail[]>> = {
	iso: ["iso"],
	zengin: ["zengin"],
	both: ["iso", "zengin"],
};

/** Minor units for a kilowatt-hour, where nothing else is said: 2.50 kroner. */
const usualTariff = 250n;

export async function replayMeters(
	output: Output,
	file: string,
	{ faults, seed = "1", bank = "iso", tariff, keep }: ChargingFlags,
	limit: number | undefined,
): Promise<Outcome> {
	const rails = railsOf[bank];
	if (rails === undefined) throw new BadInput("--bank takes iso, zengin or both");
	if (!/^\d{1,9}$/.test(seed)) throw new BadInput("--seed takes a whole number");
	if (tariff !== undefined && !/^[1-9]\d{0,8}$/.test(tariff))
		throw new BadInput("--tariff takes minor units for a kilowatt-hour, above zero");
	if (keep !== undefined && existsSync(keep) && readdirSync(keep).length > 0)
		throw new BadInput("--keep names a folder with something in it", { file: keep });
	const price = tariff === undefined ? usualTariff : BigInt(tariff);
	const all = await readSessions(file, price);
	const recording = { ...all, sessions: all.sessions.slice(0, limit) };
	const folder = keep ?? mkdtempSync(join(tmpdir(), "tenten-charging-"));
	mkdirSync(join(folder, "files"), { recursive: true });
	const bar = output.progress("sessions", recording.sessions.length);
	const started = performance.now();
	const report = await replayCharging({
		...{ recording, rails, folder, tariff: price, seed: Number(seed), faults: faults === true ? 1 : 0 },
		kept: (name, content) => writeFileSync(join(folder, "files", name), content),
		progress: bar.reach,
	}).finally(() => {
		bar.end();
		if (keep === undefined) rmSync(folder, { recursive: true });
	});
	const elapsed_s = (performance.now() - started) / 1000;
	say(output, report, elapsed_s);
	const wrong = wrongIn(report);
	for (const words of wrong) output.say(`NOT AS IT SHOULD BE: ${words}`);
	return { ok: wrong.length === 0, result: resultOf(report, elapsed_s) };
}

function say(output: Output, report: ChargingReport, elapsed_s: number): void {
	const { counted, faults, months, parties, statements, money, books, signedInstead, suspended } = report;
	output.say(
		`${counted.sessions} sessions, ${counted.paid} of them paid by ${counted.ticks} ticks, in ${elapsed_s.toFixed(1)} s: ${parties.drivers} drivers, ${parties.sites} sites, ${parties.companies} charging companies.`,
	);
	const said = Object.entries(faults).map(([kind, count]) => `${words(kind)} ${count}`);
	output.say(`What went wrong on the way: ${said.join(", ")}.`);
	output.say(
		`One side alone was paid ${books.alone.chargers} as charger and ${books.alone.cars} as car; drivers signed ${signedInstead} records for lost cars; ${suspended} drivers were suspended for debits that were refused, and their cars with them.`,
	);
	for (const { month, files, lines, refused, netted, open } of months)
		output.say(
			`  ${month}: ${files} files with ${lines} lines, ${refused} refused, ${open} open; ${netted.gross.length} debts between companies, ${netted.bilateral.length} netted by two, ${netted.multilateral.length} between all.`,
		);
	output.say(
		`${statements.money.statements + statements.energy.statements} statements with ${statements.money.lines + statements.energy.lines} lines, each proved by the log.`,
	);
	output.say(`Minor units of ${money.currency}, and watt-hours:`);
	for (const { what, counted: count, expected } of rowsOf(report))
		output.say(
			`  ${what.padEnd(50)}${`${count}`.padStart(14)}  ${count === expected ? "as recorded" : `RECORDED ${expected}`}`,
		);
}

/** `bundlesLost` as words. */
function words(kind: string): string {
	return kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function resultOf(report: ChargingReport, elapsed_s: number): object {
	const { counted, faults, months, parties, money, statements, books, suspended } = report;
	return {
		...{ counted, faults, parties, money, books, suspended },
		statements,
		months: months.map(({ netted, ...month }) => ({
			...month,
			debts: netted.gross.length,
			bilateral: netted.bilateral.length,
			multilateral: netted.multilateral.length,
		})),
		rows: rowsOf(report),
		elapsed_s: Math.round(elapsed_s * 10) / 10,
	};
}
