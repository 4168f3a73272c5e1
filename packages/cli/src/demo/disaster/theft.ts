/** A scooter is stolen just before the lights go out: who has heard of it refuses it in the dark, and tells others. */
import { setTimeout as pause } from "node:timers/promises";
import { equalBytes, isRefusal } from "@tenten/protocol";
import { fetchLists } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import type { Scene } from "../scenes.ts";
import { plugIn } from "./charging.ts";
import type { Stage } from "./dark.ts";
import type { Phone } from "./phone.ts";
import { byHttp, pay } from "./ways.ts";

/** The owner says so, and whoever asks the operator then knows it. The charger asked before. */
export async function stolen({ world, cast }: Stage): Promise<Scene> {
	const { aoi, charger, scooter, fleet } = cast;
	await hearNews(charger);
	// Lists are dated by the second.
	await pause(1_100);
	await fleet.report(scooter);
	await hearNews(aoi);
	world.say(
		"A scooter is stolen, and its owner signs an order to suspend it. Aoi's phone hears of it; the charger has asked a moment before, and has not.",
	);
	return { scene: "stolen", ok: !knowTheSame(aoi, charger) };
}

/** The thief plugs it in at a charger that has heard of it in the dark, beside a payment. */
export async function refused({ world, cast }: Stage): Promise<Scene> {
	const { asset, say, words } = world;
	const { aoi, charger, scooter } = cast;
	const knew = knowTheSame(aoi, charger);
	const coffee = 40n;
	const paid = await pay(aoi, charger, { asset, amount: coffee }, await byHttp(charger));
	const isHeard = !knew && knowTheSame(aoi, charger);
	const before = [charger, scooter].map((each) => each.holds(asset).available);
	const cable = await byHttp(charger);
	const opened = await plugIn(world, cast, scooter, 20, cable);
	await cable.close();
	const after = [charger, scooter].map((each) => each.holds(asset).available);
	const code = isRefusal(opened) ? opened.code : opened.state;
	say(
		`Aoi comes by and pays the charger's owner ${words(coffee)} for a coffee. Beside the payment her phone hands on what it has heard: a signed list, as good as from the operator. Then the thief plugs in the scooter: ${code}. No watt flows, and the scooter's ${words(after[1] ?? 0n)} stay where they are.`,
	);
	const isRefused = code === "device-suspended" && before.join() === after.join();
	return { scene: "refused", ok: paid.fundsState === "spent" && isHeard && isRefused, isHeard, code };
}

/** Asks the operator who lost its standing. */
async function hearNews({ wallet }: Phone): Promise<void> {
	for (const refusal of await fetchLists(wallet.module, wallet.operators)) must(refusal);
}

/** Whether both have the same status list. */
function knowTheSame(one: Phone, other: Phone): boolean {
	const [ours, theirs] = [one, other].map(({ wallet }) => wallet.module.devices.statusLists()[0]);
	return ours !== undefined && theirs !== undefined && equalBytes(ours, theirs);
}
