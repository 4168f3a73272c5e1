/**
 * A charging replay from beginning to end: sessions as they were recorded, on a virtual clock, settled month by month.
 *
 *   first of a month ─▶ gateways bring, the month before is settled ─▶ chargers redeem, cars give back and draw
 *   session          ─▶ meter, records ─▶ gateway ─▶ operator, once a day
 *   in the end       ─▶ everything comes home, and what was refused is filed again until all is paid
 *
 * What came of it is read from where it is kept: ticks from the chargers' modules, value from the operator's books,
 * records from statements that the log proves, money from the bank. Nothing is believed of the plan.
 */
import type { Bytes } from "@tenten/protocol";
import { assetHash } from "@tenten/protocol";
import { accountText } from "@tenten/sim";
import { Charge } from "./charge.ts";
import type { Device } from "./device.ts";
import { type FaultCounts, Faults } from "./faults.ts";
import { MonthEnd, type MonthEnded } from "./month-end.ts";
import { type Month, monthsBetween } from "./months.ts";
import { type Oracle, oracleOf } from "./oracle.ts";
import type { Rail } from "./parties.ts";
import { Provisions } from "./provisions.ts";
import { Records } from "./records.ts";
import { Schedule } from "./schedule.ts";
import { dueOf, type Sessions } from "./sessions.ts";
import { type StatementSums, sumStatements } from "./statements.ts";
import { Town } from "./town.ts";
import { Traffic } from "./traffic.ts";

const hour_s = 3_600;
const day_s = 24 * hour_s;
const again_s = 6 * hour_s;

export type ChargingOptions = {
	readonly recording: Sessions;
	/** minor units for a kilowatt-hour, of a file of energy */
	readonly tariff: bigint;
	readonly rails: readonly Rail[];
	readonly seed: number;
	/** how many times as often as usual faults happen; 0: never */
	readonly faults: number;
	/** an empty folder, for stores */
	readonly folder: string;
	/** told of each file for a bank, each answer and each statement */
	readonly kept: (name: string, content: Bytes) => void;
	readonly progress: (sessions: number) => void;
};

export type ChargingReport = {
	readonly oracle: Oracle;
	readonly counted: {
		readonly sessions: number;
		readonly paid: number;
		readonly ticks: bigint;
		readonly due: bigint;
	};
	readonly faults: FaultCounts;
	/** records that drivers signed for lost cars */
	readonly signedInstead: number;
	/** drivers of whom a debit was refused, and whose cars no charger took until they agreed to pay */
	readonly suspended: number;
	readonly months: readonly MonthEnded[];
	readonly statements: { readonly money: StatementSums; readonly energy: StatementSums };
	/** of the operator, minor units */
	readonly books: {
		readonly issued: bigint;
		readonly outstanding: bigint;
		/** on the accounts of chargers; what cars were lent, less what is on theirs */
		readonly chargers: bigint;
		readonly cars: bigint;
		readonly broken: readonly string[];
		/** paid to one side alone */
		readonly alone: { readonly chargers: bigint; readonly cars: bigint };
	};
	/** of the bank, minor units */
	readonly bank: { readonly drivers: bigint; readonly sites: bigint; readonly companies: readonly bigint[] };
	readonly parties: { readonly drivers: number; readonly sites: number; readonly companies: number };
	readonly money: { readonly currency: string; readonly scale: number };
};

export async function replayCharging(options: ChargingOptions): Promise<ChargingReport> {
	const { recording, rails, seed, folder } = options;
	const first = recording.sessions[0]?.from ?? 0;
	const schedule = new Schedule(first - day_s);
	const faults = new Faults(seed, options.faults);
	// Zengin knows yen alone: then a recorded cent is a yen.
	const money = rails.includes("zengin") ? { currency: "JPY", scale: 0 } : recording.money;
	const town = await Town.open({ folder, recording, rails, money, faults, schedule });
	try {
		return await new Run(options, { town, schedule, faults }).run();
	} finally {
		await town.close();
	}
}

class Run {
	readonly #options: ChargingOptions;
	readonly #town: Town;
	readonly #schedule: Schedule;
	readonly #faults: Faults;
	readonly #records: Records;
	readonly #provisions: Provisions;
	readonly #traffic: Traffic;
	readonly #monthEnd: MonthEnd;
	readonly #ended: MonthEnded[] = [];
	#suspended = 0;

	constructor(
		options: ChargingOptions,
		{ town, schedule, faults }: { town: Town; schedule: Schedule; faults: Faults },
	) {
		const { recording, kept, progress } = options;
		[this.#options, this.#town, this.#schedule, this.#faults] = [options, town, schedule, faults];
		this.#records = new Records(town);
		this.#provisions = new Provisions(town, recording, schedule);
		const { desk, bank, parties, money } = town;
		this.#traffic = new Traffic({
			...{ town, recording, schedule, faults, ended: progress },
			...{ records: this.#records, provisions: this.#provisions },
		});
		this.#monthEnd = new MonthEnd({
			...{ desk, bank, parties, kept },
			asset: assetHash(money),
			money: town.bank.money,
			refuses: () => faults.counted("debitRefused", "debitsRefused"),
		});
	}

	async run(): Promise<ChargingReport> {
		const { recording } = this.#options;
		const first = recording.sessions[0]?.from ?? 0;
		const last = Math.max(...recording.sessions.map(({ until }) => until));
		const months = monthsBetween(first, last);
		for (const [at, month] of months.entries())
			this.#schedule.plan(month.until, () => this.#turn(months.slice(Math.max(0, at - 1), at + 1)));
		for (let at = first; at < last + 30 * day_s; at += day_s) this.#schedule.plan(at, () => this.#bring());
		this.#traffic.plan();
		await this.#town.addParties();
		// Enrolled before the first session, and never out of reach by then.
		for (const { driver } of recording.sessions) await this.#town.car(driver);
		for (const session of recording.sessions) await this.#town.charger(session);
		for (const car of this.#town.cars.values()) await this.#provisions.provide(car);
		for (const charger of this.#town.chargers.values()) await this.#tend(charger);
		for (const device of [...this.#town.cars.values(), ...this.#town.chargers.values()]) device.leave();
		await this.#schedule.run();
		await this.#comeHome(months);
		return this.#report(months);
	}

	/** A month is over. */
	async #turn(months: readonly Month[]): Promise<void> {
		await this.#records.handDrivers();
		await this.#bring();
		await this.#settle(months, 0);
		this.#schedule.plan(this.#schedule.now + 60, () => this.#callIn());
		const { chargers, cars } = this.#town;
		for (const charger of chargers.values()) this.#visit(charger, () => this.#tend(charger));
		for (const name of cars.keys()) this.#visitCar(name);
	}

	async #tend(charger: Device): Promise<void> {
		await charger.learn(await this.#town.delegations.list());
		await charger.redeem();
	}

	/** Drivers of whom a bank refused a debit are suspended, until they agree to pay. */
	async #callIn(): Promise<void> {
		const { desk } = this.#town;
		this.#suspended += await desk.suspendRefused(async (party, why) => {
			await this.#town.delegations.suspend(party, why);
			await this.#meetSuspension(party);
			await this.#town.delegations.resume(party);
			const [charger] = this.#town.chargers.values();
			await charger?.learn(await this.#town.delegations.list());
		});
	}

	/** No charger that knows of it takes the driver's car. */
	async #meetSuspension(party: Bytes): Promise<void> {
		const { cars, chargers, parties, delegations } = this.#town;
		const [car, charger] = [cars.get(parties.withId(party).name), [...chargers.values()][0]];
		if (car === undefined || charger === undefined) throw new Error("a driver without a car");
		await charger.learn(await delegations.list());
		car.comeHome();
		const { price, step } = this.#options.recording;
		await this.#provisions.spare(car, dueOf(price, { ticks: price.perTicks }));
		const until = this.#schedule.now + day_s;
		const most = price.perTicks;
		const code = await Charge.refused({ car, charger, price, step, most, until, faults: this.#faults });
		if (code !== "device-suspended") throw new Error(`a suspended driver's car is refused for ${code}`);
		car.leave();
	}

	async #settle(months: readonly Month[], round: number): Promise<MonthEnded> {
		await this.#town.sealer.seal();
		const ended = await this.#monthEnd.end(months, round);
		this.#ended.push(ended);
		return ended;
	}

	/** By its name: it may be another one by then. */
	#visitCar(name: string): void {
		const car = this.#town.cars.get(name);
		if (car !== undefined) this.#visit(car, () => this.#provisions.provide(car));
	}

	/** Now, or when it is in reach again. */
	#visit(device: Device, work: () => Promise<void>, at = this.#schedule.now): void {
		this.#schedule.plan(at, async () => {
			const isReplaced = this.#town.cars.get(device.name) !== device && !this.#town.chargers.has(device.name);
			if (isReplaced) return;
			if (device.isOutOfReach) return this.#visit(device, work, this.#schedule.now + again_s);
			await work();
		});
	}

	/** Gateways that have a line bring on what they keep. */
	async #bring(): Promise<void> {
		for (const [at, edge] of this.#town.edges.entries())
			if (!this.#faults.isOutOfReach(`gateway ${at}`, this.#schedule.now)) await edge.bring();
	}

	/** Nothing fails any more: all records arrive, all is claimed and paid, and all value is given back. */
	async #comeHome(months: readonly Month[]): Promise<void> {
		this.#faults.end();
		const { cars, chargers } = this.#town;
		for (const device of [...cars.values(), ...chargers.values()])
			if (!(await this.#records.hand(device, device.party.company))) throw new Error("a record stays behind");
		if (!(await this.#records.handDrivers())) throw new Error("a driver's record stays behind");
		await this.#bring();
		for (let round = 1, open = 1; open > 0; round++) open = (await this.#settle(months, round)).open;
		for (const device of [...cars.values(), ...chargers.values()]) await device.redeem();
		await this.#town.sealer.seal();
	}

	async #report(months: readonly Month[]): Promise<ChargingReport> {
		const { recording, tariff, kept } = this.#options;
		const { desk, sealer, log, parties, money, energy, operator, bank, cars, chargers } = this.#town;
		const source = { desk, sealer, log, parties, months };
		const lines = new Set(recording.sessions.map(({ line }) => line));
		const { totals, broken } = await operator.audit(money.code);
		const sumOf = async (devices: Iterable<Device>): Promise<bigint> => {
			let sum = 0n;
			for (const { account } of devices) sum += await operator.balance(account, money.code);
			return sum;
		};
		const booked = (kind: "driver" | "site"): bigint =>
			parties.all.reduce(
				(sum, party) => (party.kind === kind ? sum + bank.balance(accountText(party.account)) : sum),
				0n,
			);
		const count = (kind: string): number => parties.all.filter((party) => party.kind === kind).length;
		return {
			oracle: oracleOf(recording.file, tariff, lines),
			counted: this.#traffic.counted,
			faults: this.#faults.counts,
			signedInstead: this.#records.signedInstead,
			suspended: this.#suspended,
			months: this.#ended,
			statements: {
				money: await sumStatements({ ...source, kept: named(kept, "money") }, assetHash(money)),
				energy: await sumStatements({ ...source, kept: named(kept, "energy") }, assetHash(energy)),
			},
			books: {
				issued: totals.issued,
				outstanding: totals.outstanding,
				chargers: await sumOf(chargers.values()),
				cars: this.#provisions.deposited - (await sumOf(cars.values())),
				broken,
				alone: this.#traffic.claims.paid,
			},
			bank: {
				drivers: -booked("driver"),
				sites: booked("site"),
				companies: parties.companies.map(({ own }) => bank.balance(accountText(own))),
			},
			parties: { drivers: count("driver"), sites: count("site"), companies: parties.companies.length },
			money: bank.money,
		};
	}
}

function named(kept: ChargingOptions["kept"], what: string): ChargingOptions["kept"] {
	return (name, content) => kept(`statement-${what}-${name}`, content);
}
