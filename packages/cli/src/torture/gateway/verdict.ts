/**
 * What was lost or doubled, in words: what devices counted against what the gateway says it has and what the operator's log
 * has of each party.
 */

import type { FogStanding } from "@tenten/operator/fog";
import { type PartyStatement, type StatementLine, toHex } from "@tenten/protocol";
import type { DevicesReport } from "./devices-process.ts";

export type AtTheEnd = {
	readonly reports: readonly DevicesReport[];
	/** of the gateway */
	readonly records: FogStanding["records"];
	/** of every party, of the whole time */
	readonly statements: readonly PartyStatement[];
	/** records in the operator's database */
	readonly rows: number;
	/** minor units that were issued to devices */
	readonly issued: bigint;
};

export function verdict({ reports, records, statements, rows, issued }: AtTheEnd): readonly string[] {
	const wrong = reports.flatMap(({ losses }) => losses);
	const kept = new Set(reports.flatMap((report) => report.kept));
	if (records.kept !== kept.size || records.waiting !== 0 || records.refused !== 0)
		wrong.push(
			`${kept.size} records were left; the gateway has ${records.kept}, of which ${records.waiting} wait and ${records.refused} were refused`,
		);
	for (const side of ["paid", "received"] as const) wrong.push(...ofSide(side, statements, kept));
	if (rows !== kept.size)
		wrong.push(`${kept.size} records were left, ${rows} are in the operator's database`);
	for (const party of new Set(statements.map(({ party }) => toHex(party))))
		for (const side of ["paid", "received"] as const) {
			const own = statements.filter((statement) => toHex(statement.party) === party);
			const said = own.reduce((all, statement) => all + statement[side], 0n);
			const due = reports.reduce((all, report) => all + (report[side].get(party) ?? 0n), 0n);
			if (said !== due) wrong.push(`by its meters party ${party} ${side} ${due}, by its statements ${said}`);
		}
	const sum = (of: (report: DevicesReport) => bigint): bigint =>
		reports.reduce((all, each) => all + of(each), 0n);
	const due = sum((report) => report.due);
	const paid = statements.reduce((all, statement) => all + statement.paid, 0n);
	if (paid !== due) wrong.push(`meters came to ${due}, records to ${paid}`);
	const worth = sum((report) => report.worth);
	if (worth !== issued) wrong.push(`devices have ${worth} of ${issued}`);
	return wrong;
}

const whose = { paid: "who paid", received: "who was paid" } as const;

/** Each record that was left is on one statement of who paid, and on one of who was paid; and no other is on any. */
function ofSide(
	side: StatementLine["side"],
	statements: readonly PartyStatement[],
	kept: ReadonlySet<string>,
): readonly string[] {
	const wrong: string[] = [];
	const there = new Set<string>();
	for (const { record } of statements.flatMap(({ lines }) => lines.filter((line) => line.side === side))) {
		const id = toHex(record);
		if (there.has(id)) wrong.push(`record ${id} is on statements of ${whose[side]} twice`);
		else if (!kept.has(id))
			wrong.push(`record ${id} is on a statement of ${whose[side]}, and was never left`);
		there.add(id);
	}
	for (const id of kept)
		if (!there.has(id)) wrong.push(`record ${id} was left, and is on no statement of ${whose[side]}`);
	return wrong;
}
