/** What a bank reads of pain.001 and pain.008, and answers: pain.002, camt.053, camt.054; as their schemas have them. */
import { type Bytes, toUtf8 } from "@tenten/protocol";
import type { AskedFile, AskedLine, BankMoney } from "./asked.ts";

const namespace = "urn:iso:std:iso:20022:tech:xsd:";

export function readIsoFile(content: Bytes, money: BankMoney): AskedFile {
	const text = new TextDecoder().decode(content);
	const kind = text.includes(`${namespace}pain.008.001.09`) ? "debit" : "credit";
	const [element, theirs, ours] =
		kind === "debit" ? ["DrctDbtTxInf", "DbtrAcct", "CdtrAcct"] : ["CdtTrfTxInf", "CdtrAcct", "DbtrAcct"];
	const lines = inner(text, element).map((line) => ({
		reference: only(line, "EndToEndId"),
		account: only(only(line, theirs), "IBAN"),
		amount: minorIn(line, money),
	}));
	if (`${lines.length}` !== inner(text, "NbOfTxs")[0]) throw new Error("a file that counts its lines wrong");
	const [block = ""] = text.split(`<${element}>`, 1);
	return { kind, own: only(only(block, ours), "IBAN"), message: only(text, "MsgId"), lines };
}

/** What stands in each element of a name. */
function inner(text: string, name: string): readonly string[] {
	return [...text.matchAll(new RegExp(`<${name}(?: [^>]*)?>([\\s\\S]*?)</${name}>`, "g"))].map(
		([, content = ""]) => content.trim(),
	);
}

function only(text: string, name: string): string {
	const [found, ...others] = inner(text, name);
	if (found === undefined || others.length > 0) throw new Error(`${name}: not one of them`);
	return found;
}

function minorIn(line: string, { currency, scale }: BankMoney): bigint {
	const [, said, whole = "", decimals = ""] =
		/<InstdAmt Ccy="([A-Z]{3})">(\d+)(?:\.(\d+))?<\/InstdAmt>/.exec(line) ?? [];
	if (said !== currency || decimals.length > scale) throw new Error(`no amount of ${currency}: ${line}`);
	return BigInt(`${whole}${decimals.padEnd(scale, "0")}`);
}

function decimalOf(minor: bigint, scale: number): string {
	const digits = `${minor}`.padStart(scale + 1, "0");
	return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const made = "<CreDtTm>2026-01-01T06:00:00</CreDtTm>";
const header = `<GrpHdr><MsgId>BANK</MsgId>${made}</GrpHdr>`;

function documentOf(name: string, content: string): Bytes {
	return toUtf8(
		`<?xml version="1.0" encoding="UTF-8"?><Document xmlns="${namespace}${name}">${content}</Document>`,
	);
}

/** The status of what is refused, and a notification of what was booked; each where there is any. */
export function answerIsoDebits(
	file: AskedFile,
	isRefused: readonly boolean[],
	money: BankMoney,
): readonly Bytes[] {
	const refused = file.lines.filter((_, at) => isRefused[at] === true);
	const booked = file.lines.filter((_, at) => isRefused[at] === false);
	return [
		...(refused.length === 0 ? [] : [statusReport(file, refused, "RJCT")]),
		...(booked.length === 0 ? [] : [bookedDocument("camt.054", booked, "CRDT", money)]),
	];
}

/** Of lines, or of the whole file where there are none. `ACSC`: settled. `RJCT`: refused, for insufficient funds, `AM04`. */
export function statusReport(
	{ kind, message }: Pick<AskedFile, "kind" | "message">,
	lines: readonly Pick<AskedLine, "reference">[],
	status: "ACSC" | "RJCT",
): Bytes {
	const name = kind === "debit" ? "pain.008.001.09" : "pain.001.001.10";
	const whole = lines.length === 0 ? `<GrpSts>${status}</GrpSts>` : "";
	const of = `<OrgnlMsgId>${message}</OrgnlMsgId><OrgnlMsgNmId>${name}</OrgnlMsgNmId>${whole}`;
	const reason = status === "RJCT" ? "<StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>" : "";
	const each = lines.map(
		({ reference }) =>
			`<TxInfAndSts><OrgnlEndToEndId>${reference}</OrgnlEndToEndId><TxSts>${status}</TxSts>${reason}</TxInfAndSts>`,
	);
	return documentOf(
		"pain.002.001.11",
		`<CstmrPmtStsRpt>${header}<OrgnlGrpInfAndSts>${of}</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>${message}</OrgnlPmtInfId>${each.join("")}</OrgnlPmtInfAndSts></CstmrPmtStsRpt>`,
	);
}

const owner = "<Acct><Id><Othr><Id>OWN</Id></Othr></Id></Acct>";
const names = {
	"camt.053": ["BkToCstmrStmt", "Stmt"],
	"camt.054": ["BkToCstmrDbtCdtNtfctn", "Ntfctn"],
} as const;

/** Entries that were booked, one a line; `side` as our account sees it; `returned`: they came back, by this code. */
export function bookedDocument(
	kind: keyof typeof names,
	lines: readonly Pick<AskedLine, "reference" | "amount">[],
	side: "CRDT" | "DBIT",
	{ currency, scale }: BankMoney,
	returned: string | null = null,
): Bytes {
	const back = returned === null ? "" : `<RtrInf><Rsn><Cd>${returned}</Cd></Rsn></RtrInf>`;
	const [outer, inside] = names[kind];
	const balance =
		kind === "camt.054"
			? ""
			: `<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="${currency}">${decimalOf(0n, scale)}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-01</Dt></Dt></Bal>`;
	const entries = lines.map(
		({ reference, amount }) =>
			`<Ntry><Amt Ccy="${currency}">${decimalOf(amount, scale)}</Amt><CdtDbtInd>${side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BkTxCd><Prtry><Cd>TX</Cd></Prtry></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>${reference}</EndToEndId></Refs>${back}</TxDtls></NtryDtls></Ntry>`,
	);
	return documentOf(
		`${kind}.001.08`,
		`<${outer}>${header}<${inside}><Id>1</Id>${made}${owner}${balance}${entries.join("")}</${inside}></${outer}>`,
	);
}
