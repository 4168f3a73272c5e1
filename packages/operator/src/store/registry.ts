/** The spend registry's rows, and how much of each issue was paid. Every row is written at most once. */
import { type Bytes, compareBytes, type RegistryRow } from "@tenten/protocol";
import { consumedEffects, noteEffects } from "../sealing/effects.ts";
import { insertNew } from "./insert-new.ts";
import type { Transaction } from "./store.ts";

/** What is stored of these outputs of one issue. */
export async function storedRows(
	transaction: Transaction,
	issue: Bytes,
	rows: readonly RegistryRow[],
): Promise<readonly RegistryRow[]> {
	const found = await transaction
		.selectFrom("registry")
		.select(["output_id", "consumer", "consumed"])
		.where("issue_id", "=", issue)
		.where(
			"output_id",
			"in",
			rows.map(({ output }) => output),
		)
		.execute();
	return found.map(({ output_id, consumer, consumed }) => ({ output: output_id, consumer, consumed }));
}

/** Every row there is, so many at once, in the order of its key: any other would sort all of them for each page. */
export async function* registryPages(
	transaction: Transaction,
	size: number,
): AsyncGenerator<readonly Pick<RegistryRow, "output" | "consumer">[]> {
	for (
		let last: readonly [issue: Bytes, output: Bytes] | null = [new Uint8Array(), new Uint8Array()];
		last;
	) {
		const [issue, output]: readonly [Bytes, Bytes] = last;
		const rows: readonly { issue_id: Bytes; output_id: Bytes; consumer: Bytes }[] = await transaction
			.selectFrom("registry")
			.select(["issue_id", "output_id", "consumer"])
			.where(({ eb, refTuple, tuple }) => eb(refTuple("issue_id", "output_id"), ">", tuple(issue, output)))
			.orderBy(["issue_id", "output_id"])
			.limit(size)
			.execute();
		yield rows.map(({ output_id, consumer }) => ({ output: output_id, consumer }));
		const end = rows.length < size ? undefined : rows.at(-1);
		last = end === undefined ? null : [end.issue_id, end.output_id];
	}
}

/** Writes rows that were seen to be missing; in the order of their keys, so that writers never deadlock. */
export async function insertRows(
	transaction: Transaction,
	issue: Bytes,
	rows: readonly RegistryRow[],
): Promise<void> {
	const sorted = rows.toSorted((a, b) => compareBytes(a.output, b.output));
	await insertNew(
		transaction,
		"registry",
		sorted.map(({ output, consumer, consumed }) => ({
			issue_id: issue,
			output_id: output,
			consumer,
			consumed,
		})),
	);
	await noteEffects(transaction, () => consumedEffects(rows));
}

/** Until the transaction ends, nobody else who takes this issue goes on. */
export async function takeIssue(transaction: Transaction, issue: Bytes): Promise<void> {
	await transaction
		.updateTable("issues")
		.set((row) => ({ paid: row.ref("paid") }))
		.where("issue_id", "=", issue)
		.execute();
}

/** Whether `amount` more of the issue was free to be paid, and now is. */
export async function takeFromIssue(
	transaction: Transaction,
	issue: Bytes,
	amount: bigint,
): Promise<boolean> {
	const { numUpdatedRows } = await transaction
		.updateTable("issues")
		.set((row) => ({ paid: row("paid", "+", amount) }))
		.where("issue_id", "=", issue)
		.where((row) => row(row("issued", "-", row.ref("paid")), ">=", amount))
		.executeTakeFirst();
	return numUpdatedRows === 1n;
}
