/** The ceiling of an asset: how much of it may be in circulation at once, by its definition and its licence. */
import { assetHash, type Bytes, type Refusal, refuse } from "@tenten/protocol";
import { sql } from "kysely";
import type { OperatorContext } from "./context.ts";
import { takeTurn } from "./store/definitions.ts";
import type { Transaction } from "./store/store.ts";

/** Why `more` minor units cannot come into circulation in this transaction; undefined where they can. */
export async function ceilingRefusal(
	transaction: Transaction,
	{ id, definitions }: OperatorContext,
	code: string,
	more: bigint,
): Promise<Refusal | undefined> {
	const ceiling = definitions.ceiling(code);
	if (ceiling === undefined) return undefined;
	const asset = assetHash({ operator: id, code });
	await takeTurn(transaction, asset);
	const circulating = await circulatingOf(transaction, asset);
	return circulating + more > ceiling
		? refuse("limit-exceeded", `${circulating} of ${ceiling} are in circulation`)
		: undefined;
}

/** What was issued and has not come back. Books of what came back hold it as negative. */
async function circulatingOf(transaction: Transaction, asset: Bytes): Promise<bigint> {
	const { sum } = await transaction
		.selectFrom("balances")
		.select(sql<bigint>`cast(coalesce(sum(amount), 0) as bigint)`.as("sum"))
		.where("asset", "=", asset)
		.where("book", "in", ["issued", "redeemed", "refunded", "burned"])
		.executeTakeFirstOrThrow();
	return sum;
}
