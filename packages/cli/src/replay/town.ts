/**
 * The town of a replay: its operator, and a party for every wallet that the plan names.
 *
 *   this process: operator behind its gate, people's wallets ◀──HTTP──▶ a process a till (till-process.ts)
 *
 * In a file without a shop there are no tills: then all wallets are here, and hand-overs are function calls.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { AskedProfile, Bytes } from "@tenten/protocol";
import { operatorClient } from "./gate.ts";
import { considerInvoice } from "./invoice-document.ts";
import type { Party } from "./party.ts";
import type { WalletName } from "./plan.ts";
import { ReplayOperator, type ReplayOperatorOptions } from "./replay-operator.ts";
import { Shelf } from "./shelf.ts";
import { ShelfParty } from "./shelf-party.ts";
import { startTill, type Till } from "./till.ts";

export type TownOptions = ReplayOperatorOptions & {
	/** names of those wallets that have a process of their own */
	readonly tills: readonly WalletName[];
};

const openWallets = 512;

const personProfile: AskedProfile = { role: "holder", class: "person", merchantCategory: null, region: null };

export class Town {
	readonly operator: ReplayOperator;
	readonly #tills: ReadonlyMap<WalletName, Till>;
	readonly #shelf: Shelf;

	private constructor(operator: ReplayOperator, tills: ReadonlyMap<WalletName, Till>, shelf: Shelf) {
		this.operator = operator;
		this.#tills = tills;
		this.#shelf = shelf;
	}

	static async open(options: TownOptions): Promise<Town> {
		const operator = await ReplayOperator.open(options);
		const operatorId = operator.asset.operator;
		const start = async (name: WalletName, i: number): Promise<readonly [WalletName, Till]> => {
			const folder = join(options.folder, `till-${i + 1}`);
			mkdirSync(folder);
			return [
				name,
				await startTill({ folder, name, operatorId, code: operator.asset.code }, operator.gate.ask),
			];
		};
		const tills = new Map(await Promise.all(options.tills.map(start)));
		const shelf = new Shelf({
			folder: options.folder,
			capacity: openWallets,
			operatorId,
			operator: operatorClient(operator.gate.ask),
			...(tills.size === 0 ? {} : { consider: considerInvoice }),
		});
		return new Town(operator, tills, shelf);
	}

	/** Whether hand-overs with this wallet are between processes. */
	isTill(name: WalletName): boolean {
		return this.#tills.has(name);
	}

	party(name: WalletName): Party {
		return (
			this.#tills.get(name) ??
			new ShelfParty({
				shelf: this.#shelf,
				name,
				asset: this.operator.asset,
				profile: personProfile,
				listens: this.#tills.size === 0 ? "channel" : "http",
			})
		);
	}

	/** Copies a person's wallet with its keys and all that it owns. */
	copyWallet(name: WalletName, copied: WalletName): Promise<void> {
		return this.#shelf.copy(name, copied);
	}

	/** The trust list: all that evidence needs. */
	trustList(): Promise<Bytes> {
		return this.operator.trustList();
	}

	async close(): Promise<void> {
		await Promise.all([...this.#tills.values()].map((till) => till.stop()));
		await this.#shelf.close();
		await this.operator.close();
	}
}
