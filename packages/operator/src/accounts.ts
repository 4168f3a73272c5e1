/** Accounts: deposits from outside, and what an account's holder is told of it. */
import {
	type AccountReply,
	accountReply,
	assetHash,
	type Bytes,
	equalBytes,
	isRefusal,
	limits,
	parse,
	type Refusal,
	refuse,
	serialize,
	signedStatement,
	verifyStatement,
} from "@tenten/protocol";
import type { OperatorContext } from "./context.ts";
import { certificateOf } from "./enrol.ts";
import { balanceOf, hasEntry, hasRoomFor, nobody, postEntry } from "./store/books.ts";
import type { Transaction } from "./store/store.ts";

/** How far the clock of whoever asks for a balance may be off, seconds: an old question is not answered. */
const questionWindow = 86_400;

export type Deposit = {
	/** 32 bytes that name this deposit: the same one counts once */
	readonly id: Bytes;
	readonly account: Bytes;
	readonly code: string;
	/** minor units */
	readonly amount: bigint;
};

export function deposit(context: OperatorContext, value: Deposit): Promise<Refusal | undefined> {
	return context.commit((transaction) => depositIn(transaction, context, value));
}

async function depositIn(
	transaction: Transaction,
	{ id: operator, definitions, now }: OperatorContext,
	{ id, account, code, amount }: Deposit,
): Promise<Refusal | undefined> {
	if (amount <= 0n || amount > limits.amount) return refuse("amount-invalid");
	if (definitions.asset(code) === undefined) return refuse("asset-unknown");
	if ((await certificateOf(transaction, account)) === undefined)
		return refuse("owner-mismatch", "no such account");
	const asset = assetHash({ operator, code });
	if (await hasEntry(transaction, id)) return undefined;
	if (!(await hasRoomFor(transaction, asset, amount)))
		return refuse("limit-exceeded", "more than the books hold");
	const lines = [
		{ book: "outside", owner: nobody, amount: -amount },
		{ book: "holder", owner: account, amount },
	] as const;
	await postEntry(transaction, { id, asset, lines, at: now() });
	return undefined;
}

/** Answers a signed question for a balance with an `AccountReply`. */
export async function account(context: OperatorContext, encoded: Bytes): Promise<Bytes | Refusal> {
	const parsed = parse(signedStatement, encoded);
	if (isRefusal(parsed)) return parsed;
	const statement = verifyStatement(parsed, context.id, await context.trust());
	if (isRefusal(statement)) return statement;
	const { says, issuedAt } = statement.body;
	if (says.kind !== "balance") return refuse("order-mismatch", "no question for a balance");
	if (!equalBytes(statement.signer.hash, says.account))
		return refuse("owner-mismatch", "another certificate's account");
	if (Math.abs(context.now() - issuedAt) > questionWindow) return refuse("request-expired");
	const balances: AccountReply["balances"][number][] = [];
	for (const { code } of context.definitions.assets()) {
		const asset = { operator: context.id, code };
		const amount = await context.store.run((transaction) =>
			balanceOf(transaction, "holder", says.account, assetHash(asset)),
		);
		balances.push({ asset, amount });
	}
	return serialize(accountReply, { account: says.account, balances });
}
