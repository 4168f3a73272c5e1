/** Proposals of freezes, and appeals against them: each until two people have said the same. */
import type { AppealVerdict, Bytes, FreezeEntry } from "@tenten/protocol";
import type { FreezeTables } from "./schema-freezes.ts";
import type { Transaction } from "./store.ts";

export type Proposal = {
	readonly output: Bytes;
	readonly act: "freeze" | "lift";
	readonly reason: FreezeEntry["reason"];
	readonly case: Bytes;
	readonly appealSeconds: number;
	/** as in the audit log */
	readonly actor: string;
	/** unix seconds */
	readonly proposedAt: number;
};

export async function insertProposal(transaction: Transaction, proposal: Proposal): Promise<void> {
	const { output, act, reason, appealSeconds, actor, proposedAt } = proposal;
	const values = {
		act,
		reason,
		case_id: proposal.case,
		appeal_seconds: appealSeconds,
		actor,
		proposed_at: proposedAt,
	};
	await transaction
		.insertInto("freeze_proposals")
		.values({ output_id: output, ...values })
		.onConflict((conflict) => conflict.column("output_id").doUpdateSet(values))
		.execute();
}

export async function proposalOf(transaction: Transaction, output: Bytes): Promise<Proposal | undefined> {
	const row = await transaction
		.selectFrom("freeze_proposals")
		.selectAll()
		.where("output_id", "=", output)
		.executeTakeFirst();
	return row && readProposal(row);
}

/** A page by output, after this one. */
export async function proposalsAfter(
	transaction: Transaction,
	after: Bytes,
	most: number,
): Promise<readonly Proposal[]> {
	const rows = await transaction
		.selectFrom("freeze_proposals")
		.selectAll()
		.where("output_id", ">", after)
		.orderBy("output_id")
		.limit(most)
		.execute();
	return rows.map(readProposal);
}

function readProposal(row: FreezeTables["freeze_proposals"]): Proposal {
	return {
		output: row.output_id,
		act: row.act as Proposal["act"],
		reason: row.reason as Proposal["reason"],
		case: row.case_id,
		appealSeconds: Number(row.appeal_seconds),
		actor: row.actor,
		proposedAt: Number(row.proposed_at),
	};
}

export async function deleteProposal(transaction: Transaction, output: Bytes): Promise<void> {
	await transaction.deleteFrom("freeze_proposals").where("output_id", "=", output).execute();
}

export type Appeal = {
	readonly id: Bytes;
	readonly frozen: Bytes;
	readonly output: Bytes;
	readonly encoded: Bytes;
	/** unix seconds */
	readonly receivedAt: number;
	/** what one person said of it, and who; with an outcome, what was decided */
	readonly verdict: AppealVerdict | null;
	readonly actor: string | null;
	/** encoded */
	readonly outcome: Bytes | null;
};

type Row = {
	readonly appeal_id: Bytes;
	readonly frozen: Bytes;
	readonly output_id: Bytes;
	readonly encoded: Bytes;
	readonly received_at: bigint | number;
	readonly verdict: string | null;
	readonly actor: string | null;
	readonly outcome: Bytes | null;
};

function read(row: Row | undefined): Appeal | undefined {
	return (
		row && {
			id: row.appeal_id,
			frozen: row.frozen,
			output: row.output_id,
			encoded: row.encoded,
			receivedAt: Number(row.received_at),
			verdict: row.verdict as Appeal["verdict"],
			actor: row.actor,
			outcome: row.outcome,
		}
	);
}

export async function appealOf(transaction: Transaction, id: Bytes): Promise<Appeal | undefined> {
	return read(
		await transaction.selectFrom("appeals").selectAll().where("appeal_id", "=", id).executeTakeFirst(),
	);
}

export async function appealAgainst(
	transaction: Transaction,
	frozen: Bytes,
	output: Bytes,
): Promise<Appeal | undefined> {
	return read(
		await transaction
			.selectFrom("appeals")
			.selectAll()
			.where("frozen", "=", frozen)
			.where("output_id", "=", output)
			.executeTakeFirst(),
	);
}

/** How many against one freeze are not decided. */
export async function openAppeals(transaction: Transaction, frozen: Bytes): Promise<number> {
	const row = await transaction
		.selectFrom("appeals")
		.select(({ fn }) => fn.countAll().as("count"))
		.where("frozen", "=", frozen)
		.where("outcome", "is", null)
		.executeTakeFirstOrThrow();
	return Number(row.count);
}

export async function insertAppeal(
	transaction: Transaction,
	{
		id,
		frozen,
		output,
		encoded,
		receivedAt,
	}: Pick<Appeal, "id" | "frozen" | "output" | "encoded" | "receivedAt">,
): Promise<void> {
	const nobody = { verdict: null, actor: null, outcome: null };
	await transaction
		.insertInto("appeals")
		.values({ appeal_id: id, frozen, output_id: output, encoded, received_at: receivedAt, ...nobody })
		.execute();
}

export async function keepVerdict(
	transaction: Transaction,
	id: Bytes,
	verdict: AppealVerdict,
	actor: string,
): Promise<void> {
	await transaction
		.updateTable("appeals")
		.set({ verdict, actor })
		.where("appeal_id", "=", id)
		.where("outcome", "is", null)
		.execute();
}

/** Whether it was written: once, and only while the verdict stands. */
export async function keepOutcome(
	transaction: Transaction,
	id: Bytes,
	verdict: AppealVerdict,
	outcome: Bytes,
): Promise<boolean> {
	const written = await transaction
		.updateTable("appeals")
		.set({ outcome })
		.where("appeal_id", "=", id)
		.where("verdict", "=", verdict)
		.where("outcome", "is", null)
		.returning("appeal_id")
		.execute();
	return written.length === 1;
}

/** A page by id, after this one. */
export async function appealsAfter(
	transaction: Transaction,
	after: Bytes,
	most: number,
): Promise<readonly Appeal[]> {
	const rows = await transaction
		.selectFrom("appeals")
		.selectAll()
		.where("appeal_id", ">", after)
		.orderBy("appeal_id")
		.limit(most)
		.execute();
	return rows.flatMap((row) => read(row) ?? []);
}
