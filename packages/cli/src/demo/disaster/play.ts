/** Plays `tenten demo disaster` in a folder: everything goes dark, payments end all the same, and the books are counted. */
import type { Scene } from "../scenes.ts";
import { type Cast, lightsOut, onward, otherWays, type Stage, twice } from "./dark.ts";
import { convicted, lightsOn, newPhone, reconciled } from "./light.ts";
import { World } from "./world.ts";

const scenes: readonly (readonly [title: string, play: (stage: Stage) => Promise<Scene>])[] = [
	["The lights go out, in the middle of three payments", lightsOut],
	["They end another way", otherWays],
	["What came in the dark is spent in the dark", onward],
	["Somebody pays twice", twice],
	["Seventy-two hours later", lightsOn],
	["A phone that lies in the sea", newPhone],
	["What was signed twice is proven", convicted],
	["Where all the money is", reconciled],
];

/** `say` is told each scene's title, and what happens in it. */
export async function playDisaster(
	folder: string,
	say: (text: string, isTitle: boolean) => void,
): Promise<readonly Scene[]> {
	const world = await World.open(folder, (text) => say(text, false));
	const played: Scene[] = [];
	let cast: Cast | undefined;
	try {
		cast = {
			aoi: await world.person("Aoi", 3_000n, 2_000n),
			ren: await world.person("Ren", 0n),
			mika: await world.person("Mika", 1_000n, 0n),
			sora: await world.person("Sora", 800n, 600n),
			mallory: await world.person("Mallory", 400n),
			car: await world.person("Car", 1_000n),
			charger: await world.person("Charger", 0n),
			cutOff: new Map(),
			backup: new Uint8Array(),
		};
		for (const [i, [title, play]] of scenes.entries()) {
			say(`${i + 1}. ${title}`, true);
			played.push(await play({ world, cast }));
		}
		return played;
	} finally {
		if (cast !== undefined)
			for (const one of [cast.aoi, cast.ren, cast.mika, cast.sora, cast.mallory, cast.car, cast.charger])
				await one.wallet.close();
		await world.stop();
	}
}
