/**
 * What cars draw: at the beginning of a month a token for each session to come, from the budget of who answers for them.
 *
 * A car gives back first what is left of the month before. It draws for some days more than the month, for as long as it
 * may be out of reach then; so whenever a session begins there is a token that covers it.
 */
import { random } from "../ecosystem.ts";
import type { Device } from "./device.ts";
import { monthOf } from "./months.ts";
import type { Schedule } from "./schedule.ts";
import { dueOf, type Price, type Session, type Sessions } from "./sessions.ts";
import type { Town } from "./town.ts";

/** longer than anybody is out of reach, seconds */
const ahead_s = 5 * 86_400;

export class Provisions {
	/** minor units that came onto cars' accounts from outside: what drivers were lent */
	deposited = 0n;
	readonly #town: Town;
	readonly #price: Price;
	readonly #schedule: Schedule;
	/** by driver, in the order of time: what has not begun and is to be paid */
	readonly #ahead = new Map<string, Session[]>();

	constructor(town: Town, { price, sessions }: Sessions, schedule: Schedule) {
		[this.#town, this.#price, this.#schedule] = [town, price, schedule];
		for (const session of sessions) {
			if (dueOf(price, session) === 0n) continue;
			const ahead = this.#ahead.get(session.driver) ?? [];
			this.#ahead.set(session.driver, ahead);
			ahead.push(session);
		}
	}

	begun(session: Session): void {
		const ahead = this.#ahead.get(session.driver) ?? [];
		this.#ahead.set(
			session.driver,
			ahead.filter((each) => each !== session),
		);
	}

	async provide(car: Device): Promise<void> {
		const { operator, money } = this.#town;
		const { now } = this.#schedule;
		const until = monthOf(now).until + ahead_s;
		const ahead = (this.#ahead.get(car.name) ?? []).filter(({ from }) => from < until);
		const amounts = ahead.map((session) => dueOf(this.#price, { ticks: mostOf(session) }));
		await car.redeem();
		const needed = amounts.reduce((sum, amount) => sum + amount, 0n);
		await this.#lend(car, needed - (await operator.balance(car.account, money.code)));
		await car.draw(amounts);
	}

	/** Draws one token more. */
	async spare(car: Device, amount: bigint): Promise<void> {
		await this.#lend(car, amount);
		await car.draw([amount]);
	}

	async #lend(car: Device, lacking: bigint): Promise<void> {
		if (lacking <= 0n) return;
		const { operator, money } = this.#town;
		const refusal = await operator.deposit(random(32), car.account, money.code, lacking);
		if (refusal !== undefined) throw new Error(`no deposit: ${refusal.code}`);
		this.deposited += lacking;
	}
}

/** The most ticks that a car agrees to: more than it will be, by a tenth and a fourth of them. */
export function mostOf({ ticks, line }: Pick<Session, "ticks" | "line">): number {
	return ticks + 1 + Math.floor((ticks * (2 + (line % 4))) / 20);
}
