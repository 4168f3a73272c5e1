/** A witness as a process: its store, its key and its door, until it is closed. */
import { isRefusal, type KnownLogs, type Refusal, refuse, type Signer, type Verify } from "@tenten/protocol";
import { pino } from "pino";
import type { RequestLog } from "../http/app.ts";
import { type RunningServer, type ServerLimits, serveApp } from "../http/server.ts";
import { witnessDoor } from "./door.ts";
import { isStoreOf, WitnessStore } from "./store.ts";
import { Witness } from "./witness.ts";

export type WitnessServerOptions = {
	/** of its store, made before */
	readonly file: string;
	readonly signer: Signer;
	readonly logs: KnownLogs;
	readonly verify: Verify;
	/** lines of JSON on the standard output if left out */
	readonly log?: RequestLog;
	/** 0 takes any free port */
	readonly port: number;
	readonly hostname?: string;
	readonly limits?: Partial<ServerLimits>;
	/** milliseconds since 1970; the machine's clock if left out */
	readonly now?: () => number;
};

/** The refusals of `WitnessStore.open`, and `key-unknown` where the store is that of another key. */
export async function startWitness(options: WitnessServerOptions): Promise<RunningServer | Refusal> {
	const { file, signer, logs, verify, now = Date.now } = options;
	const store = WitnessStore.open(file);
	if (isRefusal(store)) return store;
	if (!isStoreOf(store, signer.key.bytes)) {
		store.close();
		return refuse("key-unknown", `${file} is the store of another key`);
	}
	const witness = new Witness({ store, signer, logs, verify, now });
	const log = options.log ?? pino({ name: store.key.name });
	const door = witnessDoor({ witness, log });
	const server = await serveApp((request) => door.fetch(request), options).catch((error: unknown) => {
		store.close();
		throw error;
	});
	return {
		url: server.url,
		close: async () => {
			await server.close();
			store.close();
		},
	};
}
