/**
 * Meters that nobody closes: each side asks the operator for its part, the payee from `until` on, the payer after grace.
 *
 *   until            the payee's ticks are kept        until and grace     both are paid
 *
 * Who is out of reach asks again some hours later: grace is longer than anybody is out of reach.
 */
import type { Bytes } from "@tenten/protocol";
import { must } from "../ecosystem.ts";
import type { Device } from "./device.ts";
import type { Schedule } from "./schedule.ts";
import { grace_s, type Town } from "./town.ts";

const again_s = 6 * 3_600;

export type Unclosed = {
	readonly meter: Bytes;
	/** unix seconds */
	readonly until: number;
	readonly charger: Device;
	/** the car, or what was made of its backup */
	readonly car: Device;
	/** whether the car is made of a backup, after which nothing was signed */
	readonly isRestored: boolean;
	/** told once both are paid */
	readonly over: () => void;
};

export class Claims {
	/** minor units that were paid to one side alone: to chargers, and back to cars */
	readonly paid = { chargers: 0n, cars: 0n };
	readonly #town: Town;
	readonly #schedule: Schedule;

	constructor(town: Town, schedule: Schedule) {
		[this.#town, this.#schedule] = [town, schedule];
	}

	plan({ meter, until, charger, car, isRestored, over }: Unclosed): void {
		this.#ask(until, charger, meter, false, async (paid) => {
			if (paid !== null) throw new Error("a claim that is paid before grace is over");
		});
		const after = until + grace_s;
		this.#ask(after, charger, meter, false, async (paid) => {
			this.paid.chargers += paid ?? 0n;
			this.#ask(after, car, meter, isRestored, async (rest) => {
				this.paid.cars += rest ?? 0n;
				over();
			});
		});
	}

	/** `then` is told what was paid, in minor units; null: kept. */
	#ask(
		at: number,
		device: Device,
		meter: Bytes,
		isSure: boolean,
		then: (paid: bigint | null) => Promise<void>,
	): void {
		this.#schedule.plan(at, async () => {
			if (device.isOutOfReach) return this.#ask(this.#schedule.now + again_s, device, meter, isSure, then);
			const { operator } = this.#town;
			const said = must(await device.meters.claim(meter, ({ request }) => operator.rule(request), isSure));
			if (said.kind === "closed") throw new Error("a Close of a meter that nobody closed");
			await then(said.kind === "kept" ? null : said.amount);
		});
	}
}
