/** What a bank is asked for, as it reads a file: in code of its own, which shares nothing with what wrote the file. */

export type AskedLine = {
	readonly reference: string;
	/** as the file names it */
	readonly account: string;
	/** minor units */
	readonly amount: bigint;
};

export type AskedFile = {
	readonly kind: "debit" | "credit";
	/** who sent it */
	readonly own: string;
	/** by which the bank calls it: its message, or empty where the format has none */
	readonly message: string;
	readonly lines: readonly AskedLine[];
};

export type BankMoney = { readonly currency: string; readonly scale: number };
