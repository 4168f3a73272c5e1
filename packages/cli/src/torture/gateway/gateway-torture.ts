/**
 * Torture of a fog gateway: hundreds of simulated devices beside one gateway process, the two of each pair paying each
 * other by meter over its broker, each a tick a second, and leaving records with it, while its operator is gone, lines are
 * cut, and it is killed itself.
 *
 *   devices ──rooms──▶ gateway ◀──rooms── devices          operator: killed, and not back for the outage
 *      └──records──▶ gateway ──────records──────▶ operator   gateway: killed, and started again at once
 *
 * In the end it is counted: each tick that was paid was counted, each Close adds up, devices together have what was
 * issued to them, and the operator has each record that the gateway said it keeps, once, and no other.
 */
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { FogStanding } from "@tenten/operator/fog";
import { type AssetId, assetHash, type PartyStatement } from "@tenten/protocol";
import { now } from "../../surroundings.ts";
import { assetCode } from "../town.ts";
import { Victim } from "../victim.ts";
import {
	type DevicesMethods,
	type DevicesParent,
	type DevicesReport,
	devicesProgram,
} from "./devices-process.ts";
import { makeGateway, type TorturedGateway } from "./gateway-process.ts";
import { notFlat, type WatchedMemory, watchedMemory } from "./memory.ts";
import { type FogOperator, openOperator } from "./operator.ts";
import { Parties } from "./parties.ts";
import { ProcessorTimes } from "./processor-time.ts";
import { type AtTheEnd, verdict } from "./verdict.ts";
import { type Watched, type Watching, watch } from "./watch.ts";

export type GatewayTorture = Watching & {
	/** for its files */
	readonly folder: string;
	/** two of them are a pair */
	readonly devices: number;
	readonly seed: number;
	/** a broker of others in the place of the gateway's own */
	readonly broker?: string;
};

export type GatewayTortured = {
	readonly devices: number;
	/** who answers for them, and how long it took until all were certified and had a token */
	readonly parties: number;
	readonly madeIn_s: number;
	readonly seconds: number;
	/** for which the operator's process was gone, or not up again */
	readonly gone_s: number;
	readonly kills: number;
	readonly ticks: number;
	/** while all devices worked; of each of them one is asked for */
	readonly ticksPerSecond: number;
	readonly asked_ticksPerSecond: number;
	/** milliseconds of the processor for a tick then, by processes' names; none where this system does not say */
	readonly processor_msPerTick: Readonly<Record<string, number>>;
	readonly meters: number;
	/** minor units of all meters together */
	readonly due: bigint;
	/** records: that the gateway said it keeps, that statements of the operator's log have, and how often records came there */
	readonly kept: number;
	readonly there: number;
	readonly came: number;
	/** the most that waited at the gateway when it was asked */
	readonly waitingMost: number;
	/** connections cut in the middle of anything, connections of rooms that ended, exchanges asked again */
	readonly cuts: number;
	readonly reconnects: number;
	readonly unanswered: number;
	/** what machines of devices refused, by code */
	readonly refusals: Readonly<Record<string, number>>;
	/** of the gateway, in its last life */
	readonly memory: WatchedMemory;
	readonly losses: readonly string[];
};

/** of each device: its token, and its slice of what its party may let it pay */
const amount = 1_000_000n;
/** for the gateway to bring what waits, once the operator is back: its pause is a minute at most */
const patience_ms = 240_000;
/** of statements: a longer one might have more lines than one holds */
const period_s = 3_600;
/** seconds of a life from which on its memory is judged: before, code is still compiled and connections are made */
const judgedFrom_s = 120;

export async function tortureGateway(options: GatewayTorture): Promise<GatewayTortured> {
	const { folder, broker } = options;
	const losses: string[] = [];
	const failed = (what: string): void => void losses.push(what);
	const operator = await openOperator(folder, failed);
	const drivers: Victim<DevicesMethods>[] = [];
	let gateway: TorturedGateway | undefined;
	try {
		const from = now();
		const { id, url, trustList } = await operator.started;
		const place = { folder: join(folder, "gateway"), operator: { url, id }, failed };
		gateway = await makeGateway(broker === undefined ? place : { ...place, broker });
		await gateway.start();
		const from_ms = performance.now();
		const devices = 2 * Math.floor(options.devices / 2);
		const parties = await Parties.add(await operator.victim.up(), devices, amount);
		drivers.push(...[1, 2].map((number) => driver(number, operator, parties, failed)));
		const asset = { operator: id, code: assetCode };
		await begin(drivers, options, { asset, trustList, gateway });
		const madeIn_s = tenths((performance.now() - from_ms) / 1_000);
		const { watched, working } = await work(options, drivers, gateway, operator);
		const reports = await Promise.all(drivers.map(async (each) => (await each.up()).call("finish", null)));
		const records = await brought(gateway);
		const there = await atOperator(operator, parties, { asset, from });
		const end = { reports, records, ...there, issued: amount * BigInt(devices) };
		const memory = watchedMemory(watched.samples, watched.quarters, devices);
		losses.push(...verdict(end), ...(watched.life_s < judgedFrom_s ? [] : notFlat(memory)));
		const { seconds } = options;
		const made = { devices, parties: parties.ids.length, madeIn_s, seconds };
		const came = operator.came();
		return {
			...{ ...made, ...working, asked_ticksPerSecond: devices },
			...{ ...figures(end, watched), came, memory, losses },
		};
	} finally {
		await gateway?.kill();
		await Promise.all([...drivers, operator.victim].map((each) => each.stop()));
	}
}

/** Starts the devices' processes, each with its part of the pairs; resolves once all devices are made and have begun. */
async function begin(
	drivers: readonly Victim<DevicesMethods>[],
	options: GatewayTorture,
	{
		asset,
		trustList,
		gateway: { id: gateway, url, broker },
	}: { readonly asset: AssetId; readonly trustList: Uint8Array; readonly gateway: TorturedGateway },
): Promise<void> {
	const pairs = Math.floor(options.devices / 2);
	const each = Math.floor(pairs / drivers.length);
	const more = pairs - each * drivers.length;
	await Promise.all(
		drivers.map(async (driver, at) => {
			await driver.start();
			const own = { pairs: each + (at < more ? 1 : 0), seed: options.seed + at };
			const where = { asset, trustList, gateway, url, broker };
			await (await driver.up()).call("start", { ...paceOf(options), ...own, ...where });
		}),
	);
	await pause(paceOf(options).ramp_ms);
}

/** The time in which all devices work: what was seen, how many ticks they made in it, and what that took. */
async function work(
	options: GatewayTorture,
	drivers: readonly Victim<DevicesMethods>[],
	gateway: TorturedGateway,
	operator: FogOperator,
): Promise<{
	readonly watched: Watched;
	readonly working: Pick<GatewayTortured, "ticksPerSecond" | "processor_msPerTick">;
}> {
	const soFar = async (): Promise<number> => {
		const each = await Promise.all(drivers.map(async (driver) => (await driver.up()).call("ticks", null)));
		return each.reduce((sum, ticks) => sum + ticks, 0);
	};
	const times = new ProcessorTimes();
	const look = (): void => {
		times.look("gateway", gateway.pid());
		for (const each of [operator.victim, ...drivers]) times.look(each.name, each.pid);
	};
	look();
	const [from_ms, before] = [performance.now(), await soFar()];
	const watched = await watch(options, { gateway, operator, look });
	look();
	const ticks = (await soFar()) - before;
	const ticksPerSecond = tenths((1_000 * ticks) / (performance.now() - from_ms));
	const each = Object.entries(times.spent()).map(([name, spent_s]) => [name, (1_000 * spent_s) / ticks]);
	return { watched, working: { ticksPerSecond, processor_msPerTick: Object.fromEntries(each) } };
}

/** Meters of about a minute where there is time for that, several in a short run. */
function paceOf({ seconds }: GatewayTorture) {
	const least = Math.max(2, Math.min(45, Math.round(seconds / 6)));
	return {
		ticks: [least, Math.max(1, Math.round(least / 2))] as const,
		ramp_ms: 1_000 * Math.min(20, seconds / 6),
		cutEvery_ms: 1_000 * Math.max(1, Math.min(20, seconds / 6)),
	};
}

function driver(
	number: number,
	{ victim }: FogOperator,
	parties: Parties,
	failed: (what: string) => void,
): Victim<DevicesMethods> {
	const parent: DevicesParent = {
		enrol: (evidences) => parties.enrol(evidences),
		statusList: async () => (await victim.up()).call("statusList", null),
		issue: async (owners) => (await victim.up()).call("issue", { code: assetCode, owners, amount }),
	};
	return new Victim({
		name: `devices-${number}`,
		program: devicesProgram,
		lastWords: "",
		handlers: parent,
		serve: async () => undefined,
		served: () => undefined,
		failed,
	});
}

/** Waits until the gateway has brought all that it keeps, or not in all that time: what it says of records then. */
async function brought(gateway: TorturedGateway): Promise<FogStanding["records"]> {
	const until_ms = performance.now() + patience_ms;
	for (;;) {
		const { records } = await gateway.standing();
		if (records.waiting === 0 || performance.now() > until_ms) return records;
		await pause(200);
	}
}

/** What the operator has since `from`: in its database, and in its log by party. */
async function atOperator(
	{ victim }: FogOperator,
	{ ids }: Parties,
	{ asset, from }: { readonly asset: AssetId; readonly from: number },
): Promise<Pick<AtTheEnd, "statements" | "rows">> {
	const line = await victim.up();
	const statements: PartyStatement[] = [];
	for (let at = from; at <= now(); at += period_s) {
		const period = { asset: assetHash(asset), from: at, until: at + period_s };
		statements.push(
			...(await line.call(
				"statements",
				ids.map((party) => ({ party, ...period })),
			)),
		);
	}
	return { statements, rows: await line.call("records", null) };
}

function figures({ reports, statements }: AtTheEnd, { kills, gone_s, waitingMost }: Watched) {
	const sum = (of: (report: DevicesReport) => number): number =>
		reports.reduce((all, each) => all + of(each), 0);
	const refusals: Record<string, number> = {};
	for (const report of reports)
		for (const [code, times] of report.refusals) refusals[code] = (refusals[code] ?? 0) + times;
	return {
		kills,
		gone_s: tenths(gone_s),
		ticks: sum((report) => report.ticks),
		meters: sum((report) => report.meters),
		due: reports.reduce((all, { due }) => all + due, 0n),
		kept: sum((report) => report.kept.length),
		there: statements.reduce((all, { lines }) => all + lines.filter(({ side }) => side === "paid").length, 0),
		waitingMost,
		cuts: sum((report) => report.cuts),
		reconnects: sum((report) => report.reconnects),
		unanswered: sum((report) => report.unanswered),
		refusals,
	};
}

const tenths = (value: number): number => Math.round(10 * value) / 10;
