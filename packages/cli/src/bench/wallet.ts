/**
 * `bench wallet`: opening, paying and searching with 10,000 tokens and 100,000 entries of history, on SQLite.
 *
 *   open     from the closed file until the wallet answers: lock, check every page, unseal and read every row
 *   pay      what the payer's own wallet takes: choose, sign and set aside, durable; then release, durable. The
 *            payee's part and the channel are left out
 *   search   one page for a text in the oldest entry (all are looked at), and for what the newest have
 *
 * Beside the elapsed time stands the processor time of the same rounds: on a busy machine only that is ours.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { isRefusal } from "@tenten/protocol";
import { sqliteStore, type Wallet } from "@tenten/wallet";
import { must } from "../ecosystem.ts";
import type { Output } from "../output.ts";
import { amountOfToken, type Filling, type FullWallet, fillWallet, noteOf } from "./full-wallet.ts";
import { timing } from "./race.ts";
import type { BenchResult } from "./result.ts";
import { diskSyncResult } from "./sync.ts";

type WalletOptions = Partial<Filling> & { readonly rounds?: number };

export async function benchWallet(
	output: Output,
	{ tokens = 10_000, entries = 100_000, payments = 500, rounds = 9 }: WalletOptions = {},
): Promise<readonly BenchResult[]> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-bench-"));
	try {
		const path = join(folder, "wallet.sqlite");
		const bar = output.progress("tokens drawn", tokens);
		const full = await fillWallet(path, { tokens, entries, payments }, bar.reach);
		bar.end();
		const named = `${tokens.toLocaleString("en")} tokens`;
		output.say(`wallet: ${named}, ${entries.toLocaleString("en")} entries …`);
		const results = [
			...(await openings(full, named, rounds)),
			...(await paying(full, named, rounds)),
			...(await searching(path, entries, rounds)),
			diskSyncResult("wallet", folder),
		];
		await full.pair.close();
		return results;
	} finally {
		rmSync(folder, { recursive: true });
	}
}

async function openings(full: FullWallet, named: string, rounds: number): Promise<readonly BenchResult[]> {
	const [open, check] = [new Stopwatch(), new Stopwatch()];
	for (let round = 0; round < rounds; round++) {
		const wallet = await open.time(full.open);
		await wallet.close();
		await check.time(full.openStore);
	}
	return [
		...open.rows(`open, ${named}`, 500),
		...check.rows("of it: lock the file, check every page and close it again", null),
	];
}

async function paying({ pair, open }: FullWallet, named: string, rounds: number) {
	const wallet: Wallet = await open();
	const payee = pair.wallets[1];
	const [pay, balance] = [new Stopwatch(), new Stopwatch()];
	// A token and a half: one goes whole, the other leaves change.
	const amount = (3n * amountOfToken) / 2n;
	for (let round = 0; round < rounds; round++) {
		const request = must(await payee.request({ asset: pair.asset, amount })).encoded;
		const started = must(await pay.time(() => wallet.start({ request })));
		const reserved = await payee.handle(started.messages);
		const released = await pay.more(() => wallet.handle(reserved));
		await wallet.handle(await payee.handle(released));
		if (wallet.module.payer(started.attempt) !== "released") throw new Error("the payment did not end");
		await balance.time(async () => wallet.balance(pair.asset));
	}
	await wallet.close();
	return [...pay.rows(`pay, own work, ${named}`, 50), ...balance.rows(`balance, ${named}`, null)];
}

async function searching(path: string, entries: number, rounds: number): Promise<readonly BenchResult[]> {
	const store = must(sqliteStore(path));
	const [oldest, newest] = [new Stopwatch(), new Stopwatch()];
	const page = (text: string) => store.history.list({ text, limit: 20 });
	for (let round = 0; round < rounds; round++) {
		const found = await oldest.time(() => page(noteOf(0).toUpperCase()));
		if (isRefusal(found) || found.entries.length !== 1) throw new Error("the oldest entry was not found");
		await newest.time(() => page("bakery"));
	}
	await store.close();
	const named = `${entries.toLocaleString("en")} entries`;
	return [
		...oldest.rows(`search, the oldest of ${named}`, 50),
		...newest.rows(`search, the newest of ${named}`, 50),
	];
}

/** Elapsed and processor time of each round, milliseconds. */
class Stopwatch {
	readonly #elapsed: number[] = [];
	readonly #processor: number[] = [];

	/** A round of its own. */
	time<T>(work: () => Promise<T>): Promise<T> {
		this.#elapsed.push(0);
		this.#processor.push(0);
		return this.more(work);
	}

	/** Adds to the last round. */
	async more<T>(work: () => Promise<T>): Promise<T> {
		const [from_ms, from] = [performance.now(), process.cpuUsage()];
		const result = await work();
		const { user, system } = process.cpuUsage(from);
		const last = this.#elapsed.length - 1;
		this.#elapsed[last] = (this.#elapsed[last] ?? 0) + performance.now() - from_ms;
		this.#processor[last] = (this.#processor[last] ?? 0) + (user + system) / 1000;
		return result;
	}

	rows(metric: string, atMost_ms: number | null): readonly BenchResult[] {
		const [elapsed, processor] = [timing(this.#elapsed), timing(this.#processor)];
		const common = { name: "wallet", unit: "ms", limit: null, peer: null, ratio: null } as const;
		const rounds = elapsed.rounds.length;
		const target = atMost_ms === null ? null : ({ of: "ours", atMost: atMost_ms } as const);
		return [
			{ ...common, metric, ours: elapsed.each_s, spread: elapsed.spread, rounds, target },
			{
				...common,
				metric: `${metric}: processor`,
				ours: processor.each_s,
				spread: processor.spread,
				rounds,
				target: null,
			},
		];
	}
}
