/** Cases: evidence is kept, and whoever is to know of it is told, once for each wrong. */
import { type Bytes, toHex } from "@tenten/protocol";
import { type Case, keepCase } from "./store/case-files.ts";
import type { Transaction } from "./store/store.ts";
import { type Teller, tell } from "./webhooks/outbox.ts";

/** Keeps one case, and answers with its id. */
export async function openCase(transaction: Transaction, teller: Teller, made: Case): Promise<Bytes> {
	const { id, isNew } = await keepCase(transaction, made, teller.now());
	if (!isNew) return id;
	const subject = toHex(id);
	const data = { caseFile: subject, kind: made.kind, culprit: toHex(made.culprit) };
	await tell(transaction, teller, { type: "tenten.case.opened", cause: id, subject, account: null, data });
	return id;
}
