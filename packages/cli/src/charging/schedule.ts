/** A virtual clock: what is planned happens in the order of its time, and time is what happened last. */

type Event = { readonly at: number; readonly number: number; readonly work: () => Promise<void> };

export class Schedule {
	/** unix seconds */
	now: number;
	/** the latest first, so that the next is taken from the end */
	readonly #events: Event[] = [];
	#number = 0;

	constructor(now: number) {
		this.now = now;
	}

	/** At that time, or now if it is past; after what was planned for the same time before. */
	plan(at: number, work: () => Promise<void>): void {
		const event = { at: Math.max(at, this.now), number: this.#number++, work };
		let [low, high] = [0, this.#events.length];
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (isBefore(event, this.#events[middle] as Event)) low = middle + 1;
			else high = middle;
		}
		this.#events.splice(low, 0, event);
	}

	/** Until nothing is planned. */
	async run(): Promise<void> {
		for (let event = this.#events.pop(); event !== undefined; event = this.#events.pop()) {
			this.now = event.at;
			await event.work();
		}
	}
}

function isBefore(a: Event, b: Event): boolean {
	return a.at - b.at < 0 || (a.at === b.at && a.number < b.number);
}
