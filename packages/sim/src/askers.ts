/**
 * Askers: people whose app asks operators at the wrong time, about payments that are over and about open ones early.
 *
 * A module must know by itself what it may still say: a statement that its own state makes false would convict it.
 * Mostly its clock is ahead while it asks for a refund, past redeem until and grace and not yet past its trust list:
 * then no date keeps a module from stating it, and what it stated of an open payment binds it until it is due.
 */
import { Chance } from "./chance.ts";
import type { Life } from "./scheduler.ts";
import type { World } from "./world.ts";

const mostAtOnce = 2;

/** seconds by which a clock is ahead: past grace of all that was issued until now */
const ahead = 98 * 86_400;

/** Somebody asks, with a clock that is so far ahead. */
type Asking = { readonly life: Life; isDone: boolean; readonly by: number };

export class Askers {
	readonly #world: World;
	readonly #chance: Chance;
	/** a step */
	readonly #rate: number;
	#asking: Asking[] = [];

	constructor(world: World, seed: number) {
		this.#world = world;
		this.#chance = new Chance(seed, "askers");
		this.#rate = this.#chance.happens(0.4) ? 0.002 * this.#chance.between(1, 10) : 0;
	}

	/** Before a step: perhaps somebody asks. */
	strike(): void {
		for (const asking of this.#asking) if (asking.isDone || asking.life.isOver) this.#mend(asking);
		this.#asking = this.#asking.filter(({ life, isDone }) => !isDone && !life.isOver);
		if (this.#asking.length >= mostAtOnce || !this.#chance.happens(this.#rate)) return;
		const device = this.#chance.of(this.#world.devices.filter(({ wallet }) => wallet !== undefined));
		const { wallet } = device ?? {};
		const chosen = this.#chance.of(wallet?.module.attempts() ?? []);
		const wantsRefund = this.#chance.happens(0.7);
		if (device === undefined || wallet === undefined || chosen === undefined) return;
		const { attempt } = chosen;
		const what = wantsRefund ? "asks for any refund" : "resolves anything";
		const by = wantsRefund && this.#chance.happens(0.7) ? ahead : 0;
		const asking: Asking = { life: device.life, isDone: false, by };
		this.#world.skew(device.name, by);
		this.#asking.push(asking);
		void this.#world
			.run(device, what, () => (wantsRefund ? wallet.askRefund(attempt) : wallet.resolve(attempt)))
			.then(() => {
				asking.isDone = true;
			});
	}

	#mend({ life, by }: Asking): void {
		this.#world.skew(life.name, -by);
	}
}
