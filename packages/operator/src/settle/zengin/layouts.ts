/**
 * The layouts of 総合振込 (credit transfers) and 口座振替 (direct debits), by the Japanese Bankers Association's
 * 適用業務およびレコード・フォーマット of December 2019 as several banks describe it. Ask your bank for its own page first.
 */
import { always, blank, digits, type Layout, words } from "./record.ts";

const header = (service: string): Layout => [
	always("データ区分", "1"),
	always("種別", service),
	always("コード区分", "0"),
	digits("client code", 10),
	words("client name", 40),
	digits("date", 4),
	digits("bank", 4),
	words("bank name", 15),
	digits("branch", 3),
	words("branch name", 15),
	digits("account kind", 1),
	digits("account number", 7),
	blank(17),
];

const end: Layout = [always("データ区分", "9"), blank(119)];

const transfer: Layout = [
	always("データ区分", "2"),
	digits("bank", 4),
	words("bank name", 15),
	digits("branch", 3),
	words("branch name", 15),
	words("clearing house", 4),
	digits("account kind", 1),
	digits("account number", 7),
	words("holder", 30),
	digits("amount", 10),
	digits("new", 1),
	digits("reference", 20),
	digits("by", 1),
	words("edi", 1),
	blank(7),
];

const debit: Layout = [
	always("データ区分", "2"),
	digits("bank", 4),
	words("bank name", 15),
	digits("branch", 3),
	words("branch name", 15),
	blank(4),
	digits("account kind", 1),
	digits("account number", 7),
	words("holder", 30),
	digits("amount", 10),
	digits("new", 1),
	digits("reference", 20),
	digits("result", 1),
	blank(8),
];

const sums: Layout = [always("データ区分", "8"), digits("count", 6), digits("total", 12)];

/** What a file is made of. */
export type Service = {
	readonly header: Layout;
	readonly data: Layout;
	readonly trailer: Layout;
	readonly end: Layout;
};

export type ServiceName = "transfer" | "debit";

export const services: Readonly<Record<ServiceName, Service>> = {
	transfer: { header: header("21"), data: transfer, trailer: [...sums, blank(101)], end },
	debit: {
		header: header("91"),
		data: debit,
		trailer: [
			...sums,
			digits("settled count", 6),
			digits("settled total", 12),
			digits("refused count", 6),
			digits("refused total", 12),
			blank(65),
		],
		end,
	},
};
