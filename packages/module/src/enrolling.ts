/**
 * Enrolment: a fresh key asks an operator for a certificate.
 *
 * The key and its enrolment are durable before they are sent, and the same bytes are sent until they are
 * answered: a lost answer makes no second key and no second account.
 */
import {
	type AskedProfile,
	type Bytes,
	encodeItem,
	equalBytes,
	isRefusal,
	keyId,
	parse,
	parseEnrolled,
	type Refusal,
	refuse,
	type SuiteName,
	serialize,
	signEnrolment,
	toHex,
	type VerifiedCertificate,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import { evidenceRow } from "./devices.ts";
import { enrolmentRow } from "./rows.ts";

function rowOf(operator: Bytes): string {
	return `enrolment/${toHex(operator)}`;
}

/** The enrolment to send to an operator, signed by the key that it enrols. */
export async function enrol(
	core: Core,
	operator: Bytes,
	{ role, class: payeeClass, merchantCategory, region }: AskedProfile,
	suite: SuiteName,
): Promise<Bytes> {
	const asked = encodeItem([role, payeeClass, merchantCategory, region, suite]);
	const kept = core.vault.state.rows.get(rowOf(operator));
	const pending = kept && parse(enrolmentRow, kept);
	if (pending !== undefined && !isRefusal(pending) && equalBytes(pending.asked, asked))
		return pending.encoded;
	const { key, write } = await core.keys.createKey(suite);
	const signer = core.keys.signer(keyId(key));
	if (isRefusal(signer)) throw new Error("a new key is held");
	const profile = { role, class: payeeClass, merchantCategory, region };
	const encoded = await signEnrolment(operator, profile, core.random(32), signer);
	const value = serialize(enrolmentRow, { asked, encoded });
	await core.commit({ keys: [write], other: [{ key: rowOf(operator), value }] });
	return encoded;
}

/**
 * Takes the certificate that an operator gave for a key of this module. `device-suspended` where a list that is held says
 * that it was revoked since: an application is answered by the same bytes for ever, also once its device was sold.
 */
export async function certify(core: Core, enrolled: Bytes): Promise<VerifiedCertificate | Refusal> {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const parsed = parseEnrolled(enrolled);
	if (isRefusal(parsed)) return parsed;
	const certificate = trust.certificate(parsed.certificate);
	if (isRefusal(certificate)) return certificate;
	const signer = core.keys.signer(keyId(certificate.key));
	if (isRefusal(signer)) return refuse("owner-mismatch", "a certificate of another key");
	const { operatorId, profile } = certificate;
	const { responsible } = profile;
	if (responsible !== null && trust.statuses.isRevoked(operatorId, responsible.status))
		return refuse("device-suspended", "certified, and revoked since: it was transferred or ended");
	const pending = responsible === null ? rowOf(operatorId) : evidenceRow(operatorId);
	if (isRefusal(core.ownCertificate(certificate.hash))) await core.addCertificate(certificate, pending);
	return certificate;
}
