/** Somebody's wallet in a folder, at the time of the story: a phone, a till, a car. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { AssetId, Bytes, OperatorClient } from "@tenten/protocol";
import { makeFolder, sqliteStore, Wallet } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import { random } from "../../surroundings.ts";

const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;

export type PhoneOptions = {
	readonly name: string;
	/** of the story; each phone has one of its own in it */
	readonly folder: string;
	/** unix seconds, of the story */
	readonly now: () => number;
};

export class Phone {
	readonly name: string;
	#wallet: Wallet | undefined;
	readonly #options: PhoneOptions;
	readonly #key: Bytes;

	private constructor(options: PhoneOptions, key: Bytes, wallet: Wallet) {
		this.name = options.name;
		this.#options = options;
		this.#key = key;
		this.#wallet = wallet;
	}

	static async open(options: PhoneOptions, key: Bytes = random(32)): Promise<Phone> {
		return new Phone(options, key, await openWallet(options, key));
	}

	get wallet(): Wallet {
		if (this.#wallet === undefined) throw new Error(`${this.name} is off`);
		return this.#wallet;
	}

	get isOn(): boolean {
		return this.#wallet !== undefined;
	}

	async off(): Promise<void> {
		const wallet = this.#wallet;
		this.#wallet = undefined;
		await wallet?.close();
	}

	/** With what it had made durable. */
	async on(): Promise<void> {
		this.#wallet = await openWallet(this.#options, this.#key);
	}

	/** A new phone with what a backup brings. */
	static async restore(options: PhoneOptions, backup: Bytes, passphrase: string): Promise<Phone> {
		const store = must(sqliteStore(fileOf(options)));
		const key = random(32);
		const unlock = { kind: "device", key } as const;
		const from = { store, unlock, now: options.now, random };
		return new Phone(options, key, must(await Wallet.restore(from, backup, passphrase)));
	}

	/** Opens an account. */
	async join(operator: OperatorClient, id: Bytes): Promise<void> {
		must((await this.wallet.join(operator, id, asked)) ?? null);
	}

	/** Draws from its account. Minor units. */
	async take(asset: AssetId, amount: bigint): Promise<void> {
		must(await this.wallet.topUp(asset, amount));
	}

	/** A thief's work: its file twice, keys and all. */
	async copy(name: string): Promise<Phone> {
		await this.off();
		const copied = { ...this.#options, name };
		cpSync(fileOf(this.#options), fileOf(copied));
		await this.on();
		return Phone.open(copied, this.#key);
	}

	/** What it can spend, and what is between it and somebody else. Minor units. */
	holds(asset: AssetId): { readonly available: bigint; readonly between: bigint } {
		const { available, reserved, locked, awaited, metered, ordered } = this.wallet.balance(asset);
		return { available, between: reserved + locked + awaited + metered + ordered };
	}
}

async function openWallet(options: PhoneOptions, key: Bytes): Promise<Wallet> {
	const store = must(sqliteStore(fileOf(options)));
	return must(await Wallet.open({ store, unlock: { kind: "device", key }, now: options.now, random }));
}

function fileOf({ folder, name }: PhoneOptions): string {
	const own = join(folder, name.toLowerCase().replaceAll(/[^a-z]+/g, "-"));
	makeFolder(own);
	return join(own, "wallet.sqlite");
}
