/**
 * The operator of a replay as a process of its own, served over HTTP on loopback. It ends with its parent.
 *
 *   replay ──▶ HTTP: what wallets ask, deposits and totals with an API key
 *   replay ──▶ start, setClock, balance, stop                              (control, by its own line)
 */
import { newKey, openDoor, startServer } from "@tenten/operator";
import type { Bytes } from "@tenten/protocol";
import { random } from "../ecosystem.ts";
import { type Handlers, Line } from "../ipc-line.ts";
import { type Clocked, type OperatorTerms, openClocked } from "./driven-operator.ts";

export type OperatorProcessMethods = {
	/** Opens and serves; who it is, where it is reached, and a key that may deposit and read its books. */
	readonly start: (
		input: OperatorTerms,
	) => Promise<{ readonly id: Bytes; readonly url: string; readonly apiKey: string }>;
	/** unix seconds */
	readonly setClock: (now: number) => Promise<void>;
	/** minor units */
	readonly balance: (input: { readonly account: Bytes; readonly code: string }) => Promise<bigint>;
	/** Stops gracefully. */
	readonly stop: (input: null) => Promise<void>;
};

/** What to start as a child process. */
export const operatorProgram: string = import.meta.filename;

if (import.meta.main) serve();

function serve(): void {
	let opened: Clocked | undefined;
	let stop: () => Promise<void> = async () => undefined;
	const clocked = (): Clocked => {
		if (opened === undefined) throw new Error("not started");
		return opened;
	};
	const methods: OperatorProcessMethods = {
		start: async (terms) => {
			opened = await openClocked(terms);
			const { operator } = opened;
			const apiKey = newKey(random);
			await operator.keepFirstKey(apiKey);
			const log = { info: () => undefined, error: console.error };
			const server = await startServer({ operator, port: 0, log, door: openDoor });
			stop = async () => {
				await server.close();
				await operator.close();
			};
			return { id: operator.id, url: server.url, apiKey };
		},
		setClock: async (now) => {
			clocked().clock.now = now;
		},
		balance: ({ account, code }) => clocked().operator.balance(account, code),
		stop: async () => {
			await stop();
			setImmediate(() => process.disconnect());
		},
	};
	new Line(process, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}
