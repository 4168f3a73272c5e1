/**
 * A kiosk in the ecosystem of Minato Points that takes yen of Densha Card, too: while that operator's log has a fresh
 * quorum of witnesses, and no longer. It fails closed, and what was to be paid stays with the payer.
 */
import { verify } from "@tenten/module";
import { type AskedProfile, isRefusal, type Refusal } from "@tenten/protocol";
import { ForeignGate, memorySettings } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import { logDoor } from "../../log/log-door.ts";
import { now } from "../../surroundings.ts";
import { WalletFolder } from "../../wallet/folder.ts";
import { payOrCallOff } from "../../wallet/paying.ts";
import type { House } from "../house.ts";
import { type Known, policyOf, unlock } from "./known.ts";

const shop: AskedProfile = { role: "merchant", class: "shop", merchantCategory: 5994, region: "JP" };
/** minor units */
const price = 10n;

export type KioskOptions = {
	readonly folder: string;
	readonly home: House;
	readonly abroad: House;
	readonly all: readonly Known[];
	/** seconds that the quorum of the other operator's log may be old */
	readonly oldMost_s: number;
};

export class Kiosk {
	readonly #folder: WalletFolder;
	readonly #abroad: House;

	private constructor(folder: WalletFolder, abroad: House) {
		this.#folder = folder;
		this.#abroad = abroad;
	}

	/** Opens the wallet in a folder, which has accounts with both operators. */
	static async open({ folder, home, abroad, all, oldMost_s }: KioskOptions): Promise<Kiosk | Refusal> {
		const policy = policyOf(abroad.watch.known, all);
		const foreign = new ForeignGate({
			ecosystems: {
				homes: [home.asset.operator],
				foreign: [{ operator: abroad.asset.operator, policy, oldMost_s }],
			},
			door: logDoor(() => ({ url: abroad.url, logUrl: abroad.watch.known.logUrls[0] })),
			settings: memorySettings(),
			verify,
			now,
		});
		const opened = must(await WalletFolder.open(folder, { unlock, foreign }));
		for (const { url } of [home, abroad]) {
			if (opened.operators.some((each) => each.url === url)) continue;
			const joined = await opened.join(url, shop);
			if (!isRefusal(joined)) continue;
			await opened.close();
			return joined;
		}
		return new Kiosk(opened, abroad);
	}

	/** Sells for the price to whoever has money of the other operator; null: it is paid, and else why it was not. */
	sell({ wallet }: WalletFolder): Promise<Refusal | null> {
		const { asset } = this.#abroad;
		return payOrCallOff(wallet, this.#folder.wallet, { asset, amount: price, memo: "Kiosk" });
	}

	/** minor units of the other operator that it has taken */
	get taken(): bigint {
		return this.#folder.wallet.balance(this.#abroad.asset).available;
	}

	close(): Promise<void> {
		return this.#folder.close();
	}
}
