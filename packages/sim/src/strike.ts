/** Strikes: between two steps a device or an operator loses power, the network parts, a clock jumps. */
import { Chance } from "./chance.ts";
import type { World } from "./world.ts";

const year = 365 * 86_400;

export class Strikes {
	readonly #world: World;
	readonly #chance: Chance;

	constructor(world: World, seed: number) {
		this.#world = world;
		this.#chance = new Chance(seed, "strikes");
	}

	/** What goes wrong before the next step, if anything does. */
	strike(): void {
		const { faults } = this.#world;
		if (this.#chance.happens(faults.walletCrashes)) this.#crashDevice();
		if (this.#chance.happens(faults.operatorCrashes)) this.#crashOperator();
		if (this.#chance.happens(faults.partitions)) this.#part();
		if (this.#chance.happens(faults.replays)) this.#world.network.replay();
		if (this.#chance.happens(faults.forgeries)) this.#world.network.forge();
		if (this.#chance.happens(faults.clockJumps)) this.#jump();
		this.#startAgain();
	}

	#crashDevice(): void {
		const device = this.#chance.of(this.#world.devices.filter(({ isOff }) => !isOff));
		if (device === undefined) return;
		this.#world.counts.add("faults", "wallet crash");
		this.#world.trace.event(device.name, "crashes");
		device.crash();
	}

	#crashOperator(): void {
		const host = this.#chance.of(this.#world.operators.filter(({ isOff }) => !isOff));
		if (host === undefined) return;
		this.#world.counts.add("faults", "operator crash");
		this.#world.trace.event(host.name, "crashes");
		host.crash();
	}

	#startAgain(): void {
		const { devices, operators } = this.#world;
		const away = devices.filter((device) => !this.#world.isGone(device));
		for (const each of [...operators, ...away])
			if (each.isOff && this.#chance.happens(0.1)) void this.#world.start(each);
	}

	#part(): void {
		const { devices, operators, network, trace } = this.#world;
		const names = [...devices, ...operators].map(({ name }) => name);
		const cut = this.#chance.happens(0.5) ? names.filter(() => this.#chance.happens(0.5)) : [];
		trace.event("network", `parts ${cut.join(", ") || "no more"}`);
		network.part(new Set(cut));
	}

	#jump(): void {
		const device = this.#chance.of(this.#world.devices);
		if (device === undefined) return;
		const seconds = this.#chance.between(-year, year);
		this.#world.counts.add("faults", "clock jump");
		this.#world.trace.event(device.name, `has its clock jump by ${seconds}`);
		this.#world.skew(device.name, seconds);
	}
}
