/**
 * The traffic of a charging replay: sessions as they were recorded, one event after another on the virtual clock.
 *
 *   from    the meter opens              free sessions have none
 *   …       ticks, a stretch at a time
 *   until   the last ticks, the Close    or they part for good, or the car is lost: each side claims alone
 *           records, to a gateway when one is in reach
 */
import { Claims } from "./alone.ts";
import { Charge } from "./charge.ts";
import type { Device } from "./device.ts";
import type { Faults } from "./faults.ts";
import type { Company } from "./parties.ts";
import { mostOf, type Provisions } from "./provisions.ts";
import type { Records } from "./records.ts";
import type { Schedule } from "./schedule.ts";
import { dueOf, type Session, type Sessions } from "./sessions.ts";
import type { Town } from "./town.ts";

const again_s = 6 * 3_600;
const day_s = 86_400;
/** between the beginning of a session and its end */
const stretches = 3;

export type TrafficOptions = {
	readonly town: Town;
	readonly recording: Sessions;
	readonly schedule: Schedule;
	readonly faults: Faults;
	readonly records: Records;
	readonly provisions: Provisions;
	/** told of each session that has ended */
	readonly ended: (sessions: number) => void;
};

/** A session that is paid for, while its meter is open. */
type Running = {
	readonly session: Session;
	readonly car: Device;
	readonly charger: Device;
	readonly charge: Charge;
	/** by which it is to be closed, unix seconds */
	readonly until: number;
	/** whether the car is to be lost */
	readonly isLast: boolean;
};

export class Traffic {
	/** what chargers counted; `due` in minor units */
	readonly counted = { sessions: 0, paid: 0, ticks: 0n, due: 0n };
	readonly claims: Claims;
	readonly #options: TrafficOptions;
	/** by the name of the car: its meters that are not over */
	readonly #open = new Map<string, Set<Charge>>();
	readonly #lostOnce = new Set<string>();
	/** devices that try again later */
	readonly #trying = new Set<Device>();

	constructor(options: TrafficOptions) {
		this.#options = options;
		this.claims = new Claims(options.town, options.schedule);
	}

	plan(): void {
		const { schedule, recording } = this.#options;
		for (const session of recording.sessions) schedule.plan(session.from, () => this.#begin(session));
	}

	async #begin(session: Session): Promise<void> {
		const { town, recording, schedule, provisions } = this.#options;
		const car = await town.car(session.driver);
		const charger = await town.charger(session);
		provisions.begun(session);
		if (!charger.isOutOfReach) await charger.learn(await town.delegations.list());
		const { from, until } = session;
		if (dueOf(recording.price, session) === 0n)
			return schedule.plan(until, () => this.#over(session, car, charger));
		const running = await this.#opened(session, car, charger);
		for (let stretch = 1; stretch < stretches; stretch++) {
			const ticks = Math.floor((session.ticks * stretch) / stretches);
			const at = from + Math.floor(((until - from) * stretch) / stretches);
			if (ticks > 0) schedule.plan(at, () => running.charge.tick(ticks));
		}
		schedule.plan(until, () => this.#end(running));
	}

	async #opened(session: Session, car: Device, charger: Device): Promise<Running> {
		const { recording, faults } = this.#options;
		const { price, step } = recording;
		const until = session.until + day_s;
		const charge = await Charge.open({ car, charger, price, step, most: mostOf(session), until, faults });
		const open = this.#meters(car);
		open.add(charge);
		const isLast = !this.#lostOnce.has(car.name) && faults.happens("carLost");
		return { session, car, charger, charge, until, isLast };
	}

	#meters({ name }: Device): Set<Charge> {
		const open = this.#open.get(name) ?? new Set();
		this.#open.set(name, open);
		return open;
	}

	async #end(running: Running): Promise<void> {
		const { session, car, charger, charge, isLast } = running;
		const { faults } = this.#options;
		await charge.tick(session.ticks);
		const { ticks, due } = charge.counted();
		this.counted.paid++;
		this.counted.ticks += BigInt(ticks);
		this.counted.due += due;
		if (isLast && this.#meters(car).size === 1) await this.#lose(running, due);
		else if (faults.counted("parts", "parted")) await this.#part(running, due);
		else {
			const close = await charge.close();
			this.#meters(car).delete(charge);
			await this.#options.records.payment(car, charger, due, close, session.until);
		}
		return this.#over(session, car, charger);
	}

	/** They never meet again: each asks the operator alone. */
	async #part({ session, car, charger, charge, until }: Running, due: bigint): Promise<void> {
		const { records } = this.#options;
		await charge.count();
		await records.payment(car, charger, due, charge.lastTick, session.until);
		const over = (): void => void this.#meters(car).delete(charge);
		this.claims.plan({ meter: charge.meter, until, charger, car, isRestored: false, over });
	}

	/**
	 * The car is gone, with what it had not handed on. Its driver signs for it, and has another made of what the phone
	 * has: the car's state as it was written last, before these ticks, which write nothing.
	 */
	async #lose({ session, car, charger, charge, until }: Running, due: bigint): Promise<void> {
		const { faults, records, town, provisions } = this.#options;
		faults.counts.carsLost++;
		this.#lostOnce.add(car.name);
		await charge.count();
		await records.lost(car, charger, due, charge.lastTick, session.until);
		const instead = await town.replace(car, await car.backup());
		await provisions.provide(instead);
		instead.leave();
		const over = (): void => void this.#meters(car).delete(charge);
		this.claims.plan({ meter: charge.meter, until, charger, car: instead, isRestored: true, over });
	}

	/** Both say what there is to say, to the gateway of the site. */
	async #over(session: Session, car: Device, charger: Device): Promise<void> {
		const { records, ended } = this.#options;
		await records.energy(session, car, charger);
		this.counted.sessions++;
		ended(this.counted.sessions);
		const { company } = charger.party;
		for (const device of [car, charger]) await this.#hand(device, company);
	}

	async #hand(device: Device, company: Company): Promise<void> {
		const { records, schedule } = this.#options;
		if ((await records.hand(device, company)) || this.#trying.has(device)) return;
		this.#trying.add(device);
		schedule.plan(schedule.now + again_s, () => {
			this.#trying.delete(device);
			return this.#hand(device, company);
		});
	}
}
