/**
 * `bench ledger`: payments of two steps, a reservation and its posting, each durable before the next, on SQLite and on
 * PostgreSQL, in batches of 1, 100 and 1,000.
 *
 *   8 clients ─▶ ledger ─▶ store, synced ─▶ every client's results      each client waits for its batch
 *
 * Beside SQLite the bare rows of as many payments in as many commits; beside PostgreSQL pgbench's TPC-B on the same
 * server by as many clients; in turns with ours. At the end everything is counted: each payment is posted once, and
 * every balance is the sum of its entries.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { Ledger } from "@tenten/operator";
import type { Bytes, LedgerTransfer, LinkedTransfers } from "@tenten/protocol";
import { random } from "../ecosystem.ts";
import type { Output } from "../output.ts";
import { startPostgres } from "../server/postgres-server.ts";
import { now } from "../surroundings.ts";
import { BareRows } from "./ledger/bare.ts";
import { timedId } from "./ledger/timed-id.ts";
import { Tpcb, type TpcbSize } from "./ledger/tpcb.ts";
import { ratioOf, timing } from "./race.ts";
import type { BenchResult } from "./result.ts";
import { diskSyncResult } from "./sync.ts";

export type LedgerBenchOptions = {
	readonly rounds?: number;
	/** of each round, at batch 100; a tenth at batch 1, twice at batch 1,000 */
	readonly payments?: number;
	readonly accounts?: number;
	readonly tpcb?: TpcbSize;
};

const clients = 8;
/** Published for TigerBeetle 0.15.3 through its Node client, two-phase payments a second, on two cores. */
const tigerBeetle: Readonly<Record<number, number>> = { 1: 140, 100: 12_410 };

type Scene = { readonly batch: number; readonly payments: number };

/** What is measured in turns with ours; seconds for so many payments or transactions. */
type Beside = {
	readonly run: (payments: number, batch: number) => Promise<number>;
	readonly close: () => Promise<void>;
};

export async function benchLedger(
	output: Output,
	{ rounds = 7, payments = 8_000, accounts = 10_000, tpcb }: LedgerBenchOptions = {},
): Promise<readonly BenchResult[]> {
	const scenes: readonly Scene[] = [
		{ batch: 1, payments: Math.ceil(payments / 10) },
		{ batch: 100, payments },
		{ batch: 1_000, payments: 2 * payments },
	];
	const folder = mkdtempSync(join(tmpdir(), "tenten-ledger-"));
	const ids = Array.from({ length: accounts }, () => random(32));
	const results: BenchResult[] = [];
	try {
		output.say("ledger: SQLite …");
		const bare = new BareRows(join(folder, "bare.sqlite"), ids);
		const beside = {
			run: async (count: number, batch: number) => bare.run(count, batch * clients),
			close: async () => bare.close(),
		};
		results.push(...(await oneStore("SQLite", join(folder, "ledger.sqlite"), ids, scenes, rounds, beside)));
		results.push(...(await onPostgres(output, ids, scenes, rounds, tpcb)));
		return [...results, diskSyncResult("ledger", folder)];
	} finally {
		rmSync(folder, { recursive: true });
	}
}

async function onPostgres(
	output: Output,
	ids: readonly Bytes[],
	scenes: readonly Scene[],
	rounds: number,
	size: TpcbSize = { scale: 10, accountsEach: 100_000 },
): Promise<readonly BenchResult[]> {
	const server = await startPostgres();
	if (typeof server === "string") {
		output.say(`ledger: without PostgreSQL: ${server}`);
		return [];
	}
	output.say("ledger: PostgreSQL …");
	try {
		const tpcb = await Tpcb.open(server.url, clients, size);
		const beside = {
			// A transaction costs it what a payment of ours may: a part of as many is enough to know.
			run: async (count: number) => {
				const transactions = Math.max(clients, Math.ceil(count / 10));
				return ((await tpcb.run(transactions)) * count) / transactions;
			},
			close: () => tpcb.close(),
		};
		return await oneStore("PostgreSQL", server.url, ids, scenes, rounds, beside);
	} finally {
		await server.stop();
	}
}

async function oneStore(
	store: "SQLite" | "PostgreSQL",
	database: string,
	ids: readonly Bytes[],
	scenes: readonly Scene[],
	rounds: number,
	beside: Beside,
): Promise<readonly BenchResult[]> {
	const ledger = await Ledger.over(database, { now, random });
	const asset = random(32);
	for (let from = 0; from < ids.length; from += 1_000)
		await ledger.open(ids.slice(from, from + 1_000).map((id) => ({ id, asset, least: null, most: null })));
	const results: BenchResult[] = [];
	let paid = 0;
	try {
		for (const { batch, payments } of scenes) {
			const [ours, others, cpu_us]: [number[], number[], number[]] = [[], [], []];
			// The first round is not counted: it makes statements, and warms up.
			for (let round = 0; round <= rounds; round++) {
				const theirs_s = await beside.run(payments, batch);
				const before = process.cpuUsage();
				const done = await pay(ledger, ids, payments, batch);
				const { user, system } = process.cpuUsage(before);
				paid += done.payments;
				if (round === 0) continue;
				ours.push(done.seconds / done.payments);
				others.push(theirs_s / payments);
				cpu_us.push((user + system) / done.payments);
			}
			results.push(...resultsOf(store, batch, { ours, others, cpu_us }));
		}
		const { broken, transfers } = await ledger.examine();
		if (broken.length > 0 || transfers !== 2 * paid)
			throw new Error(`not conserved: ${transfers} transfers of ${paid} payments; ${broken.join(", ")}`);
	} finally {
		await beside.close();
		await ledger.close();
	}
	return results;
}

/** So many payments, each client one batch after another, made before the clock runs. */
async function pay(
	ledger: Ledger,
	ids: readonly Bytes[],
	payments: number,
	batch: number,
): Promise<{ readonly payments: number; readonly seconds: number }> {
	const batches = Array.from({ length: Math.ceil(payments / batch) }, () => makeBatch(ids, batch));
	const waiting = [...batches];
	const from_ms = performance.now();
	const work = async (): Promise<void> => {
		for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
			for (const step of next) {
				const refused = (await ledger.post(step)).find(({ kind }) => kind !== "done");
				if (refused !== undefined) throw new Error(`a payment is ${JSON.stringify(refused)}`);
			}
	};
	await Promise.all(Array.from({ length: clients }, work));
	return { payments: batches.length * batch, seconds: (performance.now() - from_ms) / 1000 };
}

/** Reservations, and their postings. */
function makeBatch(
	ids: readonly Bytes[],
	batch: number,
): readonly [reserve: readonly LinkedTransfers[], post: readonly LinkedTransfers[]] {
	const reserved = Array.from({ length: batch }, (): LedgerTransfer => {
		const debit = Math.floor(Math.random() * ids.length);
		const credit = (debit + 1 + Math.floor(Math.random() * (ids.length - 1))) % ids.length;
		const sides = { debit: ids[debit] as Bytes, credit: ids[credit] as Bytes };
		return { kind: "reserve", id: timedId(), reference: null, ...sides, amount: 5n, until: null };
	});
	const posted = reserved.map(
		({ id }): LedgerTransfer => ({
			kind: "post",
			id: timedId(),
			reference: null,
			reservation: id,
			amount: 5n,
		}),
	);
	return [reserved.map((one) => [one]), posted.map((one) => [one])];
}

function resultsOf(
	store: "SQLite" | "PostgreSQL",
	batch: number,
	rounds: {
		readonly ours: readonly number[];
		readonly others: readonly number[];
		readonly cpu_us: readonly number[];
	},
): readonly BenchResult[] {
	const [ours, others] = [timing(rounds.ours), timing(rounds.others)];
	const metric = `${store}, batches of ${batch.toLocaleString("en")}`;
	const rate = 1 / others.each_s;
	const isFile = store === "SQLite";
	const counted = { name: "ledger", rounds: rounds.ours.length };
	const spent = timing(rounds.cpu_us);
	return [
		{
			...counted,
			metric,
			unit: "payments/s",
			ours: 1 / ours.each_s,
			limit: isFile ? rate : null,
			peer: isFile ? (tigerBeetle[batch] ?? null) : rate,
			ratio: ratioOf(others, ours),
			spread: ours.spread,
			target: targetOf(store, batch),
		},
		{
			...counted,
			metric: `${metric}: processor of the ledger's process`,
			unit: "µs/payment",
			ours: spent.each_s,
			limit: null,
			peer: null,
			ratio: null,
			spread: spent.spread,
			target: null,
		},
	];
}

function targetOf(store: "SQLite" | "PostgreSQL", batch: number): BenchResult["target"] {
	if (batch !== 100) return null;
	return store === "SQLite" ? { of: "ours", atLeast: 12_000 } : { of: "ratio", atLeast: 3 };
}
