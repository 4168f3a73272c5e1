/**
 * Backups by the book: a device is lost just after a backup of it was made, and a new one is made of that.
 *
 *   nothing open ──backup──▶ nothing written since ──lost──▶ restored ──▶ joins anew, brings back what its old keys own
 *
 * An older backup may hold what was spent since: whoever restores that spends it again, as `traitors.ts` do. What is
 * on its way to the old keys meanwhile (payments, cancels, releases, answers) meets the restored ones.
 */
import type { Bytes } from "@tenten/protocol";
import { Chance } from "./chance.ts";
import type { Device } from "./device.ts";
import type { People } from "./workload.ts";
import type { World } from "./world.ts";

const passphrase = "correct horse";

export class Backups {
	readonly #world: World;
	readonly #people: People;
	readonly #chance: Chance;
	/** a step */
	readonly #rate: number;
	#underWay: { readonly device: Device; isDone: boolean } | undefined;

	constructor(world: World, people: People, seed: number) {
		this.#world = world;
		this.#people = people;
		this.#chance = new Chance(seed, "backups");
		this.#rate = this.#chance.happens(0.4) ? 0.002 * this.#chance.between(1, 10) : 0;
	}

	/** Before a step: perhaps somebody makes a backup, and somebody who was restored goes on. */
	strike(): void {
		if (this.#underWay?.device.life.isOver || this.#underWay?.isDone) this.#underWay = undefined;
		if (this.#underWay !== undefined || !this.#chance.happens(this.#rate)) return;
		const device = this.#chance.of(this.#world.devices.filter(({ wallet }) => wallet !== undefined));
		if (device === undefined) return;
		const brings = device.isRestored && this.#chance.happens(0.7);
		const underWay = { device, isDone: false };
		this.#underWay = underWay;
		const what = brings ? "brings back" : "makes a backup";
		void this.#world
			.run(device, what, () => (brings ? this.#brings(device) : this.#makes(device)))
			.then(() => {
				underWay.isDone = true;
			});
	}

	async #makes(device: Device): Promise<void> {
		const { wallet, disk } = device;
		if (wallet === undefined || (await isBusy(device))) return;
		const before = disk.copy();
		const backup = await wallet.module.backup(passphrase, "interactive");
		if (device.life.isOver || !isSame(before, disk.copy()) || (await isBusy(device))) return;
		this.#world.counts.add("faults", "lost and restored");
		this.#world.trace.event(device.name, "is lost, and restored");
		this.#world.checker.restored(device.name);
		device.loses({ backup, passphrase });
		void this.#world.start(device);
	}

	async #brings(device: Device): Promise<unknown> {
		const joined = await this.#people.join(device);
		return joined ?? device.wallet?.bringBack();
	}
}

/** Whether something waits for what only the old keys may say. */
async function isBusy({ wallet }: Device): Promise<boolean> {
	const { module } = wallet ?? {};
	if (module === undefined || module.open().length > 0) return true;
	return (await module.pendingOrders()).length > 0;
}

function isSame(before: ReadonlyMap<string, Bytes>, after: ReadonlyMap<string, Bytes>): boolean {
	return before.size === after.size && [...before].every(([key, value]) => after.get(key) === value);
}
