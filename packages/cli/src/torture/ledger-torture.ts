/**
 * Torture of a ledger: transfers in parallel among few accounts, while its process and its database's server are killed.
 *
 *   lanes ──▶ process ──▶ store          kill -9 at random: whoever has no answer asks the very same again
 *
 * Every transfer gets an answer in the end. Then it is counted: what was acknowledged as done is there and what was
 * refused is not, sums are those of entries, they add up to zero, and no account is beyond its limits.
 */
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type AccountTerms, type Bytes, type LedgerTransfer, toHex } from "@tenten/protocol";
import { random } from "../ecosystem.ts";
import type { PostgresServer } from "../server/postgres-server.ts";
import type { Chance } from "./actor.ts";
import { DatabaseVictim } from "./database-victim.ts";
import { type LedgerMethods, ledgerProgram } from "./ledger-process.ts";
import { Victim } from "./victim.ts";

export type LedgerTorture = {
	/** for its files */
	readonly folder: string;
	/** its server, which is killed too; an SQLite file where left out */
	readonly postgres?: PostgresServer;
	readonly chance: Chance;
	/** at least; half of them reserve, the others end what was reserved or move at once */
	readonly transfers: number;
	/** at least: transfers go on until there were so many */
	readonly kills: number;
};

export type LedgerTortured = {
	readonly done: number;
	readonly refused: number;
	/** calls that a kill left without an answer */
	readonly unanswered: number;
	readonly kills: number;
	/** what was acknowledged and is not so, and what does not add up */
	readonly losses: readonly string[];
};

const accounts = 100;
const lanes = 32;
/** ids looked up at once */
const together = 500;
const funds = 1_000n;
const ceiling = 1_500n;

export async function tortureLedger(options: LedgerTorture): Promise<LedgerTortured> {
	const { folder, postgres, chance, transfers, kills } = options;
	const asset = random(32);
	const outside: AccountTerms = { id: random(32), asset, least: null, most: null };
	const holders = Array.from({ length: accounts }, () => ({
		id: random(32),
		asset,
		least: 0n,
		most: ceiling,
	}));
	const losses: string[] = [];
	const victim = new Victim<LedgerMethods>({
		name: "ledger",
		program: ledgerProgram,
		lastWords: join(folder, "last-words"),
		handlers: {},
		serve: async (line) => {
			const database = postgres?.url ?? join(folder, "ledger.sqlite");
			for (;;)
				try {
					return await line.call("start", { database, accounts: [outside, ...holders] });
				} catch (error) {
					// The database may be gone itself for a while; a line that ended is told to whoever waits.
					if (String(error).includes("other process") || String(error).includes("ended with")) throw error;
					await pause(50);
				}
		},
		served: () => undefined,
		failed: (what) => losses.push(what),
	});
	const database = postgres && new DatabaseVictim(postgres, (what) => losses.push(what));
	const client = new Client(victim);
	await victim.start();
	await client.ask(
		holders.map(({ id }) => ({ ...plain(), kind: "move", debit: outside.id, credit: id, amount: funds })),
	);
	let killed = 0;
	const goOn = (): boolean => client.answered < transfers || killed < kills;
	const lane = async (): Promise<void> => {
		while (goOn()) {
			await pay(client, holders, chance);
			// Enough is done: what goes on is there to be killed.
			if (client.answered >= transfers) await pause(100);
		}
	};
	const killer = async (): Promise<void> => {
		while (goOn()) {
			// One in eight dies while it starts.
			if (chance(8) !== 0) await victim.up();
			await pause(chance(400));
			await (database !== undefined && chance(3) === 0 ? database : victim).kill();
			killed++;
		}
	};
	try {
		await Promise.all([killer(), ...Array.from({ length: lanes }, lane)]);
		losses.push(
			...(await client.compare()),
			...(await client.patiently((line) => line.call("examine", null))),
		);
		const { done, refused, unanswered } = client;
		return { done: done.size, refused: refused.size, unanswered, kills: killed, losses };
	} finally {
		await victim.stop();
	}
}

const plain = () => ({ id: random(32), reference: null });

/** A payment, in one way or another. */
async function pay(client: Client, holders: readonly AccountTerms[], chance: Chance): Promise<void> {
	const from = chance(holders.length);
	const to = (from + 1 + chance(holders.length - 1)) % holders.length;
	const between = { debit: (holders[from] as AccountTerms).id, credit: (holders[to] as AccountTerms).id };
	const drawn = 1 + chance(400);
	const amount = BigInt(drawn);
	if (chance(4) === 0) return client.ask([{ ...plain(), kind: "move", ...between, amount }]);
	const reserve: LedgerTransfer = { ...plain(), kind: "reserve", ...between, amount, until: null };
	await client.ask([reserve]);
	const ends = { ...plain(), reservation: reserve.id };
	if (chance(5) === 0) return client.ask([{ ...ends, kind: "void" }]);
	await client.ask([{ ...ends, kind: "post", amount: BigInt(1 + chance(drawn)) }]);
}

/** Asks until there is an answer, and remembers it. */
class Client {
	readonly done = new Map<string, Bytes>();
	readonly refused = new Map<string, Bytes>();
	unanswered = 0;
	answered = 0;
	readonly #victim: Victim<LedgerMethods>;

	constructor(victim: Victim<LedgerMethods>) {
		this.#victim = victim;
	}

	async ask(transfers: readonly LedgerTransfer[]): Promise<void> {
		const batch = transfers.map((transfer) => [transfer]);
		const results = await this.patiently((line) => line.call("post", batch));
		for (const [position, { id }] of transfers.entries()) {
			this.answered++;
			(results[position]?.kind === "refused" ? this.refused : this.done).set(toHex(id), id);
		}
	}

	async patiently<T>(
		call: (line: Awaited<ReturnType<Victim<LedgerMethods>["up"]>>) => Promise<T>,
	): Promise<T> {
		for (;;) {
			const line = await this.#victim.up();
			try {
				return await call(line);
			} catch {
				this.unanswered++;
				await pause(20);
			}
		}
	}

	/** What was acknowledged and is not so. */
	async compare(): Promise<readonly string[]> {
		const wrong: string[] = [];
		for (const [answers, expected] of [
			[this.done, true],
			[this.refused, false],
		] as const) {
			const ids = [...answers.values()];
			for (let from = 0; from < ids.length; from += together) {
				const part = ids.slice(from, from + together);
				const found = await this.patiently((line) => line.call("areDone", part));
				for (const [position, id] of part.entries())
					if (found[position] !== expected)
						wrong.push(`${toHex(id)} was ${expected ? "acknowledged and is gone" : "refused and is there"}`);
			}
		}
		return wrong;
	}
}
