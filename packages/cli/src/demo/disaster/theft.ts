/** A scooter is stolen just before the lights go out: who has heard of it refuses it in the dark, and tells others. */
import { setTimeout as pause } from "node:timers/promises";
import { equalBytes, isRefusal } from "@tenten/protocol";
import type { Scene } from "../scenes.ts";
import { plugIn } from "./charging.ts";
import type { Stage } from "./dark.ts";
import { handOn, hearNews } from "./fleet.ts";
import { byHttp } from "./ways.ts";

/** The owner says so, and whoever asks the operator then knows it. The charger asked before. */
export async function stolen({ world, cast }: Stage): Promise<Scene> {
	const { aoi, charger, scooter, fleet } = cast;
	await hearNews(world, charger);
	// Lists are dated by the second.
	await pause(1_100);
	await fleet.report(scooter);
	await hearNews(world, aoi);
	const differ = !equalBytes(newestOf(aoi), newestOf(charger));
	world.say(
		"A scooter is stolen, and its owner signs an order to suspend it. Aoi's phone hears of it; the charger has asked a moment before, and has not.",
	);
	return { scene: "stolen", ok: differ };
}

/** The thief plugs it in at a charger that has heard of it in the dark. */
export async function refused({ world, cast }: Stage): Promise<Scene> {
	const { asset, say, words } = world;
	const { aoi, charger, scooter } = cast;
	await handOn(aoi, charger);
	const before = [charger, scooter].map((each) => each.holds(asset).available);
	const cable = await byHttp(charger);
	const opened = await plugIn(world, cast, scooter, 20, cable);
	await cable.close();
	const after = [charger, scooter].map((each) => each.holds(asset).available);
	const code = isRefusal(opened) ? opened.code : opened.state;
	say(
		`Aoi comes by, and her phone hands on to the charger what it has heard: a signed list, as good as from the operator. Then the thief plugs in the scooter: ${code}. No watt flows, and the scooter's ${words(after[1] ?? 0n)} stay where they are.`,
	);
	return { scene: "refused", ok: code === "device-suspended" && before.join() === after.join(), code };
}

function newestOf({ wallet }: Stage["cast"]["aoi"]): Uint8Array {
	return wallet.module.devices.statusLists()[0] ?? new Uint8Array();
}
