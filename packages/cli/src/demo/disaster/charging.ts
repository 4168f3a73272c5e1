/**
 * Charging by meter while the lights go out: a tick is a hash, so a car pays watt by watt, whoever is in reach, and
 * neither side risks more than a tick. What is not closed by both, its payee claims of the operator, with the last
 * preimage that it saw.
 */
import type { MeterSummary } from "@tenten/module";
import { isRefusal, type Refusal, sha256, toUtf8 } from "@tenten/protocol";
import type { Channel } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import type { Scene } from "../scenes.ts";
import type { Cast, Stage } from "./dark.ts";
import { purpose } from "./fleet.ts";
import type { Phone } from "./phone.ts";
import { byHttp, byRoom } from "./ways.ts";
import type { World } from "./world.ts";

const hour_s = 3_600;
/** minor units a tick, which is a tenth of a kilowatt-hour */
const price = 5n;
/** ticks that one frame may pay, and after how many the charger writes down how far it is */
const pace = { step: 4, keepEvery: 4 } as const;
const before = 10;
const rest = 40;

/** Opens a meter at the charger over a channel. `ticks`: the most that are sold. */
export async function plugIn(
	world: World,
	{ charger }: Cast,
	buyer: Phone,
	ticks: number,
	channel: Channel,
): Promise<MeterSummary | Refusal> {
	const { asset, now } = world;
	const request = must(
		await charger.wallet.meters.request({
			...{ asset, units: price, perTicks: 1, ticks, until: now() + 24 * hour_s, ...pace },
			...{ purpose, offer: sha256(toUtf8("power, by the tenth of a kilowatt-hour")) },
		}),
	);
	return buyer.wallet.meters.open({ request: request.encoded }, channel);
}

/** The gateway is killed between two ticks: the next one never arrives. */
export async function chargingStops(stage: Stage): Promise<Scene> {
	const { world, cast } = stage;
	const { services, urls, say, words } = world;
	const { car, charger } = cast;
	const broker = byRoom(charger, urls.broker);
	cast.meter = must(await plugIn(world, cast, car, 100, broker)).meter;
	for (let tick = 0; tick < before; tick++) must((await car.wallet.meters.tick(cast.meter, broker)) ?? null);
	await services.gateway.kill();
	await broker.close();
	const lost: Refusal | undefined = await car.wallet.meters.tick(cast.meter, broker);
	const seen = charger.wallet.meters.get(cast.meter);
	say(
		`A car charges, and pays by the tenth of a kilowatt-hour over the gateway's broker: a hash each. After ${seen?.ticks}, ${words(seen?.due ?? 0n)}, the gateway is killed. The next tick goes nowhere.`,
	);
	const ok = lost?.code === "channel-failed" && seen?.ticks === before;
	return { scene: "chargingStops", ok, ticks: seen?.ticks };
}

/** The same meter, by its cable: neither side forgot a tick, and none is paid twice. */
export async function chargingGoesOn({ world, cast }: Stage): Promise<Scene> {
	const { asset, say, words } = world;
	const { car, charger, meter } = cast;
	const cable = await byHttp(charger);
	must(await car.wallet.meters.resume(meter, cable));
	const resumed = charger.wallet.meters.get(meter)?.ticks;
	for (let ticked = 1; ticked < rest; ticked += pace.step)
		must((await car.wallet.meters.tick(meter, cable, Math.min(pace.step, rest - ticked))) ?? null);
	const closed = must(await car.wallet.meters.close(meter, cable));
	await cable.close();
	const { ticks, due } = charger.wallet.meters.get(meter) ?? { ticks: 0, due: 0n };
	const holds = [car, charger].map((each) => each.holds(asset).available);
	say(
		`The car speaks with the charger by its cable: the meter goes on at tick ${resumed}, to ${ticks}. Both sign the count, and the charger may spend ${words(due)} at once; the car has its change, ${words(holds[0] ?? 0n)} in all.`,
	);
	const ok =
		closed.state === "closed" && resumed === before + 1 && ticks === before + rest && holds[1] === due;
	return { scene: "chargingGoesOn", ok, ticks, due, holds };
}

/** A bike pays so many ticks, and is gone before it has signed a count. */
export async function batteryDies({ world, cast }: Stage): Promise<Scene> {
	const { asset, say, words } = world;
	const { bike, charger } = cast;
	const cable = await byHttp(charger);
	cast.openMeter = must(await plugIn(world, cast, bike, 60, cable)).meter;
	for (let tick = 0; tick < 24; tick++) must((await bike.wallet.meters.tick(cast.openMeter, cable)) ?? null);
	await cable.close();
	const { ticks, due, held } = charger.wallet.meters.get(cast.openMeter) ?? { ticks: 0, due: 0n, held: 0n };
	const left = bike.holds(asset).available;
	await bike.off();
	say(
		`A bike charges, too. After ${ticks} ticks of a meter of ${words(held)} its battery is dead, and nobody has signed a count. The charger keeps the last hash: it is worth ${words(due)}.`,
	);
	return { scene: "batteryDies", ok: ticks === 24 && due === 24n * price, ticks, due, left };
}

/** What the charger asks of the operator alone, once it is there: the claim is kept until nobody can show a count. */
export async function claimed({ world, cast }: Stage): Promise<Scene> {
	const { say, words } = world;
	const answered = await cast.charger.wallet.meters.claimDue();
	const meter = cast.charger.wallet.meters.get(cast.openMeter);
	say(
		`The charger shows the operator the bike's last hash. The claim of ${words(meter?.due ?? 0n)} is kept for a week, in which the bike may show a count that both signed.`,
	);
	return { scene: "claimed", ok: answered === 1 && meter?.state === "claimed", due: meter?.due };
}

/** The week is over: each side has its part, whatever the other does. */
export async function claimPaid({ world, cast }: Stage): Promise<Scene> {
	const { asset, say, words } = world;
	const { charger, bike } = cast;
	const meter = charger.wallet.meters.get(cast.openMeter);
	await world.wait(7 * 24);
	await bike.on();
	bike.wallet.connect(world.id, world.client());
	const paid = await charger.wallet.meters.claim(cast.openMeter);
	const back = await bike.wallet.meters.claim(cast.openMeter);
	const accounts = [must(await charger.wallet.account(asset)), must(await bike.wallet.account(asset))];
	say(
		`A week later the charger's claim is paid: ${words(accounts[0] ?? 0n)} on its account. The bike was found, and has the rest of its meter, ${words(accounts[1] ?? 0n)}.`,
	);
	const isPaid = [paid, back].every((each) => !isRefusal(each) && each.kind === "paid");
	const ok =
		isPaid && accounts[0] === meter?.due && (accounts[0] ?? 0n) + (accounts[1] ?? 0n) === meter?.held;
	return { scene: "claimPaid", ok, accounts };
}
