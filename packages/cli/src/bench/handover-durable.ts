/**
 * `bench handover-durable`: a whole two-phase hand-over by HTTP on the loopback, a phone's wallet and a gate's,
 * each a process on its own SQLite file with `synchronous = FULL`, from asking for the request until `Done`.
 *
 *   ask ─▶ request, durable    pay ─▶ LOCKED, durable ─▶ RESERVED, durable ─▶ RELEASED, durable ─▶ OWNED, durable
 *
 * The limit is the same work bare, one thing after another as the protocol orders it: commits of rows of the very
 * sizes that were counted, on two files, and as many signatures made and verified. It has no HTTP, no second
 * process, no journal, no encoding and no sealing; what bare HTTP takes is measured beside it.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { startServer } from "@tenten/operator";
import type { AssetId, Bytes } from "@tenten/protocol";
import { type HttpChannel, httpChannel, httpOperatorClient } from "@tenten/wallet";
import { must, random } from "../ecosystem.ts";
import { Line } from "../ipc-line.ts";
import type { Output } from "../output.ts";
import { now } from "../surroundings.ts";
import { openBareHandOver, pingServer } from "./bare-handover.ts";
import { type CountedWallet, openCounted, type WorkCounts } from "./counted-wallet.ts";
import { type GateMethods, gateProgram } from "./gate-process.ts";
import { assetCode, openOperator } from "./pair.ts";
import { percentile } from "./percentile.ts";
import { median, ratioOf, timing } from "./race.ts";
import type { BenchResult } from "./result.ts";
import { diskSyncResult } from "./sync.ts";

type DurableOptions = { readonly rounds?: number; readonly perRound?: number };

/** minor units: a fare */
const fare = 240n;

export async function benchHandoverDurable(
	output: Output,
	{ rounds = 25, perRound = 16 }: DurableOptions = {},
): Promise<readonly BenchResult[]> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-bench-"));
	const scene = await openScene(folder);
	try {
		output.say(`handover-durable: ${rounds} rounds of ${perRound} …`);
		return [...(await measure(scene, { rounds, perRound })), diskSyncResult("handover-durable", folder)];
	} finally {
		await scene.close();
		rmSync(folder, { recursive: true });
	}
}

type Scene = {
	readonly folder: string;
	readonly phone: CountedWallet;
	readonly asset: AssetId;
	readonly gate: Line<GateMethods>;
	readonly channel: HttpChannel;
	/** puts so many tokens of one fare on the phone */
	readonly draw: (tokens: number) => Promise<void>;
	readonly close: () => Promise<void>;
};

async function openScene(folder: string): Promise<Scene> {
	const operator = await openOperator("Ed25519", now);
	const log = { info: () => undefined, error: console.error };
	const server = await startServer({ operator, port: 0, log });
	const asset = { operator: operator.id, code: assetCode };
	const phone = await openCounted(join(folder, "phone.sqlite"), random(32));
	const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
	must((await phone.wallet.join(httpOperatorClient({ url: server.url }), operator.id, asked)) ?? null);
	const child = fork(gateProgram, [], {
		serialization: "advanced",
		stdio: ["ignore", "inherit", "inherit", "ipc"],
	});
	const gate = new Line<GateMethods>(child, {});
	const ended = endOf(child, gate);
	const address = await gate.call("start", {
		folder,
		operator: { id: operator.id, url: server.url },
		asset,
		amount: fare,
	});
	const channel = must(httpChannel(address, { rules: { loopback: true } }));
	return {
		folder,
		phone,
		asset,
		gate,
		channel,
		draw: async (tokens) => {
			const account = phone.wallet.module.certificates()[0]?.hash as Bytes;
			const sum = fare * BigInt(tokens);
			must((await operator.deposit(random(32), account, assetCode, sum)) ?? null);
			must(await phone.wallet.topUp(asset, sum, tokens));
		},
		close: async () => {
			channel.close();
			await phone.wallet.close();
			child.disconnect();
			await ended;
			await server.close();
			await operator.close();
		},
	};
}

async function endOf(child: ChildProcess, line: Line<GateMethods>): Promise<void> {
	const [code, signal] = await once(child, "exit");
	line.end(`ended with ${signal ?? code}`);
}

/** Seconds that the phone waited, from asking until the gate has said `Done`. */
async function secondsOfOne({ phone, asset, channel }: Scene): Promise<number> {
	const from_ms = performance.now();
	const asking = must(await channel.ask({ asset, amount: fare }));
	const opened = must(phone.wallet.module.openRequest(asking));
	const paid = must(await phone.wallet.pay({ request: opened.encoded }, channel));
	const elapsed_s = (performance.now() - from_ms) / 1000;
	if (paid.fundsState !== "spent") throw new Error(`the hand-over ended ${paid.fundsState}`);
	return elapsed_s;
}

async function measure(scene: Scene, { rounds, perRound }: Required<DurableOptions>): Promise<BenchResult[]> {
	const { phone, gate, draw, folder } = scene;
	// Warms up, and counts what one hand-over contains.
	await draw(perRound);
	for (let i = 0; i < perRound; i++) await secondsOfOne(scene);
	await draw(1);
	phone.counts();
	await gate.call("counts", null);
	await secondsOfOne(scene);
	const counted = [phone.counts(), await gate.call("counts", null)] as const;
	const bare = openBareHandOver(folder, counted);
	const ping = await pingServer();
	const all: number[] = [];
	const [ours, limit, http] = [[], [], []] as [number[], number[], number[]];
	for (let round = 0; round < rounds; round++) {
		await draw(perRound);
		const times: number[] = [];
		for (let i = 0; i < perRound; i++) times.push(await secondsOfOne(scene));
		all.push(...times);
		ours.push(median(times));
		limit.push(await secondsEach(perRound, () => bare.run()));
		http.push(await secondsEach(perRound, ping.threeExchanges));
	}
	await checkConserved(scene, perRound + 1 + rounds * perRound);
	bare.close();
	await ping.close();
	return [...latencies(all), ...ratios({ ours, limit, http }), ...countRows(counted)];
}

/** Every fare that left the phone is at the gate, and none is anywhere else. */
async function checkConserved({ phone, asset, gate }: Scene, paid: number): Promise<void> {
	const { available } = await gate.call("counts", null);
	const left = phone.wallet.balance(asset);
	if (available !== BigInt(paid) * fare || left.available + left.locked !== 0n)
		throw new Error(`${available} at the gate and ${left.available} on the phone after ${paid} fares`);
}

async function secondsEach(times: number, work: () => unknown): Promise<number> {
	const from_ms = performance.now();
	for (let i = 0; i < times; i++) await work();
	return (performance.now() - from_ms) / 1000 / times;
}

const common = {
	name: "handover-durable",
	unit: "ms",
	limit: null,
	peer: null,
	ratio: null,
	spread: null,
} as const;

function latencies(all: readonly number[]): readonly BenchResult[] {
	return ([50, 95, 99] as const).map((rank) => ({
		...common,
		metric: `p${rank}, from asking to done`,
		ours: 1000 * percentile(all, rank),
		rounds: all.length,
		target: rank === 99 ? { of: "ours", atMost: 100 } : null,
	}));
}

type Rounds = Readonly<Record<"ours" | "limit" | "http", readonly number[]>>;

function ratios({ ours, limit, http }: Rounds): readonly BenchResult[] {
	const [own, bare, exchanges] = [timing(ours), timing(limit), timing(http)];
	return [
		{
			...common,
			metric: "median of a round, beside its bare commits and crypto",
			ours: 1000 * own.each_s,
			limit: 1000 * bare.each_s,
			ratio: ratioOf(own, bare),
			spread: own.spread,
			rounds: ours.length,
			target: { of: "ratio", atMost: 1.5 },
		},
		{
			...common,
			metric: "three bare HTTP exchanges, which it also needs",
			ours: 1000 * exchanges.each_s,
			spread: exchanges.spread,
			rounds: http.length,
			target: null,
		},
	];
}

/** What one hand-over contains, on the phone and at the gate. */
function countRows([phone, gate]: readonly [WorkCounts, WorkCounts]): readonly BenchResult[] {
	const row = (metric: string, of: (counts: WorkCounts) => number): BenchResult => ({
		...common,
		metric: `${metric}: ${of(phone)} on the phone, ${of(gate)} at the gate`,
		unit: "a hand-over",
		ours: of(phone) + of(gate),
		target: null,
	});
	return [
		row("commits of the modules, a disk sync each", ({ commits }) => commits.length),
		row("entries of the journals, synced with the next commit", ({ entries }) => entries),
		row("rows", ({ commits }) => commits.flat().length),
		row("bytes of rows", ({ commits }) => commits.flat().reduce((sum, length) => sum + length, 0)),
		row("signatures made", ({ signed }) => signed),
		row("signatures verified", ({ verified }) => verified),
	];
}
