/** Plays `tenten demo disaster` in a folder: everything goes dark, payments end all the same, and the books are counted. */
import type { Scene } from "../scenes.ts";
import { batteryDies, chargingGoesOn, chargingStops, claimed, claimPaid } from "./charging.ts";
import { type Cast, lightsOut, onward, otherWay, type Stage, twice } from "./dark.ts";
import { Fleet } from "./fleet.ts";
import { convicted, lightsOn, newPhone, reconciled } from "./light.ts";
import { refused, stolen } from "./theft.ts";
import { World } from "./world.ts";

type Titled = readonly [title: string, play: (stage: Stage) => Promise<Scene>];

const scenes: readonly Titled[] = [
	["A scooter is stolen", stolen],
	["The operator and the internet go dark, in the middle of payments", lightsOut],
	["The gateway goes dark, while a car charges", chargingStops],
	["An hour later: another way to pay", after(1, otherWay)],
	["Another way to charge", chargingGoesOn],
	["Nineteen hours later: what came in the dark is spent in the dark", after(19, onward)],
	["A battery dies", batteryDies],
	["The stolen scooter", refused],
	["Somebody pays twice", twice],
	["Seventy-two hours after it all began: light", lightsOn],
	["A phone that lies in the sea", newPhone],
	["What was signed twice is proven", convicted],
	["What nobody closed is claimed", claimed],
	["Where all the money is", reconciled],
	["A week later: the claim is paid", claimPaid],
	["And all is counted once more", reconciled],
];

function after(hours: number, play: Titled[1]): Titled[1] {
	return (stage) => {
		stage.world.pass(hours);
		return play(stage);
	};
}

/** `say` is told each scene's title, and what happens in it. */
export async function playDisaster(
	folder: string,
	say: (text: string, isTitle: boolean) => void,
): Promise<readonly Scene[]> {
	const world = await World.open(folder, (text) => say(text, false));
	const played: Scene[] = [];
	let cast: Cast | undefined;
	try {
		cast = await castOf(world);
		for (const [i, [title, play]] of scenes.entries()) {
			say(`${i + 1}. ${title}`, true);
			played.push(await play({ world, cast }));
		}
		return played;
	} finally {
		if (cast !== undefined) {
			const { aoi, ren, mika, sora, mallory, owner, car, bike, scooter, charger } = cast;
			for (const one of [aoi, ren, mika, sora, mallory, owner, car, bike, scooter, charger]) await one.off();
		}
		await world.stop();
	}
}

async function castOf(world: World): Promise<Cast> {
	const owner = await world.person("Owner", 1_600n);
	const fleet = await Fleet.of(world, owner);
	return {
		aoi: await world.person("Aoi", 3_000n, 2_000n),
		ren: await world.person("Ren", 0n),
		mika: await world.person("Mika", 1_000n, 0n),
		sora: await world.person("Sora", 800n, 600n),
		mallory: await world.person("Mallory", 400n),
		owner,
		fleet,
		car: await fleet.device("Car", 1_000n),
		bike: await fleet.device("Bike", 300n),
		scooter: await fleet.device("Scooter", 300n),
		charger: await world.person("Charger", 0n),
		cutOff: new Uint8Array(),
		meter: new Uint8Array(),
		openMeter: new Uint8Array(),
		backup: new Uint8Array(),
	};
}
