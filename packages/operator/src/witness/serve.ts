/** A witness as a process: its store, its key and its door, until it is closed. */
import {
	equalBytes,
	isRefusal,
	type KnownLogs,
	type Refusal,
	refuse,
	type Signer,
	type Verify,
} from "@tenten/protocol";
import { Hono } from "hono";
import { pino } from "pino";
import type { RequestLog } from "../http/app.ts";
import { type RunningServer, type ServerLimits, serveApp } from "../http/server.ts";
import { DrillJournal } from "../seal-witness/drills.ts";
import { SealWitness, type WitnessedLog } from "../seal-witness/seal-witness.ts";
import { SealStore } from "../seal-witness/store.ts";
import { Visits } from "../seal-witness/visits.ts";
import { witnessDoor } from "./door.ts";
import { isStoreOf, WitnessStore } from "./store.ts";
import { Witness } from "./witness.ts";

const usualPause_ms = 2_000;

export type WitnessServerOptions = {
	/** of its store, made before */
	readonly file: string;
	readonly signer: Signer;
	readonly logs: KnownLogs;
	readonly verify: Verify;
	/** follows logs of peers, and says a word on each of their seals */
	readonly seals?: SealWitnessFile | undefined;
	/** lines of JSON on the standard output if left out */
	readonly log?: RequestLog;
	/** what is shown to people under `/console`; nothing if left out */
	readonly console?: Fetch | undefined;
	/** 0 takes any free port */
	readonly port: number;
	readonly hostname?: string;
	readonly limits?: Partial<ServerLimits>;
	/** milliseconds since 1970; the machine's clock if left out */
	readonly now?: () => number;
};

type Fetch = (request: Request) => Response | Promise<Response>;

/** A witness of seals: its own store and key, and how long it pauses between two visits of all logs. */
type SealWitnessFile = {
	readonly file: string;
	readonly signer: Signer;
	readonly logs: readonly WitnessedLog[];
	/** the journal of its drills; without it none is shown */
	readonly drills?: string | undefined;
	/** folder where evidence is written as files; it is served, too */
	readonly evidence?: string | undefined;
	/** 2,000 if left out */
	readonly pause_ms?: number;
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
	const seals = openSeals(options, now);
	if (isRefusal(seals)) {
		store.close();
		return seals;
	}
	const witness = new Witness({ store, signer, logs, verify, now });
	const log = options.log ?? pino({ name: store.key.name });
	const door = witnessDoor({ witness, log, seals });
	const server = await serveApp(
		beside(options.console, (request) => door.fetch(request)),
		options,
	).catch((error: unknown) => {
		store.close();
		void seals?.close();
		throw error;
	});
	const visits =
		seals &&
		new Visits(seals, {
			pause_ms: options.seals?.pause_ms ?? usualPause_ms,
			evidence: options.seals?.evidence,
			log,
		});
	return {
		url: server.url,
		close: async () => {
			await visits?.stop();
			await server.close();
			await seals?.close();
			store.close();
		},
	};
}

/** The door, and beside it the pages that have headers of their own. */
function beside(pages: Fetch | undefined, door: Fetch): Fetch {
	if (pages === undefined) return door;
	const app = new Hono().mount("/console", pages).mount("/", door);
	return (request) => app.fetch(request);
}

function openSeals(
	{ seals, verify }: WitnessServerOptions,
	now: () => number,
): SealWitness | undefined | Refusal {
	if (seals === undefined) return undefined;
	const { signer, logs } = seals;
	const store = SealStore.open(seals.file);
	if (isRefusal(store)) return store;
	const journal = seals.drills === undefined ? undefined : DrillJournal.open(seals.drills);
	const isOwn = equalBytes(store.key.bytes, signer.key.bytes);
	if (isOwn && !isRefusal(journal)) return new SealWitness({ store, signer, logs, journal, verify, now });
	store.close();
	return isRefusal(journal) ? journal : refuse("key-unknown", `${seals.file} is the store of another key`);
}
