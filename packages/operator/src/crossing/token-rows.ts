/**
 * Tokens on either side of payments across operators, as rows: what a gateway takes in for a payment, and what it
 * hands out to a request. The messages are kept as they came: asked again, the gateway says the same.
 *
 *   in     asked ─▶ held ─▶ owned ─▶ kept (the payment is committed) or back (it is over without a commit)
 *   out    open, or back where it is a payer's own ─▶ paid, or renewed: a fresh request has its money, and is back
 */
import type { Bytes } from "@tenten/protocol";
import type { Bundle } from "@tenten/protocol/rail";
import { insertMissing } from "../store/sets.ts";
import { mustWrite, type Transaction } from "../store/store.ts";

/**
 * `asked`: the gateway's request is there. `held`: its module holds them, locked by the payer's module. `owned`: the payer
 * released them. `kept`: they paid for a commit. `back`: as much is on the account of the payer's own request.
 */
export type InState = "asked" | "held" | "owned" | "kept" | "back";

export type TokensIn = {
	readonly transfer: Bytes;
	readonly state: InState;
	/** digest of the gateway's request, and the messages that ask for it */
	readonly request: Bytes;
	readonly asks: Bundle;
	/** what the gateway's module says to hold; empty before it does */
	readonly receipt: Bundle;
	/** the account of the payer's own request, by which it has its value back after a late release */
	readonly back: Bytes;
};

export async function tokensInOf(transaction: Transaction, transfer: Bytes): Promise<TokensIn | undefined> {
	const row = await transaction
		.selectFrom("crossing_tokens_in")
		.selectAll()
		.where("transfer_id", "=", transfer)
		.executeTakeFirst();
	if (row === undefined) return undefined;
	const { request, back, state } = row;
	const [asks, receipt] = [bundleIn(row.asks), bundleIn(row.receipt)];
	return { transfer, request, asks, receipt, back, state: state as InState };
}

/** The first that is kept for a payment is the one. */
export async function insertTokensIn(transaction: Transaction, tokens: TokensIn): Promise<TokensIn> {
	const { transfer, state, request, asks, receipt, back } = tokens;
	const texts = { asks: JSON.stringify(asks), receipt: JSON.stringify(receipt) };
	await insertMissing(transaction, "crossing_tokens_in", [
		{ transfer_id: transfer, state, request, back, ...texts },
	]);
	return (await tokensInOf(transaction, transfer)) as TokensIn;
}

/** From the state that was read: another writer's step is not undone. */
export async function changeTokensIn(
	transaction: Transaction,
	{ transfer, state: before }: TokensIn,
	{ state, receipt }: { readonly state: InState; readonly receipt?: Bundle },
): Promise<void> {
	const { numUpdatedRows } = await transaction
		.updateTable("crossing_tokens_in")
		.set({ state, ...(receipt === undefined ? {} : { receipt: JSON.stringify(receipt) }) })
		.where("transfer_id", "=", transfer)
		.where("state", "=", before)
		.executeTakeFirst();
	mustWrite(numUpdatedRows, 1);
}

/** Of those that the gateway owns and that neither paid nor went back; the payments' ids that come after one. */
export async function ownedTokens(
	transaction: Transaction,
	after: Bytes,
	most: number,
): Promise<readonly Bytes[]> {
	const rows = await transaction
		.selectFrom("crossing_tokens_in")
		.select("transfer_id")
		.where("state", "=", "owned")
		.where("transfer_id", ">", after)
		.orderBy("transfer_id")
		.limit(most)
		.execute();
	return rows.map(({ transfer_id }) => transfer_id);
}

/** A request that the gateway pays with what is credited to the account of its digest. */
export type TokensOut = {
	readonly account: Bytes;
	/**
	 * `back`: it is a payer's own, or took another's place, and nobody pays it but the gateway. `renewed`: another took its
	 * place, and its money
	 */
	readonly state: "open" | "back" | "paid" | "renewed";
	/** hash of the asset */
	readonly asset: Bytes;
	readonly amount: bigint;
	readonly memo: string;
	/** unix seconds */
	readonly expiresAt: number;
	readonly asks: Bundle;
};

export async function tokensOutOf(transaction: Transaction, account: Bytes): Promise<TokensOut | undefined> {
	const row = await transaction
		.selectFrom("crossing_tokens_out")
		.selectAll()
		.where("account_id", "=", account)
		.executeTakeFirst();
	if (row === undefined) return undefined;
	const { asset, amount, memo, state, expires_at } = row;
	const asks = bundleIn(row.asks);
	return {
		account,
		asset,
		amount,
		memo,
		asks,
		state: state as TokensOut["state"],
		expiresAt: Number(expires_at),
	};
}

export async function insertTokensOut(transaction: Transaction, tokens: TokensOut): Promise<void> {
	const { account, state, asset, amount, memo, expiresAt, asks } = tokens;
	const row = { state, asset, amount, memo, asks: JSON.stringify(asks), expires_at: expiresAt };
	await insertMissing(transaction, "crossing_tokens_out", [{ account_id: account, ...row }]);
}

/** Of requests that wait for their money, or for its hand-over. */
const waiting: readonly TokensOut["state"][] = ["open", "back"];

export function noteHandedOut(transaction: Transaction, account: Bytes): Promise<void> {
	return endTokensOut(transaction, account, "paid");
}

export function noteRenewed(transaction: Transaction, account: Bytes): Promise<void> {
	return endTokensOut(transaction, account, "renewed");
}

/** Of the two ends a request has one, once. */
async function endTokensOut(
	transaction: Transaction,
	account: Bytes,
	state: "paid" | "renewed",
): Promise<void> {
	const { numUpdatedRows } = await transaction
		.updateTable("crossing_tokens_out")
		.set({ state })
		.where("account_id", "=", account)
		.where("state", "in", waiting)
		.executeTakeFirst();
	mustWrite(numUpdatedRows, 1);
}

/** Requests that wait and whose account has something: what the gateway may have released already. */
export async function owingAccounts(
	transaction: Transaction,
	after: Bytes,
	most: number,
): Promise<readonly Bytes[]> {
	const rows = await transaction
		.selectFrom("crossing_tokens_out as out")
		.innerJoin("ledger_sums as sums", "sums.account_id", "out.account_id")
		.select("out.account_id")
		.where("out.state", "in", waiting)
		.where("sums.credits_posted", ">", 0n)
		.where("out.account_id", ">", after)
		.orderBy("out.account_id")
		.limit(most)
		.execute();
	return rows.map(({ account_id }) => account_id);
}

function bundleIn(text: string): Bundle {
	return JSON.parse(text) as Bundle;
}
