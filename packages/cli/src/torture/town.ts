/**
 * The town that is tortured: an operator and households of wallets, each a process, and the ledger outside. Over
 * a PostgreSQL server the operator is several processes, and each household asks one of them.
 *
 * Every round has fresh wallets; the operator and its database stay. Addresses change with every restart, as they
 * may in life, and whoever needs one is told.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { AssetId, Bytes } from "@tenten/protocol";
import { createIssuer, usualWindows } from "../server/issuer.ts";
import type { PostgresServer } from "../server/postgres-server.ts";
import { random } from "../surroundings.ts";
import { DatabaseVictim } from "./database-victim.ts";
import { Ledger } from "./ledger.ts";
import { type OperatorMethods, operatorProgram } from "./operator-process.ts";
import { Victim } from "./victim.ts";
import { type ToldMethods, type WalletNews, type WalletsMethods, walletsProgram } from "./wallets-process.ts";

/** The one asset of a tortured operator. */
export const assetCode = "JPY";

export type TownOptions = {
	/** where everything is kept; made where there is none */
	readonly folder: string;
	/** processes of wallets */
	readonly households: number;
	/** wallets in each */
	readonly walletsEach: number;
	/** minor units that each wallet's account has at the beginning of a round */
	readonly money: bigint;
	/** keeps the operator's database, and is killed too; its own file where left out */
	readonly postgres?: PostgresServer;
	/** processes of the operator; several only over PostgreSQL */
	readonly operators?: number;
	/** the programs of the children, where a test plants others */
	readonly programs?: { readonly operator?: string; readonly wallets?: string };
};

/** `operator`, `wallets` or `database`. */
export function roleOf(name: string): string {
	return name.replace(/-[0-9]+$/, "");
}

export type Household = Victim<WalletsMethods>;

export class TorturedTown {
	readonly ledger: Ledger;
	readonly operators: readonly Victim<OperatorMethods>[];
	readonly database: DatabaseVictim | undefined;
	readonly households: readonly Household[];
	/** milliseconds from a kill to serving again, by role */
	readonly restarts: Map<string, number[]> = new Map();
	readonly #options: TownOptions;
	readonly #deviceKey = random(32);
	readonly #homes = new Map<string, Household>();
	readonly #addresses = new Map<string, string>();
	#asset: AssetId | undefined;
	readonly #operatorUrls = new Map<Victim<OperatorMethods>, string>();
	#round = 0;
	#isStopped = false;
	/** called when a household serves again, and when the operator does */
	restarted: (victim: string) => void = () => undefined;
	/** minor units that came from outside, ever */
	deposited = 0n;

	constructor(options: TownOptions) {
		this.#options = options;
		mkdirSync(options.folder, { recursive: true, mode: 0o700 });
		this.ledger = new Ledger(join(options.folder, "ledger.jsonl"));
		// What follows a loss proves nothing more.
		this.ledger.lost = () => void this.stop();
		const { postgres, operators = 1 } = options;
		this.database = postgres && new DatabaseVictim(postgres, (what) => this.ledger.loss(what));
		this.operators = Array.from({ length: operators }, (_, i) => this.#operatorVictim(i + 1));
		this.households = Array.from({ length: options.households }, (_, i) => this.#household(i + 1));
	}

	/** the process that the torturer itself asks */
	get operator(): Victim<OperatorMethods> {
		return this.operators[0] as Victim<OperatorMethods>;
	}

	get asset(): AssetId {
		if (this.#asset === undefined) throw new Error("the operator has not served yet");
		return this.#asset;
	}

	get wallets(): readonly string[] {
		return [...this.#homes.keys()];
	}

	homeOf(wallet: string): Household {
		const home = this.#homes.get(wallet);
		if (home === undefined) throw new Error(`${wallet} lives nowhere`);
		return home;
	}

	/** Where a wallet is reached now, or was last. */
	addressOf(wallet: string): string {
		return this.#addresses.get(wallet) ?? "";
	}

	async open(): Promise<void> {
		const folder = join(this.#options.folder, "operator");
		const yen = { code: assetCode, scale: 0, name: "yen", ...usualWindows };
		const made = { name: "Torture", assets: [yen], port: 0 };
		await createIssuer(folder, made, { kind: "device", key: this.#deviceKey });
		for (const operator of this.operators) await operator.start();
		await Promise.all(this.households.map((household) => household.start()));
	}

	/** Fresh wallets, each with money on its account. */
	async newRound(): Promise<void> {
		for (const household of this.households) await (await household.up()).call("retire", null);
		this.#homes.clear();
		this.ledger.forget();
		this.#round++;
		const { households, walletsEach, money } = this.#options;
		for (let i = 0; i < households * walletsEach; i++) {
			const household = this.households[i % households] as Household;
			const wallet = `wallet-${this.#round}-${i + 1}`;
			const line = await household.up();
			const { account, address } = await line.call("found", { wallet });
			this.#homes.set(wallet, household);
			this.#addresses.set(wallet, address);
			await this.#deposit(wallet, account, money);
		}
	}

	async #deposit(wallet: string, account: Bytes, amount: bigint): Promise<void> {
		const operation = this.ledger.asked({ kind: "deposit", wallet, payee: null, amount });
		const line = await this.operator.up();
		const refusal = await line.call("deposit", { id: random(32), account, code: assetCode, amount });
		if (refusal !== null) throw new Error(`a deposit was refused: ${refusal.code}`);
		this.ledger.told(operation, "spent");
		this.ledger.ended(operation, amount, "answered");
		this.deposited += amount;
	}

	get isStopped(): boolean {
		return this.#isStopped;
	}

	async stop(): Promise<void> {
		this.#isStopped = true;
		await Promise.all([...this.households, ...this.operators].map((victim) => victim.stop()));
	}

	#operatorVictim(number: number): Victim<OperatorMethods> {
		const { folder, programs, postgres } = this.#options;
		const lastWords = join(folder, `operator-${number}.last-words`);
		const place = { folder: join(folder, "operator"), ...(postgres && { database: postgres.url }) };
		const operator: Victim<OperatorMethods> = new Victim({
			...this.#common(`operator-${number}`, lastWords),
			program: programs?.operator ?? operatorProgram,
			handlers: {},
			serve: async (line) => {
				const { id, url } = await line.call("start", { ...place, lastWords, deviceKey: this.#deviceKey });
				this.#asset ??= { operator: id, code: assetCode };
				this.#operatorUrls.set(operator, url);
				for (const [position, household] of this.households.entries())
					if (household.isServing && this.#operatorOf(position) === operator)
						void household.up().then((home) => home.call("moved", { operator: url }).catch(() => undefined));
			},
		});
		return operator;
	}

	/** Which process a household asks. */
	#operatorOf(position: number): Victim<OperatorMethods> {
		return this.operators[position % this.operators.length] as Victim<OperatorMethods>;
	}

	#urlFor(position: number): string {
		return this.#operatorUrls.get(this.#operatorOf(position)) ?? "";
	}

	#household(number: number): Household {
		const name = `wallets-${number}`;
		const folder = join(this.#options.folder, name);
		const lastWords = join(this.#options.folder, `${name}.last-words`);
		const handlers: ToldMethods = { told: (news) => this.#told(news) };
		mkdirSync(folder, { recursive: true });
		const household: Household = new Victim({
			...this.#common(name, lastWords),
			program: this.#options.programs?.wallets ?? walletsProgram,
			handlers,
			serve: async (line) => {
				const wallets = this.wallets.filter((wallet) => this.#homes.get(wallet) === household);
				const operator = this.#urlFor(number - 1);
				const { asset } = this;
				const deviceKey = this.#deviceKey;
				const start = { folder, lastWords, deviceKey, asset, operator, wallets };
				const addresses = await line.call("start", start);
				for (const [wallet, address] of addresses) this.#addresses.set(wallet, address);
				// The operator may have moved meanwhile.
				const present = this.#urlFor(number - 1);
				if (present !== operator) await line.call("moved", { operator: present });
			},
		});
		return household;
	}

	#common(name: string, lastWords: string) {
		const role = roleOf(name);
		return {
			name,
			lastWords,
			served: (after_ms: number) => {
				this.restarts.set(role, [...(this.restarts.get(role) ?? []), after_ms]);
				this.restarted(name);
			},
			failed: (what: string) => this.ledger.loss(what),
		};
	}

	async #told({ operation, side, news }: WalletNews): Promise<void> {
		if (side === "payee" && news === "owned") this.ledger.toldPayee(operation);
		if (side === "payer" && (news === "released" || news === "sent")) this.ledger.toldPayer(operation);
	}
}
