/** How the operators verify each other, on the switchboard: what their witnesses say, and what can be done to see it. */

import { refusalWords } from "@tenten/wallet";
import type { Context, Hono } from "hono";
import type { WalletFolder } from "../../wallet/folder.ts";
import type { House } from "../house.ts";
import type { Switches } from "../switches.ts";
import type { Verifying } from "./verifying.ts";

export type VerifyingRoutes = {
	readonly verifying: Verifying;
	readonly switches: Switches;
	readonly houses: readonly House[];
	/** who buys at the kiosk */
	readonly buyer: WalletFolder;
};

export function addVerifyingRoutes(app: Hono, { verifying, switches, houses, buyer }: VerifyingRoutes): void {
	const now = async (context: Context) => context.json(await verifying.now());
	app.get("/town/verifying", now);
	for (const house of houses)
		for (const turn of ["on", "off"] as const)
			app.post(`/town/verifying/${house.watch.known.name}/${turn}`, async (context) => {
				await (turn === "on" ? switches.operatorOn(house) : switches.operatorOff(house));
				return now(context);
			});
	for (const [path, what] of [
		["drill", () => verifying.drill()],
		["newcomer/arrive", () => verifying.arrive()],
		["newcomer/cheat", () => verifying.cheat()],
		["newcomer/leave", () => verifying.leave()],
	] as const)
		app.post(`/town/verifying/${path}`, async (context) => {
			await switches.during(what);
			return now(context);
		});
	app.post("/town/verifying/kiosk", async (context) => {
		// One after another: whoever comes first opens the kiosk.
		const refused = await switches.during(() => verifying.sell(buyer));
		if (refused === null) return now(context);
		const { code, detail } = refused;
		return context.json({ code, detail, words: refusalWords[code] }, 422);
	});
}
