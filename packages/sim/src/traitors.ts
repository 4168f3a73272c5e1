/**
 * Traitors: broken modules, whose owners put back what they were before.
 *
 * A device is put back to an old state of its own, keys and all, and goes on from there: it spends again what it
 * spent, cancels what it released, releases what it cancelled, takes again what it took, and states to an
 * operator that it never released. All that it says is signed by real keys. Others wait until a device is on
 * and then never come back: they are gone for good.
 */
import type { Bytes } from "@tenten/protocol";
import { Chance } from "./chance.ts";
import type { Device } from "./device.ts";
import type { World } from "./world.ts";

const mostCopies = 4;

export class Traitors {
	readonly #world: World;
	readonly #chance: Chance;
	readonly #copies = new Map<Device, ReadonlyMap<string, Bytes>[]>();
	/** a step */
	readonly #copyRate: number;
	readonly #rollbackRate: number;
	readonly #leaves: Device | undefined;

	constructor(world: World, seed: number) {
		this.#world = world;
		this.#chance = new Chance(seed, "traitors");
		const { devices } = world;
		const isRough = this.#chance.happens(0.4);
		const count = isRough ? this.#chance.between(1, Math.max(1, Math.floor(devices.length / 2))) : 0;
		for (let i = 0; i < count; i++) {
			const device = this.#chance.of(devices.filter((each) => !this.#copies.has(each)));
			if (device !== undefined) this.#copies.set(device, []);
		}
		this.#copyRate = 0.002 * this.#chance.between(1, 10);
		this.#rollbackRate = 0.001 * this.#chance.between(1, 8);
		const leaves = this.#chance.happens(0.2) ? this.#chance.of(devices) : undefined;
		this.#leaves = leaves;
	}

	/** Whether everyone in this world is honest, and stays. */
	get isIdle(): boolean {
		return this.#copies.size === 0 && this.#leaves === undefined;
	}

	/** Once everyone has begun: from now on nothing is promised of these. */
	turn(): void {
		for (const { name } of this.#copies.keys()) {
			this.#world.checker.turns(name);
			this.#world.trace.event(name, "turns");
			this.#world.counts.add("faults", "dishonest module");
		}
	}

	/** Before a step: a copy is made, or put back, or somebody leaves for good. */
	strike(): void {
		for (const [device, copies] of this.#copies) {
			if (this.#chance.happens(this.#copyRate)) {
				if (copies.length >= mostCopies) copies.splice(this.#chance.below(mostCopies), 1);
				copies.push(device.disk.copy());
			}
			const copy = this.#chance.happens(this.#rollbackRate) ? this.#chance.of(copies) : undefined;
			if (copy !== undefined) this.#putBack(device, copy);
		}
		if (this.#leaves !== undefined && !this.#world.isGone(this.#leaves) && this.#chance.happens(0.001))
			this.#world.leave(this.#leaves);
	}

	#putBack(device: Device, copy: ReadonlyMap<string, Bytes>): void {
		if (this.#world.isGone(device)) return;
		this.#world.trace.event(device.name, "is put back");
		this.#world.counts.add("faults", "rollback");
		device.crash();
		device.disk.replace(copy);
		void this.#world.start(device);
	}

	/** Once more at the end: what it had released or spent it now denies to operators, too. */
	deny(): void {
		for (const [device, copies] of this.#copies) {
			const copy = this.#chance.happens(0.7) ? this.#chance.of(copies) : undefined;
			if (copy !== undefined) this.#putBack(device, copy);
		}
	}
}
