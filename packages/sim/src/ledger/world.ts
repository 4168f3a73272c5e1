/**
 * A ledger over a real store, in a world that follows from a seed: clients ask at once, ask again, and lie; power fails
 * on either side of a commit; the clock goes on, and now and then back. A checker with a book of its own compares
 * every answer, and every unit after every round.
 *
 *   round: asked at once ──▶ answered, or power failed ──▶ opened again ──▶ what was in doubt is looked up, and asked again
 *
 * What was not answered may be done or not. Requests are decided in the order in which they are asked, and commits
 * follow one another: so what became durable is the first of them, up to some place, and nothing after it.
 */
import { DatabaseSync } from "node:sqlite";
import { Ledger, openStore } from "@tenten/operator";
import {
	type Bytes,
	type LedgerTransfer,
	type LinkedTransfers,
	sha256,
	type TransferResult,
} from "@tenten/protocol";
import { Chance } from "../chance.ts";
import { Asking, bookAccounts } from "./asking.ts";
import { Book, type Named, type Word } from "./book.ts";

export type LedgerWorldReport = {
	readonly transfers: number;
	readonly refused: number;
	readonly repeated: number;
	readonly crashes: number;
	readonly inDoubt: number;
	readonly expired: number;
	/** every word that was said */
	readonly words: ReadonlySet<Word>;
};

type Counts = { -readonly [K in keyof LedgerWorldReport]: LedgerWorldReport[K] } & { words: Set<Word> };

class PowerFailure extends Error {}

/** The ledger did or said what it must not. */
class LedgerViolation extends Error {
	constructor(what: string, detail: string) {
		super(`${what}: ${detail}`);
	}
}

const beginning = 1_800_000_000;
const examineEvery = 25;

/** Throws `LedgerViolation` where the ledger says or does anything else than the book. */
export async function runLedgerWorld(seed: number, rounds: number): Promise<LedgerWorldReport> {
	const world = new LedgerWorld(seed);
	await world.open();
	for (let round = 1; round <= rounds; round++) {
		await world.round();
		if (round % examineEvery === 0 || round === rounds) await world.examine();
	}
	return world.counts;
}

class LedgerWorld {
	readonly counts: Counts = {
		transfers: 0,
		refused: 0,
		repeated: 0,
		crashes: 0,
		inDoubt: 0,
		expired: 0,
		words: new Set(),
	};
	readonly #chance: Chance;
	readonly #asking: Asking;
	readonly #random: Chance;
	readonly #database = new DatabaseSync(":memory:", { readBigInts: true });
	#book = new Book(bookAccounts);
	#ledger: Ledger | undefined;
	#now = beginning;
	/** commits until power fails, and on which side of that one */
	#fails: { after: number; readonly point: "beforeCommit" | "afterCommit" } | null = null;

	constructor(seed: number) {
		this.#chance = new Chance(seed, "ledger world");
		this.#random = new Chance(seed, "ledger entropy");
		this.#asking = new Asking(new Chance(seed, "ledger clients"));
	}

	async open(): Promise<void> {
		await this.#begin();
		const terms = bookAccounts.map(({ name, asset, least, most }) => ({
			id: idOf(name),
			asset: idOf(`asset ${asset}`),
			least,
			most,
		}));
		await this.#running.open(terms);
	}

	get #running(): Ledger {
		if (this.#ledger === undefined) throw new Error("the ledger is off");
		return this.#ledger;
	}

	/** A life of the ledger over what is durable. */
	async #begin(): Promise<void> {
		let isOver = false;
		const onCommit = (point: "beforeCommit" | "afterCommit"): void => {
			// Of a life that is over nothing is written any more.
			if (isOver) throw new PowerFailure();
			const fails = this.#fails;
			if (fails === null || fails.point !== point || fails.after-- > 0) return;
			isOver = true;
			this.#fails = null;
			throw new PowerFailure();
		};
		const store = await openStore(this.#database, { onCommit });
		this.#ledger = new Ledger(store, { now: () => this.#now, random: this.#random.bytes });
	}

	async round(): Promise<void> {
		const chance = this.#chance;
		this.#now += chance.happens(0.05) ? -chance.between(1, 5) : chance.below(4);
		this.#mayFail(0.15);
		const clients = Array.from({ length: chance.between(1, 6) }, () => [this.#asking.next(this.#now)]);
		const answers = await Promise.all(
			clients.map((batch) => this.#running.post(batch.map(linkedOf)).catch(failed)),
		);
		this.#fails = null;
		await this.#judge(clients.flat(), answers);
		if (chance.happens(0.3)) await this.#expire();
		await this.#compare();
	}

	/** Power fails at one of the next commits, on one side of it, `rate` times of one. */
	#mayFail(rate: number): void {
		const chance = this.#chance;
		const point = chance.happens(0.5) ? "beforeCommit" : "afterCommit";
		if (chance.happens(rate)) this.#fails = { after: chance.below(2), point };
	}

	/** Answers in the order of asking; null: power failed first. */
	async #judge(
		asked: readonly (readonly Named[])[],
		answers: readonly (readonly TransferResult[] | null)[],
	): Promise<void> {
		const firstUnknown = answers.indexOf(null);
		for (const [at, linked] of asked.entries()) {
			const answer = answers[at];
			if (answer === null || answer === undefined) continue;
			if (firstUnknown !== -1 && at > firstUnknown)
				throw new LedgerViolation(
					"decided out of order",
					`${linked[0]?.id} was answered after one that was not`,
				);
			this.#mustSay(linked, answer.map(wordOf), this.#book.take(linked, this.#now));
		}
		if (firstUnknown === -1) return;
		this.counts.crashes++;
		await this.#begin();
		await this.#resolve(asked.slice(firstUnknown));
	}

	/**
	 * What nobody heard the outcome of. Decisions become durable in the order of asking: so what is there must be what
	 * the book does of the first few, however few. Then all of it is asked again until it is answered.
	 */
	async #resolve(asked: readonly (readonly Named[])[]): Promise<void> {
		this.counts.inDoubt += asked.length;
		const ids = [...new Set(asked.flat().map(({ id }) => id))].filter((id) => !this.#book.has(id));
		const kept = await Promise.all(ids.map((id) => this.#running.transfer(idOf(id))));
		const there = ids.filter((_, at) => kept[at] !== undefined).join();
		const tried = [...asked.keys(), asked.length].map((first) => {
			const book = this.#book.fork();
			for (const linked of asked.slice(0, first)) book.take(linked, this.#now);
			return book;
		});
		const book = tried.find((one) => ids.filter((id) => one.has(id)).join() === there);
		if (book === undefined) throw new LedgerViolation("durable otherwise than decided", there);
		this.#book = book;
		for (const linked of asked) {
			const again = (await this.#running.post([linkedOf(linked)])).map(wordOf);
			this.#mustSay(linked, again, this.#book.take(linked, this.#now));
		}
	}

	#mustSay(linked: readonly Named[], said: readonly Word[], expected: readonly Word[]): void {
		for (const [at, word] of said.entries()) {
			this.counts.words.add(word);
			if (word === "done") this.counts.transfers++;
			else if (word === "exists") this.counts.repeated++;
			else this.counts.refused++;
			if (word !== expected[at])
				throw new LedgerViolation(
					"another answer",
					`${linked[at]?.id}: ${word}, and by the book ${expected[at]}`,
				);
		}
	}

	async #expire(): Promise<void> {
		this.#mayFail(0.3);
		const isCut = (await this.#running.expire().catch(failed)) === null;
		this.#fails = null;
		if (isCut) {
			this.counts.crashes++;
			await this.#begin();
		}
		for (const [id, until] of this.#book.open()) {
			const ending = (await this.#running.transfer(idOf(id)))?.ending ?? null;
			const isDue = until !== null && until <= this.#now;
			if (ending === null && isDue && !isCut) throw new LedgerViolation("due and not expired", id);
			if (ending === null) continue;
			if (ending !== "expired" || !isDue) throw new LedgerViolation("ended by nobody", `${id}: ${ending}`);
			this.#book.expired(id);
			this.counts.expired++;
		}
	}

	/** Every unit of every account, in every form. */
	async #compare(): Promise<void> {
		for (const { name } of bookAccounts) {
			const account = await this.#running.account(idOf(name));
			const has = account && [
				account.debitsPosted,
				account.creditsPosted,
				account.debitsPending,
				account.creditsPending,
			];
			const should = this.#book.sums(name);
			if (`${has}` !== `${should}`)
				throw new LedgerViolation("units gone astray", `${name}: ${has}, and by the book ${should}`);
			const wrong = this.#book.wrong(name);
			if (wrong.length > 0) throw new LedgerViolation("a limit broken", wrong.join());
		}
	}

	async examine(): Promise<void> {
		const { broken } = await this.#running.examine();
		if (broken.length > 0) throw new LedgerViolation("sums are not those of entries", broken.join());
	}
}

/** null where power failed. */
function failed(error: unknown): null {
	if (error instanceof PowerFailure) return null;
	throw error;
}

function wordOf(result: TransferResult): Word {
	return result.kind === "refused" ? result.code : result.kind;
}

function idOf(name: string): Bytes {
	return sha256(new TextEncoder().encode(name));
}

function linkedOf(linked: readonly Named[]): LinkedTransfers {
	return linked.map(transferOf);
}

function transferOf(named: Named): LedgerTransfer {
	const own = { id: idOf(named.id), reference: named.reference === null ? null : idOf(named.reference) };
	switch (named.kind) {
		case "move":
		case "reserve": {
			const { kind, amount, until } = named;
			const sides = { debit: idOf(named.debit), credit: idOf(named.credit), amount };
			return kind === "move" ? { ...own, kind, ...sides } : { ...own, kind, ...sides, until };
		}
		case "post":
			return { ...own, kind: "post", reservation: idOf(named.reservation), amount: named.amount };
		case "void":
		case "expire":
			return { ...own, kind: named.kind, reservation: idOf(named.reservation) };
		default:
			return named satisfies never;
	}
}
