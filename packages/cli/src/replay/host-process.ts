/**
 * A process of wallets: a till's one, or many people's, each in its own SQLite file, reached by HTTP.
 *
 *   replay ──▶ start, join, runErrand, request, listen, handOver, … ──▶ process    (control)
 *   replay ◀── ask: what wallets ask their operator, through the gate ◀── process
 *   other processes' wallets ──▶ POST /v1/handover ──▶ process                     (the hand-overs)
 *
 * The replay starts this file as a child process. It ends with its parent, whatever way that ends.
 */
import type { AskedProfile, Bytes, Refusal } from "@tenten/protocol";
import { type Handlers, Line } from "../ipc-line.ts";
import { operatorClient, type Route } from "./gate.ts";
import type { Address, AfterErrand, Errand, HandedOver, HandOver } from "./party.ts";
import type { WalletName } from "./plan.ts";
import { ShelfHost } from "./shelf-host.ts";

export type HostStart = {
	readonly folder: string;
	/** wallets that may be open at once */
	readonly capacity: number;
	readonly operatorId: Bytes;
	readonly code: string;
	/** as what its wallets ask to be certified */
	readonly profile: AskedProfile;
};

type Named = { readonly wallet: WalletName };

/** What the process does when the replay calls it. */
export type HostMethods = {
	readonly start: (input: HostStart) => Promise<void>;
	readonly join: (input: Named & { readonly now: number }) => Promise<Bytes>;
	readonly runErrand: (input: Named & Errand) => Promise<AfterErrand>;
	readonly request: (
		input: Named & { readonly now: number; readonly amount: bigint; readonly memo: string },
	) => Promise<Bytes>;
	readonly listen: (input: Named) => Promise<Address>;
	readonly hush: (input: Named) => Promise<void>;
	readonly handOver: (input: Named & HandOver) => Promise<HandedOver | Refusal>;
	readonly copy: (input: Named & { readonly copied: WalletName }) => Promise<void>;
	readonly stop: (input: null) => Promise<void>;
};

/** What the process asks of the replay. */
export type ReplayMethods = {
	readonly ask: (input: { readonly route: Route; readonly body: Bytes }) => Promise<Bytes | Refusal>;
};

/** What to start as a child process. */
export const hostProgram: string = import.meta.filename;

if (import.meta.main) serve();

function serve(): void {
	let started: ShelfHost | undefined;
	const host = (): ShelfHost => {
		if (started === undefined) throw new Error("not started");
		return started;
	};
	const methods: HostMethods = {
		start: async (input) => {
			const operator = operatorClient((route, body) => line.call("ask", { route, body }));
			started = new ShelfHost({ ...input, operator, listens: "http" });
		},
		join: ({ wallet, now }) => host().party(wallet).join(now),
		runErrand: ({ wallet, ...errand }) => host().party(wallet).runErrand(errand),
		request: ({ wallet, now, amount, memo }) => host().party(wallet).request(now, amount, memo),
		listen: ({ wallet }) => host().party(wallet).listen(),
		hush: ({ wallet }) => host().party(wallet).hush(),
		handOver: ({ wallet, ...handOver }) => host().party(wallet).handOver(handOver),
		copy: ({ wallet, copied }) => host().copy(wallet, copied),
		stop: async () => {
			await started?.stop();
			setImmediate(() => process.disconnect());
		},
	};
	const line: Line<ReplayMethods> = new Line(process, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}
