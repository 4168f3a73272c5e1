/**
 * The town in a browser: the pages and the relay at one address, the switchboard at another, and people of the town
 * whom a phone can meet. A person opens the address and is led to the sandbox's page, which knows the switchboard by
 * its port.
 */
import { listenOnLoopback } from "@tenten/wallet";
import type { BuiltPages } from "../server/console-pages.ts";
import { onPort } from "../server/port.ts";
import { Neighbour } from "./neighbour.ts";
import { originAt, Pages, type ScreenPorts } from "./pages.ts";
import { switchboard } from "./switchboard.ts";
import type { Town } from "./town.ts";

export type Screens = {
	/** what a person opens */
	readonly url: string;
	readonly close: () => Promise<void>;
};

export type ScreensOptions = {
	readonly town: Town;
	readonly ports: ScreenPorts;
	/** the pages, which may connect to these addresses beside their own */
	readonly built: (connect: readonly string[]) => BuiltPages;
};

export async function openScreens({ town, ports, built }: ScreensOptions): Promise<Screens> {
	const { card, code, points, accounts, aoi, ren, shop, switches, verifying } = town;
	const houses = [card, code, points];
	const { port, switches: switchPort } = ports;
	const connect = [...houses.map(({ url }) => url), originAt(switchPort), `ws://127.0.0.1:${port}`];
	const start = `/wallet/town.html?switches=${switchPort}`;
	const pages = new Pages(port, built(connect), start);
	const people = [aoi, ren, shop].map((person) => new Neighbour(person, pages.relayUrl));
	const [, , neighbour] = people as [Neighbour, Neighbour, Neighbour];
	const host = `127.0.0.1:${switchPort}`;
	const selling = { neighbour, asset: card.asset };
	const board = switchboard({
		host,
		houses,
		pages,
		switches,
		accounts,
		people,
		shop: selling,
		verifying,
		buyer: aoi.folder,
	});
	const server = await onPort(switchPort, () => listenOnLoopback(board, { port: switchPort }));
	const close = async (): Promise<void> => {
		for (const person of people) person.close();
		await Promise.all([server.stop(), pages.stop()]);
	};
	try {
		await switches.light(pages);
	} catch (error) {
		await close();
		throw error;
	}
	return { url: `${pages.url}/`, close };
}
