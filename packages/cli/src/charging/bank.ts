/**
 * The bank of a charging replay: reads files as a bank would, keeps accounts of its own, and answers.
 *
 *   pain.008, 口座振替    each line takes from the party's account, or is refused
 *   pain.001, 総合振込    each line gives to it
 *
 * It shares no code with what wrote the files, so that what it booked is a count of its own of what they said. Its
 * answers are those that banks give: pain.002 for what is refused, camt.054 and camt.053 for what was booked, and a
 * 口座振替 with a result on each line.
 */
import type { Bytes } from "@tenten/protocol";
import {
	type AskedFile,
	type AskedLine,
	answerIsoDebits,
	answerZenginDebits,
	type BankMoney,
	bookedDocument,
	readIsoFile,
	readZenginFile,
} from "@tenten/sim";

export type BankAnswer = {
	/** documents for the desk, in the order in which they come */
	readonly documents: readonly Bytes[];
	/** lines that were refused */
	readonly refused: number;
	/** minor units that were booked */
	readonly booked: bigint;
};

export class Bank {
	readonly money: BankMoney;
	readonly #accounts = new Map<string, bigint>();

	constructor(money: BankMoney) {
		this.money = money;
	}

	/** Carries a file out. `refuses`: whether the bank refuses a debit, line by line. */
	carryOut(content: Bytes, refuses: (line: AskedLine) => boolean): BankAnswer {
		const isXml = content[0] === 0x3c;
		const file = isXml ? readIsoFile(content, this.money) : readZenginFile(content);
		const isRefused = file.lines.map((line) => file.kind === "debit" && refuses(line));
		const booked = file.lines.filter((_, at) => isRefused[at] === false);
		const sign = file.kind === "debit" ? -1n : 1n;
		for (const { account, amount } of booked) {
			this.#add(account, sign * amount);
			this.#add(file.own, -sign * amount);
		}
		return {
			documents: this.#answer(content, file, isRefused),
			refused: file.lines.length - booked.length,
			booked: booked.reduce((sum, { amount }) => sum + amount, 0n),
		};
	}

	/** What one company pays another, of what was netted. */
	transfer(from: string, to: string, amount: bigint): void {
		this.#add(from, -amount);
		this.#add(to, amount);
	}

	/** Minor units that came onto an account since the replay began; below zero, went. */
	balance(account: string): bigint {
		return this.#accounts.get(account) ?? 0n;
	}

	#add(account: string, amount: bigint): void {
		this.#accounts.set(account, this.balance(account) + amount);
	}

	#answer(content: Bytes, file: AskedFile, isRefused: readonly boolean[]): readonly Bytes[] {
		// What was paid out is seen on the statement of the account, whatever the file was.
		if (file.kind === "credit") return [bookedDocument("camt.053", file.lines, "DBIT", this.money)];
		return content[0] === 0x3c
			? answerIsoDebits(file, isRefused, this.money)
			: [answerZenginDebits(content, isRefused)];
	}
}
