/**
 * Tokens that a gateway keeps, so that whoever answers for a device that is lost has what to claim.
 *
 *   handed in ──▶ present ──a token that was made of it is handed in──▶ gone
 *                    ├──after its time─────────────────────────────────▶ gone
 *                    └──its device's room is full, and its time is over first──▶ gone
 *
 * Whoever hands a token in need not be its owner, so what is kept is bounded by what was issued. Of what is present no
 * token is made of another: together they are no more than their issue, unless somebody signed twice. Who does that could
 * make tokens without end out of one; what would be more than was issued is refused, and nothing is kept of it.
 */
import { type Bytes, type Refusal, refuse, toHex } from "@tenten/protocol";
import { bytesOf } from "../witness/database.ts";

export type NewToken = {
	/** its present output */
	readonly output: Bytes;
	readonly encoded: Bytes;
	/** minor units */
	readonly amount: bigint;
	/** ids of all outputs that its links consumed */
	readonly inputs: readonly Bytes[];
	/** id of its issue, and of how much that was */
	readonly issue: { readonly id: Bytes; readonly amount: bigint };
	/** key id of its owner, and of who answers for that */
	readonly device: Bytes;
	readonly party: Bytes;
	/** unix seconds: redeem until and two graces, from when on its party may claim it */
	readonly claimableAt: number;
};

/** `token`: encoded. */
export type KeptToken = { readonly output: Bytes; readonly token: Bytes };

/** Statements within a transaction that is open. */
export type Statements = {
	readonly get: (
		sql: string,
		...values: readonly (Bytes | number | string)[]
	) => Record<string, unknown> | undefined;
	readonly run: (sql: string, ...values: readonly (Bytes | number | bigint | string | null)[]) => void;
	readonly all: (sql: string, ...values: readonly (Bytes | number)[]) => readonly Record<string, unknown>[];
};

/** tokens of one device */
export const tokensMost = 1_024;

/** Tables of version 3. */
export const tokenTables = `
	create table token (
		output blob primary key check (length(output) = 32),
		issue blob not null check (length(issue) = 32),
		device blob not null check (length(device) = 32),
		party blob not null check (length(party) = 32),
		amount integer not null check (amount > 0),
		encoded blob not null,
		claimable_at integer not null
	) strict;
	create index token_issue on token (issue, amount);
	create index token_party on token (device, party, output);
	create index token_device on token (device, claimable_at, output);
	create index token_claimable on token (claimable_at);
	create table token_input (
		input blob not null check (length(input) = 32),
		output blob not null references token (output) on delete cascade,
		primary key (input, output)
	) strict, without rowid;
	create index token_input_output on token_input (output);
	alter table tally add column tokens integer not null default 0;
	create trigger token_came after insert on token
	begin update tally set tokens = tokens + 1; end;
	create trigger token_went after delete on token
	begin update tally set tokens = tokens - 1; end;
`;

export const tokenQuestions = {
	ofParty:
		"select output, encoded from token where device = ? and party = ? and output > ? order by output limit ?",
	forgetTokens:
		"delete from token where rowid in (select rowid from token where claimable_at < ? order by claimable_at limit ?)",
} as const;

/** Places all of them, or the first that is refused, and then the caller undoes what was written. */
export function placeTokens(sql: Statements, tokens: readonly NewToken[]): Refusal | undefined {
	const isNew = new Set(tokens.map(({ output }) => toHex(output)));
	for (const token of tokens) {
		const refusal = placeToken(sql, token, isNew);
		if (refusal !== undefined) return refusal;
	}
	return undefined;
}

function placeToken(
	{ get, run, all }: Statements,
	token: NewToken,
	isNew: ReadonlySet<string>,
): Refusal | undefined {
	const { output, issue, device, party, amount, encoded, inputs, claimableAt } = token;
	if (get("select 1 from token where output = ?", output) !== undefined) return undefined;
	// Its owner spent it: what was made of it is here.
	if (get("select 1 from token_input where input = ?", output) !== undefined) return undefined;
	for (const input of inputs) run("delete from token where output = ?", input);
	const present = get(
		"select cast(coalesce(sum(amount), 0) as text) as sum from token where issue = ?",
		issue.id,
	);
	if (BigInt(`${present?.["sum"]}`) + amount > issue.amount)
		return refuse("sum-mismatch", "more than was issued: somebody signed twice");
	const room = get("select count(*) as count from token where device = ?", device);
	if (Number(room?.["count"]) >= tokensMost) {
		const first = all(
			"select output from token where device = ? order by claimable_at, output limit ?",
			device,
			isNew.size + 1,
		).find((row) => !isNew.has(toHex(bytesOf(row["output"]))));
		if (first !== undefined) run("delete from token where output = ?", bytesOf(first["output"]));
	}
	run(
		"insert into token (output, issue, device, party, amount, encoded, claimable_at) values (?, ?, ?, ?, ?, ?, ?)",
		...[output, issue.id, device, party, amount, encoded, claimableAt],
	);
	for (const input of inputs) run("insert into token_input (input, output) values (?, ?)", input, output);
	return undefined;
}

/** Tokens of a device, of this party, by ascending output, those after `after`. */
export function tokensOfParty(
	{ all }: Pick<Statements, "all">,
	of: { readonly device: Bytes; readonly party: Bytes; readonly after: Bytes | null },
	most: number,
): readonly KeptToken[] {
	const { device, party, after } = of;
	return all(tokenQuestions.ofParty, device, party, after ?? new Uint8Array(), most).map((row) => ({
		output: bytesOf(row["output"]),
		token: bytesOf(row["encoded"]),
	}));
}
