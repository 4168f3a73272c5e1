/**
 * Tables of an operator as they stand: what was written once stays as it was written, and what may change changes
 * one way. `Registry` reads rows that came; here are those that were changed behind it, or taken away.
 */
import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import type { Bytes } from "@tenten/protocol";
import { Violation } from "../violation.ts";

type Row = Readonly<Record<string, unknown>>;

/** How a column may change: written once, where it was null; or to no less than it was. Others never do. */
type May = { readonly fill?: readonly string[]; readonly grow?: readonly string[] };

/** Rows that stay. What is not here: balances, which the books answer for, and what anybody may write (`forgetting.ts`). */
const lasting: Readonly<Record<string, May>> = {
	registry: {},
	issues: { grow: ["paid"] },
	claims: { fill: ["settlement_id", "result"] },
	settlements: {},
	replies: {},
	withdrawals: {},
	lines: {},
	draws: { grow: ["drawn"] },
	case_files: {},
	certificates: {},
	enrolments: {},
	trust_lists: {},
	direct_issues: {},
	direct_proofs: {},
	desks: {},
};

/** Rows that may be let go, and never change while they are there. */
const fixed: Readonly<Record<string, May>> = { releases: {}, rulings: {} };

export class Tables {
	readonly #name: string;
	readonly #database: DatabaseSync;
	readonly #seen = new Map<string, ReadonlyMap<unknown, Row>>();

	constructor(name: string, database: DatabaseSync) {
		this.#name = name;
		this.#database = database;
	}

	/** Compares with the look before. */
	check(): void {
		for (const [table, may] of Object.entries(lasting)) this.#compare(table, may, false);
		for (const [table, may] of Object.entries(fixed)) this.#compare(table, may, true);
	}

	#compare(table: string, may: May, mayGo: boolean): void {
		const before = this.#seen.get(table) ?? new Map<unknown, Row>();
		const now = new Map(this.#rows(table).map((row) => [row["place"], row]));
		this.#seen.set(table, now);
		for (const [place, old] of before) {
			const row = now.get(place);
			if (row === undefined && !mayGo)
				throw new Violation("books", `${this.#name}: a row of ${table} is gone`);
			for (const [column, value] of Object.entries(row === undefined ? {} : old))
				if (!mayBecome(value, row?.[column], column, may))
					throw new Violation("books", `${this.#name}: ${column} of ${table} was changed`);
		}
	}

	#rows(table: string): readonly Row[] {
		return this.#database.prepare(`select rowid as place, * from ${table}`).all() as readonly Row[];
	}

	/** Of all rows of all tables, in whatever order they lie. */
	digest(): Bytes {
		const hash = createHash("sha256");
		const named = this.#database
			.prepare("select name from sqlite_master where type = 'table' order by name")
			.all() as unknown as readonly { readonly name: string }[];
		for (const { name } of named) {
			const rows = this.#database.prepare(`select * from "${name}"`).all() as readonly Row[];
			const texts = rows.map((row) => Object.values(row).map(inText).join()).toSorted();
			hash.update(`${name} ${texts.length}\n${texts.join("\n")}\n`);
		}
		return hash.digest();
	}
}

function mayBecome(before: unknown, after: unknown, column: string, { fill = [], grow = [] }: May): boolean {
	if (before === null && fill.includes(column)) return true;
	if (grow.includes(column)) return (after as bigint) >= (before as bigint);
	return inText(before) === inText(after);
}

function inText(value: unknown): string {
	return value instanceof Uint8Array
		? Buffer.from(value.buffer, value.byteOffset, value.length).toString("latin1")
		: String(value);
}
