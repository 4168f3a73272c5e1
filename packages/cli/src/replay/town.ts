/**
 * The town of a replay: its operator, and a party for every wallet that the plan names.
 *
 *   this process: the operator behind its gate, or the gate alone and the operator in a process of its own
 *   a process for each till, and two for everybody else; hand-overs between them by HTTP
 *
 * A file without a shop has no tills: then all wallets are in this process, and hand-overs are function calls.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { AskedProfile } from "@tenten/protocol";
import { operatorClient } from "./gate.ts";
import { type Host, startHost } from "./host.ts";
import type { Party } from "./party.ts";
import type { WalletName } from "./plan.ts";
import { ReplayOperator, type ReplayOperatorOptions } from "./replay-operator.ts";
import { ShelfHost } from "./shelf-host.ts";

export type TownOptions = ReplayOperatorOptions & {
	/** for everybody's wallets */
	readonly folder: string;
	/** wallets that have a process of their own */
	readonly tills: readonly WalletName[];
};

const streets = 4;
/** wallets open at once, in each street */
const openWallets = 512;

const personProfile: AskedProfile = { role: "holder", class: "person", merchantCategory: null, region: null };
const tillProfile: AskedProfile = { role: "merchant", class: "shop", merchantCategory: 5947, region: "GB" };

export class Town {
	readonly operator: ReplayOperator;
	readonly #tills: ReadonlyMap<WalletName, Host>;
	readonly #streets: readonly Host[];
	readonly #homes = new Map<WalletName, Host>();

	private constructor(
		operator: ReplayOperator,
		tills: ReadonlyMap<WalletName, Host>,
		streets: readonly Host[],
	) {
		this.operator = operator;
		this.#tills = tills;
		this.#streets = streets;
	}

	static async open({ tills, ...options }: TownOptions): Promise<Town> {
		const operator = await ReplayOperator.open(options);
		const { ask } = operator.gate;
		const { operator: operatorId, code } = operator.asset;
		const inFolder = (name: string) => {
			const folder = join(options.folder, name.replace(" ", "-"));
			mkdirSync(folder, { recursive: true });
			return { folder, operatorId, code };
		};
		const people = { profile: personProfile, capacity: openWallets };
		if (tills.length === 0) {
			const here = {
				...inFolder("people"),
				...people,
				operator: operatorClient(ask),
				listens: "channel",
			} as const;
			return new Town(operator, new Map(), [new ShelfHost(here)]);
		}
		const tillStarts = tills.map(async (name) => {
			const start = { ...inFolder(name), profile: tillProfile, capacity: 1 };
			return [name, await startHost(start, ask)] as const;
		});
		const streetStarts = Array.from({ length: streets }, (_, i) =>
			startHost({ ...inFolder(`street-${i + 1}`), ...people }, ask),
		);
		return new Town(operator, new Map(await Promise.all(tillStarts)), await Promise.all(streetStarts));
	}

	/** Whether this is a shop with tills, and wallets are in several processes. */
	get hasTills(): boolean {
		return this.#tills.size > 0;
	}

	isTill(name: WalletName): boolean {
		return this.#tills.has(name);
	}

	/** Where a wallet is: people move into one street after the other, as they come. */
	hostOf(name: WalletName): Host {
		const known = this.#tills.get(name) ?? this.#homes.get(name);
		if (known !== undefined) return known;
		const home = this.#streets[this.#homes.size % this.#streets.length] as Host;
		this.#homes.set(name, home);
		return home;
	}

	party(name: WalletName): Party {
		return this.hostOf(name).party(name);
	}

	/** Copies a wallet with its keys and all that it owns; the copy lives where the original does. */
	async copyWallet(name: WalletName, copied: WalletName): Promise<void> {
		const host = this.hostOf(name);
		this.#homes.set(copied, host);
		await host.copy(name, copied);
	}

	async close(): Promise<void> {
		await Promise.all([...this.#tills.values(), ...this.#streets].map((host) => host.stop()));
		await this.operator.close();
	}
}
