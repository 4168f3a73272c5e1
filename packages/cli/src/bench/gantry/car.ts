/**
 * A car: a wallet on SQLite that pays passages over whatever contact there is.
 *
 *   nothing ──ask, pay──▶ locked ──Reserved──▶ released ──Done──▶ paid
 *
 * A contact may end at every arrow. Then the passage stays due, and when the car meets the toll again, by the radio of
 * another gantry or by a line, it goes on from what its module has durable: it asks for the same request again (one
 * order has one payment), or takes up the attempt that it began. So it never pays what is paid.
 */
import { join } from "node:path";
import type { AttemptSummary } from "@tenten/module";
import {
	type AssetId,
	type Bytes,
	isRefusal,
	type OperatorClient,
	sha256,
	toHex,
	toUtf8,
} from "@tenten/protocol";
import { type HttpChannel, httpChannel, sqliteStore, Wallet } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import { now, random } from "../../surroundings.ts";
import type { Announced } from "./toll.ts";

/** How far the car's module has a passage. */
export type Step = "nothing" | "locked" | "released" | "paid";

/** What a car has at the end. Amounts in minor units. */
export type CarBooks = {
	readonly drawn: bigint;
	readonly available: bigint;
	readonly locked: bigint;
	/** of each passage that it paid, how often */
	readonly payments: ReadonlyMap<string, number>;
};

export type CarOptions = {
	readonly folder: string;
	/** of its file */
	readonly name: string;
	readonly asset: AssetId;
	/** minor units: what a passage costs, and all that the car agrees to */
	readonly fare: bigint;
};

/** tokens of one order */
const mostTokens = 16;

export class Car {
	readonly name: string;
	readonly #options: CarOptions;
	/** opens its wallet, and names its payments */
	readonly #secret: Bytes = random(32);
	#wallet: Wallet | undefined;
	#drawn = 0n;

	constructor(options: CarOptions) {
		this.name = options.name;
		this.#options = options;
	}

	get wallet(): Wallet {
		if (this.#wallet === undefined) throw new Error("the car is off");
		return this.#wallet;
	}

	/** Opens its wallet: what it did not make durable is forgotten. */
	async on(): Promise<void> {
		const { folder, name } = this.#options;
		const store = must(sqliteStore(join(folder, `${name}.sqlite`)));
		const unlock = { kind: "device", key: this.#secret } as const;
		this.#wallet = must(await Wallet.open({ store, unlock, now, random }));
	}

	async off(): Promise<void> {
		await this.wallet.close();
		this.#wallet = undefined;
	}

	/** Opens an account. */
	async join(operator: OperatorClient, id: Bytes): Promise<void> {
		const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
		must((await this.wallet.join(operator, id, asked)) ?? null);
	}

	/** Whose account is to be paid into for what it draws. */
	get account(): Bytes {
		return this.wallet.module.certificates()[0]?.hash as Bytes;
	}

	/** Takes in a token for each of so many passages, so that none needs change. */
	async draw(passages: number): Promise<void> {
		const { asset, fare } = this.#options;
		for (let left = passages; left > 0; left -= mostTokens) {
			const tokens = Math.min(left, mostTokens);
			must(await this.wallet.topUp(asset, fare * BigInt(tokens), tokens));
			this.#drawn += fare * BigInt(tokens);
		}
	}

	/** Pays a passage as far as this contact lets it, or goes on with it. `timeout_ms`: of one exchange. */
	async pay(passage: string, url: string, timeout_ms: number): Promise<Step> {
		const channel = must(httpChannel(url, { rules: { loopback: true }, timeout_ms }));
		try {
			const begun = this.#begun(passage);
			if (begun === undefined) await this.#begin(passage, channel);
			else must(await this.wallet.recover(begun.attempt, channel));
			return this.stepOf(passage);
		} finally {
			channel.close();
		}
	}

	async #begin(passage: string, channel: HttpChannel): Promise<void> {
		const asked = await channel.order(passage, this.announce(passage).payer).payment();
		if (isRefusal(asked)) {
			if (asked.code !== "channel-failed") throw new Error(`${passage}: ${asked.code} ${asked.detail}`);
			return;
		}
		const { encoded, request } = must(this.wallet.module.openRequest(asked));
		const { amount, memo } = request.body;
		const { fare } = this.#options;
		if (amount !== fare || memo !== passage) throw new Error(`${passage}: ${amount} asked for ${memo}`);
		must(await this.wallet.pay({ request: encoded, amount: fare }, channel));
	}

	/** What it says ahead of a gantry: the same each time, and its name for the payment is known to that toll alone. */
	announce(passage: string): Announced {
		const payer = toHex(sha256(toUtf8(`gantry ${toHex(this.#secret)} ${passage}`))).slice(0, 32);
		return { passage, payer };
	}

	/** The attempt at a passage, which its request names. */
	#begun(passage: string): AttemptSummary | undefined {
		return this.wallet.module.attempts(({ side }) => side === "payer").find(({ memo }) => memo === passage);
	}

	stepOf(passage: string): Step {
		const attempt = this.#begun(passage);
		if (attempt === undefined) return "nothing";
		if (attempt.state === "locked") return "locked";
		if (attempt.state !== "released") throw new Error(`${passage} is ${attempt.state}`);
		return attempt.isOpen ? "released" : "paid";
	}

	books(): CarBooks {
		const { available, locked } = this.wallet.balance(this.#options.asset);
		const payments = new Map<string, number>();
		for (const { memo, state } of this.wallet.module.attempts(({ side }) => side === "payer"))
			if (state === "released") payments.set(memo, (payments.get(memo) ?? 0) + 1);
		return { drawn: this.#drawn, available, locked, payments };
	}
}
