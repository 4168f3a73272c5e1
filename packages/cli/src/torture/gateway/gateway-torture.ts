/**
 * Torture of a fog gateway: hundreds of simulated devices beside one gateway process, each pair paying by meter over its
 * broker, a tick a second, each device leaving records with it, while its operator is gone, lines are cut, and it is
 * killed itself.
 *
 *   devices ──rooms──▶ gateway ◀──rooms── devices          operator: killed, and not back for the outage
 *      └──records──▶ gateway ──────records──────▶ operator   gateway: killed, and started again at once
 *
 * In the end it is counted: each tick that was paid was counted, each Close adds up, devices together have what was
 * issued to them, and the operator has each record that the gateway said it keeps, once, and no other.
 */
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { toHex } from "@tenten/protocol";
import { random } from "../../ecosystem.ts";
import { createIssuer, usualWindows } from "../../server/issuer.ts";
import { assetCode } from "../town.ts";
import { Victim } from "../victim.ts";
import {
	type DevicesMethods,
	type DevicesParent,
	type DevicesReport,
	devicesProgram,
} from "./devices-process.ts";
import { makeGateway, type TorturedGateway } from "./gateway-process.ts";
import { type MemoryFigures, type MemorySample, memoryFigures } from "./memory.ts";
import { type FogOperatorMethods, fogOperatorProgram, type RecordsThere } from "./operator-process.ts";

export type GatewayTorture = {
	/** for its files */
	readonly folder: string;
	/** two of them are a pair */
	readonly devices: number;
	readonly seconds: number;
	/** of those, how long the operator is gone, in the middle of them */
	readonly outage_s: number;
	/** of the gateway */
	readonly kills: number;
	readonly seed: number;
	/** a broker of others in the place of the gateway's own */
	readonly broker?: string;
	readonly progress?: (seconds: number) => void;
};

export type GatewayTortured = {
	readonly devices: number;
	readonly seconds: number;
	readonly outage_s: number;
	readonly kills: number;
	readonly ticks: number;
	readonly ticksPerSecond: number;
	readonly meters: number;
	/** minor units of all meters together */
	readonly due: bigint;
	/** records: that the gateway said it keeps, that the operator has, and how often records came there */
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
	/** of the gateway's last life, after its warm-up; null where too little was seen of it */
	readonly memory: MemoryFigures | null;
	readonly losses: readonly string[];
};

const amount = 1_000_000n;
/** for the gateway to bring what waits, once the operator is back: its pause is a minute at most */
const patience_ms = 240_000;
const lookEvery_ms = 1_000;
/** seconds of a life that are not weighed: caches fill, code is compiled */
const warmUpMost_s = 60;
/** growth from the first quarter of what was weighed to the last that is not flat, where so much was seen */
const [grownMost_MiB, judgedFrom_s] = [32, 120] as const;

export async function tortureGateway(options: GatewayTorture): Promise<GatewayTortured> {
	const { folder, devices, broker } = options;
	const losses: string[] = [];
	const failed = (what: string): void => void losses.push(what);
	const operator = await openOperator(folder, failed);
	const drivers = [1, 2].map((n) => driver(n, operator.victim, failed));
	let gateway: TorturedGateway | undefined;
	try {
		const { id, url, trustList } = await operator.started;
		const place = { folder: join(folder, "gateway"), operator: { url, id }, failed };
		gateway = await makeGateway(broker === undefined ? place : { ...place, broker });
		await gateway.start();
		const asset = { operator: id, code: assetCode };
		const pairs = Math.floor(devices / 2);
		await Promise.all(
			drivers.map(async (each, at) => {
				await each.start();
				await (await each.up()).call("start", {
					...paceOf(options),
					pairs: Math.floor(pairs / 2) + (at < pairs % 2 ? 1 : 0),
					seed: options.seed + at,
					asset,
					trustList,
					gateway: (gateway as TorturedGateway).id,
					url: (gateway as TorturedGateway).url,
					broker: (gateway as TorturedGateway).broker,
				});
			}),
		);
		const watched = await runFor(options, gateway, operator);
		const reports = await Promise.all(drivers.map(async (each) => (await each.up()).call("finish", null)));
		losses.push(...(await untilBrought(gateway)));
		const records = await (await operator.victim.up()).call("records", null);
		losses.push(...judge(reports, records, amount * BigInt(2 * pairs)), ...grown(watched.samples));
		return figures(options, reports, records, watched, losses);
	} finally {
		await gateway?.kill();
		await Promise.all([...drivers, operator.victim].map((each) => each.stop()));
	}
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

/** Who the operator is, and where. */
type Started = Awaited<ReturnType<FogOperatorMethods["start"]>>;

type FogOperator = {
	readonly victim: Victim<FogOperatorMethods>;
	readonly started: Promise<Started>;
	/** Kills it; it is back when what this gives is called. */
	readonly down: () => Promise<() => void>;
};

async function openOperator(folder: string, failed: (what: string) => void): Promise<FogOperator> {
	const home = join(folder, "operator");
	const deviceKey = random(32);
	const yen = { code: assetCode, scale: 0, name: "yen", ...usualWindows };
	await createIssuer(home, { name: "Torture", assets: [yen], port: 0 }, { kind: "device", key: deviceKey });
	let mayServe: Promise<void> = Promise.resolve();
	let told: (where: Started) => void = () => undefined;
	const started = new Promise<Started>((resolve) => {
		told = resolve;
	});
	const victim = new Victim<FogOperatorMethods>({
		name: "operator",
		program: fogOperatorProgram,
		lastWords: join(folder, "operator.last-words"),
		handlers: {},
		serve: async (line) => {
			await mayServe;
			told(await line.call("start", { folder: home, deviceKey }));
		},
		served: () => undefined,
		failed,
	});
	await victim.start();
	const down = async (): Promise<() => void> => {
		let back = (): void => undefined;
		mayServe = new Promise((resolve) => {
			back = resolve;
		});
		await victim.kill();
		return back;
	};
	return { victim, started, down };
}

function driver(
	number: number,
	operator: Victim<FogOperatorMethods>,
	failed: (what: string) => void,
): Victim<DevicesMethods> {
	const parent: DevicesParent = {
		enrol: async (enrolments) => (await operator.up()).call("enrol", enrolments),
		issue: async (owners) => (await operator.up()).call("issue", { code: assetCode, owners, amount }),
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

type Watched = { readonly samples: readonly MemorySample[]; readonly waitingMost: number };

/** The time in which devices work: the outage in its middle, kills spread over it, the gateway looked at throughout. */
async function runFor(
	{ seconds, outage_s, kills, progress = () => undefined }: GatewayTorture,
	gateway: TorturedGateway,
	operator: FogOperator,
): Promise<Watched> {
	const from_ms = performance.now();
	const elapsed_s = (): number => (performance.now() - from_ms) / 1_000;
	const until = (at_s: number): Promise<void> =>
		pause(Math.max(0, 1_000 * at_s - (performance.now() - from_ms)));
	let samples: MemorySample[] = [];
	let bornAt_s = 0;
	let waitingMost = 0;
	const outage = async (): Promise<void> => {
		if (outage_s === 0) return;
		await until((seconds - outage_s) / 2);
		const back = await operator.down();
		await pause(1_000 * outage_s);
		back();
		await operator.victim.up();
	};
	const killing = async (): Promise<void> => {
		for (let kill = 1; kill <= kills; kill++) {
			await until((seconds * kill) / (kills + 1));
			await gateway.kill();
			await gateway.start();
			[samples, bornAt_s] = [[], elapsed_s()];
		}
	};
	const watching = async (): Promise<void> => {
		const warmUp_s = Math.min(warmUpMost_s, seconds / 5);
		while (elapsed_s() < seconds) {
			await pause(lookEvery_ms);
			progress(Math.floor(elapsed_s()));
			const bytes = gateway.resident();
			if (bytes !== undefined && elapsed_s() > bornAt_s + warmUp_s)
				samples.push({ at_s: elapsed_s(), bytes });
			const standing = await gateway.standing().catch(() => undefined);
			waitingMost = Math.max(waitingMost, standing?.records.waiting ?? 0);
		}
	};
	await Promise.all([outage(), killing(), watching()]);
	return { samples, waitingMost };
}

/** Waits until the gateway has brought all that it keeps, and says what it did not bring. */
async function untilBrought(gateway: TorturedGateway): Promise<readonly string[]> {
	const until_ms = performance.now() + patience_ms;
	for (;;) {
		const { waiting, refused } = (await gateway.standing()).records;
		if (refused > 0) return [`${refused} records were refused by the operator`];
		if (waiting === 0) return [];
		if (performance.now() > until_ms) return [`${waiting} records were never brought`];
		await pause(200);
	}
}

function judge(reports: readonly DevicesReport[], records: RecordsThere, issued: bigint): readonly string[] {
	const wrong = reports.flatMap(({ losses }) => losses);
	const sum = (of: (report: DevicesReport) => bigint): bigint =>
		reports.reduce((all, each) => all + of(each), 0n);
	const kept = new Set(reports.flatMap((report) => report.kept));
	const there = new Set(records.ids.map(toHex));
	for (const id of kept) if (!there.has(id)) wrong.push(`record ${id} was kept, and is not at the operator`);
	for (const id of there)
		if (!kept.has(id)) wrong.push(`record ${id} is at the operator, and was never left`);
	if (there.size !== records.ids.length) wrong.push("the operator has a record twice");
	const due = sum((report) => report.due);
	if (records.amount !== due) wrong.push(`meters came to ${due}, records to ${records.amount}`);
	const worth = sum((report) => report.worth);
	if (worth !== issued) wrong.push(`devices have ${worth} of ${issued}`);
	return wrong;
}

/** Says where the gateway's memory is not flat, if enough was seen of it. */
function grown(samples: readonly MemorySample[]): readonly string[] {
	const [first, last] = [samples[0], samples.at(-1)];
	if (first === undefined || last === undefined || last.at_s - first.at_s < judgedFrom_s) return [];
	const { grown_MiB = 0 } = memoryFigures(samples) ?? {};
	return grown_MiB > grownMost_MiB ? [`the gateway's memory grew by ${grown_MiB} MiB`] : [];
}

function figures(
	{ devices, seconds, outage_s, kills }: GatewayTorture,
	reports: readonly DevicesReport[],
	{ ids, came }: RecordsThere,
	{ samples, waitingMost }: Watched,
	losses: readonly string[],
): GatewayTortured {
	const sum = (of: (report: DevicesReport) => number): number =>
		reports.reduce((all, each) => all + of(each), 0);
	const refusals: Record<string, number> = {};
	for (const report of reports)
		for (const [code, times] of report.refusals) refusals[code] = (refusals[code] ?? 0) + times;
	const ticks = sum((report) => report.ticks);
	return {
		devices,
		seconds,
		outage_s,
		kills,
		ticks,
		ticksPerSecond: Math.round((10 * ticks) / seconds) / 10,
		meters: sum((report) => report.meters),
		due: reports.reduce((all, { due }) => all + due, 0n),
		kept: sum((report) => report.kept.length),
		there: ids.length,
		came,
		waitingMost,
		cuts: sum((report) => report.cuts),
		reconnects: sum((report) => report.reconnects),
		unanswered: sum((report) => report.unanswered),
		refusals,
		memory: memoryFigures(samples),
		losses,
	};
}
