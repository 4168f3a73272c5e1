/** What banks answer: of ISO 20022 one document of each kind, and debits of Zengin with their results. */
import { type Bytes, isRefusal, toUtf8 } from "@tenten/protocol";
import { writeBankFile } from "../packages/operator/src/settle/bank-file.ts";
import {
	accountStatement,
	notification,
	statusReport,
} from "../packages/operator/test/settle/support/answers.ts";
import { answered } from "../packages/operator/test/settle/support/debit-results.ts";
import { reference, zenginFile } from "../packages/operator/test/settle/support/files.ts";

const [one, two] = [reference(1), reference(2)];
const moved = [
	{ references: [one, two], amounts: ["123.45", "0.01"], side: "CRDT" },
	{ references: [two], amounts: ["0.01"], side: "DBIT", returned: "AC04" },
] as const;

function debits(): Bytes {
	const sent = writeBankFile(zenginFile("debit"));
	if (isRefusal(sent)) throw new Error(sent.code);
	return answered(sent, ["0", "1"]);
}

export const bankDocuments: { readonly iso: readonly Bytes[]; readonly zengin: readonly Bytes[] } = {
	iso: [
		statusReport("2026-11", [
			{ reference: one, status: "RJCT", code: "AM04" },
			{ reference: two, status: "ACSC" },
		]),
		notification(moved),
		accountStatement(moved),
	].map(toUtf8),
	zengin: [debits()],
};
