/**
 * What the parties of a token flow share: an operator that issued the payer's tokens, the seed that made its keys,
 * and where each of them keeps its rows.
 *
 * Keys follow from the seed, so every process has the same operator. In memory there is one, and in the end it
 * redeems what everybody holds: there a token that was made twice, or not at all, is seen in money.
 */
import { join } from "node:path";
import type { ModuleStore } from "@tenten/module";
import { admitAsAsked, Operator } from "@tenten/operator";
import { type AssetId, isRefusal, keyId, type Signer } from "@tenten/protocol";
import { memoryStore, type Redeemed, sqliteStore, Wallet, type WalletStore } from "@tenten/wallet";
import { Chance } from "../chance.ts";
import { type Computing, computing } from "../cryptography.ts";
import { must } from "../must.ts";
import type { Surroundings } from "./party.ts";

const day = 86_400;

/** What the payer begins with, minor units. */
export const funds = 10_000n;
const tokens = 3;

const code = "JPY";

export class TokenHouse {
	readonly #seed: number;
	readonly #folder: string | undefined;
	readonly #computing: Computing;
	readonly #keys: Readonly<Record<"root" | "authority" | "issuing" | "ruling" | "desk", Signer>>;
	readonly #stores = new Map<string, WalletStore>();
	#operator: Promise<Operator> | undefined;
	#now: Surroundings["now"] = () => 0;

	/** With a folder, rows are in files there and signatures are real: processes share nothing else. */
	constructor(seed: number, folder: string | undefined) {
		this.#seed = seed;
		this.#folder = folder;
		this.#computing = computing(folder === undefined ? "toy" : "real", (work) => work);
		const signer = (name: string): Signer => {
			const { bytes } = new Chance(seed, `operator ${name}`);
			const { privateKey } = this.#computing.generateKey("Ed25519", bytes);
			return this.#computing.signerFrom(privateKey, "Ed25519");
		};
		this.#keys = {
			root: signer("root"),
			authority: signer("authority"),
			issuing: signer("issuing"),
			ruling: signer("ruling"),
			desk: signer("desk"),
		};
	}

	get asset(): AssetId {
		return { operator: keyId(this.#keys.root.key), code };
	}

	/** A party's rows of one kind: the same at each opening. */
	store(name: string): WalletStore {
		if (this.#folder !== undefined) return must(sqliteStore(join(this.#folder, `${name}.sqlite`)));
		const store = this.#stores.get(name) ?? memoryStore();
		this.#stores.set(name, store);
		return store;
	}

	/** The wallet over a store, joined to the operator and funded where the store is empty. */
	async wallet(
		name: string,
		store: ModuleStore & WalletStore,
		surroundings: Surroundings,
		amount: bigint,
	): Promise<Wallet> {
		this.#now = surroundings.now;
		const wallet = must(
			await Wallet.open({
				store,
				unlock: { kind: "device", key: new Chance(this.#seed, `${name} device`).bytes(32) },
				now: () => seconds(surroundings.now()),
				random: surroundings.random,
				cryptography: this.#computing,
			}),
		);
		if (isRefusal(wallet.module.trust)) await this.#fund(wallet, surroundings, amount);
		else if (this.#operator !== undefined) wallet.connect(this.asset.operator, await this.#operator);
		return wallet;
	}

	async #fund(wallet: Wallet, { random }: Surroundings, amount: bigint): Promise<void> {
		const operator = await this.operator();
		const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
		const refusal = await wallet.join(operator, operator.id, asked);
		if (refusal !== undefined) must(refusal);
		const [own] = wallet.module.certificates();
		if (own === undefined || amount === 0n) return;
		await operator.deposit(random(32), own.hash, code, amount);
		must(await wallet.topUp(this.asset, amount, tokens));
	}

	/**
	 * At rest, the operator redeems what both wallets hold, the payee's first: what each of them is paid, how much of
	 * it was spent twice, and whether the books balance. In memory only.
	 */
	async redeemed(surroundings: Surroundings): Promise<Readonly<Record<"payer" | "payee", Redeemed>>> {
		const redeem = async (name: string): Promise<Redeemed> => {
			const wallet = await this.wallet(name, this.store(name), surroundings, 0n);
			return must(await wallet.redeem(this.asset));
		};
		const payee = await redeem("module-B");
		const payer = await redeem("module-A");
		const { broken } = await (await this.operator()).audit(code);
		if (broken.length > 0) throw new Error(`the books do not balance: ${broken.join(", ")}`);
		return { payer, payee };
	}

	/** The operator, opened where it is not yet. */
	operator(): Promise<Operator> {
		this.#operator ??= Operator.open({
			database: ":memory:",
			keys: this.#keys,
			policy: {
				name: "Operator",
				url: "http://127.0.0.1",
				assets: [
					{ code, scale: 0, name: "yen", spendWindow: 30 * day, redeemWindow: 60 * day, grace: 7 * day },
				],
				certificateValidity: 365 * day,
				trustListValidity: 90 * day,
				forkLimit: 0n,
				admit: admitAsAsked(null),
				licensing: { kind: "none" },
				conditionsOf: () => [],
			},
			verify: this.#computing.verify,
			now: () => seconds(this.#now()),
			entropy: new Chance(this.#seed, "operator entropy").bytes,
		});
		return this.#operator;
	}
}

function seconds(now_ms: number): number {
	return Math.floor(now_ms / 1_000);
}
