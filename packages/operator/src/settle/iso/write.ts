/**
 * pain.001 (credit transfers) and pain.008 (direct debits), as their schemas have them.
 *
 * Text is what banks take of Latin: marks are left off their letters, and what is no letter, digit or one of
 * /-?:().,'+ and space is refused by its field (EPC217-08). One block of payments a file: one account, one date.
 */
import { createRequire } from "node:module";
import { type Bytes, type Refusal, refuse, toUtf8 } from "@tenten/protocol";
import type * as Xml from "xmlbuilder2";
import { decimalOf, type Money } from "./amount.ts";

/** What writes XML is 160 files: they are read for the first file that is written, and not by every start. */
const require = createRequire(import.meta.url);

export type IsoAccount = {
	readonly holder: string;
	/** an IBAN, or a number by which its bank knows it */
	readonly account: { readonly iban: string } | { readonly other: string };
	/** BIC of the bank; null where it follows from the account */
	readonly bic: string | null;
};

export type IsoLine = {
	readonly account: IsoAccount;
	/** minor units */
	readonly amount: bigint;
	/** at most 35 characters by which its result is known: the EndToEndId */
	readonly reference: string;
	/** of a debit: by which the party has agreed to it */
	readonly mandate: { readonly id: string; readonly signedOn: string } | null;
};

export type IsoFile = {
	readonly kind: "credit" | "debit";
	/** at most 35 characters: the MsgId */
	readonly message: string;
	readonly own: IsoAccount;
	/** of the creditor of debits: its scheme's number for it, or null */
	readonly creditorId: string | null;
	readonly money: Money;
	/** YYYY-MM-DD */
	readonly date: string;
	/** unix seconds */
	readonly madeAt: number;
	readonly lines: readonly IsoLine[];
};

type Tree = { readonly [name: string]: string | Tree | readonly Tree[] };

const names = { credit: "pain.001.001.10", debit: "pain.008.001.09" } as const;

class Unfit extends Error {
	readonly code: Refusal["code"];
	constructor(code: Refusal["code"], detail: string) {
		super(detail);
		this.code = code;
	}
}

/** `text-refused`, `amount-invalid`, `too-many` and `malformed` name the line and field that cannot be written. */
export function writeIso(file: IsoFile): Bytes | Refusal {
	try {
		const root =
			file.kind === "credit" ? { CstmrCdtTrfInitn: credits(file) } : { CstmrDrctDbtInitn: debits(file) };
		const namespace = `urn:iso:std:iso:20022:tech:xsd:${names[file.kind]}`;
		const { create } = require("xmlbuilder2") as typeof Xml;
		const document = create(
			{ version: "1.0", encoding: "UTF-8" },
			{ Document: { "@xmlns": namespace, ...root } },
		);
		return toUtf8(document.end({ prettyPrint: true }));
	} catch (error) {
		if (error instanceof Unfit) return refuse(error.code, error.message);
		throw error;
	}
}

function credits(file: IsoFile): Tree {
	const { own, date } = file;
	return {
		GrpHdr: groupHeader(file),
		PmtInf: {
			...block(file, "TRF"),
			ReqdExctnDt: { Dt: dated(date, "date") },
			...party("Dbtr", own, "own account"),
			CdtTrfTxInf: file.lines.map((line, at) => ({
				PmtId: { EndToEndId: line.reference },
				Amt: { InstdAmt: amountOf(line, at, file.money) },
				...party("Cdtr", line.account, `line ${at + 1}`, true),
			})),
		},
	};
}

function debits(file: IsoFile): Tree {
	const { own, date, creditorId } = file;
	const scheme = creditorId === null ? {} : { CdtrSchmeId: schemeId(creditorId) };
	return {
		GrpHdr: groupHeader(file),
		PmtInf: {
			...block(file, "DD"),
			ReqdColltnDt: dated(date, "date"),
			...party("Cdtr", own, "own account"),
			...scheme,
			DrctDbtTxInf: file.lines.map((line, at) => ({
				PmtId: { EndToEndId: line.reference },
				InstdAmt: amountOf(line, at, file.money),
				DrctDbtTx: { MndtRltdInf: mandateOf(line, at) },
				...debtor(line.account, `line ${at + 1}`),
			})),
		},
	};
}

function groupHeader({ message, madeAt, lines, own, money }: IsoFile): Tree {
	if (!/^[0-9A-Za-z-]{1,35}$/.test(message)) throw new Unfit("text-refused", `message: "${message}"`);
	if (lines.length === 0) throw new Unfit("malformed", "a file without a line");
	if (new Set(lines.map(({ reference }) => reference)).size !== lines.length)
		throw new Unfit("malformed", "a reference twice in one file");
	return {
		MsgId: message,
		CreDtTm: new Date(1000 * madeAt).toISOString().slice(0, 19),
		...sums(lines, money),
		InitgPty: { Nm: latin(own.holder, 70, "own account, holder") },
	};
}

function block({ message, lines, money }: IsoFile, method: "TRF" | "DD"): Tree {
	return { PmtInfId: message, PmtMtd: method, ...sums(lines, money) };
}

/** What ActiveOrHistoricCurrencyAndAmount holds: eighteen digits. */
const amountMost = 10n ** 18n - 1n;

function sums(lines: readonly IsoLine[], money: Money): Tree {
	const total = lines.reduce((sum, { amount }) => sum + amount, 0n);
	if (total > amountMost) throw new Unfit("amount-invalid", `${total} minor units in all`);
	return { NbOfTxs: `${lines.length}`, CtrlSum: decimalOf(total, money) };
}

function amountOf({ amount }: IsoLine, at: number, money: Money): Tree {
	if (amount < 1n) throw new Unfit("amount-invalid", `line ${at + 1}: ${amount}`);
	return { "@Ccy": money.currency, "#": decimalOf(amount, money) };
}

/** Of a credit, the bank comes first, and only where it is known. */
function party(role: "Dbtr" | "Cdtr", account: IsoAccount, of: string, isFar = false): Tree {
	const named = {
		[role]: { Nm: latin(account.holder, 70, `${of}, holder`) },
		[`${role}Acct`]: accountId(account, of),
	};
	if (!isFar) return { ...named, [`${role}Agt`]: agent(account, of) };
	return account.bic === null ? named : { [`${role}Agt`]: agent(account, of), ...named };
}

function debtor(account: IsoAccount, of: string): Tree {
	return {
		DbtrAgt: agent(account, of),
		Dbtr: { Nm: latin(account.holder, 70, `${of}, holder`) },
		DbtrAcct: accountId(account, of),
	};
}

function accountId({ account }: IsoAccount, of: string): Tree {
	if ("other" in account) return { Id: { Othr: { Id: latin(account.other, 34, `${of}, account`) } } };
	const iban = account.iban.replaceAll(" ", "").toUpperCase();
	if (!isIban(iban)) throw new Unfit("text-refused", `${of}, IBAN: "${account.iban}" is none`);
	return { Id: { IBAN: iban } };
}

/** ISO 13616: the digits modulo 97, the first four behind the others, letters as 10 to 35. */
function isIban(iban: string): boolean {
	if (!/^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(iban)) return false;
	const digits = [...`${iban.slice(4)}${iban.slice(0, 4)}`].map((each) => Number.parseInt(each, 36)).join("");
	return BigInt(digits) % 97n === 1n;
}

function agent({ bic }: IsoAccount, of: string): Tree {
	if (bic === null) return { FinInstnId: { Othr: { Id: "NOTPROVIDED" } } };
	if (!/^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/.test(bic))
		throw new Unfit("bank-unknown", `${of}: "${bic}" is no BIC`);
	return { FinInstnId: { BICFI: bic } };
}

function mandateOf({ mandate }: IsoLine, at: number): Tree {
	if (mandate === null) throw new Unfit("text-refused", `line ${at + 1}, mandate: a debit has one`);
	const { id, signedOn } = mandate;
	return {
		MndtId: latin(id, 35, `line ${at + 1}, mandate`),
		DtOfSgntr: dated(signedOn, `line ${at + 1}, mandate`),
	};
}

function schemeId(id: string): Tree {
	return { Id: { PrvtId: { Othr: { Id: latin(id, 35, "creditor id"), SchmeNm: { Prtry: "SEPA" } } } } };
}

function dated(date: string, of: string): string {
	const at = new Date(`${date}T00:00:00Z`);
	if (
		!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(date) ||
		Number.isNaN(at.getTime()) ||
		!at.toISOString().startsWith(date)
	)
		throw new Unfit("text-refused", `${of}: no date YYYY-MM-DD: "${date}"`);
	return date;
}

function latin(text: string, length: number, of: string): string {
	const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").trim();
	const [strange] = /[^A-Za-z0-9/\-?:().,'+ ]/u.exec(plain) ?? [];
	if (strange !== undefined) throw new Unfit("text-refused", `${of}: banks take no "${strange}"`);
	if (plain === "") throw new Unfit("text-refused", `${of}: nothing`);
	if (plain.length > length) throw new Unfit("text-refused", `${of}: at most ${length} characters`);
	return plain;
}
