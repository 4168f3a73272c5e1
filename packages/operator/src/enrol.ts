/**
 * Certification: one authority, which certifies a key once it has proved itself and the policy admits it.
 *
 * Each certificate opens an account under its hash. The same enrolment gets the same certificate.
 */
import {
	authorityHintBytes,
	type Bytes,
	type Certificate,
	type Claims,
	certificate,
	certificateHash,
	certificatePayload,
	enrolled,
	isRefusal,
	keyId,
	type Profile,
	type PublicKey,
	type Refusal,
	type Signer,
	serialize,
	verifyEnrolment,
} from "@tenten/protocol";
import type { OperatorContext } from "./context.ts";
import { noteEffects } from "./sealing/effects.ts";
import { insertNew } from "./store/insert-new.ts";
import type { Transaction } from "./store/store.ts";
import { spanned } from "./tracing.ts";

export async function enrol(context: OperatorContext, encoded: Bytes): Promise<Bytes | Refusal> {
	const { store, policy, id, verify } = context;
	const enrolment = spanned("verify enrolment", () => verifyEnrolment(encoded, id, verify));
	if (isRefusal(enrolment)) return enrolment;
	const stored = await store.run((transaction) => storedAnswer(transaction, enrolment.digest));
	if (stored !== undefined) return stored;
	const profile = policy.admit(enrolment.body.asked);
	if (isRefusal(profile)) return profile;
	const made = await certify(context, enrolment.body.key, profile);
	const answer = serialize(enrolled, { certificate: made.encoded, account: made.hash });
	return store.run(async (transaction) => {
		const before = await storedAnswer(transaction, enrolment.digest);
		if (before !== undefined) return before;
		await insertNew(transaction, "enrolments", [{ enrolment: enrolment.digest, answer }]);
		await insertCertificate(transaction, made);
		return answer;
	});
}

/** What an enrolment, or a device's application, of this digest was answered with. */
export async function storedAnswer(transaction: Transaction, enrolment: Bytes): Promise<Bytes | undefined> {
	const row = await transaction
		.selectFrom("enrolments")
		.select("answer")
		.where("enrolment", "=", enrolment)
		.executeTakeFirst();
	return row?.answer;
}

export type MadeCertificate = { readonly encoded: Bytes; readonly hash: Bytes };

/** Signs a certificate that is valid from now on, for as long as the policy says. */
export function certify(
	{ keys, policy, now, entropy }: Pick<OperatorContext, "keys" | "policy" | "now" | "entropy">,
	key: PublicKey,
	profile: Profile,
): Promise<MadeCertificate> {
	const expiresAt = now() + policy.certificateValidity;
	return signCertificate(keys.authority, key, profile, expiresAt, entropy(8));
}

/** `serial`: what tells certificates of one profile and key apart, 1 to 16 bytes. */
export async function signCertificate(
	authority: Signer,
	key: PublicKey,
	profile: Profile,
	expiresAt: number,
	serial: Bytes,
): Promise<MadeCertificate> {
	const authorityId = keyId(authority.key);
	const claims: Claims = {
		authorityHint: authorityId.subarray(0, authorityHintBytes),
		expiresAt,
		notBefore: null,
		serial,
		confirmation: { key },
		profile,
	};
	const payload = certificatePayload(authorityId, claims);
	const signed: Certificate = { claims, signature: await authority.sign("certificate", payload) };
	return { encoded: serialize(certificate, signed), hash: certificateHash(payload) };
}

export async function insertCertificate(
	transaction: Transaction,
	{ encoded, hash }: MadeCertificate,
): Promise<void> {
	await transaction.insertInto("certificates").values({ certificate_hash: hash, encoded }).execute();
	await noteCertificate(transaction, hash);
}

export function noteCertificate(transaction: Transaction, hash: Bytes): Promise<void> {
	return noteEffects(transaction, () => [
		{ kind: "item", batch: "certificates", asset: null, id: hash, amount: 0n },
	]);
}

/** The encoded certificate of an account, if this operator opened it. */
export async function certificateOf(transaction: Transaction, account: Bytes): Promise<Bytes | undefined> {
	const row = await transaction
		.selectFrom("certificates")
		.select("encoded")
		.where("certificate_hash", "=", account)
		.executeTakeFirst();
	return row?.encoded;
}
