/** What a bank answers in ISO 20022: whole documents, as their schemas have them. */
import { create } from "xmlbuilder2";

type Tree = { readonly [name: string]: unknown };

function document(name: string, content: Tree): string {
	return create(
		{ version: "1.0", encoding: "UTF-8" },
		{ Document: { "@xmlns": `urn:iso:std:iso:20022:tech:xsd:${name}`, ...content } },
	).end();
}

const header = { MsgId: "BANK-1", CreDtTm: "2026-11-28T06:00:00" };

export type Status = { readonly reference: string; readonly status: string; readonly code?: string };

export function statusReport(
	message: string,
	lines: readonly Status[],
	group: { readonly status?: string; readonly code?: string; readonly block?: string } = {},
): string {
	const reason = (code: string | undefined) =>
		code === undefined ? {} : { StsRsnInf: { Rsn: { Cd: code } } };
	return document("pain.002.001.11", {
		CstmrPmtStsRpt: {
			GrpHdr: header,
			OrgnlGrpInfAndSts: {
				OrgnlMsgId: message,
				OrgnlMsgNmId: "pain.008.001.09",
				...(group.status !== undefined && { GrpSts: group.status }),
				...reason(group.code),
			},
			OrgnlPmtInfAndSts: {
				OrgnlPmtInfId: message,
				...(group.block !== undefined && { PmtInfSts: group.block }),
				TxInfAndSts: lines.map(({ reference, status, code }) => ({
					OrgnlEndToEndId: reference,
					TxSts: status,
					...reason(code),
				})),
			},
		},
	});
}

export type Movement = {
	readonly references: readonly (string | null)[];
	readonly amounts: readonly string[];
	readonly side: "CRDT" | "DBIT";
	readonly status?: string;
	readonly returned?: string;
	readonly reversal?: true;
	readonly currency?: string;
};

function entry({
	references,
	amounts,
	side,
	status = "BOOK",
	returned,
	reversal,
	currency = "EUR",
}: Movement): Tree {
	const cents = amounts.reduce((sum, amount) => sum + Math.round(100 * Number(amount)), 0);
	return {
		Amt: { "@Ccy": currency, "#": (cents / 100).toFixed(2) },
		CdtDbtInd: side,
		...(reversal && { RvslInd: "true" }),
		Sts: { Cd: status },
		BkTxCd: { Prtry: { Cd: "SDD" } },
		NtryDtls: {
			TxDtls: references.map((reference, at) => ({
				Refs: { EndToEndId: reference ?? "NOTPROVIDED" },
				...(references.length > 1 && { Amt: { "@Ccy": currency, "#": amounts[at] } }),
				...(references.length > 1 && { CdtDbtInd: side }),
				...(returned !== undefined && { RtrInf: { Rsn: { Cd: returned } } }),
			})),
		},
	};
}

const account = { Id: { IBAN: "DE89370400440532013000" } };

export function notification(movements: readonly Movement[]): string {
	return document("camt.054.001.08", {
		BkToCstmrDbtCdtNtfctn: {
			GrpHdr: header,
			Ntfctn: { Id: "N-1", CreDtTm: header.CreDtTm, Acct: account, Ntry: movements.map(entry) },
		},
	});
}

export function accountStatement(movements: readonly Movement[]): string {
	const balance = {
		Tp: { CdOrPrtry: { Cd: "CLBD" } },
		Amt: { "@Ccy": "EUR", "#": "1000.00" },
		CdtDbtInd: "CRDT",
		Dt: { Dt: "2026-11-27" },
	};
	return document("camt.053.001.08", {
		BkToCstmrStmt: {
			GrpHdr: header,
			Stmt: { Id: "S-1", CreDtTm: header.CreDtTm, Acct: account, Bal: balance, Ntry: movements.map(entry) },
		},
	});
}
