/** What clients of a ledger ask for, drawn by chance: mostly sense, and also repeats, lies and nonsense. */
import type { Chance } from "../chance.ts";
import type { BookAccount, Named } from "./book.ts";

/** Two assets; who is outside may owe; one has a credit line, and some a ceiling. */
export const bookAccounts: readonly BookAccount[] = [
	{ name: "outside", asset: 1, least: null, most: null },
	{ name: "ann", asset: 1, least: 0n, most: null },
	{ name: "bob", asset: 1, least: 0n, most: 60n },
	{ name: "eve", asset: 1, least: -20n, most: 40n },
	{ name: "shop", asset: 1, least: 0n, most: 300n },
	{ name: "elsewhere", asset: 2, least: null, most: null },
	{ name: "dan", asset: 2, least: 0n, most: 50n },
];
const inAsset = (asset: number): readonly string[] =>
	bookAccounts.filter((account) => account.asset === asset).map(({ name }) => name);
const names = [...bookAccounts.map(({ name }) => name), "nobody"];

/** How many ids are used at once: few, so that much of what is asked meets something that was done. */
const recent = 30;

export class Asking {
	readonly #chance: Chance;
	readonly #asked: Named[] = [];
	#made = 0;

	constructor(chance: Chance) {
		this.#chance = chance;
	}

	/** What stands or falls together: mostly one. */
	next(now: number): readonly Named[] {
		const length = this.#chance.happens(0.15) ? this.#chance.between(2, 3) : 1;
		return Array.from({ length }, () => this.#one(now));
	}

	#one(now: number): Named {
		const chance = this.#chance;
		const known = chance.of(this.#asked.slice(-recent));
		if (known !== undefined && chance.happens(0.2)) return chance.happens(0.5) ? known : this.#lie(known);
		const made = this.#fresh(`t${++this.#made}`, now);
		this.#asked.push(made);
		return made;
	}

	#fresh(id: string, now: number): Named {
		const chance = this.#chance;
		const reference = chance.happens(0.2) ? `r${chance.below(5)}` : null;
		const own = { id, reference };
		const kind = chance.weighed({ move: 30, reserve: 35, post: 22, void: 9, expire: 4 }) ?? "move";
		if (kind === "move" || kind === "reserve") {
			const [debit, credit] = this.#sides();
			const until = kind === "reserve" && chance.happens(0.6) ? now + chance.between(-1, 12) : null;
			return { ...own, kind, debit, credit, amount: this.#amount(), until };
		}
		const reservations = this.#asked.filter((one) => one.kind === "reserve").slice(-12);
		const reservation =
			(chance.happens(0.95) ? chance.of(reservations) : chance.of(this.#asked))?.id ?? "none";
		return kind === "post"
			? { ...own, kind, reservation, amount: this.#amount() }
			: { ...own, kind, reservation };
	}

	/** Mostly two that may pay one another, and often from outside, or nobody would have anything. */
	#sides(): readonly [debit: string, credit: string] {
		const chance = this.#chance;
		if (chance.happens(0.1)) return [chance.of(names) ?? "ann", chance.of(names) ?? "ann"];
		const within = chance.happens(0.85) ? inAsset(1) : inAsset(2);
		const debit = chance.happens(0.35) ? within[0] : chance.of(within);
		return [debit ?? "ann", chance.of(within.filter((name) => name !== debit)) ?? "ann"];
	}

	#amount(): bigint {
		const chance = this.#chance;
		if (chance.happens(0.02)) return chance.of([0n, -1n, 2n ** 63n - 1n, 2n ** 63n]) ?? 0n;
		return BigInt(chance.between(1, 12));
	}

	/** The same id, with other content. */
	#lie(known: Named): Named {
		const { id } = known;
		if (this.#chance.happens(0.3)) return { ...this.#fresh(id, 0), id };
		if (known.kind === "reserve" && this.#chance.happens(0.3))
			return { ...known, until: (known.until ?? 0) + 1 };
		if ("amount" in known && this.#chance.happens(0.5)) return { ...known, amount: known.amount + 1n };
		return { ...known, reference: known.reference === null ? "r9" : null };
	}
}
