/**
 * What banks answer in ISO 20022: pain.002 (status of what we sent), camt.053 and camt.054 (what was booked).
 *
 *   pain.002   RJCT: refused; ACSC and ACCC: settled; whatever is on its way says nothing yet
 *   camt       an entry that is booked, with our reference: money that came, or left; or came back, with a reason
 *
 * A statement has whatever else happened on an account, too: an entry without a reference is passed by, since no line of
 * ours is. One whose amount is in another currency, or is none, is the document's fault.
 */
import { type Bytes, isRefusal, type Refusal, refuse } from "@tenten/protocol";
import type { BankWord } from "../bank-word.ts";
import { type Money, minorOf } from "./amount.ts";
import { all, at, type Element, readXml, textAt } from "./xml.ts";

const namespaces = ["pain.002.001.11", "camt.053.001.08", "camt.054.001.08"].map(
	(name) => `urn:iso:std:iso:20022:tech:xsd:${name}`,
);

/** Every word of a document. The refusals of `readXml`; `malformed` names what is missing, `asset-mismatch`. */
export function readIso(bytes: Bytes, money: Money): readonly BankWord[] | Refusal {
	const root = readXml(bytes, namespaces);
	if (isRefusal(root)) return root;
	const [body] = (root as Element).children;
	switch (body?.name) {
		case "CstmrPmtStsRpt":
			return statuses(body);
		case "BkToCstmrStmt":
			return movements(all(body, "Stmt"), money);
		case "BkToCstmrDbtCdtNtfctn":
			return movements(all(body, "Ntfctn"), money);
		default:
			return refuse("malformed", "no status report, statement or notification");
	}
}

const final: Readonly<Record<string, "settled" | "refused">> = {
	RJCT: "refused",
	ACSC: "settled",
	ACCC: "settled",
};

/** Our files have one block each: what is said of it is said of the file. */
function statuses(report: Element): readonly BankWord[] | Refusal {
	const group = at(report, "OrgnlGrpInfAndSts");
	const message = textAt(group, "OrgnlMsgId");
	if (message === undefined) return refuse("malformed", "of no message");
	const blocks = all(report, "OrgnlPmtInfAndSts");
	const wholes = [
		{ of: group, status: textAt(group, "GrpSts") },
		...blocks.map((block) => ({ of: block, status: textAt(block, "PmtInfSts") })),
	];
	const lines = blocks.flatMap((block) => all(block, "TxInfAndSts"));
	// What is refused as a whole is refused whichever lines it lists as the reason.
	const whole = wholes.find(
		({ status }) => status === "RJCT" || (lines.length === 0 && final[status ?? ""] !== undefined),
	);
	if (whole !== undefined) {
		const says = final[whole.status ?? ""] as "settled" | "refused";
		return [{ about: { kind: "file", message }, says, why: reasonOf(whole.of, says), amount: null }];
	}
	const words: BankWord[] = [];
	for (const line of lines) {
		const reference = textAt(line, "OrgnlEndToEndId");
		const says = final[textAt(line, "TxSts") ?? ""];
		if (reference === undefined) return refuse("malformed", "a transaction without OrgnlEndToEndId");
		if (says !== undefined)
			words.push({ about: { kind: "line", reference }, says, why: reasonOf(line, says), amount: null });
	}
	return words;
}

function reasonOf(of: Element | undefined, says: BankWord["says"]): string {
	if (says !== "refused") return "";
	const reason = at(of, "StsRsnInf", "Rsn");
	return textAt(reason, "Cd") ?? textAt(reason, "Prtry") ?? "no reason given";
}

function movements(accounts: readonly Element[], money: Money): readonly BankWord[] | Refusal {
	const entries = accounts.flatMap((account) => all(account, "Ntry"));
	const words: BankWord[] = [];
	for (const entry of entries) {
		// What is only pending, or for information, has not happened.
		if (textAt(entry, "Sts", "Cd") !== "BOOK") continue;
		const details = all(entry, "NtryDtls").flatMap((detail) => all(detail, "TxDtls"));
		for (const detail of details) {
			const word = movement(entry, detail, details.length === 1, money);
			if (isRefusal(word)) return word;
			if (word !== null) words.push(word as BankWord);
		}
	}
	return words;
}

function movement(
	entry: Element,
	detail: Element,
	isAlone: boolean,
	money: Money,
): BankWord | Refusal | null {
	const reference = textAt(detail, "Refs", "EndToEndId");
	if (reference === undefined || reference === "NOTPROVIDED") return null;
	// An entry of several transactions says the amount of each; of one, its own is that.
	const amount = at(detail, "Amt") ?? (isAlone ? at(entry, "Amt") : undefined);
	const minor = minorOf(amount?.text.trim(), money);
	if (amount?.attributes["Ccy"] !== money.currency)
		return refuse("asset-mismatch", `${reference}: no ${money.currency}`);
	if (minor === undefined) return refuse("malformed", `${reference}: no amount of whole minor units`);
	const side = textAt(detail, "CdtDbtInd") ?? textAt(entry, "CdtDbtInd");
	if (side !== "CRDT" && side !== "DBIT")
		return refuse("malformed", `${reference}: neither credit nor debit`);
	const about = { kind: "line", reference } as const;
	const returned = at(detail, "RtrInf");
	if (returned !== undefined || textAt(entry, "RvslInd") === "true") {
		const reason = at(returned, "Rsn");
		return {
			about,
			says: "refused",
			why: textAt(reason, "Cd") ?? textAt(reason, "Prtry") ?? "returned",
			amount: minor,
		};
	}
	return { about, says: side === "CRDT" ? "credited" : "debited", why: "", amount: minor };
}
