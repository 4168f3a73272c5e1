/** A host in this process: a shelf of wallets, and whoever of them listens. */
import type { AskedProfile, AssetId, Bytes, OperatorClient } from "@tenten/protocol";
import type { Host } from "./host.ts";
import { considerInvoice } from "./invoice-document.ts";
import type { Party } from "./party.ts";
import type { WalletName } from "./plan.ts";
import { Shelf } from "./shelf.ts";
import { ShelfParty } from "./shelf-party.ts";

export type ShelfHostOptions = {
	readonly folder: string;
	readonly capacity: number;
	readonly operatorId: Bytes;
	readonly operator: OperatorClient;
	readonly code: string;
	readonly profile: AskedProfile;
	/** for function calls; or by HTTP, then an invoice must come with every payment */
	readonly listens: "channel" | "http";
};

export class ShelfHost implements Host {
	readonly #options: ShelfHostOptions;
	readonly #shelf: Shelf;
	readonly #asset: AssetId;
	readonly #parties = new Map<WalletName, ShelfParty>();

	constructor(options: ShelfHostOptions) {
		const { operatorId, code, listens } = options;
		this.#options = options;
		this.#shelf = new Shelf({
			...options,
			...(listens === "http" ? { consider: considerInvoice } : {}),
		});
		this.#asset = { operator: operatorId, code };
	}

	readonly party = (name: WalletName): Party => {
		let party = this.#parties.get(name);
		if (party === undefined) {
			const { profile, listens } = this.#options;
			party = new ShelfParty({ shelf: this.#shelf, name, asset: this.#asset, profile, listens });
			this.#parties.set(name, party);
		}
		return party;
	};

	readonly copy = (name: WalletName, copied: WalletName): Promise<void> => this.#shelf.copy(name, copied);

	readonly stop = async (): Promise<void> => {
		await Promise.all([...this.#parties.values()].map((party) => party.hush()));
		await this.#shelf.close();
	};
}
