/**
 * What can be switched off in the sandbox, and on again: the operators, and with them the pages and the relay.
 *
 * Off is off: nobody listens at the address, and what was open is cut within a second. On is the same address again.
 * Whoever asks while something is being switched waits, so two who ask at once leave nothing half on.
 */
import type { House } from "./house.ts";
import type { Pages } from "./pages.ts";

export class Switches {
	readonly #houses: readonly House[];
	#last: Promise<void> = Promise.resolve();

	constructor(houses: readonly House[]) {
		this.#houses = houses;
	}

	operatorsOn(): Promise<void> {
		return this.#next(() => this.#houses.map((house) => house.start()));
	}

	operatorsOff(): Promise<void> {
		return this.#next(() => this.#houses.map((house) => house.stop()));
	}

	/** Everything on. */
	light(pages: Pages): Promise<void> {
		return this.#next(() => [pages.start(), ...this.#houses.map((house) => house.start())]);
	}

	/** Everything off: no operator, no relay, no page. What stays is what is in the phones. */
	dark(pages: Pages): Promise<void> {
		return this.#next(() => [pages.stop(), ...this.#houses.map((house) => house.stop())]);
	}

	#next(switching: () => readonly Promise<void>[]): Promise<void> {
		const done = this.#last.then(async () => {
			await Promise.all(switching());
		});
		this.#last = done.catch(() => undefined);
		return done;
	}
}
