/** The operator's desk, which redeeming links pay: a certificate of its own, made once for each desk key. */
import { type Bytes, certificate, equalBytes, isRefusal, keyId, type Profile, parse } from "@tenten/protocol";
import type { OperatorContext } from "./context.ts";
import { certify } from "./enrol.ts";
import { insertNew } from "./store/insert-new.ts";
import type { Transaction } from "./store/store.ts";
import { newestList } from "./trust-lists.ts";

/** Desks outlive other certificates: links to them are checked for as long as tokens live. */
const deskValidity = 100 * 365 * 86_400;

/** No class: a caveat that a class lifts is never lifted by redeeming. */
export const deskProfile: Profile = {
	role: "issuer",
	class: null,
	merchantCategory: null,
	region: null,
	assurance: "software",
	limits: null,
	responsible: null,
};

/** The certificate of the desk key: the one that stands, or a new one. Of processes that start together, one makes it. */
export async function openDesk(
	context: Pick<OperatorContext, "store" | "keys" | "policy" | "now" | "entropy">,
): Promise<Bytes> {
	const { store, keys, policy } = context;
	const patient = { ...policy, certificateValidity: deskValidity };
	const made = await certify({ ...context, policy: patient }, keys.desk.key, deskProfile);
	return store.run(async (transaction) => {
		const id = keyId(keys.desk.key);
		const stored = await transaction
			.selectFrom("desks")
			.select("certificate")
			.where("key_id", "=", id)
			.executeTakeFirst();
		if (stored !== undefined) return stored.certificate;
		const kept = (await listedDesk(transaction, context)) ?? made.encoded;
		await insertNew(transaction, "desks", [{ key_id: id, certificate: kept }]);
		return kept;
	});
}

/** The desk of the newest trust list, where its key is the same: databases of before desks were kept. */
async function listedDesk(
	transaction: Transaction,
	{ keys }: Pick<OperatorContext, "keys">,
): Promise<Bytes | undefined> {
	const listed = await newestList(transaction);
	const own = listed?.body.operators.find(({ root }) => equalBytes(keyId(root), keyId(keys.root.key)));
	const before = own && parse(certificate, own.desk);
	if (own === undefined || before === undefined || isRefusal(before)) return undefined;
	return equalBytes(keyId(before.claims.confirmation.key), keyId(keys.desk.key)) ? own.desk : undefined;
}
