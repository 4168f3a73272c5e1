/**
 * Opens the meters of a module in a browser, where no screen asks for one or pays one: what runs them is loaded only
 * by a wallet that keeps some, which a backup from elsewhere brought. All others would wait for it at their first
 * visit. Where it is not to be had, the wallet is not opened: it would not count what its meters hold.
 */
import { type Bytes, type Refusal, refuse } from "@tenten/protocol";
import type { MeterPort, OpenMeters } from "./opening.ts";

export async function metersOf(rows: ReadonlyMap<string, Bytes>): Promise<OpenMeters | Refusal> {
	if (![...rows.keys()].some((key) => key.startsWith("meter-"))) return () => none;
	const loaded = await import("./desk.ts").catch(() => undefined);
	if (loaded === undefined) return refuse("part-missing", "what runs meters");
	return (core) => new loaded.MeterDesk(core);
}

const refused = refuse("type-unknown", "no meter is opened in a browser");
const unknown = refuse("attempt-unknown", "no such meter");

/** Of a wallet that keeps no meter: it opens none, and a message about one is answered as one that never arrived. */
const none: MeterPort = {
	holdings: () => [],
	request: async () => refused,
	readRequest: () => refused,
	requestIn: () => refused,
	mostOf: () => {
		throw new Error("no request was read here");
	},
	candidates: () => refused,
	askPasskey: () => refused,
	open: async () => refused,
	tick: () => unknown,
	handle: async () => [],
	close: async () => unknown,
	cancel: async () => unknown,
	contact: async () => unknown,
	cancelDue: async () => [],
	dueClaims: () => [],
	claim: async () => unknown,
	awaited: () => [],
	claimableByWord: () => [],
	has: () => false,
	isWhole: () => false,
	keep: async () => undefined,
	list: () => [],
	get: () => undefined,
	forget: async () => 0,
};
