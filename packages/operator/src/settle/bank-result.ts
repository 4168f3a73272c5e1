/** What a bank sends back, in whichever form: XML of ISO 20022, or a Zengin file with results. */
import { type Bytes, isRefusal, type Refusal } from "@tenten/protocol";
import type { BankWord } from "./bank-word.ts";
import type { Money } from "./iso/amount.ts";
import { readIso } from "./iso/read.ts";
import { type ReadFile, readDebitResults } from "./zengin/file.ts";

/** 振替結果, as the Bankers Association numbers them. */
const reasons: Readonly<Record<string, string>> = {
	"1": "funds insufficient",
	"2": "no such account",
	"3": "stopped by the account's holder",
	"4": "no mandate",
	"8": "stopped by the client",
	"9": "other",
};

/** Every word of a document; the refusals of `readIso` and `readDebitResults`. */
export function readBankResult(bytes: Bytes, money: Money): readonly BankWord[] | Refusal {
	// A Zengin file begins with a digit, and no XML does.
	if (bytes[0] !== 0x31) return readIso(bytes, money);
	const file = readDebitResults(bytes);
	if (isRefusal(file)) return file;
	return (file as ReadFile).lines.map(({ reference, amount, result }) => ({
		about: { kind: "line", reference },
		says: result === "0" ? "settled" : "refused",
		why: result === "0" ? "" : `${result} ${reasons[result] ?? "unknown"}`,
		amount,
	}));
}
