/**
 * The six parties of Mise Pay's accounts: the systems A, B, C and D, and the apps P and Q of payer and payee.
 *
 * Each is what `tenten rail serve` runs, over a store of its own in the folder, at a port that the folder keeps: a
 * party that is switched off goes on from its store, and so does a sandbox that was killed. The apps stand for phones:
 * nothing switches them off.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type NewUnlock, verify } from "@tenten/module";
import { readRailSettings, startRail } from "@tenten/operator";
import { type Signer, toHex } from "@tenten/protocol";
import { BadInput } from "../../bad-input.ts";
import { freePort, onPort } from "../../server/port.ts";
import { createRailKey, openRailKey } from "../../server/rail-key.ts";
import { writeJson } from "../../wallet/settings.ts";
import { originAt } from "../pages.ts";

/** Customer systems of payer and payee, and their ledgers. */
export const systems = ["A", "B", "C", "D"] as const;
export type SystemName = (typeof systems)[number];
export type PartyName = SystemName | "P" | "Q";
export const partyNames: readonly PartyName[] = ["P", "Q", ...systems];

/** The payer's account, and the payee's. */
export const payer = "you";
export const payee = "hanaya";
/** What the payer's account begins with, minor units. */
const begins = "5000";

/** Milliseconds: a permit ends before the payer's app says that nothing is known. */
const times = {
	timeout_ms: 60_000,
	showing_ms: 1_000,
	answer_ms: 20_000,
	patience_ms: 45_000,
	permit_ms: 50_000,
};
/** Whoever has not answered for so long is out of reach. */
const patience_ms = 5_000;
/** A system that was switched on again is soon asked again. */
const longestPause_ms = 2_000;

type Settings = Exclude<ReturnType<typeof readRailSettings>, string>;
type Server = NonNullable<Awaited<ReturnType<typeof startRail>>>;

export class Parties {
	readonly settings: Settings;
	readonly #folder: string;
	readonly #signer: Signer;
	readonly #running = new Map<PartyName, Server>();
	/** milliseconds for which each message waits, so that one can watch */
	pause_ms = 0;

	private constructor(folder: string, settings: Settings, signer: Signer) {
		this.#folder = folder;
		this.settings = settings;
		this.#signer = signer;
	}

	/** Those of a folder, which is made where there is none; `unlock` opens A's key. None is started. */
	static async open(folder: string, unlock: NewUnlock): Promise<Parties> {
		mkdirSync(folder, { recursive: true, mode: 0o700 });
		const file = join(folder, "rail.json");
		const key = join(folder, "a.key");
		if (!existsSync(key)) await createRailKey(key, unlock);
		const signer = await openRailKey(key, async () => unlock, console.error);
		if (!existsSync(file)) writeJson(file, await newSettings(signer));
		const settings = readRailSettings(readFileSync(file, "utf8"));
		if (typeof settings === "string") throw new BadInput(settings, { file });
		return new Parties(folder, settings, signer);
	}

	urlOf(name: PartyName): string {
		return this.settings.addresses[name] ?? "";
	}

	isOn(name: PartyName): boolean {
		return this.#running.has(name);
	}

	/** What a party answers over HTTP; null where it has no such thing, undefined where it does not answer. */
	async get(name: PartyName, path: string): Promise<unknown> {
		if (!this.isOn(name)) return undefined;
		try {
			const answer = await fetch(`${this.urlOf(name)}${path}`, { signal: AbortSignal.timeout(patience_ms) });
			if (answer.ok) return await answer.json();
			await answer.body?.cancel();
			return answer.status === 404 ? null : undefined;
		} catch {
			return undefined;
		}
	}

	async start(name: PartyName): Promise<void> {
		if (this.isOn(name)) return;
		const port = Number(new URL(this.urlOf(name)).port);
		const server = await onPort(port, () =>
			startRail({
				settings: this.settings,
				name,
				database: join(this.#folder, `${name}.sqlite`),
				signer: this.#signer,
				verify,
				port,
				hostname: "127.0.0.1",
				log: (what, isWrong) => {
					if (isWrong) console.error(`Mise Pay, ${name}: ${what}`);
				},
				longestPause_ms,
				pause_ms: () => this.pause_ms,
			}),
		);
		if (server === undefined) throw new BadInput(`names no party ${name}`, { file: this.#folder });
		this.#running.set(name, server);
	}

	async stop(name: PartyName): Promise<void> {
		const server = this.#running.get(name);
		this.#running.delete(name);
		await server?.close();
	}

	async close(): Promise<void> {
		await Promise.all([...this.#running.keys()].map((name) => this.stop(name)));
	}
}

async function newSettings(signer: Signer): Promise<object> {
	// All at once: while one is looked for, the others are taken.
	const addresses = partyNames.map(async (name) => [name, originAt(await freePort())]);
	return {
		asset: "JPY",
		addresses: Object.fromEntries(await Promise.all(addresses)),
		payers: { [payer]: { system: "A", ledger: "C", app: "P", mayPay: true, begins } },
		payees: { [payee]: { system: "B", ledger: "D", app: "Q", mayReceive: true, most: null } },
		hub: null,
		keys: { A: toHex(signer.key.bytes) },
		rulingKey: null,
		times,
	};
}
