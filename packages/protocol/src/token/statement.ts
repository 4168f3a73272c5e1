/**
 * Statements: what a holder signs towards an operator beside its orders.
 *
 *   neverReleased      by the decider of a lock that was never released
 *   noReleaseReached   by the other side of an exchange: LOCKED-FOREIGN, and no secret came
 *   noWord             by the payer of a direct link, of whose payee nothing was heard
 *   balance            asks what an account holds
 *   unclaimed          by the owner of an output that it may have spent: its wallet was restored from a backup
 *   ticked             by a meter's payee: so many ticks, and it signed no lower count and spends no Close
 *   rest               by a meter's payer: what its payee does not claim, and it signed no Close
 *   lost               by the party that answers for a device, of an output that the device owned: it is lost
 *
 * All but `balance` ask for a refund, to an account where the terms allow, to the fallback owner otherwise, and
 * each names the outputs that it speaks of: by the link, which commits to its input; by a lock of the signer's
 * own; or one by one. The first two also say that the signer made no other effective link on these outputs: one
 * that turns up convicts it (`judgeDenied`); of the last two, see `judgeMetered`. `unclaimed` and `lost` say
 * nothing of links, and convict nobody.
 */
import {
	type Bytes,
	bytes,
	bytes32,
	equalBytes,
	isRefusal,
	limits,
	list,
	nullable,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	tickCount,
	union,
	unixSeconds,
} from "../codec/index.ts";
import { type PublicKey, type Signer, signature, verifySign1 } from "../crypto/index.ts";
import type { Trust, VerifiedCertificate } from "../identity/index.ts";

const refund = { account: bytes32, fallback: nullable(bytes32) };

export const statementBody = record({
	operator: bytes32,
	says: union({
		neverReleased: [1, record({ lock: bytes32, ...refund })],
		/** `inputs`: the outputs whose links the lock holds. The lock is another's, who may use it again */
		noReleaseReached: [2, record({ lock: bytes32, ...refund, inputs: list(bytes32, limits.orderTokens) })],
		noWord: [3, record({ link: bytes32, ...refund })],
		balance: [4, record({ account: bytes32 })],
		unclaimed: [5, record({ output: bytes32, ...refund })],
		/** `preimage` proves the ticks */
		ticked: [
			6,
			record({
				meter: bytes32,
				ticks: tickCount,
				preimage: bytes32,
				...refund,
			}),
		],
		rest: [7, record({ meter: bytes32, ...refund })],
		lost: [8, record({ output: bytes32, ...refund })],
	}),
	nonce: bytes32,
	issuedAt: unixSeconds,
});
export type StatementBody = TypeOf<typeof statementBody>;

type Said = StatementBody["says"];
type Unreached = Extract<Said, { readonly kind: "noReleaseReached" }>;

/** What is to be stated. Without `inputs` it names no output, and nothing is refunded on it. */
export type Saying =
	| Exclude<Said, Unreached>
	| (Omit<Unreached, "inputs"> & { readonly inputs?: readonly Bytes[] });

export const signedStatement = record({ body: statementBody, certificate: bytes(1, 1024), signature });
export type SignedStatement = TypeOf<typeof signedStatement>;

export type VerifiedStatement = {
	readonly verified: "statement";
	readonly body: StatementBody;
	/** the owner of what it speaks of; of what is `lost` the device, for which its party signed */
	readonly signer: VerifiedCertificate;
	readonly signed: SignedStatement;
};

/** `certificate` is the encoded certificate of the signer's key; of what is `lost`, the device's. */
export async function signStatement(
	{ operator, says, nonce, issuedAt }: Omit<StatementBody, "says"> & { readonly says: Saying },
	certificate: Bytes,
	signer: Signer,
): Promise<SignedStatement> {
	const said = says.kind === "noReleaseReached" ? { ...says, inputs: says.inputs ?? [] } : says;
	const body: StatementBody = { operator, says: said, nonce, issuedAt };
	return { body, certificate, signature: await signer.sign("statement", serialize(statementBody, body)) };
}

/** `operator` is whom it must be addressed to. */
export function verifyStatement(
	value: SignedStatement,
	operator: Bytes,
	trust: Trust,
): VerifiedStatement | Refusal {
	if (!equalBytes(value.body.operator, operator))
		return refuse("authority-unknown", "a statement to another operator");
	const signer = trust.certificate(value.certificate);
	if (isRefusal(signer)) return signer;
	const key = value.body.says.kind === "lost" ? partyOf(signer) : signer.key;
	if (key === undefined) return refuse("certificate-role", "nobody answers for this certificate");
	const payload = serialize(statementBody, value.body);
	return verifySign1(trust.verify, key, "statement", payload, value.signature)
		? { verified: "statement", body: value.body, signer, signed: value }
		: refuse("signature-invalid", "statement");
}

/** Who answers for whatever this certificate owns: what its operator certified, whoever answers for the device now. */
function partyOf({ profile: { responsible } }: VerifiedCertificate): PublicKey | undefined {
	return responsible?.delegations[0]?.by;
}

type AboutOutput = Extract<Said, { readonly kind: "unclaimed" | "lost" }>;

/** Whether it is the question, too: of an output that may be spent for all its signer knows. */
export function isAboutOutput(says: Said): says is AboutOutput {
	return says.kind === "unclaimed" || says.kind === "lost";
}
