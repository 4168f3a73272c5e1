/**
 * Faults of a charging replay, all by its seed: who is out of reach and when, what is lost, and who dies.
 *
 * Every kind draws from a stream of its own. Whether somebody is out of reach is a function of the time alone: the same
 * question has the same answer. Without `--faults` nothing ever happens.
 */
import { Chance } from "@tenten/sim";

export type FaultCounts = {
	/** bundles between a car and a charger that were lost */
	bundlesLost: number;
	/** stretches in which a car or a charger was out of reach of everything but the other */
	stretches: number;
	/** a gateway that died between two steps, and was started again from its disk */
	gatewayDeaths: number;
	/** answers of a gateway or of the operator that were lost */
	answersLost: number;
	/** a module that died in a session and was opened again */
	moduleDeaths: number;
	/** sessions whose car and charger never met again: each claimed alone */
	parted: number;
	/** cars that were lost for good in a session */
	carsLost: number;
	/** debits that a bank refused */
	debitsRefused: number;
};

const day_s = 86_400;
const week_s = 7 * day_s;

/** How often each happens, of one. */
const rates = {
	bundleLost: 0.05,
	stretch: 0.3,
	gatewayDies: 0.03,
	answerLost: 0.05,
	moduleDies: 0.05,
	parts: 0.02,
	carLost: 0.004,
	debitRefused: 0.05,
} as const;

type Kind = keyof typeof rates;

export class Faults {
	readonly counts: FaultCounts = {
		bundlesLost: 0,
		stretches: 0,
		gatewayDeaths: 0,
		answersLost: 0,
		moduleDeaths: 0,
		parted: 0,
		carsLost: 0,
		debitsRefused: 0,
	};
	readonly #seed: number;
	readonly #rates: Record<Kind, number>;
	readonly #streams = new Map<string, Chance>();
	readonly #met = new Set<string>();

	/** `often`: how many times as often as usual; 0: never. */
	constructor(seed: number, often: number) {
		this.#seed = seed;
		this.#rates = Object.fromEntries(
			Object.entries(rates).map(([kind, rate]) => [kind, Math.min(0.5, often * rate)]),
		) as Record<Kind, number>;
	}

	/** The stream of a name, the same for all who ask. */
	chance(name: string): Chance {
		const known = this.#streams.get(name) ?? new Chance(this.#seed, name);
		this.#streams.set(name, known);
		return known;
	}

	happens(kind: Exclude<Kind, "stretch">): boolean {
		return this.chance(kind).happens(this.#rates[kind]);
	}

	/** As `happens`, counted where it does. */
	counted(kind: Exclude<Kind, "stretch">, as: keyof FaultCounts): boolean {
		const happens = this.happens(kind);
		if (happens) this.counts[as]++;
		return happens;
	}

	/** From now on nothing happens. */
	end(): void {
		for (const kind of Object.keys(this.#rates) as Kind[]) this.#rates[kind] = 0;
	}

	/** Whether a car or a charger is out of reach: in a stretch of up to three days of some weeks. */
	isOutOfReach(name: string, now: number): boolean {
		const week = Math.floor(now / week_s);
		const chance = new Chance(this.#seed, `${name} in week ${week}`);
		if (!chance.happens(this.#rates.stretch)) return false;
		const from = week * week_s + chance.below(4 * day_s);
		const isOut = now >= from && now < from + chance.between(day_s / 4, 3 * day_s);
		if (isOut && !this.#met.has(`${name} ${week}`)) {
			this.#met.add(`${name} ${week}`);
			this.counts.stretches++;
		}
		return isOut;
	}
}
