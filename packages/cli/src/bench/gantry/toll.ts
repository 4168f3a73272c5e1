/**
 * The toll behind a gantry: a company's wallet on SQLite, and beside it its orders, one for each passage.
 *
 * An antenna ahead of the gantry announces the car, and under which name it will pay: the passage is placed as an order,
 * with its request, durable before the contact begins. It is paid once, whenever and over whatever channel the car
 * comes back to it.
 */
import { join } from "node:path";
import type { AssetId, Bytes, OperatorClient } from "@tenten/protocol";
import {
	addOrderRoutes,
	Company,
	handoverApp,
	type LoopbackServer,
	listenOnLoopback,
	sqliteStore,
} from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import { now, random } from "../../surroundings.ts";

export type TollOptions = {
	readonly folder: string;
	/** of its files */
	readonly name: string;
	readonly operator: { readonly id: Bytes; readonly client: OperatorClient };
	readonly asset: AssetId;
	/** minor units */
	readonly fare: bigint;
};

/** `payer`: the name that the car made for this payment, and tells nobody else. */
export type Announced = { readonly passage: string; readonly payer: string };

/** What a toll has at the end. */
export type TollBooks = {
	/** passages that were placed, and those of them that are paid */
	readonly placed: number;
	readonly paid: number;
	/** minor units */
	readonly available: bigint;
	readonly reserved: bigint;
};

export class Toll {
	readonly url: string;
	readonly #company: Company;
	readonly #server: LoopbackServer;
	readonly #options: TollOptions;

	private constructor(company: Company, server: LoopbackServer, options: TollOptions) {
		[this.#company, this.#server, this.#options] = [company, server, options];
		this.url = server.url;
	}

	/** Opens an account for it, and serves it on this machine. */
	static async open(options: TollOptions): Promise<Toll> {
		const { folder, name, operator } = options;
		const company = must(
			await Company.open({
				store: must(sqliteStore(join(folder, `${name}.sqlite`))),
				orders: must(sqliteStore(join(folder, `${name}-orders.sqlite`))),
				unlock: { kind: "device", key: random(32) },
				now,
				random,
			}),
		);
		const asked = { role: "holder", class: "business", merchantCategory: null, region: null } as const;
		must((await company.wallet.join(operator.client, operator.id, asked)) ?? null);
		const app = handoverApp(company.handle, (error) => console.error(error));
		addOrderRoutes(app, company);
		return new Toll(company, await listenOnLoopback(app), options);
	}

	/** A car comes, and says by which name it will pay: what it owes. */
	async expect({ passage, payer }: Announced): Promise<void> {
		const { asset, fare } = this.#options;
		must(await this.#company.place({ id: passage, asset, amount: fare, memo: passage, mode: "twoPhase" }));
		must(await this.#company.ask(passage, payer));
	}

	/** How far the payment of a passage is. */
	stateOf(passage: string): string | undefined {
		return this.#company.find(passage)?.state.kind;
	}

	books(): TollBooks {
		const passages = this.#company.list();
		const { available, reserved } = this.#company.wallet.balance(this.#options.asset);
		const paid = passages.filter(({ state }) => state.kind === "paid").length;
		return { placed: passages.length, paid, available, reserved };
	}

	async close(): Promise<void> {
		await this.#server.stop();
		await this.#company.close();
	}
}
