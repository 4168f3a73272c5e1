/**
 * A till as a process of its own: one wallet, one SQLite file, one HTTP server that takes hand-overs.
 *
 *   replay ──▶ start, join, runErrand, request, handOver, stop ──▶ till        (control, between processes)
 *   replay ◀── operator: what the till asks its operator, through the gate ◀── till
 *   customers, other tills ──▶ POST /v1/handover ──▶ till                       (the hand-overs)
 *
 * The replay starts this file as a child process. It ends with its parent, whatever way that ends.
 */
import type { AskedProfile, Bytes, Refusal } from "@tenten/protocol";
import { operatorClient, type Route } from "./gate.ts";
import { considerInvoice } from "./invoice-document.ts";
import { type Handlers, Line } from "./ipc-line.ts";
import type { AfterErrand, Errand, HandedOver, HandOver } from "./party.ts";
import { Shelf } from "./shelf.ts";
import { ShelfParty } from "./shelf-party.ts";

export type TillStart = {
	readonly folder: string;
	readonly name: string;
	readonly operatorId: Bytes;
	readonly code: string;
};

/** What a till does when the replay calls it. */
export type TillMethods = {
	/** the address at which it takes hand-overs */
	readonly start: (input: TillStart) => Promise<string>;
	readonly join: (input: { readonly now: number }) => Promise<Bytes>;
	readonly runErrand: (input: Errand) => Promise<AfterErrand>;
	readonly request: (input: {
		readonly now: number;
		readonly amount: bigint;
		readonly memo: string;
	}) => Promise<Bytes>;
	readonly handOver: (input: HandOver) => Promise<HandedOver>;
	readonly stop: (input: null) => Promise<null>;
};

/** What a till asks of the replay. */
type ReplayMethods = {
	readonly operator: (input: { readonly route: Route; readonly body: Bytes }) => Promise<Bytes | Refusal>;
};

const tillProfile: AskedProfile = { role: "merchant", class: "shop", merchantCategory: 5947, region: "GB" };

/** What to start as a child process. */
export const tillProgram: string = import.meta.filename;

if (import.meta.main) serve();

function serve(): void {
	let running: { readonly party: ShelfParty; readonly stop: () => Promise<void> } | undefined;
	const till = (): ShelfParty => {
		if (running === undefined) throw new Error("the till has not started");
		return running.party;
	};
	const methods: TillMethods = {
		start: async (input) => {
			const operator = operatorClient((route, body) => line.call("operator", { route, body }));
			const shelf = new Shelf({
				...input,
				capacity: 1,
				operator,
				consider: considerInvoice,
			});
			const asset = { operator: input.operatorId, code: input.code };
			const party = new ShelfParty({ shelf, name: input.name, asset, profile: tillProfile, listens: "http" });
			const { address, stop } = await party.listen();
			if (address.kind !== "http") throw new Error("a till listens by HTTP");
			running = { party, stop: () => stop().then(() => shelf.close()) };
			return address.url;
		},
		join: ({ now }) => till().join(now),
		runErrand: (errand) => till().runErrand(errand),
		request: ({ now, amount, memo }) => till().request(now, amount, memo),
		handOver: (handOver) => till().handOver(handOver),
		stop: async () => {
			await running?.stop();
			setImmediate(() => process.disconnect());
			return null;
		},
	};
	const line: Line<ReplayMethods> = new Line(process, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}
