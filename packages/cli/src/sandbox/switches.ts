/**
 * What can be switched off in the sandbox, and on again: the operators, each system of Mise Pay's accounts, and all of
 * them with the pages and the relay.
 *
 * Off is off: nobody listens at the address, and what was open is cut within a second. On is the same address again.
 * Whoever asks while something is being switched waits, so two who ask at once leave nothing half on.
 */
import { type Parties, type SystemName, systems } from "./accounts/parties.ts";
import { allOf } from "./all-of.ts";
import type { House } from "./house.ts";
import type { Pages } from "./pages.ts";
import type { Verifying } from "./verifying/verifying.ts";

export class Switches {
	readonly #houses: readonly House[];
	readonly #parties: Parties;
	readonly #verifying: Verifying;
	#last: Promise<unknown> = Promise.resolve();

	constructor(houses: readonly House[], parties: Parties, verifying: Verifying) {
		this.#houses = houses;
		this.#parties = parties;
		this.#verifying = verifying;
	}

	operatorsOn(): Promise<void> {
		return this.#next(() => this.#houses.map((house) => house.start()));
	}

	/** A newcomer is sent away: it is there to be watched. */
	operatorsOff(): Promise<void> {
		return this.#next(() => [this.#stopHouses()]);
	}

	operatorOn(house: House): Promise<void> {
		return this.#next(() => [house.start()]);
	}

	/** The others go on, without its witness. */
	operatorOff(house: House): Promise<void> {
		return this.#next(() => [house.stop()]);
	}

	/** Whatever else must not happen while something is switched. */
	during<T>(what: () => Promise<T>): Promise<T> {
		const done = this.#last.then(what);
		this.#last = done.catch(() => undefined);
		return done;
	}

	systemOn(name: SystemName): Promise<void> {
		return this.#next(() => [this.#parties.start(name)]);
	}

	/** What it has taken is in its store; what it did not take, others send again. */
	systemOff(name: SystemName): Promise<void> {
		return this.#next(() => [this.#parties.stop(name)]);
	}

	/** Everything on. */
	light(pages: Pages): Promise<void> {
		return this.#next(() => [
			pages.start(),
			...this.#houses.map((house) => house.start()),
			...systems.map((name) => this.#parties.start(name)),
		]);
	}

	/** Everything off: no operator, no account, no relay, no page. What stays is what is in the phones. */
	dark(pages: Pages): Promise<void> {
		return this.#next(() => [
			pages.stop(),
			this.#stopHouses(),
			...systems.map((name) => this.#parties.stop(name)),
		]);
	}

	async #stopHouses(): Promise<void> {
		await this.#verifying.leave();
		await allOf(this.#houses.map((house) => house.stop()));
	}

	#next(switching: () => readonly Promise<void>[]): Promise<void> {
		return this.during(async () => {
			await allOf(switching());
		});
	}
}
