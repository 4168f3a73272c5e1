/**
 * `bench redeem`: redemption of 5-hop tokens from end to end: by HTTP, verified on all cores, durable, on SQLite
 * and on PostgreSQL; 1 and 16 tokens a claim, and 1 into a store of a million rows with accounts by Zipf's law.
 * The limit is the bare verification of the very same signatures on all cores, in turns with ours.
 *
 *   load (this process) ─▶ server (a process) ─▶ threads that verify ─▶ store, synced ─▶ reply
 *
 * Load and database share the cores with the server; how much each took is printed. Conservation is checked at
 * the end: what was redeemed is what was claimed, and the books agree.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { type Bytes, toHex } from "@tenten/protocol";
import { httpOperatorClient } from "@tenten/wallet";
import { Line } from "../ipc-line.ts";
import type { Output } from "../output.ts";
import { enrol, openTrack } from "../races/racer.ts";
import { startPostgres } from "../server/postgres-server.ts";
import { now } from "../surroundings.ts";
import { percentile } from "./percentile.ts";
import { type Draw, uniform, zipf } from "./popularity.ts";
import { median, timing } from "./race.ts";
import { checksOf, startBareThreads } from "./redeem/bare.ts";
import { type ClaimScene, makeClaims, tokenAmount } from "./redeem/claims.ts";
import { HttpLine, requestFor } from "./redeem/lines.ts";
import { type ServerMethods, serverProgram } from "./redeem/server.ts";
import type { BenchResult } from "./result.ts";
import { diskSyncResult } from "./sync.ts";

export type RedeemOptions = {
	readonly rounds?: number;
	/** tokens redeemed in each round */
	readonly tokens?: number;
};

/** Published for PayOff's bank, a core. */
const payOff = 143;
const target = { of: "ratio", atLeast: 0.7 } as const;

export async function benchRedeem(
	output: Output,
	{ rounds = 7, tokens = 1_024 }: RedeemOptions = {},
): Promise<readonly BenchResult[]> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-redeem-"));
	const results: BenchResult[] = [];
	try {
		for (const [position, scene] of scenes.entries()) {
			const size = { rounds, claims: Math.ceil(tokens / scene.tokensEach), ...scene };
			output.say(`redeem: SQLite, ${wordsOf(scene)} …`);
			const file = join(folder, `${position}.sqlite`);
			results.push(...(await oneKind({ store: "SQLite", database: file, ...size })));
		}
		for (const scene of scenes) {
			const postgres = await startPostgres();
			if (typeof postgres === "string") {
				output.say(`redeem: without PostgreSQL: ${postgres}`);
				break;
			}
			output.say(`redeem: PostgreSQL, ${wordsOf(scene)} …`);
			const size = { rounds, claims: Math.ceil(tokens / scene.tokensEach), ...scene };
			const running = oneKind({ store: "PostgreSQL", database: postgres.url, ...size });
			results.push(...(await running.finally(() => postgres.stop())));
		}
		return [...results, diskSyncResult("redeem", folder)];
	} finally {
		rmSync(folder, { recursive: true });
	}
}

type Scene = {
	readonly tokensEach: number;
	/** that the registry held before */
	readonly rows: number;
	readonly holders: number;
	readonly draw: (holders: number) => Draw;
};

const scenes: readonly Scene[] = [
	{ tokensEach: 1, rows: 0, holders: 8, draw: uniform },
	{ tokensEach: 16, rows: 0, holders: 8, draw: uniform },
	{ tokensEach: 1, rows: 1_000_000, holders: 200, draw: zipf },
];

function wordsOf({ tokensEach, rows, draw }: Scene): string {
	const full = rows === 0 ? "" : `, ${rows.toLocaleString("en")} rows`;
	return `${tokensEach} a claim${full}${draw === zipf ? ", accounts Zipf 1.0" : ""}`;
}

type Kind = Scene & {
	readonly store: "SQLite" | "PostgreSQL";
	readonly database: string;
	readonly rounds: number;
	readonly claims: number;
};

async function oneKind(kind: Kind): Promise<readonly BenchResult[]> {
	const child = fork(serverProgram, [], {
		serialization: "advanced",
		stdio: ["ignore", "inherit", "inherit", "ipc"],
	});
	const server = new Line<ServerMethods>(child, {});
	const ended = endOf(child, server);
	try {
		return await measure(kind, server);
	} finally {
		// It ends with its line, whatever went wrong.
		if (child.connected) child.disconnect();
		await ended;
	}
}

async function measure(kind: Kind, server: Line<ServerMethods>): Promise<readonly BenchResult[]> {
	const { rounds, claims, tokensEach, database } = kind;
	const { id, url } = await server.call("start", { database });
	const deposit = (account: Bytes, _: string, amount: bigint): Promise<void> =>
		server.call("deposit", { account, amount });
	const track = await openTrack(httpOperatorClient({ url }), id, deposit);
	const holders = [];
	for (let i = 0; i < kind.holders; i++) holders.push(await enrol(track));
	await server.call("fill", { rows: kind.rows });
	const scene: ClaimScene = { track, holders, draw: kind.draw(kind.holders) };
	const first = await makeClaims(scene, claims, tokensEach);
	const checks = checksOf(first.slice(0, 64), track.trust.list, id, now());
	const bare = await startBareThreads(checks);
	const measured: Measured[] = [];
	const limits: number[] = [];
	try {
		await load(url, first);
		for (let round = 0; round < rounds; round++) {
			const made = await makeClaims(scene, claims, tokensEach);
			limits.push(tokensEach * (await bare.rate(1_000)));
			measured.push(await measuredRound(kind, server, () => load(url, made)));
		}
	} finally {
		await bare.close();
	}
	const { broken, redeemed } = await server.call("audit", null);
	const claimed = tokenAmount * BigInt((rounds + 1) * claims * tokensEach);
	if (broken.length > 0 || redeemed !== claimed)
		throw new Error(`not conserved: ${redeemed} redeemed of ${claimed}; ${broken.join(", ")}`);
	await server.call("stop", null);
	return resultsOf(kind, measured, limits);
}

async function endOf(child: ChildProcess, line: Line<ServerMethods>): Promise<void> {
	const [code, signal] = await once(child, "exit");
	line.end(`ended with ${signal ?? code}`);
}

type Measured = {
	/** tokens a second */
	readonly rate: number;
	readonly latencies_ms: readonly number[];
	/** a token */
	readonly server_us: number;
	readonly main_us: number;
	readonly load_us: number;
	readonly bytes: number;
	readonly commits: number;
};

async function measuredRound(
	{ claims, tokensEach, store, database }: Kind,
	server: Line<ServerMethods>,
	run: () => Promise<readonly number[]>,
): Promise<Measured> {
	await server.call("counts", null);
	const size = (): number =>
		store === "SQLite" ? statSync(database).size + statSync(`${database}-wal`).size : 0;
	const [cpu, before, from_ms] = [process.cpuUsage(), size(), performance.now()];
	const latencies_ms = await run();
	const elapsed_s = (performance.now() - from_ms) / 1000;
	const load = process.cpuUsage(cpu);
	const counts = await server.call("counts", null);
	const tokens = claims * tokensEach;
	return {
		rate: tokens / elapsed_s,
		latencies_ms,
		server_us: (1e6 * counts.cpu_s) / tokens,
		main_us: (1e6 * counts.main_s) / tokens,
		load_us: (load.user + load.system) / tokens,
		bytes: (size() - before) / tokens,
		commits: counts.commits / tokens,
	};
}

/** requests under way at once */
const mostLines = 64;

/** Every line takes the next claim as soon as its last is answered; milliseconds of each. */
async function load(url: string, claims: readonly Bytes[]): Promise<readonly number[]> {
	const lines: HttpLine[] = [];
	for (let i = 0; i < Math.min(mostLines, claims.length); i++) lines.push(await HttpLine.open(url));
	const requests = claims.map((claim) => requestFor(url, claim));
	const latencies_ms: number[] = [];
	const serve = async (line: HttpLine): Promise<void> => {
		for (let request = requests.pop(); request !== undefined; request = requests.pop()) {
			const from_ms = performance.now();
			const { status, body } = await line.ask(request);
			if (status !== 200)
				throw new Error(`${status}: ${body.toString("utf8")} ${toHex(body.subarray(0, 8))}`);
			latencies_ms.push(performance.now() - from_ms);
		}
	};
	await Promise.all(lines.map(serve)).finally(() => {
		for (const line of lines) line.close();
	});
	return latencies_ms;
}

function resultsOf(
	kind: Kind,
	measured: readonly Measured[],
	limits: readonly number[],
): readonly BenchResult[] {
	const what = `${kind.store}, ${wordsOf(kind)}`;
	const rates = timing(measured.map(({ rate }) => rate));
	const ratio = median(measured.map(({ rate }, round) => rate / (limits[round] ?? rate)));
	const bare = { name: "redeem", limit: null, peer: null, ratio: null, spread: null, target: null };
	const counted = (metric: string, unit: string, of: (one: Measured) => number): BenchResult => ({
		...bare,
		metric: `${what}: ${metric}`,
		unit,
		ours: median(measured.map(of)),
		rounds: measured.length,
	});
	const latencies = measured.flatMap(({ latencies_ms }) => latencies_ms);
	return [
		{
			...bare,
			metric: what,
			unit: "tokens/s",
			ours: rates.each_s,
			limit: median(limits),
			peer: payOff,
			ratio,
			spread: rates.spread,
			rounds: measured.length,
			target,
		},
		counted("p50", "ms", () => percentile(latencies, 50)),
		counted("p99", "ms", () => percentile(latencies, 99)),
		counted("CPU of the server", "µs/token", ({ server_us }) => server_us),
		counted("of it, the main thread", "µs/token", ({ main_us }) => main_us),
		counted("CPU of the load", "µs/token", ({ load_us }) => load_us),
		// What a server's files and log grow by is not read here.
		...(kind.store === "SQLite" ? [counted("stored", "bytes/token", ({ bytes }) => bytes)] : []),
		counted("commits", "1/token", ({ commits }) => commits),
	];
}
