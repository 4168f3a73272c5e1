/**
 * Settlement in a world of its own, which follows from a seed: the real operator, with its log, takes what devices of
 * several parties recorded, and claims, files and reads what the bank says, while power fails on either side of commits.
 *
 *   round: paid ─▶ brought, claimed, filed, read, charged, told, several at once ─▶ power fails ─▶ what stands is checked
 *   heal:  all is brought, sealed, claimed, filed until it is paid, read once more ─▶ every unit is checked
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KeptClaim } from "@tenten/operator";
import { type Bytes, isRefusal, toHex } from "@tenten/protocol";
import { Chance } from "../chance.ts";
import { Counts } from "../counts.ts";
import type { FoundViolation } from "../run.ts";
import { Violation } from "../violation.ts";
import { SettlementBank } from "./bank.ts";
import { SettlementBook } from "./book.ts";
import { SettlementCards } from "./cards.ts";
import { SettlementDesk } from "./desk.ts";
import { money, SettlementHouse } from "./house.ts";
import { SettlingPeople } from "./people.ts";

export type SettlementReport = {
	readonly seed: number;
	readonly rounds: number;
	readonly counts: Counts;
	readonly violation: FoundViolation | undefined;
};

const beginning = 1_800_000_000;
const day = 86_400;

export async function runSettlementWorld(seed: number, rounds: number): Promise<SettlementReport> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-settlement-"));
	const world = new SettlementWorld(seed, folder);
	let round = 0;
	let violation: FoundViolation | undefined;
	try {
		await world.open();
		while (++round <= rounds) await world.round();
		await world.heal();
	} catch (error) {
		if (!(error instanceof Violation)) throw error;
		violation = { seed, step: round, kind: error.kind, detail: error.message };
	} finally {
		await world.close();
		rmSync(folder, { recursive: true });
	}
	return { seed, rounds, counts: world.counts, violation };
}

class SettlementWorld {
	readonly counts = new Counts();
	readonly #seed: number;
	readonly #chance: Chance;
	readonly #house: SettlementHouse;
	readonly #bank: SettlementBank;
	readonly #cards: SettlementCards;
	readonly #crashes: number;
	#parties: readonly Bytes[] = [];
	#people: SettlingPeople | undefined;
	#book: SettlementBook | undefined;
	#desk: SettlementDesk | undefined;
	#now = beginning;

	constructor(seed: number, folder: string) {
		this.#seed = seed;
		this.#chance = new Chance(seed, "settlement world");
		this.#house = new SettlementHouse(seed, folder, () => this.#now);
		this.#bank = new SettlementBank(money, new Chance(seed, "settlement bank"));
		this.#cards = new SettlementCards(new Chance(seed, "settlement cards"));
		const chance = this.#chance;
		this.#crashes = chance.happens(0.8) ? chance.between(10, 60) / 100 : 0;
		this.#cards.rates = { declines: chance.below(60) / 100, loses: chance.below(50) / 100 };
		this.#bank.rates = { refuses: chance.below(60) / 100, returns: chance.below(20) / 100 };
	}

	async open(): Promise<void> {
		const [seed, house, bank, cards, counts] = [
			this.#seed,
			this.#house,
			this.#bank,
			this.#cards,
			this.counts,
		];
		await house.begin();
		const devices = [];
		const parties = this.#chance.between(3, 5);
		for (let at = 0; at < parties; at++)
			devices.push(await house.party(`register ${at}`, this.#chance.between(1, 2)));
		this.#parties = devices.flatMap(([first]) => (first === undefined ? [] : [first.party]));
		const people = new SettlingPeople(house, devices.flat(), new Chance(seed, "settlement people"), counts);
		const { signed } = people;
		this.#people = people;
		this.#book = new SettlementBook({ asset: house.asset, signed, bank, cards });
		const own = { parties: this.#parties, chance: this.#chance };
		this.#desk = new SettlementDesk({ house, bank, cards, counts, ...own });
		this.#now += 2 * day;
	}

	get #running() {
		const [people, book, desk] = [this.#people, this.#book, this.#desk];
		if (people === undefined || book === undefined || desk === undefined) throw new Error("not open");
		return { people, book, desk };
	}

	async round(): Promise<void> {
		const chance = this.#chance;
		const { people, desk } = this.#running;
		this.#now += chance.between(1, 7_200);
		for (let paid = chance.below(5); paid > 0; paid--) await people.pay(this.#now);
		this.#bank.work();
		if (chance.happens(0.4)) await this.#mayFail(() => this.#seal());
		const some = Array.from({ length: chance.between(1, 5) }, () => chance.happens(0.4));
		const act = (brings: boolean) => (brings ? people.bring(this.#now, 8) : desk.act(this.#now));
		await this.#mayFail(() => Promise.all(some.map(act)));
		if (chance.happens(0.3)) await this.#tell();
		await this.#inspect();
	}

	/** Power may fail at one of the next commits, on one side of it. */
	async #mayFail(job: () => Promise<unknown>): Promise<void> {
		const chance = this.#chance;
		if (chance.happens(this.#crashes))
			this.#house.willFail(chance.below(4), chance.happens(0.5) ? "beforeCommit" : "afterCommit");
		await this.#survive(job);
	}

	/** Parties hear of refusals; mostly power fails after one has, and before that is kept: the third commit. */
	async #tell(): Promise<void> {
		const fails = this.#crashes > 0 && this.#chance.happens(0.7);
		if (fails) this.#house.willFail(2, "beforeCommit");
		await this.#survive(() => this.#running.desk.tell());
	}

	/** Where power failed the operator begins anew. */
	async #survive(job: () => Promise<unknown>): Promise<void> {
		await job();
		if (await this.#house.recover()) this.counts.add("settlement", "crashes");
	}

	async #seal(): Promise<void> {
		const made = await this.#house.ask(({ sealer }) => sealer.seal());
		if (made !== null) this.counts.add("settlement", "seals");
	}

	async #inspect(): Promise<readonly KeptClaim[]> {
		const { desk: real } = this.#house;
		const claims = await real.claims();
		await this.#running.book.inspect(claims, (claim) => real.claimed(claim));
		this.#running.desk.known = claims;
		return claims;
	}

	/** Nothing fails any more: whatever was recorded is paid, and every unit is where its records say. */
	async heal(): Promise<void> {
		const { people, desk } = this.#running;
		this.#cards.rates = { declines: 0, loses: 0 };
		this.#bank.rates = { refuses: 0, returns: 0 };
		this.#now += day;
		while (!people.isDone) await people.bring(this.#now, 32);
		await this.#seal();
		for (const party of this.#parties) await desk.claimAll(party, beginning, this.#now);
		for (let turn = 0; turn < 20; turn++) {
			await this.#inspect();
			await desk.fileAll();
			this.#bank.work();
			await desk.readAll();
			await this.#house.desk.resume(this.#cards);
			await this.#house.operator.devices.suspendUnpaid();
			const claims = await this.#inspect();
			if (claims.every(({ history }) => history.at(-1)?.kind === "paid")) return this.#judge(claims);
		}
		throw new Violation("undecided", "a claim that is filed again and again is not paid");
	}

	async #judge(claims: readonly KeptClaim[]): Promise<void> {
		const [house, { book, desk }] = [this.#house, this.#running];
		await desk.readAll();
		await house.operator.devices.suspendUnpaid();
		const stands = (all: readonly KeptClaim[]): string =>
			all.map(({ id, history }) => `${toHex(id)} ${history.length}`).join();
		if (stands(await this.#inspect()) !== stands(claims))
			throw new Violation("decided twice", "what was read before changes a claim");
		for (const party of this.#parties) {
			const period = { party, asset: house.asset, from: beginning, until: this.#now + 1 };
			const statement = await house.desk.statement(period);
			if (isRefusal(statement)) throw new Violation("books", statement.code);
			book.assertStated(statement);
			book.assertClaimed(toHex(party));
			await this.#assertSuspended(party, claims);
		}
		book.assertNetted(
			this.#parties.map((party) => toHex(party)),
			(party) => desk.movedFor(party, claims),
		);
		for (const { reference } of await house.desk.contradictions()) {
			if (this.#bank.lines.get(reference)?.state !== "returned")
				throw new Violation("sworn falsely", `line ${reference} contradicts nothing`);
			this.counts.add("settlement", "contradictions");
		}
		for (const { history } of claims)
			this.counts.add("settlement", history.some(({ kind }) => kind === "reopened") ? "paid again" : "paid");
	}

	/** Once for each debit that was refused, came back, or was declined. */
	async #assertSuspended(party: Bytes, claims: readonly KeptClaim[]): Promise<void> {
		const own = new Set(
			claims
				.filter((claim) => toHex(claim.party) === toHex(party) && claim.direction === "debit")
				.map(({ id }) => toHex(id)),
		);
		const lines = [...this.#bank.lines.values()].filter(
			({ claim, state }) => own.has(claim) && (state === "refused" || state === "returned"),
		);
		const declined = [...own].reduce((sum, claim) => sum + this.#cards.declinedOf(claim), 0);
		const suspended = await this.#house.suspensionsOf(party);
		this.counts.add("settlement", "suspensions", suspended);
		if (suspended !== lines.length + declined)
			throw new Violation(
				"accused",
				`party ${toHex(party)}: ${lines.length + declined} refusals, ${suspended} suspensions`,
			);
	}

	close(): Promise<void> {
		return this.#house.close();
	}
}
