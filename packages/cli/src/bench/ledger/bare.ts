/**
 * The bare rows of payments on SQLite: what a ledger must have written of each, in as few statements and commits, and
 * nothing decided, read or looked up.
 */
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { Bytes } from "@tenten/protocol";
import { random } from "../../ecosystem.ts";

const tables = [
	`accounts (id blob NOT NULL PRIMARY KEY, debits_pending bigint, debits_posted bigint, credits_pending bigint,
		credits_posted bigint, entries bigint, changed_at bigint)`,
	`transfers (id blob NOT NULL PRIMARY KEY, kind text, debit blob, credit blob, amount bigint, reservation blob,
		expires_at bigint, reference blob, made_at bigint, ending text)`,
	`entries (account blob NOT NULL, number bigint NOT NULL, transfer blob, side text, pending bigint, posted bigint,
		balance bigint, made_at bigint, PRIMARY KEY (account, number))`,
];

export class BareRows {
	readonly #database: DatabaseSync;
	readonly #accounts: readonly Bytes[];
	#number = 0n;

	constructor(file: string, accounts: readonly Bytes[]) {
		this.#accounts = accounts;
		this.#database = new DatabaseSync(file);
		this.#database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536");
		for (const table of tables) this.#database.exec(`CREATE TABLE ${table}`);
		const insert = this.#database.prepare("INSERT INTO accounts VALUES (?, 0, 0, 0, 0, 0, 0)");
		this.#database.exec("BEGIN");
		for (const id of accounts) insert.run(id);
		this.#database.exec("COMMIT");
	}

	/** Seconds that so many payments took, in two commits for each batch of so many: one that reserves, one that posts. */
	run(payments: number, together: number): number {
		const from_ms = performance.now();
		for (let done = 0; done < payments; done += together) {
			const reserved = Array.from({ length: together }, () => [random(32), ...this.#pair()] as const);
			this.#commit("reserve", reserved);
			this.#commit(
				"post",
				reserved.map(([, debit, credit]) => [random(32), debit, credit] as const),
				reserved.map(([id]) => id),
			);
		}
		return (performance.now() - from_ms) / 1000;
	}

	#pair(): readonly [Bytes, Bytes] {
		const draw = (): Bytes => this.#accounts[Math.floor(Math.random() * this.#accounts.length)] as Bytes;
		return [draw(), draw()];
	}

	#commit(
		kind: string,
		made: readonly (readonly [id: Bytes, debit: Bytes, credit: Bytes])[],
		ended: readonly Bytes[] = [],
	): void {
		const transfer = this.#database.prepare(
			"INSERT INTO transfers VALUES (?, ?, ?, ?, 1, NULL, NULL, NULL, 1, NULL)",
		);
		const entry = this.#database.prepare("INSERT INTO entries VALUES (?, ?, ?, 'debit', 1, 1, 1, 1)");
		const account = this.#database.prepare(
			`UPDATE accounts SET debits_pending = ?, debits_posted = 1, credits_pending = 1, credits_posted = 1,
				entries = 1, changed_at = 1 WHERE id = ?`,
		);
		const end = this.#database.prepare("UPDATE transfers SET ending = 'posted' WHERE id = ?");
		const run = (statement: typeof transfer, ...values: readonly SQLInputValue[]) => statement.run(...values);
		this.#database.exec("BEGIN IMMEDIATE");
		for (const [id, debit, credit] of made) {
			run(transfer, id, kind, debit, credit);
			for (const side of [debit, credit]) {
				this.#number++;
				run(entry, side, this.#number, id);
				run(account, this.#number, side);
			}
		}
		for (const id of ended) run(end, id);
		this.#database.exec("COMMIT");
	}

	close(): void {
		this.#database.close();
	}
}
