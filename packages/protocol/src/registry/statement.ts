/** What an operator makes of statements: the refund that is asked for, what is told of an account, and a lie. */
import {
	amountOrZero,
	type Bytes,
	bytes32,
	equalBytes,
	isRefusal,
	limits,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
} from "../codec/index.ts";
import { sha256 } from "../crypto/index.ts";
import type { Trust, VerifiedCertificate } from "../identity/index.ts";
import {
	type AssetId,
	assetId,
	lockHash,
	type SignedStatement,
	type StatementBody,
	signedStatement,
	statementBody,
	verifyStatement,
} from "../token/index.ts";
import type { Order } from "./order.ts";

/** The order that a statement implies: its refund, to the account that it names. */
export function refundOrder(body: StatementBody, asset: AssetId): Order | undefined {
	const { says, issuedAt } = body;
	if (says.kind === "balance") return undefined;
	return {
		asset,
		action: { kind: "account", account: says.account },
		fallback: says.fallback,
		nonce: sha256(serialize(statementBody, body)),
		issuedAt,
	};
}

/** What an account holds of each asset. */
export const accountReply = record({
	account: bytes32,
	balances: list(record({ asset: assetId, amount: amountOrZero }), 64),
});
export type AccountReply = TypeOf<typeof accountReply>;

export function serializeStatement(value: SignedStatement): Bytes {
	return serialize(signedStatement, value);
}

/** A decider's word that it never released, beside the release. */
export const falseStatement = record({ statement: signedStatement, release: bytes32 });

export function falseStatementEvidence(statement: SignedStatement, release: Bytes): Bytes {
	return serialize(falseStatement, { statement, release });
}

/** Whom a false statement convicts: `not-evidence` where it is none. */
export function verifyFalseStatement(
	encoded: Bytes,
	operator: Bytes,
	trust: Trust,
): VerifiedCertificate | Refusal {
	const parsed = parse(falseStatement, encoded, limits.message);
	if (isRefusal(parsed)) return parsed;
	const statement = verifyStatement(parsed.statement, operator, trust);
	if (isRefusal(statement)) return statement;
	const { says } = statement.body;
	return says.kind === "neverReleased" && equalBytes(lockHash(parsed.release), says.lock)
		? statement.signer
		: refuse("not-evidence");
}
