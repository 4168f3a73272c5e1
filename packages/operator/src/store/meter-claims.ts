/** What payees claimed of meters by their deepest preimage: one claim a meter, the deepest, until it is paid. */
import {
	type Bytes,
	isRefusal,
	parse,
	type SignedStatement,
	serialize,
	signedStatement,
} from "@tenten/protocol";
import type { Transaction } from "./store.ts";

export type KeptClaim = { readonly ticks: number; readonly statement: SignedStatement };

/** Bytes of the longest statement. */
const longest = 4096;

export async function claimOn(
	transaction: Transaction,
	issue: Bytes,
	meter: Bytes,
): Promise<KeptClaim | undefined> {
	const row = await transaction
		.selectFrom("meter_claims")
		.select(["ticks", "statement"])
		.where("issue_id", "=", issue)
		.where("meter", "=", meter)
		.executeTakeFirst();
	if (row === undefined) return undefined;
	const statement = parse(signedStatement, row.statement, longest);
	if (isRefusal(statement)) throw new Error("a stored claim on a meter that cannot be read");
	return { ticks: Number(row.ticks), statement };
}

/** The claim that stands: this one, unless another goes as deep. */
export async function keepClaim(
	transaction: Transaction,
	issue: Bytes,
	meter: Bytes,
	{ ticks, statement }: KeptClaim,
): Promise<KeptClaim> {
	const kept = { ticks: BigInt(ticks), statement: serialize(signedStatement, statement) };
	await transaction
		.insertInto("meter_claims")
		.values({ issue_id: issue, meter, ...kept })
		.onConflict((conflict) =>
			conflict.columns(["issue_id", "meter"]).doUpdateSet(kept).where("meter_claims.ticks", "<", kept.ticks),
		)
		.execute();
	return (await claimOn(transaction, issue, meter)) as KeptClaim;
}
