/**
 * `bench witness`: checkpoints a second that a witness cosigns by HTTP, in a process of its own, of 64 logs that each
 * wait for their cosignature and come again. Each is verified, kept durable, and signed; beside the bare signature
 * and verification that no witness can do without, and one disk sync.
 */
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { verify } from "@tenten/module";
import { type Bytes, toUtf8 } from "@tenten/protocol";
import { Line } from "../ipc-line.ts";
import type { Output } from "../output.ts";
import { median, timing } from "./race.ts";
import type { BenchResult } from "./result.ts";
import { diskSyncResult } from "./sync.ts";
import { type WitnessMethods, witnessProgram } from "./witness-process.ts";
import { requestOf, Subtrees, signerOf } from "./witness-requests.ts";

type WitnessBenchOptions = { readonly logs?: number; readonly perRound?: number; readonly rounds?: number };

/** Entries that every log has before it is measured: proofs are a dozen hashes long. */
const before = 4_096;

/** `perRound`: requests of each log in a round. */
export async function benchWitness(
	output: Output,
	{ logs = 64, perRound = 50, rounds = 7 }: WitnessBenchOptions = {},
): Promise<readonly BenchResult[]> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-bench-witness-"));
	const child = fork(witnessProgram, [], {
		serialization: "advanced",
		stdio: ["ignore", "inherit", "inherit", "ipc"],
	});
	const line = new Line<WitnessMethods>(child, {});
	child.once("exit", () => line.end("is gone"));
	const agent = new Agent({ keepAlive: true, maxSockets: logs });
	try {
		output.say("witness: logs that grow …");
		const origins = Array.from({ length: logs }, (_, i) => `log${i}.tenten.example`);
		// The first round is not counted: it makes connections, and warms up.
		const queues = await prepared(origins, perRound * (rounds + 1));
		const keys = origins.map((origin) => [origin, signerOf(origin).key.bytes] as const);
		const url = await line.call("start", { folder, logs: keys });
		output.say("witness: requests by HTTP …");
		await each(queues, 1, (body) => post(agent, url, body));
		const [ours, bare]: [number[], number[]] = [[], []];
		const [cpu_us, bareCpu_us]: [number[], number[]] = [[], []];
		for (let round = 0; round <= rounds; round++) {
			await line.call("processor_us", null);
			const seconds = await each(queues, perRound, (body) => post(agent, url, body));
			const used_us = await line.call("processor_us", null);
			const own = process.cpuUsage();
			const bare_s = await bareWork(perRound * logs);
			const { user, system } = process.cpuUsage(own);
			if (round === 0) continue;
			ours.push(seconds / (perRound * logs));
			bare.push(bare_s / (perRound * logs));
			cpu_us.push(used_us / (perRound * logs));
			bareCpu_us.push((user + system) / (perRound * logs));
		}
		return [...resultsOf(logs, { ours, bare, cpu_us, bareCpu_us }), diskSyncResult("witness", folder)];
	} finally {
		agent.destroy();
		child.kill();
		rmSync(folder, { recursive: true });
	}
}

/** What each log asks, in order: for the first time, and then for one entry more each time. */
async function prepared(origins: readonly string[], count: number): Promise<Bytes[][]> {
	const subtrees = new Subtrees(before + count);
	return Promise.all(
		origins.map(async (origin) => {
			const bodies = [await requestOf(subtrees, origin, 0, before)];
			for (let size = before; size < before + count; size++)
				bodies.push(await requestOf(subtrees, origin, size, size + 1));
			return bodies;
		}),
	);
}

/** Seconds in which every log asked so often, each waiting for its answer. */
async function each(
	queues: readonly Bytes[][],
	count: number,
	ask: (body: Bytes) => Promise<void>,
): Promise<number> {
	const from_ms = performance.now();
	await Promise.all(
		queues.map(async (queue) => {
			for (const body of queue.splice(0, count)) await ask(body);
		}),
	);
	return (performance.now() - from_ms) / 1000;
}

function post(agent: Agent, url: string, body: Bytes): Promise<void> {
	return new Promise((resolve, reject) => {
		const asked = request(`${url}/add-checkpoint`, { method: "POST", agent }, (response) => {
			response.resume();
			response.once("end", () => {
				if (response.statusCode === 200) resolve();
				else reject(new Error(`a witness answered ${response.statusCode}`));
			});
		});
		asked.once("error", reject);
		asked.end(body);
	});
}

/** Seconds that so many verifications and signatures took. */
async function bareWork(count: number): Promise<number> {
	const signer = signerOf("bare");
	const message = toUtf8(
		`cosignature/v1\ntime 1679315147\nlog1.tenten.example\n20852163\n${"x".repeat(44)}\n`,
	);
	const signature = await signer.sign("note", message);
	const from_ms = performance.now();
	for (let i = 0; i < count; i++) {
		if (!verify(signer.key, message, signature)) throw new Error("a signature of our own does not hold");
		await signer.sign("note", message);
	}
	return (performance.now() - from_ms) / 1000;
}

type Times = {
	readonly ours: readonly number[];
	readonly bare: readonly number[];
	readonly cpu_us: readonly number[];
	readonly bareCpu_us: readonly number[];
};

function resultsOf(logs: number, { ours, bare, cpu_us, bareCpu_us }: Times): readonly BenchResult[] {
	const rate = timing(ours.map((each_s) => 1 / each_s));
	const limit = median(bare.map((each_s) => 1 / each_s));
	const common = { name: "witness", peer: null, target: null, rounds: ours.length };
	const cpu = timing(cpu_us);
	const work_us = median(bareCpu_us);
	return [
		{
			...common,
			metric: `${logs} logs at once, by HTTP, durable`,
			unit: "requests/s",
			ours: rate.each_s,
			limit,
			ratio: limit / rate.each_s,
			spread: rate.spread,
			target: { of: "ours", atLeast: 1_000 },
		},
		{
			...common,
			metric: "of one request: processor of the witness",
			unit: "µs",
			ours: cpu.each_s,
			limit: work_us,
			ratio: cpu.each_s / work_us,
			spread: cpu.spread,
		},
	];
}
