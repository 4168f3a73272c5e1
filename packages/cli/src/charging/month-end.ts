/**
 * The end of a month: what the log holds becomes statements and claims, files for banks, and what banks say of them.
 *
 *   seal ─▶ claim of each party ─▶ a file a company and direction ─▶ bank ─▶ results, each read twice
 *                                                      └─▶ refused: reopened, and in next month's file
 *
 * A record that came late is in the next claim of its own month, so two months are claimed each time. Companies are
 * netted by the lines that were claimed, each of which is in one claim ever.
 */
import type { BankDesk, KeptClaim } from "@tenten/operator";
import { type Bytes, type PartyStatement, toHex } from "@tenten/protocol";
import { type AskedLine, accountText } from "@tenten/sim";
import { must } from "../ecosystem.ts";
import type { Bank } from "./bank.ts";
import { debtsIn, type Netted, net } from "./clearing.ts";
import { dayOf, type Month } from "./months.ts";
import type { Company, Parties } from "./parties.ts";

export type MonthEndOptions = {
	readonly desk: BankDesk;
	readonly bank: Bank;
	readonly parties: Parties;
	readonly asset: Bytes;
	readonly money: { readonly currency: string; readonly scale: number };
	/** whether a bank refuses a debit */
	readonly refuses: (line: AskedLine) => boolean;
	/** told of each file that is sent, and of each that comes back */
	readonly kept: (name: string, content: Bytes) => void;
};

/** What one month's end came to; amounts in minor units. */
export type MonthEnded = {
	readonly month: string;
	/** of claims that were made: debits, and credits */
	readonly claimed: { readonly debit: bigint; readonly credit: bigint };
	readonly booked: { readonly debit: bigint; readonly credit: bigint };
	readonly files: number;
	readonly lines: number;
	readonly refused: number;
	readonly netted: Netted;
	/** claims that are not paid yet */
	readonly open: number;
};

type Sent = Pick<MonthEnded, "booked" | "files" | "lines" | "refused">;

export class MonthEnd {
	readonly #options: MonthEndOptions;
	/** by party and month: how many lines were claimed */
	readonly #claimed = new Map<string, number>();

	constructor(options: MonthEndOptions) {
		this.#options = options;
	}

	/** `months`: those that are claimed. `round`: 0, and more where what was refused is sent again in the same month. */
	async end(months: readonly Month[], round = 0): Promise<MonthEnded> {
		const { desk, bank, parties, asset } = this.#options;
		const month = months.at(-1) as Month;
		const made = await this.#claim(months);
		const statements = await Promise.all(made.map(({ id }) => desk.claimed(id)));
		const open = (await desk.claims()).filter(isOpen);
		let sent: Sent = { booked: { debit: 0n, credit: 0n }, files: 0, lines: 0, refused: 0 };
		for (const company of parties.companies)
			for (const direction of ["debit", "credit"] as const) {
				const claims = open.filter((claim) => claim.direction === direction && this.#is(claim, company));
				const name = `${month.name}-${round}-${company.name}-${direction}`;
				if (claims.length > 0) sent = added(sent, await this.#send(name, claims, company, month));
			}
		const netted = net(debtsIn(statements as readonly PartyStatement[], parties, asset));
		for (const { from, to, amount } of netted.multilateral)
			bank.transfer(this.#accountOf(from), this.#accountOf(to), amount);
		const of = (direction: KeptClaim["direction"]): bigint =>
			made.reduce((sum, claim) => (claim.direction === direction ? sum + claim.amount : sum), 0n);
		return {
			month: month.name,
			claimed: { debit: of("debit"), credit: of("credit") },
			...sent,
			netted,
			open: (await desk.claims()).filter(isOpen).length,
		};
	}

	/** What the log holds of these months and no claim has yet. */
	async #claim(months: readonly Month[]): Promise<readonly KeptClaim[]> {
		const { desk, parties, asset } = this.#options;
		const made: KeptClaim[] = [];
		for (const { name, from, until } of months)
			for (const { id: party } of parties.all) {
				const { lines } = must(await desk.statement({ party, asset, from, until }));
				const month = `${toHex(party)} ${name}`;
				if (lines.length === (this.#claimed.get(month) ?? 0)) continue;
				made.push(must(await desk.claim({ party, asset, from, until })));
				this.#claimed.set(month, lines.length);
			}
		return made;
	}

	#is({ party }: KeptClaim, company: Company): boolean {
		return this.#options.parties.withId(party).company === company;
	}

	#accountOf(company: Bytes): string {
		const found = this.#options.parties.companies.find(({ id }) => id === company);
		if (found === undefined) throw new Error("a debt of no company");
		return accountText(found.own);
	}

	/** The file is asked for twice, and what comes back is read twice: neither changes anything the second time. */
	async #send(name: string, claims: readonly KeptClaim[], { own }: Company, month: Month): Promise<Sent> {
		const { desk, bank, parties, money, asset, refuses, kept } = this.#options;
		const accounts = Object.fromEntries(parties.all.map(({ id, account }) => [toHex(id), account]));
		const ids = claims.map(({ id }) => id);
		const filing = {
			name,
			claims: ids,
			own,
			accounts,
			money: { ...money, asset },
			date: dayOf(month.until, 5),
		};
		const { content } = must(await desk.file(filing));
		if (!Buffer.from(must(await desk.file(filing)).content).equals(content))
			throw new Error(`${name} is another file the second time`);
		kept(name, content);
		const answer = bank.carryOut(content, refuses);
		for (const [at, document] of answer.documents.entries()) {
			kept(`${name}-answer-${at + 1}`, document);
			const first = must(await desk.read(document, { ...money, asset }));
			const strange = first.find(({ became }) => became !== "paid" && became !== "reopened");
			if (strange !== undefined) throw new Error(`${name}: ${strange.became} ${strange.why}`);
			const second = must(await desk.read(document, { ...money, asset }));
			if (second.some(({ became }) => became !== "same")) throw new Error(`${name}: a result counted twice`);
		}
		const { booked, refused } = answer;
		const isDebit = claims[0]?.direction === "debit";
		return {
			booked: { debit: isDebit ? booked : 0n, credit: isDebit ? 0n : booked },
			files: 1,
			lines: claims.length,
			refused,
		};
	}
}

function isOpen({ history }: KeptClaim): boolean {
	const state = history[history.length - 1]?.kind;
	return state === "claimed" || state === "reopened";
}

function added(a: Sent, b: Sent): Sent {
	return {
		booked: { debit: a.booked.debit + b.booked.debit, credit: a.booked.credit + b.booked.credit },
		files: a.files + b.files,
		lines: a.lines + b.lines,
		refused: a.refused + b.refused,
	};
}
