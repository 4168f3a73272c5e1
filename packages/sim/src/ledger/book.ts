/**
 * The checker's own account of every unit in a ledger: written from docs/spec/ledger.md, with nothing in common with
 * the machine.
 *
 * It keeps where each unit is by who holds it: what an account has, and each reservation as an envelope between two
 * accounts. What the machine adds up from four sums, this counts from envelopes.
 */

/** The highest amount that a side may come to. */
const most = 9_223_372_036_854_775_807n;

export type BookAccount = {
	readonly name: string;
	readonly asset: number;
	/** null: any debt */
	readonly least: bigint | null;
	/** null: none */
	readonly most: bigint | null;
};

type Envelope = {
	readonly from: string;
	readonly to: string;
	readonly amount: bigint;
	readonly until: number | null;
};
type Purse = BookAccount & { out: bigint; into: bigint };
type Ending = "posted" | "voided" | "expired";

type Entries<V> = readonly (readonly [string, V])[];
type Copied = {
	readonly purses: Entries<Purse>;
	readonly asked: Entries<Named>;
	readonly envelopes: Entries<Envelope>;
	readonly endings: Entries<Ending>;
};

/** As docs/spec/ledger.md names them: `done`, `exists`, or the code. */
export type Word = string;

/** Accounts, transfers and references by name: whoever asks maps them to bytes. */
export type Named =
	| {
			readonly kind: "move" | "reserve";
			readonly id: string;
			readonly reference: string | null;
			readonly debit: string;
			readonly credit: string;
			readonly amount: bigint;
			readonly until: number | null;
	  }
	| {
			readonly kind: "post";
			readonly id: string;
			readonly reference: string | null;
			readonly reservation: string;
			readonly amount: bigint;
	  }
	| {
			readonly kind: "void" | "expire";
			readonly id: string;
			readonly reference: string | null;
			readonly reservation: string;
	  };

export class Book {
	readonly #purses = new Map<string, Purse>();
	readonly #asked = new Map<string, Named>();
	readonly #envelopes = new Map<string, Envelope>();
	readonly #endings = new Map<string, Ending>();

	constructor(accounts: readonly BookAccount[]) {
		for (const account of accounts) this.#purses.set(account.name, { ...account, out: 0n, into: 0n });
	}

	/** Another, that goes on by itself. */
	fork(): Book {
		const other = new Book([]);
		other.#restore(this.#copy());
		return other;
	}

	has(id: string): boolean {
		return this.#asked.has(id);
	}

	/** What the ledger must say to requests that stand or fall together; what they do is done here too. */
	take(linked: readonly Named[], now: number): readonly Word[] {
		if (linked.length === 1) return linked.map((one) => this.#one(one, now));
		const before = this.#copy();
		const words = linked.map((one) => this.#one(one, now));
		const first = words.findIndex((word) => word !== "done" && word !== "exists");
		if (first === -1 && new Set(words).size === 1) return words;
		this.#restore(before);
		return words.map((word, at) =>
			at === first ? word : first === -1 && word === "exists" ? "exists-apart" : "linked-refused",
		);
	}

	/** Reservations that are open, with their time limits. */
	open(): readonly (readonly [id: string, until: number | null])[] {
		return [...this.#envelopes].map(([id, { until }]) => [id, until] as const);
	}

	/** A reservation's time limit was over, and the ledger ended it by itself. */
	expired(id: string): void {
		this.#end(id, "expired", 0n);
	}

	/** What an account has: posted on each side, and in envelopes from it and to it. */
	sums(name: string): readonly [out: bigint, into: bigint, from: bigint, to: bigint] {
		const { out, into } = this.#purse(name);
		return [out, into, this.#enclosed("from", name), this.#enclosed("to", name)];
	}

	/** Rules that an account breaks, in words. */
	wrong(name: string): readonly string[] {
		const { least, most: ceiling } = this.#purse(name);
		const [out, into, from, to] = this.sums(name);
		return [
			...(least !== null && into - out - from < least ? [`${name} may spend below ${least}`] : []),
			...(ceiling !== null && into - out + to > ceiling ? [`${name} may hold above ${ceiling}`] : []),
		];
	}

	#purse(name: string): Purse {
		const purse = this.#purses.get(name);
		if (purse === undefined) throw new Error(`no account ${name}`);
		return purse;
	}

	#enclosed(end: "from" | "to", name: string): bigint {
		let sum = 0n;
		for (const envelope of this.#envelopes.values()) if (envelope[end] === name) sum += envelope.amount;
		return sum;
	}

	#one(asked: Named, now: number): Word {
		const known = this.#asked.get(asked.id);
		if (known !== undefined) return difference(known, asked);
		const word = "debit" in asked ? this.#fresh(asked, now) : this.#ending(asked, now);
		if (word === "done") this.#asked.set(asked.id, asked);
		return word;
	}

	#fresh(
		{ kind, id, debit, credit, amount, until }: Extract<Named, { readonly debit: string }>,
		now: number,
	): Word {
		if (amount < 1n || amount > most) return "amount-invalid";
		if (debit === credit) return "accounts-same";
		const [payer, payee] = [this.#purses.get(debit), this.#purses.get(credit)];
		if (payer === undefined) return "debit-account-unknown";
		if (payee === undefined) return "credit-account-unknown";
		if (payer.asset !== payee.asset) return "assets-differ";
		if (kind === "reserve" && until !== null && until <= now) return "time-limit-past";
		const leaving = this.#enclosed("from", debit);
		const coming = this.#enclosed("to", credit);
		if (payer.out + leaving + amount > most || payee.into + coming + amount > most) return "sum-exceeded";
		if (payer.least !== null && payer.into - payer.out - leaving - amount < payer.least)
			return "funds-insufficient";
		if (payee.most !== null && payee.into - payee.out + coming + amount > payee.most)
			return "ceiling-exceeded";
		if (kind === "reserve") this.#envelopes.set(id, { from: debit, to: credit, amount, until });
		else {
			payer.out += amount;
			payee.into += amount;
		}
		return "done";
	}

	#ending(asked: Extract<Named, { readonly reservation: string }>, now: number): Word {
		if (asked.kind === "post" && (asked.amount < 1n || asked.amount > most)) return "amount-invalid";
		const { reservation } = asked;
		const ended = this.#endings.get(reservation);
		if (ended !== undefined) return `reservation-${ended}`;
		const envelope = this.#envelopes.get(reservation);
		if (envelope === undefined) return this.has(reservation) ? "reservation-is-none" : "reservation-unknown";
		const isOver = envelope.until !== null && envelope.until <= now;
		if (isOver !== (asked.kind === "expire")) return isOver ? "reservation-expired" : "reservation-not-due";
		if (asked.kind === "post" && asked.amount > envelope.amount) return "amount-exceeds-reservation";
		const ending = asked.kind === "post" ? "posted" : asked.kind === "void" ? "voided" : "expired";
		this.#end(reservation, ending, asked.kind === "post" ? asked.amount : 0n);
		return "done";
	}

	#end(id: string, ending: Ending, moved: bigint): void {
		const envelope = this.#envelopes.get(id);
		if (envelope === undefined) throw new Error(`${id} is no open reservation`);
		this.#envelopes.delete(id);
		this.#endings.set(id, ending);
		this.#purse(envelope.from).out += moved;
		this.#purse(envelope.to).into += moved;
	}

	#copy(): Copied {
		const purses = [...this.#purses].map(([name, purse]) => [name, { ...purse }] as const);
		return { purses, asked: [...this.#asked], envelopes: [...this.#envelopes], endings: [...this.#endings] };
	}

	#restore({ purses, asked, envelopes, endings }: Copied): void {
		refill(this.#purses, purses);
		refill(this.#asked, asked);
		refill(this.#envelopes, envelopes);
		refill(this.#endings, endings);
	}
}

function refill<V>(map: Map<string, V>, entries: readonly (readonly [string, V])[]): void {
	map.clear();
	for (const [key, value] of entries) map.set(key, value);
}

/** The first field that is other than it was, by the name that the spec gives it. */
function difference(known: Named, asked: Named): Word {
	const named: Readonly<Record<string, string>> = {
		kind: "kind",
		debit: "debit-account",
		credit: "credit-account",
		amount: "amount",
		reservation: "reservation",
		until: "time-limit",
		reference: "reference",
	};
	const fields = (one: Named) => one as unknown as Readonly<Record<string, unknown>>;
	const other = Object.keys(named).find((field) => fields(known)[field] !== fields(asked)[field]);
	return other === undefined ? "exists" : `exists-with-different-${named[other]}`;
}
