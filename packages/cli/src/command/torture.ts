/**
 * `tenten torture`: kills a working operator and working wallets, and says whether anything acknowledged was lost.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Command } from "commander";
import { everyKind, type Kind } from "../across/token-legs.ts";
import { BadInput } from "../bad-input.ts";
import { numberIn } from "../number-flag.ts";
import type { Output } from "../output.ts";
import type { PostgresServer } from "../server/postgres-server.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { type Outcome, subcommand } from "../subcommand.ts";
import { seededChance } from "../torture/chance.ts";
import { tortureCrossing } from "../torture/crossing-torture.ts";
import { tortureGateway } from "../torture/gateway/gateway-torture.ts";
import { sayGatewayReport } from "../torture/gateway/report.ts";
import { type LedgerTortured, tortureLedger } from "../torture/ledger-torture.ts";
import { reportOf, sayReport, type TortureReport } from "../torture/report.ts";
import { torture } from "../torture/torture.ts";
import { chosenServer, databaseOption } from "./database-choice.ts";

type Options = {
	readonly minutes: string;
	readonly kills?: string;
	readonly seed?: string;
	readonly database?: string;
	readonly ledger?: string;
	readonly crossing?: string;
	readonly kinds?: readonly string[];
	readonly gateway?: string;
	readonly seconds?: string;
	readonly outage?: string;
	readonly broker?: string;
};

export function tortureCommand(): Command {
	const command = subcommand<[], Options>(
		{
			usage: "torture",
			summary: "kill -9 a working operator and working wallets; nothing acknowledged may be lost",
			example: "tenten torture --minutes 5 --json",
			options: [
				databaseOption,
				["--kills <count>", "end after so many kills"],
				[
					"--ledger <transfers>",
					"a ledger instead: so many transfers among 100 accounts, and 20 kills or --kills",
				],
				[
					"--crossing <payments>",
					"payments between two operators instead: so many, both ways, and 20 kills or --kills of either",
				],
				[
					"--kinds <sides...>",
					"of --crossing: what pays what, as token-account or account-token (default: all four)",
				],
				[
					"--gateway <devices>",
					"a fog gateway instead: so many simulated devices that pay each other by meter over it, each a tick a second, and --kills of it or none",
				],
				["--seconds <number>", "of --gateway: for how long devices work (default: 600)"],
				["--outage <seconds>", "of --gateway: for how long its operator is gone (default: 180)"],
				["--broker <url>", "of --gateway: where devices meet, in the place of its own broker: mqtt://…"],
				["--seed <number>", "what to do and when to kill; the clock and the machine add their own chance"],
			],
		},
		async (output, options) => {
			if (options.crossing !== undefined) {
				if (options.database !== undefined || options.ledger !== undefined)
					throw new BadInput("--crossing brings its own operators: without --database or --ledger");
				return runCrossing(output, numberIn("--crossing", options.crossing, 1), options);
			}
			if (options.gateway !== undefined)
				return runGateway(output, numberIn("--gateway", options.gateway, 4), options);
			const server = await chosenServer(options.database);
			if (options.ledger !== undefined) {
				const transfers = numberIn("--ledger", options.ledger, 1);
				const report = await runLedger(server, transfers, options).finally(() => server?.stop());
				output.say(`${report.done} done, ${report.refused} refused, ${report.kills} kills`);
				for (const loss of report.losses) output.say(`LOST: ${loss}`);
				return { ok: report.losses.length === 0, result: report };
			}
			const report = await run(output, server, {
				minutes: numberIn("--minutes", options.minutes, 0.05),
				kills: options.kills === undefined ? Infinity : numberIn("--kills", options.kills, 1),
				seed: options.seed === undefined ? Date.now() >>> 0 : numberIn("--seed", options.seed, 0),
			}).finally(() => server?.stop());
			sayReport(output, report);
			return { ok: report.losses.length === 0, result: report };
		},
	);
	return command.option("--minutes <number>", "how long", "5");
}

async function runCrossing(output: Output, payments: number, options: Options): Promise<Outcome> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-torture-"));
	const kills = options.kills === undefined ? 20 : numberIn("--kills", options.kills, 0);
	const seed = options.seed === undefined ? Date.now() >>> 0 : numberIn("--seed", options.seed, 0);
	const kinds = options.kinds?.map(kindIn) ?? everyKind;
	const report = await tortureCrossing({ folder, chance: seededChance(seed), payments, kills, kinds });
	const { committed, returned, notBegun, p50_ms, p99_ms, perSecond } = report;
	output.say(`${committed} committed, ${returned} given back, ${notBegun} not begun, ${report.kills} kills`);
	for (const [kind, count] of Object.entries(report.kinds)) output.say(`  ${kind}: ${count} committed`);
	output.say(
		`From the lock to both ends: median ${p50_ms} ms, p99 ${p99_ms} ms; ${perSecond} payments a second`,
	);
	for (const loss of report.losses) output.say(`LOST: ${loss}`);
	if (report.losses.length === 0) rmSync(folder, { recursive: true, force: true });
	return { ok: report.losses.length === 0, result: { seed, ...report } };
}

async function runGateway(output: Output, devices: number, options: Options): Promise<Outcome> {
	const { broker } = options;
	const seconds = numberIn("--seconds", options.seconds ?? "600", 5);
	const outage_s = numberIn("--outage", options.outage ?? "180", 0);
	if (outage_s > seconds) throw new BadInput("--outage is longer than --seconds");
	const folder = mkdtempSync(join(tmpdir(), "tenten-torture-"));
	const kills = options.kills === undefined ? 0 : numberIn("--kills", options.kills, 0);
	const seed = options.seed === undefined ? Date.now() >>> 0 : numberIn("--seed", options.seed, 0);
	const bar = output.progress("seconds", seconds);
	const place = { folder, devices, seconds, outage_s, kills, seed, progress: bar.reach };
	const report = await tortureGateway(broker === undefined ? place : { ...place, broker }).finally(bar.end);
	sayGatewayReport(output, report);
	if (report.losses.length === 0) rmSync(folder, { recursive: true, force: true });
	return { ok: report.losses.length === 0, result: { seed, ...report } };
}

function kindIn(text: string): Kind {
	const kind = everyKind.find(({ from, to }) => `${from}-${to}` === text);
	if (kind === undefined)
		throw new BadInput(`--kinds is account or token, a hyphen, and the same; not ${text}`);
	return kind;
}

async function runLedger(
	postgres: PostgresServer | undefined,
	transfers: number,
	options: Options,
): Promise<LedgerTortured> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-torture-"));
	const kills = options.kills === undefined ? 20 : numberIn("--kills", options.kills, 1);
	const seed = options.seed === undefined ? Date.now() >>> 0 : numberIn("--seed", options.seed, 0);
	const tortured = await tortureLedger({
		folder,
		...(postgres && { postgres }),
		chance: seededChance(seed),
		transfers,
		kills,
	});
	if (tortured.losses.length === 0) rmSync(folder, { recursive: true, force: true });
	return tortured;
}

async function run(
	output: Output,
	server: PostgresServer | undefined,
	{ minutes, kills, seed }: { readonly minutes: number; readonly kills: number; readonly seed: number },
): Promise<TortureReport> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-torture-"));
	const from_ms = performance.now();
	const stop = stopSignal();
	let isStopped = false;
	void stop.stopped.then(() => (isStopped = true));
	const elapsed_s = (): number => (performance.now() - from_ms) / 1000;
	const wanted = Number.isFinite(kills) ? kills : Math.round(60 * minutes);
	const bar = output.progress("kills", wanted);
	try {
		const tortured = await torture({
			folder,
			...(server && { postgres: server, operators: 2 }),
			chance: seededChance(seed),
			goOn: ({ total }) => !isStopped && total < kills && elapsed_s() < 60 * minutes,
			progress: bar.reach,
		});
		const report = reportOf(tortured, { seed, elapsed_s: elapsed_s() });
		if (report.losses.length > 0) return { ...report, folder };
		rmSync(folder, { recursive: true, force: true });
		return report;
	} finally {
		bar.end();
		stop.release();
	}
}
