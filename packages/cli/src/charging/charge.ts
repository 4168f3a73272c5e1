/**
 * One charging session between a car and a charger: a meter from the opening to the Close, over a channel that loses.
 *
 *   open ─▶ ticks, in a few stretches ─▶ Close ─▶ the car's record, with the Close as its proof
 *                                          ├─ they never meet again: each claims alone, after `until`
 *                                          └─ the car is lost: the charger claims, its driver signs for it
 *
 * What one side did not hear is said again: nothing here knows what the other has, but for what it answers. Either may
 * die in between, and is opened again from its disk.
 */
import {
	type Bytes,
	dueFor,
	isRefusal,
	isTick,
	parseMeterMessage,
	readMeterBundle,
	writeMeterBundle,
} from "@tenten/protocol";
import { must } from "../ecosystem.ts";
import { purpose } from "./delegations.ts";
import type { Device } from "./device.ts";
import type { Faults } from "./faults.ts";
import type { Price } from "./sessions.ts";

export type ChargeOptions = {
	readonly car: Device;
	readonly charger: Device;
	readonly price: Price;
	/** the most ticks that it may come to */
	readonly most: number;
	/** the most that one preimage pays */
	readonly step: number;
	/** unix seconds: by then it is to be closed */
	readonly until: number;
	readonly faults: Faults;
};

const triesMost = 200;
/** in one bundle */
const framesTogether = 32;
/** a crash of the charger loses at most so many steps, which the car's next word brings back */
const stepsKept = 8;

export class Charge {
	readonly meter: Bytes;
	readonly #options: ChargeOptions;
	/** what was paid by the last `tick` */
	#target = 0;
	/** the frame that proves all ticks so far */
	#lastTick: Bytes = new Uint8Array();
	#close: Bytes | undefined;
	/** the last that one of them said */
	#refusal: string | undefined;

	private constructor(options: ChargeOptions, meter: Bytes) {
		this.#options = options;
		this.meter = meter;
	}

	/** Opens the meter: from then on ticks count. */
	static async open(options: ChargeOptions): Promise<Charge> {
		const charge = await Charge.#start(options);
		await charge.#until(() => charge.#is("open", "open"));
		return charge;
	}

	/** The code with which the charger refuses to have a meter opened; the car has its token back. */
	static async refused(options: ChargeOptions): Promise<string> {
		const charge = await Charge.#start(options);
		await charge.#until(() => options.car.meters.get(charge.meter)?.state === "cancelled");
		return charge.#refusal ?? "nothing";
	}

	static async #start(options: ChargeOptions): Promise<Charge> {
		const { car, charger, price, most, step, until } = options;
		const made = must(
			await charger.meters.request({
				...{ asset: car.asset, ...price, ticks: most, until, step, purpose },
				keepEvery: step * stepsKept,
			}),
		);
		const { digest, payee } = must(car.meters.readRequest(made.encoded));
		const consent = { request: digest, payee: payee.hash, amount: dueFor(price, most) };
		// The smallest that covers it: a token of just this amount was drawn for each session.
		const [input] = [...must(car.meters.candidates(made.encoded))].sort((a, b) =>
			a.amount < b.amount ? -1 : 1,
		);
		if (input === undefined) throw new Error(`${car.name} has no token for ${consent.amount}`);
		const opened = must(await car.meters.open({ request: made.encoded, consent, input: input.output }));
		const charge = new Charge(options, opened.meter);
		await charge.#say(car, opened.messages);
		return charge;
	}

	/** Pays up to so many ticks. */
	async tick(target: number): Promise<void> {
		const { car, charger, step } = this.#options;
		this.#target = target;
		await this.#perhapsDies();
		await this.#until(
			() => (charger.meters.get(this.meter)?.ticks ?? 0) === target,
			async () => {
				const heard = charger.meters.get(this.meter)?.ticks ?? 0;
				const paid = car.meters.get(this.meter)?.ticks ?? 0;
				if (paid < heard || paid === target) return this.#contact();
				for (let at = paid; at < target; ) {
					const frames: Bytes[] = [];
					while (at < target && frames.length < framesTogether) {
						const by = Math.min(step, target - at);
						this.#lastTick = must(car.meters.tick(this.meter, by));
						frames.push(this.#lastTick);
						at += by;
					}
					await this.#say(car, writeMeterBundle(this.meter, frames));
				}
			},
		);
	}

	/** Closes it by both; the Close, as it travelled. */
	async close(): Promise<Bytes> {
		const { car } = this.#options;
		// A charger that died hears first what it has forgotten: it counts what it knows, once.
		await this.tick(this.#target);
		await this.#say(car, must(await car.meters.close(this.meter)));
		await this.#until(() => this.#is("closed", "closed"));
		if (this.#close === undefined) throw new Error("a Close that nobody sent");
		return this.#close;
	}

	/** The charger counts unasked, since its car is gone: so it loses no tick, whatever happens before it claims. */
	async count(): Promise<void> {
		must(await this.#options.charger.meters.close(this.meter));
	}

	/** What proves its ticks where there is no Close. */
	get lastTick(): Bytes {
		return this.#lastTick;
	}

	/** How many ticks the charger counts, and what they come to in minor units. */
	counted(): { readonly ticks: number; readonly due: bigint } {
		const summary = this.#options.charger.meters.get(this.meter);
		if (summary === undefined) throw new Error("a charger without its meter");
		return summary;
	}

	#is(payer: string, payee: string): boolean {
		const { car, charger } = this.#options;
		return car.meters.get(this.meter)?.state === payer && charger.meters.get(this.meter)?.state === payee;
	}

	/** Says the car's last word again, or does what is to be done, until it is so. */
	async #until(isSo: () => boolean, work: () => Promise<void> = () => this.#contact()): Promise<void> {
		for (let tries = 0; !isSo(); tries++) {
			if (tries > triesMost) throw new Error("a meter that does not go on");
			await work();
		}
	}

	async #contact(): Promise<void> {
		const { car } = this.#options;
		await this.#say(car, must(await car.meters.contact(this.meter)));
	}

	/** What follows from what one side says to the other, until neither says more or a bundle is lost. */
	async #say(speaker: Device, first: readonly Bytes[]): Promise<void> {
		const { car, charger, faults } = this.#options;
		let hearer = speaker === car ? charger : car;
		let said = first;
		for (let turn = 0; said.length > 0 && turn < 16; turn++) {
			if (faults.counted("bundleLost", "bundlesLost")) return;
			this.#overhear(said);
			said = await hearer.wallet.handle(said);
			hearer = hearer === car ? charger : car;
		}
	}

	#overhear(said: readonly Bytes[]): void {
		for (const frame of readMeterBundle(said)?.frames ?? []) {
			if (isTick(frame)) continue;
			const message = parseMeterMessage(frame);
			if (isRefusal(message)) continue;
			if (message.kind === "close") this.#close = frame;
			if (message.kind === "refused") this.#refusal = message.code;
		}
	}

	/** One of the two dies, and is opened again from its disk. */
	async #perhapsDies(): Promise<void> {
		const { car, charger, faults } = this.#options;
		if (!faults.counted("moduleDies", "moduleDeaths")) return;
		await (faults.chance("who dies").happens(0.5) ? car : charger).restart();
		await this.#contact();
	}
}
