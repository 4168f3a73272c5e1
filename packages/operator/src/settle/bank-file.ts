/**
 * Files for banks: from lines to bytes, held against the evidence before anybody has them.
 *
 *   lines ──▶ bytes ──read back, by the readers of what strangers send──▶ the same lines, the same sum as their evidence
 *
 * What a file says is what its bytes say. So the bytes are read again, and a file that says anything else than the
 * statements behind it, by one minor unit or one line, is none.
 */
import { type Bytes, isRefusal, type Refusal, refuse } from "@tenten/protocol";
import { type Money, minorOf } from "./iso/amount.ts";
import { type IsoAccount, type IsoLine, writeIso } from "./iso/write.ts";
import { all, at, type Element, readXml, textAt } from "./iso/xml.ts";
import { type ReadFile, readZengin, writeZengin, type ZenginAccount } from "./zengin/file.ts";

type Rail = "zengin" | "iso20022";
type Direction = "debit" | "credit";

/** The operator at its bank. */
export type OwnAccount =
	| {
			readonly rail: "zengin";
			readonly account: ZenginAccount;
			readonly clientCode: string;
			readonly isBroken: boolean;
	  }
	| { readonly rail: "iso20022"; readonly account: IsoAccount; readonly creditorId: string | null };

/** A party at its bank. */
export type PartyAccount =
	| { readonly rail: "zengin"; readonly account: ZenginAccount }
	| { readonly rail: "iso20022"; readonly account: IsoAccount; readonly mandate: IsoLine["mandate"] };

export type BankLine = {
	readonly reference: string;
	/** minor units that are asked for, and those that the evidence adds up to */
	readonly amount: bigint;
	readonly evidence: bigint;
	readonly account: PartyAccount;
};

export type BankFile = {
	readonly direction: Direction;
	/** at most 35 letters, digits and hyphens */
	readonly message: string;
	readonly own: OwnAccount;
	readonly money: Money;
	/** YYYY-MM-DD */
	readonly date: string;
	/** unix seconds */
	readonly madeAt: number;
	readonly lines: readonly BankLine[];
};

/**
 * The bytes of a file. `sum-mismatch` where it would say anything else than its evidence; `asset-mismatch` for what is
 * not of this rail; the refusals of `writeZengin` and `writeIso`.
 */
export function writeBankFile(file: BankFile): Bytes | Refusal {
	const bytes = file.own.rail === "zengin" ? zenginBytes(file, file.own) : isoBytes(file, file.own);
	if (isRefusal(bytes)) return bytes;
	const said = amountsIn(bytes, file);
	if (isRefusal(said)) return said;
	const wrong = file.lines.find(({ reference, evidence }, at) => {
		const line = said[at];
		return line?.reference !== reference || line.amount !== evidence;
	});
	if (wrong !== undefined)
		return refuse("sum-mismatch", `line ${wrong.reference}: its evidence is ${wrong.evidence}`);
	return said.length === file.lines.length ? bytes : refuse("sum-mismatch", "lines without evidence");
}

type Of<R extends Rail, T extends { readonly rail: Rail }> = Extract<T, { readonly rail: R }>;

function zenginBytes(file: BankFile, own: Of<"zengin", OwnAccount>): Bytes | Refusal {
	const { direction, money, date } = file;
	if (money.currency !== "JPY" || money.scale !== 0)
		return refuse("asset-mismatch", "a Zengin file is of yen, without minor units");
	const lines = linesOf(file, "zengin");
	if (isRefusal(lines)) return lines;
	return writeZengin({
		service: direction === "credit" ? "transfer" : "debit",
		clientCode: own.clientCode,
		own: own.account,
		date: date.slice(5).replace("-", ""),
		lines: lines.map(({ account: { account }, ...line }) => ({ ...line, account })),
		isBroken: own.isBroken,
	});
}

function isoBytes(file: BankFile, own: Of<"iso20022", OwnAccount>): Bytes | Refusal {
	const { direction, message, money, date, madeAt } = file;
	const lines = linesOf(file, "iso20022");
	if (isRefusal(lines)) return lines;
	return writeIso({
		...{ kind: direction, message, own: own.account, creditorId: own.creditorId, money, date, madeAt },
		lines: lines.map(({ account: { account, mandate }, ...line }) => ({ ...line, account, mandate })),
	});
}

function linesOf<R extends Rail>(
	{ lines }: BankFile,
	rail: R,
):
	| readonly { readonly reference: string; readonly amount: bigint; readonly account: Of<R, PartyAccount> }[]
	| Refusal {
	const other = lines.findIndex(({ account }) => account.rail !== rail);
	if (other !== -1) return refuse("asset-mismatch", `line ${other + 1}: an account of another rail`);
	return lines.map(({ reference, amount, account }) => ({
		reference,
		amount,
		account: account as Of<R, PartyAccount>,
	}));
}

type Said = readonly { readonly reference: string; readonly amount: bigint | undefined }[];

/** What a file's bytes say, line by line. */
function amountsIn(bytes: Bytes, { own, direction, money }: BankFile): Said | Refusal {
	if (own.rail === "zengin") {
		const read = readZengin(bytes);
		return isRefusal(read) ? read : (read as ReadFile).lines;
	}
	const name = direction === "credit" ? "pain.001.001.10" : "pain.008.001.09";
	const root = readXml(bytes, [`urn:iso:std:iso:20022:tech:xsd:${name}`]);
	if (isRefusal(root)) return root;
	const block = at(
		root as Element,
		direction === "credit" ? "CstmrCdtTrfInitn" : "CstmrDrctDbtInitn",
		"PmtInf",
	);
	const lines = all(block, direction === "credit" ? "CdtTrfTxInf" : "DrctDbtTxInf");
	return lines.map((line) => {
		const amount = direction === "credit" ? at(line, "Amt", "InstdAmt") : at(line, "InstdAmt");
		return { reference: textAt(line, "PmtId", "EndToEndId") ?? "", amount: minorOf(amount?.text, money) };
	});
}
