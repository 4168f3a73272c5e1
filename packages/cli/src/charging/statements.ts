/**
 * Monthly statements of every party, of money and of energy, each line held against the log.
 *
 * A statement is signed by nobody: its lines are believed since the log proves each, under a checkpoint that the log's
 * key signed. So that is what is done here, for every line.
 */
import { verify } from "@tenten/module";
import type { BankDesk, Sealer } from "@tenten/operator";
import {
	type Bytes,
	equalBytes,
	isRefusal,
	type LogKeys,
	leafHash,
	type PartyStatement,
	readPartyStatement,
	type StatementLine,
	serializeLeaf,
	serializePartyStatement,
	verifyLoggedProof,
} from "@tenten/protocol";
import { must } from "../ecosystem.ts";
import type { Month } from "./months.ts";
import type { Parties } from "./parties.ts";

export type StatementSums = {
	/** minor units, or watt-hours */
	readonly paid: bigint;
	readonly received: bigint;
	readonly statements: number;
	/** lines, each proved by the log */
	readonly lines: number;
};

export type StatementSource = {
	readonly desk: BankDesk;
	readonly sealer: Sealer;
	readonly log: LogKeys;
	readonly parties: Parties;
	readonly months: readonly Month[];
	/** told of each statement that has a line */
	readonly kept: (name: string, encoded: Bytes) => void;
};

/** What everybody's statements of an asset add up to. */
export async function sumStatements(source: StatementSource, asset: Bytes): Promise<StatementSums> {
	const { desk, parties, months, kept } = source;
	let sums: StatementSums = { paid: 0n, received: 0n, statements: 0, lines: 0 };
	// A line stands on two statements, and is proved once.
	const proved = new Set<string>();
	for (const { name: month, from, until } of months)
		for (const { id: party, name } of parties.all) {
			const made: PartyStatement = must(await desk.statement({ party, asset, from, until }));
			if (made.lines.length === 0) continue;
			const encoded = serializePartyStatement(made);
			const { lines, paid, received } = must(readPartyStatement(encoded));
			for (const line of lines) await prove(source, line, proved);
			kept(`${month}-${name.replaceAll(/[^A-Za-z0-9]+/g, "-")}`, encoded);
			sums = {
				paid: sums.paid + paid,
				received: sums.received + received,
				statements: sums.statements + 1,
				lines: sums.lines + lines.length,
			};
		}
	return sums;
}

async function prove(
	{ sealer, log }: StatementSource,
	line: StatementLine,
	proved: Set<string>,
): Promise<void> {
	const key = Buffer.from(line.record).toString("hex");
	if (proved.has(key)) return;
	proved.add(key);
	const file = must(await sealer.item("records", line.record));
	const shown = verifyLoggedProof(file, log, verify);
	if (isRefusal(shown)) throw new Error(`the log does not prove a line: ${shown.code}`);
	const { proved: what, index } = shown;
	const isIt =
		what.kind === "item" &&
		what.batch.kind === "records" &&
		equalBytes(what.item.owner, line.record) &&
		what.item.amount === line.amount &&
		index === line.place &&
		equalBytes(leafHash(serializeLeaf({ kind: "batch", batch: what.batch })), line.batch);
	if (!isIt) throw new Error("the log proves another line");
}
