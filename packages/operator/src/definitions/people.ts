/**
 * People of the operator: who proposes and who approves definitions. Nobody can enrol as one; whoever runs the
 * operator says who may, and stands in the audit log, and vouches for them, where a key of management said so.
 */
import { type ApprovalPart, classOfPart, keyId, type PublicKey, toHex } from "@tenten/protocol";
import type { Acting } from "../access.ts";
import type { OperatorContext } from "../context.ts";
import { deskProfile } from "../desk.ts";
import { certify, type MadeCertificate, noteCertificate } from "../enrol.ts";
import { appendAudit } from "../store/audit-log.ts";
import { insertVoucher } from "../store/vouchers.ts";

export async function certifyPerson(
	context: OperatorContext,
	key: PublicKey,
	part: ApprovalPart,
	acting: Acting | null,
): Promise<MadeCertificate> {
	const profile = { ...deskProfile, role: "auditor" as const, class: classOfPart[part] };
	const made = await certify(context, key, profile);
	if (acting === null) return made;
	const entry = { at: context.now(), act: "personCertified", outcome: "done", detail: part } as const;
	const subject = toHex(keyId(key));
	await context.store.run(async (transaction) => {
		await noteCertificate(transaction, made.hash);
		await insertVoucher(transaction, subject, acting.actor);
		await appendAudit(transaction, { ...acting, ...entry, subject });
	});
	return made;
}
