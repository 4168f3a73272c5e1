/** Outputs that are frozen, or cleared below one that is: what the next freeze list says, and what is paid by now. */
import {
	type Bytes,
	compareBytes,
	type FreezeEntry,
	Freezes,
	type Frozen,
	type Refusal,
} from "@tenten/protocol";
import { selectIn } from "./sets.ts";
import type { Transaction } from "./store.ts";

/** Whether anything is frozen at all: mostly nothing is, and then no path is looked up. */
async function isAnyFrozen(transaction: Transaction, now: number): Promise<boolean> {
	const row = await transaction
		.selectFrom("frozen_outputs")
		.select("output_id")
		.where("ends_at", ">", now)
		.limit(1)
		.executeTakeFirst();
	return row !== undefined;
}

/**
 * `frozen` where something is on one of these paths, each the outputs from a token's issue to the one that is paid.
 * `now` in unix seconds: what has ended freezes nothing.
 */
export async function refusedFrozen(
	transaction: Transaction,
	{ id, now }: { readonly id: Bytes; readonly now: () => number },
	paths: readonly (readonly Bytes[])[],
): Promise<Refusal | undefined> {
	if (!(await isAnyFrozen(transaction, now()))) return undefined;
	const rows = await selectIn(
		transaction,
		"frozen_outputs",
		"output_id",
		["output_id", "reason", "since", "case_id", "appeal_until", "ends_at"],
		paths.flat(),
	);
	const freezes = freezesOf(
		id,
		rows.filter(({ ends_at }) => Number(ends_at) > now()),
	);
	for (const path of paths) {
		const refusal = freezes.refuseFrozen(id, path);
		if (refusal !== undefined) return refusal;
	}
	return undefined;
}

type Row = {
	readonly output_id: Bytes;
	readonly reason: string;
	readonly since: bigint | number;
	readonly case_id: Bytes;
	readonly appeal_until: bigint | number;
};

function freezesOf(operator: Bytes, rows: readonly Row[]): Freezes {
	return Freezes.none.with({ operator, number: 1, issuedAt: 0, expiresAt: 0, ...frozenIn(rows) });
}

/** The reason of a row that is cleared. */
const clearedReason = "cleared";

function frozenIn(rows: readonly Row[]): Frozen {
	const inOrder = rows.toSorted((a, b) => compareBytes(a.output_id, b.output_id));
	const isCleared = ({ reason }: Row): boolean => reason === clearedReason;
	return {
		entries: inOrder.filter((row) => !isCleared(row)).map(entryOf),
		cleared: inOrder.filter(isCleared).map(({ output_id }) => output_id),
	};
}

function entryOf({ output_id, reason, since, case_id, appeal_until }: Row): FreezeEntry {
	return {
		output: output_id,
		reason: reason as FreezeEntry["reason"],
		since: Number(since),
		case: case_id,
		appealUntil: Number(appeal_until),
	};
}

/** What is frozen and cleared now, in the order of a list. */
export async function frozenNow(transaction: Transaction, now: number): Promise<Frozen> {
	const rows = await transaction
		.selectFrom("frozen_outputs")
		.selectAll()
		.where("ends_at", ">", now)
		.execute();
	return frozenIn(rows);
}

/** Freezes an output until `endsAt`; one that is frozen stays as it is. Whether it was not. */
export async function insertFrozen(
	transaction: Transaction,
	{ output, reason, since, case: case_id, appealUntil }: FreezeEntry,
	endsAt: number,
): Promise<boolean> {
	const inserted = await transaction
		.insertInto("frozen_outputs")
		.values({ output_id: output, reason, since, case_id, appeal_until: appealUntil, ends_at: endsAt })
		.onConflict((conflict) => conflict.doNothing())
		.returning("output_id")
		.execute();
	return inserted.length === 1;
}

/** Clears an output as long as what freezes it lasts. */
export async function insertCleared(transaction: Transaction, output: Bytes, under: Bytes): Promise<void> {
	const frozen = await transaction
		.selectFrom("frozen_outputs")
		.selectAll()
		.where("output_id", "=", under)
		.executeTakeFirst();
	if (frozen === undefined) return;
	await transaction
		.insertInto("frozen_outputs")
		.values({ ...frozen, output_id: output, reason: clearedReason })
		.onConflict((conflict) => conflict.doNothing())
		.execute();
}

export async function deleteFrozen(transaction: Transaction, output: Bytes): Promise<boolean> {
	const gone = await transaction
		.deleteFrom("frozen_outputs")
		.where("output_id", "=", output)
		.where("reason", "<>", clearedReason)
		.returning("output_id")
		.execute();
	return gone.length === 1;
}
