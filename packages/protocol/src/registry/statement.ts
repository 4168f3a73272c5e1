/**
 * Statements: what a holder signs towards an operator beside its orders.
 *
 *   neverReleased      by the decider of a lock that was never released
 *   noReleaseReached   by the other side of an exchange: LOCKED-FOREIGN, and no secret came
 *   noWord             by the payer of a direct link, of whose payee nothing was heard
 *   balance            asks what an account holds
 *
 * The first three ask for a refund, to an account where the terms allow, to the fallback owner otherwise. A
 * decider that says `neverReleased` of a lock whose release turns up is convicted by the two together.
 */
import {
	amountOrZero,
	type Bytes,
	bytes,
	bytes32,
	equalBytes,
	isRefusal,
	limits,
	list,
	nullable,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	union,
	unixSeconds,
} from "../codec/index.ts";
import { type Signer, sha256, signature, verifySign1 } from "../crypto/index.ts";
import type { Trust, VerifiedCertificate } from "../identity/index.ts";
import { type AssetId, assetId, lockHash } from "../token/index.ts";
import type { Order } from "./order.ts";

const refund = { account: bytes32, fallback: nullable(bytes32) };

const statementBody = record({
	operator: bytes32,
	says: union({
		neverReleased: [1, record({ lock: bytes32, ...refund })],
		noReleaseReached: [2, record({ lock: bytes32, ...refund })],
		noWord: [3, record({ link: bytes32, ...refund })],
		balance: [4, record({ account: bytes32 })],
	}),
	nonce: bytes32,
	issuedAt: unixSeconds,
});
export type StatementBody = TypeOf<typeof statementBody>;
export type Saying = StatementBody["says"];

export const signedStatement = record({ body: statementBody, certificate: bytes(1, 1024), signature });
export type SignedStatement = TypeOf<typeof signedStatement>;

export type VerifiedStatement = {
	readonly verified: "statement";
	readonly body: StatementBody;
	readonly signer: VerifiedCertificate;
};

/** `certificate` is the encoded certificate of the signer's key. */
export async function signStatement(
	body: StatementBody,
	certificate: Bytes,
	signer: Signer,
): Promise<SignedStatement> {
	const payload = serialize(statementBody, body);
	return { body, certificate, signature: await signer.sign("statement", payload) };
}

export function verifyStatement(
	value: SignedStatement,
	operator: Bytes,
	trust: Trust,
): VerifiedStatement | Refusal {
	if (!equalBytes(value.body.operator, operator))
		return refuse("authority-unknown", "a statement to another operator");
	const signer = trust.certificate(value.certificate);
	if (isRefusal(signer)) return signer;
	const payload = serialize(statementBody, value.body);
	return verifySign1(trust.verify, signer.key, "statement", payload, value.signature)
		? { verified: "statement", body: value.body, signer }
		: refuse("signature-invalid", "statement");
}

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
const falseStatement = record({ statement: signedStatement, release: bytes32 });

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
