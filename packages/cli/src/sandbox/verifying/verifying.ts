/**
 * How the operators of the sandbox verify each other, and what a person can do to see it: take one of them off, have the
 * kiosk take value of another ecosystem, have witnesses drill, and let a newcomer cheat.
 *
 * What is shown of a peer is what each witness answers at its own door, as it would anybody; nothing is known here beside
 * that.
 */
import { join } from "node:path";
import type { PeerStanding } from "@tenten/operator";
import { isRefusal, type Refusal, toHex } from "@tenten/protocol";
import type { WalletFolder } from "../../wallet/folder.ts";
import type { House } from "../house.ts";
import { drillAll } from "./drilling.ts";
import { Kiosk } from "./kiosk.ts";
import { oldMost } from "./known.ts";
import { Newcomer } from "./newcomer.ts";
import type { Around } from "./watch.ts";

export type VerifyingOptions = {
	readonly folder: string;
	readonly houses: readonly House[];
	readonly around: Around;
	readonly epoch_s: number;
	/** where the kiosk is at home, whose money it takes, and who pays it */
	readonly kiosk: { readonly home: House; readonly abroad: House };
};

/** How a witness sees the logs that it follows; null where it does not answer. */
type Seen = {
	/** of the operator whose witness it is */
	readonly name: string;
	readonly title: string;
	readonly url: string;
	readonly isOn: boolean;
	readonly now: number | null;
	readonly peers: readonly PeerStanding[] | null;
};

export type VerifyingNow = {
	readonly witnesses: readonly Seen[];
	/** titles of operators and keys of their logs (`name+id+key`), by the operators' ids */
	readonly logs: Readonly<Record<string, { readonly title: string; readonly key: string }>>;
	readonly newcomer: { readonly title: string; readonly hasCheated: boolean } | null;
	/** minor units that the kiosk has taken of the other operator */
	readonly taken: string;
};

const patience_ms = 5_000;

export class Verifying {
	readonly #options: VerifyingOptions;
	#newcomer: Newcomer | undefined;
	#kiosk: Kiosk | undefined;

	constructor(options: VerifyingOptions) {
		this.#options = options;
	}

	async now(): Promise<VerifyingNow> {
		const { houses } = this.#options;
		const { log, title = "", hasCheated = false } = this.#newcomer ?? {};
		const logs = houses.map(({ issuer, watch }) => [watch.known, issuer.settings.name] as const);
		const all = log === undefined ? logs : [...logs, [log, title] as const];
		return {
			logs: Object.fromEntries(
				all.map(([{ operator, logKey: key }, name]) => [toHex(operator), { title: name, key }]),
			),
			witnesses: await Promise.all(houses.map(seenBy)),
			newcomer: log === undefined ? null : { title, hasCheated },
			taken: String(this.#kiosk?.taken ?? 0n),
		};
	}

	/** A newcomer, which all witnesses follow from now on. */
	async arrive(): Promise<void> {
		if (this.#newcomer !== undefined) return;
		const { folder, around, epoch_s } = this.#options;
		this.#newcomer = await Newcomer.arrive(join(folder, "newcomer"), around, epoch_s);
		await this.#follow([this.#newcomer.log]);
	}

	async cheat(): Promise<void> {
		await this.#newcomer?.cheat();
	}

	/** The newcomer is sent away. What was found of it stays with those who found it. */
	async leave(): Promise<void> {
		const newcomer = this.#newcomer;
		if (newcomer === undefined) return;
		this.#newcomer = undefined;
		await this.#follow([]);
		await newcomer.leave();
	}

	async #follow(logs: readonly Newcomer["log"][]): Promise<void> {
		for (const { watch } of this.#options.houses) await watch.follow(logs);
	}

	async drill(): Promise<void> {
		await drillAll(this.#options.houses);
	}

	/** Somebody buys at the kiosk; null: it is paid, and else why it was not. */
	async sell(payer: WalletFolder): Promise<Refusal | null> {
		const { folder, around, kiosk, epoch_s } = this.#options;
		const made = { folder: join(folder, "kiosk"), all: around.all, oldMost_s: oldMost(epoch_s), ...kiosk };
		const opened = this.#kiosk ?? (await Kiosk.open(made));
		if (isRefusal(opened)) return opened;
		this.#kiosk = opened;
		return opened.sell(payer);
	}

	async close(): Promise<void> {
		await this.leave();
		await this.#kiosk?.close();
		this.#kiosk = undefined;
	}
}

async function seenBy({ issuer, watch, isRunning }: House): Promise<Seen> {
	const { name, witnessUrl: url } = watch.known;
	const seen = { name, title: issuer.settings.name, url, isOn: isRunning };
	try {
		const answer = await fetch(`${url}/v1/peers`, { signal: AbortSignal.timeout(patience_ms) });
		const { now, peers } = (await answer.json()) as Pick<Seen, "now" | "peers">;
		return { ...seen, now, peers };
	} catch {
		return { ...seen, now: null, peers: null };
	}
}
