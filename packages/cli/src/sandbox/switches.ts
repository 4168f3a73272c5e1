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

export class Switches {
	readonly #houses: readonly House[];
	readonly #parties: Parties;
	#last: Promise<void> = Promise.resolve();

	constructor(houses: readonly House[], parties: Parties) {
		this.#houses = houses;
		this.#parties = parties;
	}

	operatorsOn(): Promise<void> {
		return this.#next(() => this.#houses.map((house) => house.start()));
	}

	operatorsOff(): Promise<void> {
		return this.#next(() => this.#houses.map((house) => house.stop()));
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
			...this.#houses.map((house) => house.stop()),
			...systems.map((name) => this.#parties.stop(name)),
		]);
	}

	#next(switching: () => readonly Promise<void>[]): Promise<void> {
		const done = this.#last.then(async () => {
			await allOf(switching());
		});
		this.#last = done.catch(() => undefined);
		return done;
	}
}
