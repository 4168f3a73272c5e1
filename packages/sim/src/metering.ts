/**
 * Meters: in some worlds people also pay one another by meter, among all that goes wrong.
 *
 * Somebody asks for one, it is opened, ticks, perhaps stops, and is closed by either side, or by nobody until an
 * operator is asked. Only where nobody lies, leaves or is restored: what those do to meters is tried elsewhere
 * (`test/meters-claimed.test.ts`).
 */
import { type Bytes, isRefusal, type Refusal, toHex } from "@tenten/protocol";
import { Chance } from "./chance.ts";
import type { Device } from "./device.ts";
import type { Life } from "./scheduler.ts";
import type { World } from "./world.ts";

const mostAtOnce = 2;
const day = 86_400;

type Pair = { readonly payer: Device; readonly payee: Device };
type Task = { readonly lives: readonly Life[]; isDone: boolean };

export class Metering {
	readonly #world: World;
	readonly #chance: Chance;
	/** a step */
	readonly #rate: number;
	/** who takes part in each meter, by its request and by itself, in hex */
	readonly #pairs = new Map<string, Pair>();
	#tasks: Task[] = [];

	constructor(world: World, seed: number) {
		this.#world = world;
		this.#chance = new Chance(seed, "meters");
		this.#rate = this.#chance.happens(0.6) ? 0.02 * this.#chance.between(1, 10) : 0;
	}

	/** Before a step: perhaps somebody does something with a meter. */
	strike(): void {
		if (this.#rate === 0) return;
		this.#tasks = this.#tasks.filter(({ isDone, lives }) => !isDone && !lives.some((life) => life.isOver));
		if (this.#tasks.length >= mostAtOnce || !this.#chance.happens(this.#rate)) return;
		const device = this.#chance.of(this.#world.devices.filter(({ wallet }) => wallet !== undefined));
		const what = this.#chance.weighed({
			opens: 10,
			ticks: 40,
			closes: 5,
			resumes: 12,
			cancels: 2,
			claims: 3,
		});
		if (device === undefined || what === undefined) return;
		const other = this.#chance.of(this.#world.devices.filter((each) => each !== device && each.wallet));
		if (other === undefined) return;
		const task: Task = { lives: [device.life, other.life], isDone: false };
		this.#tasks.push(task);
		void this.#world
			.run(device, `${what} a meter`, () => this.#do(device, other, what))
			.then(() => {
				task.isDone = true;
			});
	}

	async #do(
		device: Device,
		other: Device,
		what: "opens" | "ticks" | "closes" | "resumes" | "cancels" | "claims",
	): Promise<unknown> {
		const { meters } = device.wallet ?? {};
		if (meters === undefined) return undefined;
		if (what === "opens") return this.#opens(device, other);
		if (what === "claims") return meters.claimDue();
		const chosen = this.#chance.of(meters.list().filter(({ isOpen }) => isOpen));
		const partner = chosen && this.partner(device, chosen.meter);
		if (chosen === undefined || partner === undefined) return undefined;
		const channel = device.channelTo(partner);
		const { meter, side, state } = chosen;
		switch (what) {
			case "ticks":
				if (side !== "payer" || state !== "open") return meters.resume(meter, channel);
				// Whoever restarted hears first how far it was.
				if (chosen.ticks === 0) await meters.resume(meter, channel);
				return meters.tick(meter, channel, this.#chance.between(1, 3));
			case "closes":
				return meters.close(meter, channel);
			case "resumes":
				return meters.resume(meter, channel);
			case "cancels":
				return state === "locked" ? meters.cancel(meter) : undefined;
			default:
				return what satisfies never;
		}
	}

	async #opens(payer: Device, payee: Device): Promise<unknown> {
		const world = this.#world;
		const host = this.#chance.of(world.operators);
		if (host === undefined) return undefined;
		const ticks = this.#chance.between(1, 40);
		const { life } = payee;
		const request = await payee.wallet?.meters
			.request({
				asset: world.assetOf(host, "JPY"),
				units: BigInt(this.#chance.between(1, 4)),
				perTicks: this.#chance.between(1, 2),
				ticks,
				until: world.now + this.#chance.between(3600, 20 * day),
				step: 3,
				keepEvery: this.#chance.between(1, 8),
			})
			.catch((error: unknown): Refusal | undefined => {
				if (!life.isOver) world.failed(payee.name, error);
				return undefined;
			});
		if (request === undefined || isRefusal(request)) return request;
		this.#pairs.set(toHex(request.digest), { payer, payee });
		const asked = { request: request.encoded, patience: this.#chance.between(30, 2_000) };
		return payer.wallet?.meters.open(asked, payer.channelTo(payee));
	}

	/** Who is on the other side of a meter. */
	partner(device: Device, meter: Bytes): Device | undefined {
		const summary = device.wallet?.meters.get(meter);
		const pair = summary && this.#pairs.get(toHex(summary.request));
		return pair?.payer === device ? pair.payee : pair?.payer;
	}
}
