/**
 * A ledger over a store: what waits together is decided and committed together.
 *
 *   asked ──▶ gathered ──▶ read, decided, written in one transaction ──▶ durable ──▶ answered
 *
 * One batch is under way at a time: the next is gathered meanwhile, so that a disk sync serves all who wait for it.
 * Several processes may share one database; where two change an account at once, the second decides again.
 */
import type {
	AccountTerms,
	Bytes,
	KeptTransfer,
	LedgerAccount,
	LedgerRows,
	LinkedTransfers,
	OpeningResult,
	TransferResult,
} from "@tenten/protocol";
import { Gatherer } from "../gatherer.ts";
import { openStore } from "../store/open-store.ts";
import { isWorthSplitting, type Job, Overtaken, type Store, type StoreOptions } from "../store/store.ts";
import { examineLedger, type LedgerFindings } from "./examine.ts";
import { examineReservations } from "./examine-reservations.ts";
import { entriesAfter, type HistoryLine, type Statement, statementOf } from "./history.ts";
import { transfersAmong } from "./journal.ts";
import { KeptRows, nothingKnown } from "./known-rows.ts";
import { expireIn, openAccountsIn, postKnowing } from "./posting.ts";
import { accountsAmong } from "./rows.ts";

/** transfers of one transaction; one batch that has more is one all the same */
const together = 2_000;

export type LedgerOptions = {
	/** unix seconds */
	readonly now: () => number;
	readonly random: (length: number) => Bytes;
};

export class Ledger {
	readonly #store: Store;
	readonly #options: LedgerOptions;
	readonly #known = new KeptRows();
	readonly #gatherer: Gatherer<readonly LinkedTransfers[], readonly TransferResult[]>;

	constructor(store: Store, options: LedgerOptions) {
		this.#store = store;
		this.#options = options;
		this.#gatherer = new Gatherer((batches) => this.#post(batches), {
			most: together,
			weigh: (batch) => batch.reduce((sum, linked) => sum + linked.length, 0),
			abreast: 1,
			isWorthSplitting,
			pause: async () => {},
		});
	}

	/** Over a file, `:memory:` or a `postgres://` address, whose tables are brought to what this code knows. */
	static async over(database: string, options: LedgerOptions & StoreOptions): Promise<Ledger> {
		return new Ledger(await openStore(database, options), options);
	}

	/** Waits for what was begun, then lets go of its store. */
	close(): Promise<void> {
		return this.#store.close();
	}

	/** Opens accounts; one result each, in their order. */
	open(accounts: readonly AccountTerms[]): Promise<readonly OpeningResult[]> {
		return this.#store.run((transaction) => openAccountsIn(transaction, accounts, this.#options.now()));
	}

	/** Does a batch; one result a transfer, in their order, once all of it is durable. */
	post(batch: readonly LinkedTransfers[]): Promise<readonly TransferResult[]> {
		return this.#gatherer.ask(batch);
	}

	async #post(
		batches: readonly (readonly LinkedTransfers[])[],
	): Promise<readonly (readonly TransferResult[])[]> {
		const results = (await this.#decide(batches.flat())).values();
		return batches.map((batch) => batch.flat().flatMap(() => results.next().value ?? []));
	}

	/** On the rows as they were left here, the first time: another writer is seldom in between. */
	async #decide(batch: readonly LinkedTransfers[]): Promise<readonly TransferResult[]> {
		let known: LedgerRows = this.#known;
		const job: Job<Awaited<ReturnType<typeof postKnowing>>> = (transaction) => {
			const rows = known;
			known = nothingKnown;
			return postKnowing(transaction, batch, this.#options.now(), rows);
		};
		const run = () => this.#store.run(job);
		try {
			const { decision, isFresh } = await run().catch((error: unknown) => {
				// SQLite runs a job that was overtaken no second time: it has one writer, who did not read.
				if (!(error instanceof Overtaken)) throw error;
				this.#known.forget();
				return run();
			});
			this.#known.keep(decision.changes, isFresh);
			return decision.results;
		} catch (error) {
			this.#known.forget();
			throw error;
		}
	}

	/** Ends every reservation whose time limit is over; answers how many. */
	async expire(): Promise<number> {
		const { now, random } = this.#options;
		for (let ended = 0; ; ) {
			const more = await this.#store.run((transaction) => expireIn(transaction, now(), random));
			if (more === 0) return ended;
			ended += more;
		}
	}

	account(id: Bytes): Promise<LedgerAccount | undefined> {
		return this.#read(async (transaction) => (await accountsAmong(transaction, [id]))[0]);
	}

	transfer(id: Bytes): Promise<KeptTransfer | undefined> {
		return this.#read(async (transaction) => (await transfersAmong(transaction, [id]))[0]);
	}

	/** A page of an account's entries after this number, oldest first. */
	entries(account: Bytes, after: number, length: number): Promise<readonly HistoryLine[]> {
		return this.#read((transaction) => entriesAfter(transaction, account, after, length));
	}

	/** undefined: there is no such account. Times in unix seconds. */
	statement(account: Bytes, from: number, until: number): Promise<Statement | undefined> {
		return this.#read((transaction) => statementOf(transaction, account, from, until));
	}

	/** Counts everything anew. */
	examine(): Promise<LedgerFindings> {
		return this.#read(async (transaction) => {
			const findings = await examineLedger(transaction);
			const { broken } = await examineReservations(transaction, this.#options.now());
			return { ...findings, broken: [...findings.broken, ...broken] };
		});
	}

	#read<T>(job: Job<T>): Promise<T> {
		return this.#store.read(job);
	}
}
