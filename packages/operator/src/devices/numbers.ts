/**
 * Numbers that are used once: the places of the status lists, and the numbers of budgets.
 *
 * A copy that takes its operator's place has forgotten some that were given; it goes on beyond them (`losePlaces`).
 */
import { sql } from "kysely";
import { mustWrite, type Transaction } from "../store/store.ts";

type NumberName = "place" | "reset";

const first: Readonly<Record<NumberName, bigint>> = { place: 0n, reset: 1n };

/** The one that is given next. */
export async function nextNumber(transaction: Transaction, name: NumberName): Promise<number> {
	const row = await transaction
		.selectFrom("device_numbers")
		.select("next")
		.where("name", "=", name)
		.executeTakeFirst();
	return Number(row?.next ?? first[name]);
}

/** Gives `number`, which `nextNumber` said in this transaction, and `more` that follow it. */
export async function takeNumber(
	transaction: Transaction,
	name: NumberName,
	number: number,
	more = 0,
): Promise<void> {
	const now = BigInt(number);
	await beginNumbers(transaction, name);
	const { numUpdatedRows } = await transaction
		.updateTable("device_numbers")
		.set({ next: now + 1n + BigInt(more) })
		.where("name", "=", name)
		.where("next", "=", now)
		.executeTakeFirstOrThrow();
	mustWrite(numUpdatedRows, 1);
}

/** Gives the next one, whichever that is: of any number who ask at once, none is overtaken. */
export async function drawNumber(transaction: Transaction, name: NumberName): Promise<number> {
	await beginNumbers(transaction, name);
	const { next } = await transaction
		.updateTable("device_numbers")
		.set({ next: sql`next + 1` })
		.where("name", "=", name)
		.returning("next")
		.executeTakeFirstOrThrow();
	return Number(next) - 1;
}

async function beginNumbers(transaction: Transaction, name: NumberName): Promise<void> {
	await transaction
		.insertInto("device_numbers")
		.values({ name, next: first[name] })
		.onConflict((conflict) => conflict.doNothing())
		.execute();
}
