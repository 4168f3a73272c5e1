/** Somebody in one ecosystem: a wallet in a folder, over HTTP. */
import type { NewUnlock } from "@tenten/module";
import type { AskedProfile, Bytes } from "@tenten/protocol";
import type { ForeignGate } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import { random } from "../../surroundings.ts";
import { WalletFolder } from "../../wallet/folder.ts";
import { payOrCallOff } from "../../wallet/paying.ts";
import type { House } from "./house.ts";

const asked: AskedProfile = { role: "holder", class: "person", merchantCategory: null, region: null };

export type How = {
	readonly unlock?: NewUnlock;
	/** what it takes of other ecosystems */
	readonly foreign?: ForeignGate;
	/** other operators of which it has an account */
	readonly others?: readonly House[];
};

export class Person {
	readonly house: House;
	readonly folder: WalletFolder;

	private constructor(house: House, folder: WalletFolder) {
		this.house = house;
		this.folder = folder;
	}

	/** A wallet with an account at the operator of its house, and money on it. */
	static async join(path: string, house: House, money: bigint, how: How = {}): Promise<Person> {
		const { unlock = { kind: "device", key: random(32) }, foreign, others = [] } = how;
		const gate = foreign === undefined ? {} : { foreign };
		const folder = must(await WalletFolder.open(path, { unlock, ...gate }));
		for (const { known } of [house, ...others]) must(await folder.join(known.url, asked));
		const account = folder.wallet.module.certificates()[0]?.hash as Bytes;
		const { code } = house.asset;
		const refused = await house.operator.call("deposit", { id: random(32), account, code, amount: money });
		if (refused !== null) throw new Error(`${refused.code} ${refused.detail}`);
		return new Person(house, folder);
	}

	async takeIn(amount: bigint): Promise<void> {
		must(await this.folder.wallet.topUp(this.house.asset, amount));
	}

	/** Pays in the money of its own house; the code of the refusal where it is not taken, and then it is called off. */
	async pay(payee: Person, amount: bigint): Promise<string | null> {
		const { asset } = this.house;
		const refused = await payOrCallOff(this.folder.wallet, payee.folder.wallet, {
			asset,
			amount,
			memo: "tea",
		});
		return refused?.code ?? null;
	}

	/** What it can spend of the money of a house, minor units. */
	holds(house: House): bigint {
		return this.folder.wallet.balance(house.asset).available;
	}

	async giveBack(amount: bigint): Promise<void> {
		must(await this.folder.wallet.redeem(this.house.asset, amount));
	}

	close(): Promise<void> {
		return this.folder.close();
	}
}
