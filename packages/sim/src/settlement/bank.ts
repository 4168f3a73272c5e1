/**
 * The bank of a settlement world: it takes each file once, moves what it asks for line by line, or refuses it, or gives
 * back what it moved; and says so late, in any order, in one form or another, and as often as it is asked.
 *
 *   file ──▶ pending ──▶ settled ──▶ returned        each step is a word in a document, which may be read whenever
 *                 └────▶ refused
 */
import { type Bytes, sha256, toHex } from "@tenten/protocol";
import type { AskedFile, AskedLine, BankMoney } from "../bank/asked.ts";
import { bookedDocument, readIsoFile, statusReport } from "../bank/iso.ts";
import { answerZenginDebits, readZenginFile } from "../bank/zengin.ts";
import type { Chance } from "../chance.ts";
import { Violation } from "../violation.ts";

export type BankLine = AskedLine & {
	readonly kind: AskedFile["kind"];
	/** in hexadecimal */
	readonly claim: string;
	state: "pending" | "settled" | "refused" | "returned";
};

/** shares of one: of lines that are decided, and a turn of lines that are settled */
export type BankRates = { readonly refuses: number; readonly returns: number };

export class SettlementBank {
	readonly money: BankMoney;
	rates: BankRates = { refuses: 0, returns: 0 };
	/** by reference */
	readonly lines: Map<string, BankLine> = new Map();
	/** every document that it ever made */
	readonly documents: Bytes[] = [];
	readonly #files = new Set<string>();
	readonly #accounts = new Map<string, bigint>();
	readonly #chance: Chance;

	constructor(money: BankMoney, chance: Chance) {
		[this.money, this.#chance] = [money, chance];
	}

	/** Minor units that came onto an account; below zero, went. */
	balance(account: string): bigint {
		return this.#accounts.get(account) ?? 0n;
	}

	/** Takes a file, of these claims in its order; the same bytes again change nothing. */
	take(content: Bytes, claims: readonly string[]): void {
		const name = toHex(sha256(content));
		if (this.#files.has(name)) return;
		this.#files.add(name);
		const isXml = content[0] === 0x3c;
		const file = isXml ? readIsoFile(content, this.money) : readZenginFile(content);
		if (file.lines.length !== claims.length) throw new Violation("books", `${name} has other lines`);
		const lines = file.lines.map((line, at) => {
			if (this.lines.has(line.reference)) throw new Violation("two copies", `reference ${line.reference}`);
			const { kind } = file;
			const kept: BankLine = { ...line, kind, claim: claims[at] ?? "", state: "pending" };
			this.lines.set(line.reference, kept);
			return kept;
		});
		if (!isXml && file.kind === "debit") this.#answerWhole(content, lines);
		else if (isXml && this.#chance.happens(this.rates.refuses / 4)) this.#refuseWhole(file, lines);
	}

	/** Moves, refuses or gives back a few lines, and says it line by line, or of several in one document. */
	work(): void {
		const changed: BankLine[] = [];
		for (const line of this.lines.values()) {
			if (line.state === "pending" && this.#chance.happens(0.5)) this.#decide(line);
			else if (line.state === "settled" && this.#chance.happens(this.rates.returns)) {
				line.state = "returned";
				this.#move(line, -1n);
			} else continue;
			changed.push(line);
		}
		const wordOf = ({ kind, state }: BankLine): string => `${kind} ${state}`;
		for (const word of new Set(changed.map(wordOf))) {
			const lines = changed.filter((line) => wordOf(line) === word);
			const parts = this.#chance.happens(0.3) ? [lines] : lines.map((line) => [line]);
			for (const part of parts) this.#say(part);
		}
	}

	/** Refuses a whole file, before it looks at any line. */
	#refuseWhole({ kind, message }: AskedFile, lines: readonly BankLine[]): void {
		for (const line of lines) line.state = "refused";
		this.documents.push(statusReport({ kind, message }, [], "RJCT"));
	}

	/** A 口座振替 is answered by itself, with the results of all of its lines. */
	#answerWhole(content: Bytes, lines: readonly BankLine[]): void {
		for (const line of lines) this.#decide(line);
		this.documents.push(
			answerZenginDebits(
				content,
				lines.map(({ state }) => state === "refused"),
			),
		);
	}

	#decide(line: BankLine): void {
		line.state = this.#chance.happens(this.rates.refuses) ? "refused" : "settled";
		if (line.state === "settled") this.#move(line, 1n);
	}

	#move({ kind, account, amount }: BankLine, times: bigint): void {
		const moved = kind === "debit" ? -amount : amount;
		this.#accounts.set(account, this.balance(account) + times * moved);
	}

	/** All of one kind and state. */
	#say(lines: readonly BankLine[]): void {
		const [first] = lines;
		if (first === undefined) return;
		const { kind, state } = first;
		const form = this.#chance.happens(0.5) ? "camt.053" : "camt.054";
		if (state === "refused" || (state === "settled" && this.#chance.happens(0.3)))
			this.documents.push(
				statusReport({ kind, message: "ANY" }, lines, state === "refused" ? "RJCT" : "ACSC"),
			);
		else {
			const side = (kind === "debit") === (state === "settled") ? "CRDT" : "DBIT";
			const why = state === "returned" ? "MD06" : null;
			this.documents.push(bookedDocument(form, lines, side, this.money, why));
		}
	}
}
