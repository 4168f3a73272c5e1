/**
 * `bench overload`: twice what an operator can redeem, for minutes, from an open-loop generator.
 *
 *   prepare ─▶ capacity (closed loop, best of several widths) ─▶ rehearsal ─▶ load, accounts uniform ─▶ load, Zipf
 *
 * The operator is a process of its own over HTTP, durable; this process sends claims that were prepared before,
 * and nothing else. Goodput is what was accepted while the load lasted, latency is from when a request was due.
 * At the end the books are counted again: every accepted claim was paid, and no more than was sent.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verify } from "@tenten/module";
import { Trust, verifyTrustList } from "@tenten/protocol";
import { httpOperatorClient } from "@tenten/wallet";
import { must } from "../ecosystem.ts";
import { Line } from "../ipc-line.ts";
import type { Output } from "../output.ts";
import { now } from "../surroundings.ts";
import { type LoadedOperatorMethods, loadedOperatorProgram, type Usage } from "./loaded-operator-process.ts";
import { claimSender, closedLoop, type Loaded, openLoop, type Sender } from "./open-loop.ts";
import { capacityRow, lastRows, phaseRows } from "./overload-report.ts";
import { assetCode } from "./pair.ts";
import { type Draw, uniform, zipf } from "./popularity.ts";
import { ClaimFile, claimAmount, enrolHolder, type Preparing, prepareClaims } from "./prepared-claims.ts";
import type { BenchOptions, BenchResult } from "./result.ts";
import { diskSyncResult } from "./sync.ts";

type OverloadOptions = BenchOptions & {
	readonly holders?: number;
	/** seconds for each width of the closed loop, and for the rehearsal */
	readonly probe_s?: number;
	/** claims under way at once, while capacity is looked for */
	readonly widths?: readonly number[];
	/** how many claims to prepare for that */
	readonly probeClaims?: number;
};

/** times the capacity */
const factor = 2;
/** the claims that are prepared beyond what the rehearsal says will be taken */
const reserve = 1.2;

export async function benchOverload(
	output: Output,
	options: OverloadOptions,
): Promise<readonly BenchResult[]> {
	const { minutes = 10, holders = 1000, retryShed = false } = options;
	const { probe_s = 5, widths = [16, 4, 16, 64], probeClaims = 24_000 } = options;
	const folder = mkdtempSync(join(tmpdir(), "tenten-overload-"));
	const town = await openTown(folder, holders, options.database);
	const benchmark = options.database === undefined ? "overload" : "overload-postgres";
	try {
		const claims = await makeClaims(output, town, {
			count: probeClaims,
			draw: uniform(holders),
			name: "probe",
		});
		const capacity = await findCapacity(output, town.sender, claims, { widths, probe_s });
		const results: BenchResult[] = [capacityRow(capacity)];
		const onShed = retryShed ? "retry" : "drop";
		const { send } = town.sender;
		const rate = factor * capacity.rate;
		const rehearsed = await openLoop({
			send,
			next: () => claims.next(),
			rate,
			duration_s: probe_s,
			onShed: "drop",
		});
		let accepted = capacity.accepted + rehearsed.accepted;
		let doubtful = rehearsed.failed;
		const taken = 1 - rehearsed.shed / Math.max(1, rehearsed.offered);
		claims.close();
		const duration_s = (60 * minutes) / 2;
		for (const [name, draw] of [
			["uniform", uniform(holders)],
			["Zipf 1.0", zipf(holders)],
		] as const) {
			const count = Math.ceil(Math.min(1.05, taken * reserve) * rate * duration_s) + 500;
			const prepared = await makeClaims(output, town, { count, draw, name });
			output.say(`overload: ${Math.round(rate)} a second for ${duration_s} s, accounts ${name} …`);
			const phase = await watched(town, () =>
				openLoop({ send, next: () => prepared.next(), rate, duration_s, onShed }),
			);
			prepared.close();
			accepted += phase.loaded.accepted;
			doubtful += phase.loaded.failed;
			results.push(...phaseRows(name, phase, capacity.rate));
		}
		await checkBooks(town, accepted, doubtful);
		const rows = [...results, ...lastRows(accepted, doubtful), diskSyncResult("overload", folder)];
		return rows.map((row) => ({ ...row, name: benchmark }));
	} finally {
		await town.close();
		rmSync(folder, { recursive: true });
	}
}

type Town = Omit<Preparing, "draw"> & {
	readonly folder: string;
	readonly operator: Line<LoadedOperatorMethods>;
	readonly sender: Sender;
	readonly close: () => Promise<void>;
};

async function openTown(folder: string, count: number, database: string | undefined): Promise<Town> {
	const child = fork(loadedOperatorProgram, [], {
		serialization: "advanced",
		stdio: ["ignore", "inherit", "inherit", "ipc"],
	});
	const operator = new Line<LoadedOperatorMethods>(child, {});
	const ended = once(child, "exit").then(([code, signal]) => operator.end(`ended with ${signal ?? code}`));
	const { id, url } = await operator.call("start", {
		folder: join(folder, "operator"),
		...(database === undefined ? {} : { database }),
	});
	const asset = { operator: id, code: assetCode };
	const client = httpOperatorClient({ url });
	const context = { verify, pinnedSigner: id, minimumVersion: 0, now: now() };
	const trust = new Trust(must(verifyTrustList(must(await client.trustList()), context)), verify);
	const sender = claimSender(url);
	const holders = await Promise.all(Array.from({ length: count }, () => enrolHolder(client, asset, trust)));
	return {
		folder,
		operator,
		sender,
		asset,
		trust,
		holders,
		issue: (owners, amount) => operator.call("issue", { owners, amount }),
		close: async () => {
			sender.close();
			if (child.connected) await operator.call("stop", null);
			await ended;
		},
	};
}

type Wanted = { readonly count: number; readonly draw: Draw; readonly name: string };

async function makeClaims(output: Output, town: Town, { count, draw, name }: Wanted): Promise<ClaimFile> {
	const path = join(town.folder, "claims");
	const bar = output.progress(`claims prepared, ${name}`, count);
	await prepareClaims(path, count, { ...town, draw }, bar.reach);
	bar.end();
	return new ClaimFile(path);
}

/** The most that is accepted a second, over all widths. The first warms up and counts as any other. */
async function findCapacity(
	output: Output,
	{ send }: Sender,
	claims: ClaimFile,
	{ widths, probe_s }: { readonly widths: readonly number[]; readonly probe_s: number },
): Promise<{ readonly rate: number; readonly width: number; readonly accepted: number }> {
	let [best, accepted] = [{ rate: 0, width: 0 }, 0];
	for (const width of widths) {
		const reached = await closedLoop({ send, next: () => claims.next() }, width, probe_s);
		output.say(`overload: ${reached.rate.toFixed(1)} a second with ${width} under way`);
		accepted += reached.accepted;
		if (reached.rate > best.rate) best = { rate: reached.rate, width };
	}
	return { ...best, accepted };
}

/** A load with what it cost both sides, and the operator's memory in every second of it. */
export type Phase = {
	readonly loaded: Loaded;
	readonly operatorCpu_s: number;
	readonly generatorCpu_s: number;
	readonly usages: readonly Usage[];
};

async function watched({ operator }: Town, load: () => Promise<Loaded>): Promise<Phase> {
	const before = await operator.call("usage", null);
	const from = process.cpuUsage();
	const usages: Usage[] = [before];
	let isAsking = false;
	const timer = setInterval(() => {
		if (isAsking) return;
		isAsking = true;
		operator.call("usage", null).then(
			(usage) => {
				usages.push(usage);
				isAsking = false;
			},
			() => undefined,
		);
	}, 1000);
	const loaded = await load();
	clearInterval(timer);
	const { user, system } = process.cpuUsage(from);
	const after = await operator.call("usage", null);
	return {
		loaded,
		operatorCpu_s: after.cpu_s - before.cpu_s,
		generatorCpu_s: (user + system) / 1e6,
		usages,
	};
}

/** What was accepted was paid; what got no answer may have been, and nothing else was. */
async function checkBooks({ operator }: Town, accepted: number, doubtful: number): Promise<void> {
	const { issued, redeemed, outstanding, broken } = await operator.call("audit", null);
	if (broken.length > 0) throw new Error(`the operator's books: ${broken.join("; ")}`);
	if (issued !== redeemed + outstanding)
		throw new Error(`${issued} issued, ${redeemed} + ${outstanding} there`);
	const paid = redeemed / claimAmount;
	if (paid < BigInt(accepted) || paid > BigInt(accepted + doubtful))
		throw new Error(`${paid} claims were paid, ${accepted} accepted and ${doubtful} in doubt`);
}
