/** Files for banks with a few lines, in yen and in euros. */
import type { BankFile, BankLine } from "../../../src/settle/bank-file.ts";

export const yen = { currency: "JPY", scale: 0 };
export const euro = { currency: "EUR", scale: 2 };

export const reference = (at: number): string => `${at}`.padStart(20, "0");

const zenginLine = (at: number, amount: bigint, holder: string): BankLine => ({
	reference: reference(at),
	amount,
	evidence: amount,
	account: {
		rail: "zengin",
		account: { bank: "0005", branch: "001", kind: "ordinary", number: "76543", holder },
	},
});

export function zenginFile(direction: "credit" | "debit", more: Partial<BankFile> = {}): BankFile {
	return {
		direction,
		message: "2026-11",
		own: {
			rail: "zengin",
			account: { bank: "0001", branch: "001", kind: "ordinary", number: "1234567", holder: "テンテン(カ" },
			clientCode: "12345",
			isBroken: true,
		},
		money: yen,
		date: "2026-11-27",
		madeAt: 1_795_000_000,
		lines: [zenginLine(1, 350n, "ヤマダ ハナコ"), zenginLine(2, 9_999_999_999n, "さとう たろう")],
		...more,
	};
}

const ibans = ["DE89370400440532013000", "FR1420041010050500013M02606"];

export function isoFile(direction: "credit" | "debit", more: Partial<BankFile> = {}): BankFile {
	const account = (at: number, holder: string) => ({
		holder,
		account: { iban: ibans[at % 2] as string },
		bic: at % 2 === 0 ? "COBADEFFXXX" : null,
	});
	return {
		direction,
		message: "2026-11",
		own: { rail: "iso20022", account: account(0, "Tenten Köln"), creditorId: "DE98ZZZ09999999999" },
		money: euro,
		date: "2026-11-27",
		madeAt: 1_795_000_000,
		lines: [12_345n, 1n, 700n].map((amount, at) => ({
			reference: reference(at + 1),
			amount,
			evidence: amount,
			account: {
				rail: "iso20022",
				account: account(at, `Fahrer ${at + 1}, Zoë O'Neil`),
				mandate: direction === "debit" ? { id: `M-${at}`, signedOn: "2026-01-31" } : null,
			},
		})),
		...more,
	};
}
