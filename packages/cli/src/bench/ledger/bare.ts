/**
 * The bare rows of payments on SQLite: what a ledger must have written of each, in as few statements and commits, and
 * nothing decided, read or looked up.
 *
 * The fewest that the job needs: a row for each transfer, in the order of its id, by which it is done once, with what it
 * entered on both sides; a look-up of what ended; and each account's sums once a commit.
 */
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { Bytes } from "@tenten/protocol";
import { timedId } from "./timed-id.ts";

const tables = [
	`accounts (id blob NOT NULL PRIMARY KEY, debits_pending bigint, debits_posted bigint, credits_pending bigint,
		credits_posted bigint, entries bigint, changed_at bigint)`,
	`transfers (id blob NOT NULL PRIMARY KEY, kind text, debit blob, credit blob, amount bigint, reservation blob,
		expires_at bigint, reference blob, made_at bigint, debit_number bigint, debit_balance bigint,
		debit_before blob, credit_number bigint, credit_balance bigint, credit_before blob)`,
];

type Made = readonly [id: Bytes, debit: Bytes, credit: Bytes, reservation: Bytes | null];

export class BareRows {
	readonly #database: DatabaseSync;
	readonly #accounts: readonly Bytes[];
	#number = 0n;

	constructor(file: string, accounts: readonly Bytes[]) {
		this.#accounts = accounts;
		this.#database = new DatabaseSync(file);
		this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536");
		for (const table of tables) this.#database.exec(`CREATE TABLE ${table}`);
		this.#database.exec("CREATE INDEX ended ON transfers (reservation) WHERE reservation IS NOT NULL");
		const insert = this.#database.prepare("INSERT INTO accounts VALUES (?, 0, 0, 0, 0, 0, 0)");
		this.#database.exec("BEGIN");
		for (const id of accounts) insert.run(id);
		this.#database.exec("COMMIT");
	}

	/** Seconds that so many payments took, in two commits for each batch of so many: one that reserves, one that posts. */
	run(payments: number, together: number): number {
		const from_ms = performance.now();
		for (let done = 0; done < payments; done += together) {
			const reserved = Array.from({ length: together }, () => [timedId(), ...this.#pair(), null] as const);
			this.#commit("reserve", reserved);
			this.#commit(
				"post",
				reserved.map(([id, debit, credit]) => [timedId(), debit, credit, id] as const),
			);
		}
		return (performance.now() - from_ms) / 1000;
	}

	#pair(): readonly [Bytes, Bytes] {
		const draw = (): Bytes => this.#accounts[Math.floor(Math.random() * this.#accounts.length)] as Bytes;
		return [draw(), draw()];
	}

	#commit(kind: string, made: readonly Made[]): void {
		const transfer = this.#database.prepare(
			"INSERT INTO transfers VALUES (?, ?, ?, ?, 1, ?, NULL, NULL, 1, ?, 1, ?, ?, 1, ?)",
		);
		const account = this.#database.prepare(
			`UPDATE accounts SET debits_pending = ?, debits_posted = 1, credits_pending = 1, credits_posted = 1,
				entries = 1, changed_at = 1 WHERE id = ?`,
		);
		const run = (statement: typeof transfer, ...values: readonly SQLInputValue[]) => statement.run(...values);
		const changed = new Set<Bytes>();
		this.#database.exec("BEGIN IMMEDIATE");
		for (const [id, debit, credit, reservation] of made) {
			this.#number++;
			run(transfer, id, kind, debit, credit, reservation, this.#number, debit, this.#number, credit);
			changed.add(debit).add(credit);
		}
		for (const one of changed) run(account, this.#number, one);
		this.#database.exec("COMMIT");
	}

	close(): void {
		this.#database.close();
	}
}
