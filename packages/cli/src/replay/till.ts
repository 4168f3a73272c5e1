/** A party whose wallet is in a child process: a till, reached by HTTP for hand-overs. */
import { fork } from "node:child_process";
import { once } from "node:events";
import type { Bytes } from "@tenten/protocol";
import type { Ask } from "./gate.ts";
import { type Handlers, Line } from "./ipc-line.ts";
import type { Party } from "./party.ts";
import { type TillMethods, type TillStart, tillProgram } from "./till-process.ts";

export type Till = Party & {
	/** Ends the process, its wallet closed. */
	readonly stop: () => Promise<void>;
};

/** Starts the process and its wallet. `ask` is its only way to the operator. */
export async function startTill(start: TillStart, ask: Ask): Promise<Till> {
	const child = fork(tillProgram, [], {
		serialization: "advanced",
		stdio: ["ignore", "ignore", "inherit", "ipc"],
	});
	const handlers: Handlers = {
		operator: ({ route, body }: { route: Parameters<Ask>[0]; body: Bytes }) => ask(route, body),
	};
	const line = new Line<TillMethods>(child, handlers);
	const url = await line.call("start", start);
	return {
		join: (now) => line.call("join", { now }),
		runErrand: (errand) => line.call("runErrand", errand),
		request: (now, amount, memo) => line.call("request", { now, amount, memo }),
		listen: async () => ({ address: { kind: "http", url }, stop: async () => undefined }),
		handOver: (handOver) => line.call("handOver", handOver),
		stop: async () => {
			const ended = once(child, "exit");
			await line.call("stop", null);
			await ended;
		},
	};
}
