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
	toHex,
	verifyStatement,
} from "@tenten/protocol";
import type { Acting } from "./access.ts";
import type { OperatorContext } from "./context.ts";
import { certificateOf } from "./enrol.ts";
import { appendAudit, type NewEntry } from "./store/audit-log.ts";
import { balanceOf, hasEntry, hasRoomFor, nobody, postEntry } from "./store/books.ts";
import type { Transaction } from "./store/store.ts";
import { spanned } from "./tracing.ts";
import { tell } from "./webhooks/outbox.ts";
import { toldAmount } from "./webhooks/told-amount.ts";

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

/** `acting` is whom the audit log names; null where the program itself credits, as in a sandbox. */
export function deposit(
	context: OperatorContext,
	value: Deposit,
	acting: Acting | null,
): Promise<Refusal | undefined> {
	return context.commit(async (transaction) => {
		const outcome = await depositIn(transaction, context, value);
		// The same deposit again is no act.
		if (acting !== null && outcome !== "before")
			await appendAudit(transaction, entryOf(acting, value, outcome, context.now()));
		return isRefusal(outcome) ? outcome : undefined;
	});
}

function entryOf(
	acting: Acting,
	{ account, code, amount }: Deposit,
	outcome: Refusal | "credited",
	at: number,
): NewEntry {
	const said = isRefusal(outcome) ? outcome.code : "done";
	return {
		...acting,
		at,
		act: "deposit",
		subject: toHex(account),
		outcome: said,
		detail: `${amount} ${code}`,
	};
}

async function depositIn(
	transaction: Transaction,
	context: OperatorContext,
	{ id, account, code, amount }: Deposit,
): Promise<Refusal | "credited" | "before"> {
	const { id: operator, definitions, now } = context;
	if (amount <= 0n || amount > limits.amount) return refuse("amount-invalid");
	if (definitions.asset(code) === undefined) return refuse("asset-unknown");
	if ((await certificateOf(transaction, account)) === undefined)
		return refuse("owner-mismatch", "no such account");
	const asset = assetHash({ operator, code });
	if (await hasEntry(transaction, id)) return "before";
	if (!(await hasRoomFor(transaction, asset, amount)))
		return refuse("limit-exceeded", "more than the books hold");
	const lines = [
		{ book: "outside", owner: nobody, amount: -amount },
		{ book: "holder", owner: account, amount },
	] as const;
	await postEntry(transaction, { id, asset, lines, at: now() });
	const subject = toHex(account);
	const data = { account: subject, amount: toldAmount(context, code, amount) };
	await tell(transaction, context, { type: "tenten.deposit.made", cause: id, subject, account, data });
	return "credited";
}

/** Answers a signed question for a balance with an `AccountReply`. */
export async function account(context: OperatorContext, encoded: Bytes): Promise<Bytes | Refusal> {
	const parsed = parse(signedStatement, encoded);
	if (isRefusal(parsed)) return parsed;
	const trust = await context.trust();
	const statement = spanned("verify statement", () => verifyStatement(parsed, context.id, trust));
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
