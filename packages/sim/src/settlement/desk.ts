/** What the people of an operator do at its bank desk in a settlement world, and what its bank then has and says. */
import type { KeptClaim, OwnAccount, PartyAccount } from "@tenten/operator";
import { type Bytes, equalBytes, isRefusal, type Refusal, toHex } from "@tenten/protocol";
import { accountText, madeUpIban } from "../bank/accounts.ts";
import type { Chance } from "../chance.ts";
import type { Counts } from "../counts.ts";
import { must } from "../must.ts";
import { Violation } from "../violation.ts";
import type { SettlementBank } from "./bank.ts";
import type { SettlementCards } from "./cards.ts";
import { money, type SettlementHouse } from "./house.ts";

type Rail = OwnAccount["rail"];
type Filing = Parameters<SettlementHouse["desk"]["file"]>[0];

type Means = {
	readonly house: SettlementHouse;
	readonly bank: SettlementBank;
	readonly cards: SettlementCards;
	readonly parties: readonly Bytes[];
	readonly counts: Counts;
	readonly chance: Chance;
};

const day = 86_400;
const rails: readonly Rail[] = ["zengin", "iso20022"];

const own: Readonly<Record<Rail, OwnAccount>> = {
	zengin: {
		rail: "zengin",
		account: { bank: "0001", branch: "001", kind: "ordinary", number: "9000000", holder: "テンテン" },
		clientCode: "1000",
		isBroken: true,
	},
	iso20022: {
		rail: "iso20022",
		account: { holder: "Settling", account: { iban: madeUpIban(900_000) }, bic: null },
		creditorId: "NO00ZZZ900",
	},
};

function accountOn(rail: Rail, at: number): PartyAccount {
	const number = `${at + 1}`;
	return rail === "zengin"
		? { rail, account: { bank: "0005", branch: "001", kind: "ordinary", number, holder: "トウジシャ" } }
		: {
				rail,
				account: { holder: `Party ${number}`, account: { iban: madeUpIban(at) }, bic: null },
				mandate: { id: `MANDATE-${number}`, signedOn: "2014-01-01" },
			};
}

export class SettlementDesk {
	/** every claim as it stood when it was looked at last */
	known: readonly KeptClaim[] = [];
	readonly #means: Means;
	readonly #accounts: Readonly<Record<Rail, Readonly<Record<string, PartyAccount>>>>;
	/** asked for, and not answered */
	readonly #asked: Filing[] = [];
	/** by name */
	readonly #answered = new Map<string, { readonly filing: Filing; readonly content: Bytes }>();
	#files = 0;
	/** documents of the bank that were read */
	readonly #read = new Set<Bytes>();

	constructor(means: Means) {
		this.#means = means;
		const on = (rail: Rail) =>
			Object.fromEntries(means.parties.map((party, at) => [toHex(party), accountOn(rail, at)]));
		this.#accounts = { zengin: on("zengin"), iso20022: on("iso20022") };
	}

	/** Somebody does something, as long as power lasts. */
	async act(now: number): Promise<void> {
		const { chance, house, parties, cards } = this.#means;
		const what = chance.weighed({
			claims: 6,
			files: 6,
			reads: 12,
			charges: 3,
			resumes: 1,
			tells: 1,
			releases: 1,
		});
		switch (what) {
			case "claims":
				return this.#claim(chance.of(parties), now);
			case "files":
				return this.#file(chance.happens(0.3) ? this.#oldFiling() : this.#newFiling());
			case "reads":
				return this.#reads(chance.of(this.#means.bank.documents));
			case "charges":
				return this.#charge(chance.of(this.known.filter(({ direction }) => direction === "debit")));
			case "resumes":
				return void (await house.ask(({ desk }) => desk.resume(cards)));
			case "tells":
				return this.tell();
			case "releases":
				return this.#release(chance.of(parties));
			case undefined:
				return;
			default:
				return what satisfies never;
		}
	}

	#count(what: string): void {
		this.#means.counts.add("settlement", what);
	}

	/** Whether it is one of these refusals; any other is a violation. */
	#isRefused(answer: unknown, ...may: readonly Refusal["code"][]): boolean {
		if (!isRefusal(answer)) return false;
		const { code, detail } = answer;
		if (!may.includes(code)) throw new Violation("books", `${code}: ${detail}`);
		this.#means.counts.add("settlement refusals", code);
		return true;
	}

	/** Of days that may overlap those of other claims. */
	async #claim(party: Bytes | undefined, now: number): Promise<void> {
		const { chance, house } = this.#means;
		if (party === undefined) return;
		const until = now + day - chance.below(4) * day;
		const period = { party, asset: house.asset, from: until - chance.between(1, 5) * day, until };
		const answer = await house.ask(({ desk }) => desk.claim(period));
		if (answer !== null && !this.#isRefused(answer, "amount-invalid")) this.#count("claims");
	}

	#oldFiling(): Filing | undefined {
		return this.#means.chance.of([
			...this.#asked,
			...[...this.#answered.values()].map(({ filing }) => filing),
		]);
	}

	/** Mostly of claims that may be filed. */
	#newFiling(): Filing | undefined {
		const { chance } = this.#means;
		const direction = chance.happens(0.6) ? "debit" : "credit";
		const fit = this.known.filter(
			(claim) => claim.direction === direction && (isOpen(claim) || chance.happens(0.05)),
		);
		const some = fit.filter(() => chance.happens(0.6));
		const rail = chance.of(rails);
		return some.length === 0 || rail === undefined ? undefined : this.#filing(some, rail);
	}

	#filing(claims: readonly KeptClaim[], rail: Rail): Filing {
		const filing: Filing = {
			name: `f-${++this.#files}`,
			claims: claims.map(({ id }) => id),
			own: own[rail],
			accounts: this.#accounts[rail],
			money: { ...money, asset: this.#means.house.asset },
			date: "2027-01-29",
		};
		this.#asked.push(filing);
		return filing;
	}

	async #file(filing: Filing | undefined): Promise<void> {
		if (filing === undefined) return;
		const { house, bank } = this.#means;
		const answer = await house.ask(({ desk }) => desk.file(filing));
		if (answer === null) return;
		const at = this.#asked.indexOf(filing);
		if (at >= 0) this.#asked.splice(at, 1);
		const before = this.#answered.get(filing.name);
		if (this.#isRefused(answer, "claim-filed", "claim-paid") && before === undefined) return;
		const { content } = must(answer);
		if (before !== undefined && !equalBytes(before.content, content))
			throw new Violation("answered in two ways", filing.name);
		this.#answered.set(filing.name, { filing, content });
		this.#count(before === undefined ? "files" : "files asked for again");
		bank.take(
			content,
			filing.claims.map((claim) => toHex(claim)),
		);
	}

	async #reads(document: Bytes | undefined): Promise<void> {
		if (document === undefined) return;
		const { house } = this.#means;
		const isKnown = this.#read.has(document);
		const read = await house.ask(({ desk }) => desk.read(document, { ...money, asset: house.asset }));
		if (read === null) return;
		for (const { became } of must(read)) {
			if (became === "unknown" || (isKnown && became !== "same" && became !== "contradicts"))
				throw new Violation("decided twice", `a line of a document became ${became}`);
			this.#count(became === "same" ? "read again" : became);
		}
		this.#read.add(document);
	}

	async #charge(claim: KeptClaim | undefined): Promise<void> {
		if (claim === undefined) return;
		const { house, cards } = this.#means;
		const charging = { claim: claim.id, money: { ...money, asset: house.asset }, card: toHex(claim.id) };
		const answer = await house.ask(({ desk }) => desk.charge(charging, cards));
		if (answer !== null && !this.#isRefused(answer, "claim-filed", "claim-paid")) this.#count("charges");
	}

	/** Parties hear of what was refused. */
	async tell(): Promise<void> {
		await this.#means.house.ask(({ operator }) => operator.devices.suspendUnpaid());
	}

	async #release(party: Bytes | undefined): Promise<void> {
		if (party === undefined) return;
		const { house } = this.#means;
		if ((await house.ask(() => house.release(party).then(() => true))) !== null) this.#count("releases");
	}

	/** Claims of all of a party's records, until there is nothing left to claim. */
	async claimAll(party: Bytes, from: number, now: number): Promise<void> {
		const { house } = this.#means;
		const period = { party, asset: house.asset, from, until: now + 1 };
		for (let before = ""; ; ) {
			const answer = await house.desk.claim(period);
			if (this.#isRefused(answer, "amount-invalid")) return;
			const { id } = must(answer);
			if (toHex(id) === before) return;
			before = toHex(id);
		}
	}

	/** Asks again for what was not answered, and files all that is open. */
	async fileAll(): Promise<void> {
		for (const filing of [...this.#asked]) await this.#file(filing);
		this.known = await this.#means.house.desk.claims();
		for (const direction of ["debit", "credit"] as const) {
			const open = this.known.filter((claim) => claim.direction === direction && isOpen(claim));
			const rail = rails[this.known.length % rails.length];
			if (open.length > 0 && rail !== undefined) await this.#file(this.#filing(open, rail));
		}
	}

	async readAll(): Promise<void> {
		for (const document of this.#means.bank.documents) await this.#reads(document);
	}

	/** Minor units that came to a party by its bank, less what its cards were charged. */
	movedFor(party: string, claims: readonly KeptClaim[]): bigint {
		const { bank, cards } = this.#means;
		const accounts = rails.flatMap((rail) => this.#accounts[rail][party] ?? []);
		const came = accounts.reduce((sum, account) => sum + bank.balance(accountText(account)), 0n);
		const own = claims.filter((claim) => toHex(claim.party) === party);
		return own.reduce((sum, { id }) => sum - cards.takenOf(toHex(id)), came);
	}
}

function isOpen({ history }: KeptClaim): boolean {
	const kind = history.at(-1)?.kind;
	return kind === "claimed" || kind === "reopened";
}
