/**
 * The stage of the demo: one operator and a few wallets on SQLite files, in one process and without a network.
 *
 * Only what is played is simulated: the power cut, the thief's copy. The modules, the stores, the signatures
 * and the books are the real ones.
 */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { generateKey, signerFrom, verify } from "@tenten/module";
import { admitAsAsked, Operator } from "@tenten/operator";
import { type AssetId, type Bytes, type Condition, isRefusal, type Refusal } from "@tenten/protocol";
import {
	amountWords,
	type Channel,
	inProcessChannel,
	type Payment,
	sqliteStore,
	Wallet,
	type WalletStore,
} from "@tenten/wallet";
import { usualWindows } from "../server/issuer.ts";
import { now, random } from "../surroundings.ts";

const assets = [
	{ code: "JPY", scale: 0, name: "yen", ...usualWindows },
	{ code: "LUNCH", scale: 0, name: "lunch money", ...usualWindows },
] as const;

/** Lunch money is for restaurants. */
const lunchOnly: Condition = {
	kind: "payees",
	classes: ["restaurant"],
	merchantCategories: null,
	regions: null,
	operators: null,
	certificates: null,
};

/** minor units that the fork reserve pays under one culprit */
const forkLimit = 10_000n;

export type Actor = {
	readonly name: string;
	wallet: Wallet;
	store: WalletStore;
};

export class Stage {
	readonly folder: string;
	readonly say: (text: string) => void;
	readonly #keys: ReturnType<typeof newKeys> = newKeys();
	readonly #deviceKeys = new Map<string, Bytes>();
	#operator: Operator | undefined;
	#id: Bytes = new Uint8Array();

	constructor(folder: string, say: (text: string) => void) {
		this.folder = folder;
		this.say = say;
	}

	/** The operator, which must be on. */
	get operator(): Operator {
		if (this.#operator === undefined) throw new Error("the operator is off");
		return this.#operator;
	}

	asset(code: "JPY" | "LUNCH"): AssetId {
		return { operator: this.#id, code };
	}

	async operatorOn(): Promise<void> {
		this.#operator = await Operator.open({
			database: join(this.folder, "operator.sqlite"),
			keys: this.#keys,
			policy: {
				name: "Densha Card",
				url: "http://127.0.0.1",
				assets,
				certificateValidity: 365 * 86_400,
				trustListValidity: 90 * 86_400,
				forkLimit,
				admit: admitAsAsked(null),
				licensing: { kind: "none" },
				conditionsOf: (code) => (code === "LUNCH" ? [lunchOnly] : []),
			},
			verify,
			now,
			entropy: random,
		});
		this.#id = this.#operator.id;
	}

	/** Its file is closed: there is nobody to ask. */
	async operatorOff(): Promise<void> {
		await this.#operator?.close();
		this.#operator = undefined;
	}

	/** A wallet with an account, and with this much money in it. */
	async actor(
		name: string,
		money: Readonly<Record<string, bigint>> = {},
		payeeClass = "person",
	): Promise<Actor> {
		const actor = await this.open(name);
		const asked = { role: "holder", class: payeeClass, merchantCategory: null, region: null } as const;
		const refusal = await actor.wallet.join(this.operator, this.operator.id, asked);
		if (refusal !== undefined) must(refusal);
		const [own] = actor.wallet.module.certificates();
		for (const [code, amount] of Object.entries(money)) {
			await this.operator.deposit(random(32), own?.hash as Bytes, code, amount);
			must(await actor.wallet.topUp({ operator: this.#id, code }, amount));
		}
		return actor;
	}

	/** Opens a wallet's file; `wrap` stands between the wallet and the file. */
	async open(name: string, wrap: (store: WalletStore) => WalletStore = (store) => store): Promise<Actor> {
		const key = this.#deviceKeys.get(name) ?? random(32);
		this.#deviceKeys.set(name, key);
		const store = must(sqliteStore(this.#fileOf(name)));
		const wallet = must(
			await Wallet.open({ store: wrap(store), unlock: { kind: "device", key }, now, random }),
		);
		if (this.#operator !== undefined) wallet.connect(this.#id, this.#operator);
		return { name, wallet, store };
	}

	/** A thief's work: the file of a closed wallet twice, keys and all. */
	copy(from: string, to: string): void {
		cpSync(this.#fileOf(from), this.#fileOf(to));
		this.#deviceKeys.set(to, this.#deviceKeys.get(from) as Bytes);
	}

	#fileOf(name: string): string {
		return join(this.folder, `${name.toLowerCase()}.sqlite`);
	}

	/** One payment, hand to hand. */
	async pay(
		payer: Actor,
		payee: Actor,
		code: "JPY" | "LUNCH",
		amount: bigint,
		by?: Channel,
	): Promise<Payment | Refusal> {
		const request = must(await payee.wallet.request({ asset: this.asset(code), amount, memo: payee.name }));
		return payer.wallet.pay({ request: request.encoded }, by ?? inProcessChannel(payee.wallet.handle));
	}

	words(minor: bigint, code: "JPY" | "LUNCH" = "JPY"): string {
		const trust = { asset: () => assets[code === "JPY" ? 0 : 1], operator: () => undefined };
		return amountWords(minor, this.asset(code), trust).en;
	}
}

function newKeys() {
	const key = () => signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
	return { root: key(), authority: key(), issuing: key(), ruling: key(), desk: key() };
}

/** What the script relies on: if it is refused, the demo has found a bug. */
export function must<T>(result: T | Refusal): T {
	if (isRefusal(result)) throw new Error(`${result.code} ${result.detail}`);
	return result;
}
