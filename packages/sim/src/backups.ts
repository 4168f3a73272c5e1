/**
 * Backups: a device is lost, and a new one is made of a backup of it, old or new.
 *
 *   nothing open ──backup──▶ nothing written since ──lost──▶ restored ──▶ joins, and says that nothing was paid since
 *   anything     ──backup──▶ anything since ────────lost──▶ restored ──▶ joins, and asks what became of what it held
 *
 * What is on its way to the old keys meanwhile (payments, cancels, releases, answers) meets the restored ones. What
 * came after the backup is lost with its device; nothing else is, and nobody is convicted.
 */
import type { Bytes } from "@tenten/protocol";
import { Chance } from "./chance.ts";
import type { Backup, Device } from "./device.ts";
import type { People } from "./workload.ts";
import type { World } from "./world.ts";

const passphrase = "correct horse";

const mostKept = 3;

export class Backups {
	readonly #world: World;
	readonly #people: People;
	readonly #chance: Chance;
	/** a step */
	readonly #rate: number;
	/** older ones, of each device */
	readonly #kept = new Map<Device, Backup[]>();
	#underWay: { readonly device: Device; isDone: boolean } | undefined;

	constructor(world: World, people: People, seed: number) {
		this.#world = world;
		this.#people = people;
		this.#chance = new Chance(seed, "backups");
		this.#rate = this.#chance.happens(0.4) ? 0.002 * this.#chance.between(1, 10) : 0;
	}

	/** Whether nobody is ever restored in this world. */
	get isIdle(): boolean {
		return this.#rate === 0;
	}

	/** Before a step: perhaps somebody makes a backup, and somebody who was restored goes on. */
	strike(): void {
		if (this.#underWay?.device.life.isOver || this.#underWay?.isDone) this.#underWay = undefined;
		if (this.#underWay !== undefined || !this.#chance.happens(this.#rate)) return;
		const device = this.#chance.of(this.#world.devices.filter(({ wallet }) => wallet !== undefined));
		if (device === undefined) return;
		const brings = device.isRestored && this.#chance.happens(0.6);
		const older = this.#chance.happens(0.4) ? this.#chance.of(this.#kept.get(device) ?? []) : undefined;
		if (!brings && older !== undefined) {
			this.#loses(device, older);
			return;
		}
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
		if (wallet === undefined) return;
		const rows = disk.copy();
		const isQuiet = !(await isBusy(device));
		const backup = await wallet.module.backup(passphrase, "interactive");
		if (device.life.isOver || !isSame(rows, disk.copy())) return;
		const isLast = isQuiet && !(await isBusy(device)) && isSame(rows, disk.copy());
		const kept = this.#kept.get(device) ?? [];
		this.#kept.set(device, kept);
		if (isLast && !device.life.isOver && this.#chance.happens(0.5))
			this.#loses(device, { backup, passphrase, rows, isLast });
		else {
			if (kept.length >= mostKept) kept.splice(this.#chance.below(mostKept), 1);
			kept.push({ backup, passphrase, rows, isLast: false });
		}
	}

	#loses(device: Device, backup: Backup): void {
		const how = backup.isLast ? "lost and restored" : "restored from an older backup";
		this.#world.counts.add("faults", how);
		this.#world.trace.event(device.name, how);
		this.#world.checker.loses(device.name);
		device.loses(backup);
		void this.#world.start(device);
	}

	async #brings(device: Device): Promise<unknown> {
		const joined = await this.#people.join(device);
		return joined ?? device.bringBack();
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
