/**
 * The killer: ends one process after another by SIGKILL, at points that it chooses and at moments that it does not.
 *
 *   at a point    before or after the n-th durable write from now: the process ends itself there
 *   at random     whenever the signal comes
 *   starting      killed again while it opens its files after a kill
 *
 * It does not wait until the one that was killed serves again: for moments two of them are gone. The database's
 * server, where there is one, is killed at random.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Chance } from "./actor.ts";
import { DatabaseVictim } from "./database-victim.ts";
import { count } from "./ledger.ts";
import { type Household, roleOf, type TorturedTown } from "./town.ts";

export type Kills = {
	total: number;
	/** by role, and by what the process was doing: a durable write, anything, or starting */
	readonly byPoint: Map<string, number>;
	/** by what its users had asked for at that moment */
	readonly byWork: Map<string, number>;
};

type Target = TorturedTown["operator"] | Household | DatabaseVictim;

export type KillerOptions = {
	readonly town: TorturedTown;
	readonly chance: Chance;
	/** notes what is under way at the moment of a kill */
	readonly note: (counts: Map<string, number>) => void;
};

const patience_ms = 300;
/** a wallet or an operator writes this often in a fraction of a second */
const farthestWrite = 6;
const longestRest_ms = 400;
const longestStart_ms = 350;

export class Killer {
	readonly kills: Kills = { total: 0, byPoint: new Map(), byWork: new Map() };
	readonly #options: KillerOptions;

	constructor(options: KillerOptions) {
		this.#options = options;
	}

	/** Kills one process of those that serve: the next may be killed before it serves again. */
	async strike(): Promise<void> {
		const { town, chance } = this.#options;
		const database = town.database === undefined ? [] : [town.database];
		const targets: readonly Target[] = [...town.operators, ...town.households, ...database];
		let serving = targets.filter(({ isServing }) => isServing);
		while (serving.length < targets.length - 1 && !town.isStopped) {
			await pause(5);
			serving = targets.filter(({ isServing }) => isServing);
		}
		await pause(chance(longestRest_ms));
		await this.#kill(serving[chance(serving.length)] as Target);
	}

	async #kill(target: Target): Promise<void> {
		const { chance } = this.#options;
		if (target instanceof DatabaseVictim) {
			this.#note(target, "at random");
			return target.kill();
		}
		const isAtPoint = chance(2) === 0;
		const isGone = isAtPoint && (await this.#atPoint(target));
		if (!isGone) {
			this.#note(target, "at random");
			await target.kill();
			// It may have ended itself in the same moment.
			target.takeLastWords();
		}
		if (chance(10) !== 0) return;
		await pause(chance(longestStart_ms));
		this.#note(target, target.isServing ? "just started" : "starting");
		await target.kill();
	}

	async #atPoint(target: Exclude<Target, DatabaseVictim>): Promise<boolean> {
		const { chance } = this.#options;
		const point = { write: 1 + chance(farthestWrite), when: chance(2) === 0 ? "before" : "after" } as const;
		const isGone = await (target as Household).await((line) => line.call("arm", point), patience_ms);
		if (isGone) this.#note(target, target.takeLastWords() ?? "at random");
		return isGone;
	}

	#note({ name }: Target, point: string): void {
		this.kills.total++;
		count(this.kills.byPoint, `${roleOf(name)}: ${point}`);
		this.#options.note(this.kills.byWork);
	}
}
