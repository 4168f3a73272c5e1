/**
 * A gateway as a process: its store, its key, its broker or another's, its door and its line to the operator, until it
 * is closed.
 */
import { randomBytes } from "node:crypto";
import {
	type Bytes,
	equalBytes,
	isRefusal,
	keyId,
	type Refusal,
	refuse,
	type Signer,
	toHex,
	type Verify,
} from "@tenten/protocol";
import { pino } from "pino";
import type { RequestLog } from "../http/app.ts";
import { type RunningApp, type ServerLimits, serveApp } from "../http/server.ts";
import { type BrokerLimits, type RunningBroker, startBroker } from "./broker.ts";
import { fogDoor } from "./door.ts";
import type { FogStanding } from "./endpoints.ts";
import { Forwarder } from "./forwarder.ts";
import { Gateway } from "./gateway.ts";
import { Lists } from "./lists.ts";
import { type FogAtBroker, joinBroker } from "./mqtt.ts";
import { operatorLine } from "./operator-line.ts";
import { FogStore, type FogStoreOptions } from "./store.ts";
import { HeldTime } from "./time.ts";

export type FogOptions = {
	/** of its store, made before */
	readonly file: string;
	readonly signer: Signer;
	readonly verify: Verify;
	readonly operator: {
		readonly url: string;
		/** key id of its root */
		readonly id: Bytes;
	};
	/** a broker of its own, or the address of another: `mqtt://…`, `mqtts://…` */
	readonly broker:
		| {
				readonly kind: "embedded";
				readonly port: number;
				readonly hostname?: string;
				readonly limits?: Partial<BrokerLimits>;
		  }
		| { readonly kind: "other"; readonly url: string };
	/** ids of the keys of devices that it serves; all if left out */
	readonly devices?: readonly Bytes[];
	/** encoded, as the operator signed them */
	readonly mandates?: readonly Bytes[];
	/** seconds; a list that is older is handed to nobody. A day if left out */
	readonly listAgeMost_s?: number;
	/** seconds for which acknowledged and refused records are kept on. 400 days if left out */
	readonly keep_s?: number;
	/** between two rounds to the operator. 2,000 if left out */
	readonly pause_ms?: number;
	/** and at most, while it is out of reach. 60,000 if left out */
	readonly pauseMost_ms?: number;
	/** until what is due, and too early for the operator all the same, is brought again. 600,000 if left out */
	readonly early_ms?: number;
	/** of its door; 0 takes any free one */
	readonly port: number;
	readonly hostname?: string;
	readonly limits?: Partial<ServerLimits>;
	/** lines of JSON on the standard output if left out */
	readonly log?: RequestLog;
	readonly store?: FogStoreOptions;
	/** unix seconds; the machine's clock if left out */
	readonly now?: () => number;
};

export type RunningFog = {
	/** of its door */
	readonly url: string;
	/** of the broker where devices meet */
	readonly broker: string;
	/** the same as this machine reaches it, with the account of another's if it has one */
	readonly brokerFromHere: string;
	/** see `RunningApp` */
	readonly upgrades: RunningApp["upgrades"];
	/** resolves once it hears questions at its broker */
	readonly subscribed: Promise<void>;
	readonly standing: () => FogStanding;
	readonly close: () => Promise<void>;
};

const day_s = 86_400;
const usual = {
	listAgeMost_s: day_s,
	keep_s: 400 * day_s,
	pause_ms: 2_000,
	pauseMost_ms: 60_000,
	early_ms: 600_000,
} as const;

/** The refusals of `FogStore.open`, and `key-unknown` where the store is that of another key. */
export async function startFog(options: FogOptions): Promise<RunningFog | Refusal> {
	const { signer, now = () => Math.floor(Date.now() / 1000) } = options;
	const store = FogStore.open(options.file, options.store);
	if (isRefusal(store)) return store;
	if (!equalBytes(keyId(store.key), keyId(signer.key))) {
		store.close();
		return refuse("key-unknown", `${options.file} is the store of another key`);
	}
	const closing: (() => Promise<void> | void)[] = [() => store.close()];
	const close = async (): Promise<void> => {
		for (const end of closing.toReversed()) await end();
	};
	try {
		return { ...(await open(options, store, now, closing)), close };
	} catch (error) {
		await close();
		throw error;
	}
}

async function open(
	options: FogOptions,
	store: FogStore,
	now: () => number,
	closing: (() => Promise<void> | void)[],
): Promise<Omit<RunningFog, "close">> {
	const { signer, verify, operator, devices } = options;
	const log = options.log ?? pino({ name: "fog" });
	const report = (error: unknown): void => {
		const { message, stack } = error instanceof Error ? error : new Error(String(error));
		log.error({ error: message, stack }, "bug");
	};
	const line = operatorLine(operator.url);
	const lists = new Lists({
		store,
		operator: operator.id,
		verify,
		fetch: line.list,
		ageMost_s: options.listAgeMost_s ?? usual.listAgeMost_s,
		now,
	});
	const time = new HeldTime({
		store,
		operator: operator.id,
		trust: () => lists.trust(),
		fetch: line.time,
		ageMost_s: options.listAgeMost_s ?? usual.listAgeMost_s,
		now,
	});
	const served = devices && new Set(devices.map(toHex));
	const gateway = new Gateway({
		store,
		lists,
		time,
		operator: operator.id,
		signer,
		mandates: options.mandates ?? [],
		serves: (device) => served?.has(toHex(device)) ?? true,
		verify,
		now,
	});
	const answer = (question: Bytes): Promise<Bytes | Refusal> => gateway.answer(question);
	const { broker, brokerFromHere, at } = await meet(
		options,
		{ gateway: gateway.id, answer, report },
		closing,
	);
	const forwarder = new Forwarder({
		store,
		deliver: line.deliver,
		refresh: async () => {
			const refusal = await lists.refresh();
			if (refusal === undefined) await time.refresh();
			return refusal;
		},
		now: () => time.now(),
		pause_ms: options.pause_ms ?? usual.pause_ms,
		pauseMost_ms: options.pauseMost_ms ?? usual.pauseMost_ms,
		early_ms: options.early_ms ?? usual.early_ms,
		keep_s: options.keep_s ?? usual.keep_s,
		told: (refusal) =>
			refusal === undefined
				? log.info({}, "the operator is in reach")
				: log.info({ code: refusal.code, detail: refusal.detail }, "the operator is out of reach"),
		report,
	});
	closing.push(() => forwarder.stop());
	const standing = standingOf({ store, lists, gateway: gateway.id, forwarder, at, now });
	const door = fogDoor({ answer, standing, log });
	const server = await serveApp((request) => door.fetch(request), options);
	closing.push(() => server.close());
	const { url, upgrades } = server;
	return { url, broker, brokerFromHere, subscribed: at.subscribed, standing, upgrades };
}

function standingOf({
	store,
	lists,
	gateway,
	forwarder,
	at,
	now,
}: {
	readonly store: FogStore;
	readonly lists: Lists;
	readonly gateway: Bytes;
	readonly forwarder: Forwarder;
	readonly at: FogAtBroker;
	readonly now: () => number;
}): () => FogStanding {
	return () => {
		const { approvals, ...records } = store.count();
		return {
			now: now(),
			gateway: toHex(gateway),
			operator: { isInReach: forwarder.isInReach },
			broker: { isConnected: at.isConnected() },
			lists: { ...lists.ages(), statusLists: lists.statusLists() },
			records,
			approvals,
			tokens: store.tokenCount(),
		};
	};
}

/** The gateway is a client of its own broker as it is of any other. */
async function meet(
	{ broker }: FogOptions,
	heard: {
		readonly gateway: Bytes;
		readonly answer: (question: Bytes) => Promise<Bytes | Refusal>;
		readonly report: (error: unknown) => void;
	},
	closing: (() => Promise<void> | void)[],
): Promise<{ readonly broker: string; readonly brokerFromHere: string; readonly at: FogAtBroker }> {
	let own: RunningBroker | undefined;
	const account = { username: "gateway", password: randomBytes(32).toString("hex") };
	if (broker.kind === "embedded") {
		const { port, hostname, limits } = broker;
		const address = hostname === undefined ? {} : { hostname };
		own = await startBroker({ port, ...address, gateway: account, limits: limits ?? {} });
		const running = own;
		closing.push(() => running.close());
	}
	const url = broker.kind === "other" ? broker.url : ownUrl(own?.url ?? "", account);
	const at = joinBroker({ url, ...heard });
	closing.push(() => at.close());
	if (own === undefined) return { broker: withoutAccount(url), brokerFromHere: url, at };
	return { broker: own.url, brokerFromHere: withoutAccount(url), at };
}

function ownUrl(
	url: string,
	{ username, password }: { readonly username: string; readonly password: string },
): string {
	const { port } = new URL(url);
	const host = new URL(url).hostname;
	const reached = host === "0.0.0.0" ? "127.0.0.1" : host === "[::]" ? "[::1]" : host;
	return `mqtt://${username}:${password}@${reached}:${port}`;
}

function withoutAccount(text: string): string {
	const url = new URL(text);
	return `${url.protocol}//${url.host}`;
}
