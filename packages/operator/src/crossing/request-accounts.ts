/**
 * Requests for tokens as accounts of the ledger, by their digests: opened, and taken the place of by a fresh request.
 *
 * A module locks for no request that is over. Where one expired before its money was handed over, its owner signs
 * another, and the account of that one has the money. What leaves a request's account does so once, by one id of the
 * ledger, whoever takes it: the gateway that has handed over, or the request that comes after it.
 */
import { type Bytes, equalBytes, isRefusal, type Refusal, refuse } from "@tenten/protocol";
import { postedAmong } from "../ledger/journal.ts";
import { openAccountsIn } from "../ledger/posting.ts";
import { accountsAmong } from "../ledger/rows.ts";
import type { Transaction } from "../store/store.ts";
import { gatewayAccount, gatewayMove, moveOnce } from "./money.ts";
import { insertTokensOut, noteRenewed, type TokensOut, tokensOutOf } from "./token-rows.ts";

/** Opens the account of a request, and the gateway's; it is there already where it was asked before. */
export async function openRequest(
	transaction: Transaction,
	asked: TokensOut,
	now: number,
): Promise<Refusal | undefined> {
	const { account: id, asset, amount: most } = asked;
	await openGateway(transaction, asset, now);
	const [opened] = await openAccountsIn(transaction, [{ id, asset, least: 0n, most }], now);
	if (opened?.kind === "refused") return refuse("request-reused", "an account of its digest is another's");
	await insertTokensOut(transaction, asked);
	return undefined;
}

export async function openGateway(transaction: Transaction, asset: Bytes, now: number): Promise<void> {
	const terms = { id: gatewayAccount(asset), asset, least: null, most: null };
	const [opened] = await openAccountsIn(transaction, [terms], now);
	if (opened?.kind === "refused") throw new Error(`a gateway's account is open otherwise: ${opened.code}`);
}

/** What an account has, and nothing else may take. */
export async function heldIn(transaction: Transaction, account: Bytes): Promise<bigint> {
	const [sums] = await accountsAmong(transaction, [account]);
	return sums === undefined ? 0n : sums.creditsPosted - sums.debitsPosted - sums.debitsPending;
}

/** The request that took the place of one: whose account has its money, or had it. */
export async function renewalOf(transaction: Transaction, account: Bytes): Promise<Bytes | undefined> {
	if ((await tokensOutOf(transaction, account))?.state !== "renewed") return undefined;
	const [moved] = await postedAmong(transaction, [gatewayMove(account)]);
	if (moved === undefined) throw new Error("the database is damaged: what a fresh request has is gone");
	return moved.transfer.credit;
}

/** The request as it stands, if this one may take its place; or why not. */
export async function refuseRenewal(
	transaction: Transaction,
	account: Bytes,
	fresh: TokensOut,
): Promise<TokensOut | Refusal> {
	const old = await tokensOutOf(transaction, account);
	if (old === undefined) return refuse("attempt-unknown", "no such request");
	if (old.state === "paid" || old.state === "renewed") return refuse("request-reused", `it is ${old.state}`);
	if (!equalBytes(old.asset, fresh.asset)) return refuse("asset-mismatch");
	if (old.amount !== fresh.amount) return refuse("amount-mismatch", `it asks for ${old.amount}`);
	if ((await tokensOutOf(transaction, fresh.account)) !== undefined)
		return refuse("request-reused", "others may pay it");
	const held = await heldIn(transaction, account);
	return held < old.amount ? refuse("attempt-pending", "nothing is credited to it") : old;
}

/** All that one request has becomes the other's, which nobody else pays; the gateway's module has decided against the first. */
export async function renewIn(
	transaction: Transaction,
	account: Bytes,
	fresh: TokensOut,
	now: number,
): Promise<Refusal | undefined> {
	const old = await refuseRenewal(transaction, account, fresh);
	if (isRefusal(old)) return old;
	await noteRenewed(transaction, account);
	const wrong = await openRequest(transaction, { ...fresh, state: "back" }, now);
	if (wrong !== undefined) throw new Error(`an account that nobody has: ${wrong.code}`);
	const { amount } = old;
	await moveOnce(transaction, { reference: account, debit: account, credit: fresh.account, amount }, now);
	return undefined;
}
