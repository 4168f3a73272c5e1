/** Asset definitions and status lists as they are kept: definitions for ever, of each status list the newest. */
import type { Bytes } from "@tenten/protocol";
import type { Transaction } from "./store.ts";

/** Every definition that was adopted, encoded. */
export async function storedDefinitions(transaction: Transaction): Promise<readonly Bytes[]> {
	const rows = await transaction
		.selectFrom("definitions")
		.select("encoded")
		.orderBy("code")
		.orderBy("version")
		.execute();
	return rows.map(({ encoded }) => encoded);
}

/** Whether it was written: false where a definition of this code and version stands already. */
export async function insertDefinition(
	transaction: Transaction,
	code: string,
	version: number,
	encoded: Bytes,
): Promise<boolean> {
	const inserted = await transaction
		.insertInto("definitions")
		.values({ code, version, encoded })
		.onConflict((conflict) => conflict.doNothing())
		.returning("version")
		.execute();
	return inserted.length === 1;
}

/** The newest status list token of each address. */
export async function storedStatusLists(transaction: Transaction): Promise<readonly string[]> {
	const rows = await transaction.selectFrom("status_lists").select("token").execute();
	return rows.map(({ token }) => token);
}

/** Keeps a token unless a newer one of its address is there. */
export async function keepStatusList(
	transaction: Transaction,
	uri: string,
	issuedAt: number,
	token: string,
): Promise<void> {
	await transaction
		.insertInto("status_lists")
		.values({ uri, issued_at: issuedAt, token })
		.onConflict((conflict) =>
			conflict
				.column("uri")
				.doUpdateSet({ issued_at: issuedAt, token })
				.where("status_lists.issued_at", "<=", issuedAt),
		)
		.execute();
}

/**
 * Takes the turn of whoever issues of an asset next: others wait until this is durable, so that what is counted
 * afterwards holds.
 */
export async function takeTurn(transaction: Transaction, asset: Bytes): Promise<void> {
	await transaction
		.insertInto("issue_turns")
		.values({ asset, turn: 1n })
		.onConflict((conflict) =>
			conflict.column("asset").doUpdateSet((row) => ({ turn: row("issue_turns.turn", "+", 1n) })),
		)
		.execute();
}
