/** Hosts: where wallets are, in this process or another. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { Line } from "../ipc-line.ts";
import type { Ask } from "./gate.ts";
import { type HostMethods, type HostStart, hostProgram, type ReplayMethods } from "./host-process.ts";
import type { Party } from "./party.ts";
import type { WalletName } from "./plan.ts";

export type Host = {
	readonly party: (wallet: WalletName) => Party;
	/** Copies a wallet with its keys and all that it owns. */
	readonly copy: (wallet: WalletName, copied: WalletName) => Promise<void>;
	/** Ends it, every wallet closed. */
	readonly stop: () => Promise<void>;
};

/** A host in a process of its own. `ask` is its wallets' only way to the operator. */
export async function startHost(start: HostStart, ask: Ask): Promise<Host> {
	const child = fork(hostProgram, [], {
		serialization: "advanced",
		stdio: ["ignore", "ignore", "inherit", "ipc"],
	});
	const methods: ReplayMethods = { ask: ({ route, body }) => ask(route, body) };
	const line = new Line<HostMethods>(child, methods);
	const ended = once(child, "exit").then(([code, signal]) => line.end(`ended with ${signal ?? code}`));
	await line.call("start", start);
	return {
		party: (wallet) => ({
			join: (now) => line.call("join", { wallet, now }),
			runErrand: (errand) => line.call("runErrand", { wallet, ...errand }),
			request: (now, amount, memo) => line.call("request", { wallet, now, amount, memo }),
			listen: () => line.call("listen", { wallet }),
			hush: () => line.call("hush", { wallet }),
			handOver: (handOver) => line.call("handOver", { wallet, ...handOver }),
		}),
		copy: (wallet, copied) => line.call("copy", { wallet, copied }),
		stop: async () => {
			// It may be what went wrong that it has ended: then there is nothing to stop.
			if (child.connected) await line.call("stop", null);
			await ended;
		},
	};
}
