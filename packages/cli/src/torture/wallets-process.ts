/**
 * A process of working wallets that the torturer kills: each in its own SQLite file, reached by HTTP.
 *
 *   torturer ──▶ start, pay, topUp, redeem, look, arm, … ──▶ process
 *   torturer ◀── told: what its user was told ◀── process
 *   other wallets ──▶ POST /v1/handover ──▶ process ──▶ operator, by HTTP
 *
 * It ends with its parent, whatever way that ends.
 */
import { join } from "node:path";
import type { AttemptSummary, Told } from "@tenten/module";
import { type AssetId, type Bytes, equalBytes, isRefusal, type Refusal, refuse } from "@tenten/protocol";
import {
	type FundsState,
	type HttpChannel,
	handoverApp,
	httpChannel,
	httpOperatorClient,
	type LoopbackServer,
	listenOnLoopback,
	sqliteStore,
	Wallet,
	type WalletStore,
} from "@tenten/wallet";
import { must } from "../ecosystem.ts";
import { type Handlers, Line } from "../ipc-line.ts";
import { now, random } from "../surroundings.ts";
import { type KillPoint, Trigger, triggeredStore } from "./trigger.ts";

type WalletsStart = {
	readonly folder: string;
	readonly lastWords: string;
	readonly deviceKey: Bytes;
	readonly asset: AssetId;
	/** where the operator is now */
	readonly operator: string;
	readonly wallets: readonly string[];
};

/** An attempt as its wallet has it. Amount in minor units. */
export type Sight = {
	readonly attempt: Bytes;
	readonly operation: string;
	readonly amount: bigint;
	readonly isOpen: boolean;
} & Pick<AttemptSummary, "side" | "state">;

export type Look = {
	readonly attempts: readonly Sight[];
	/** minor units of all tokens, those set aside for payments too */
	readonly holds: bigint;
	/** orders without a final answer */
	readonly pending: number;
};

type Named = { readonly wallet: string };
/** `isOpen`: the other side has not confirmed it */
type Paid = { readonly state: FundsState; readonly isOpen: boolean };

export type WalletsMethods = {
	/** Opens the wallets; where each is reached. */
	readonly start: (input: WalletsStart) => Promise<ReadonlyMap<string, string>>;
	/** Opens one more wallet, enrolled; its account, and where it is reached. */
	readonly found: (input: Named) => Promise<{ readonly account: Bytes; readonly address: string }>;
	/** Closes every wallet. */
	readonly retire: (input: null) => Promise<void>;
	readonly moved: (input: { readonly operator: string }) => Promise<void>;
	readonly arm: (input: KillPoint) => Promise<void>;
	readonly request: (
		input: Named & { readonly amount: bigint; readonly operation: string; readonly isDirect: boolean },
	) => Promise<Bytes>;
	readonly pay: (input: Named & { readonly request: Bytes; readonly to: string }) => Promise<Paid | Refusal>;
	/** Sends a payment, loses the answer and gives it up. */
	readonly giveUp: (
		input: Named & { readonly request: Bytes; readonly to: string },
	) => Promise<Paid | Refusal>;
	readonly cancel: (
		input: Named & { readonly attempt: Bytes; readonly to: string },
	) => Promise<FundsState | Refusal>;
	readonly recover: (
		input: Named & { readonly attempt: Bytes; readonly to: string },
	) => Promise<FundsState | Refusal>;
	readonly topUp: (
		input: Named & { readonly amount: bigint; readonly split: number },
	) => Promise<Refusal | null>;
	/** What was credited, minor units; everything without an amount. */
	readonly redeem: (input: Named & { readonly amount: bigint | null }) => Promise<bigint | Refusal>;
	readonly refresh: (input: Named) => Promise<Refusal | null>;
	readonly settlePending: (input: Named) => Promise<number>;
	readonly account: (input: Named) => Promise<bigint | Refusal>;
	readonly look: (input: Named) => Promise<Look>;
};

/** What the process tells the torturer unasked. */
export type WalletNews = Named & {
	readonly operation: string;
	readonly side: Told["side"];
	readonly news: Told["news"];
};

export type ToldMethods = { readonly told: (input: WalletNews) => Promise<void> };

/** What to start as a child process. */
export const walletsProgram: string = import.meta.filename;

if (import.meta.main) serveWallets();

/** `wrap` stands between each wallet and its file: for tests that plant a store which lies. */
export function serveWallets(wrap: (store: WalletStore) => WalletStore = (store) => store): void {
	let here: Household | undefined;
	const house = (): Household => {
		if (here === undefined) throw new Error("not started");
		return here;
	};
	const told = (news: WalletNews): void => {
		// Whoever cannot be told any more has killed us.
		line.call("told", news).catch(() => undefined);
	};
	const methods: WalletsMethods = {
		start: async (input) => {
			here = new Household(input, wrap, told);
			for (const name of input.wallets) await here.open(name);
			return here.addresses();
		},
		found: ({ wallet }) => house().found(wallet),
		retire: () => house().retire(),
		moved: async ({ operator }) => house().moved(operator),
		arm: async (point) => house().trigger.arm(point),
		request: async ({ wallet, amount, operation, isDirect }) => {
			const mode = isDirect ? "direct" : "twoPhase";
			const { asset } = house();
			return must(await house().wallet(wallet).request({ asset, amount, memo: operation, mode })).encoded;
		},
		pay: async ({ wallet, request, to }) => {
			const payer = house().wallet(wallet);
			const paid = await payer.pay({ request }, house().channel(to));
			if (isRefusal(paid)) return paid;
			const isOpen = payer.module.open().some((attempt) => equalBytes(attempt, paid.attempt));
			return { state: paid.fundsState, isOpen };
		},
		giveUp: ({ wallet, request, to }) => house().giveUp(wallet, request, to),
		cancel: async ({ wallet, attempt, to }) => {
			const refusal = await house().wallet(wallet).cancel(attempt, house().channel(to));
			return refusal ?? "safe";
		},
		recover: ({ wallet, attempt, to }) => house().wallet(wallet).recover(attempt, house().channel(to)),
		topUp: async ({ wallet, amount, split }) => {
			const results = await house().wallet(wallet).topUp(house().asset, amount, split);
			return isRefusal(results) ? results : null;
		},
		redeem: async ({ wallet, amount }) => {
			const all = amount === null ? [] : [amount];
			const redeemed = await house()
				.wallet(wallet)
				.redeem(house().asset, ...all);
			return isRefusal(redeemed) ? redeemed : redeemed.credited;
		},
		refresh: async ({ wallet }) => {
			const everything = { links: 0, bytes: 0, time: Number.MAX_SAFE_INTEGER, count: 1 };
			const refreshed = house().wallet(wallet);
			const done = await refreshed.upkeep(everything);
			if (isRefusal(done)) return done;
			// It says how many orders were answered; one that was not waits.
			const isWhole = (await refreshed.module.pendingOrders()).length === 0;
			return isWhole ? null : refuse("channel-failed", "an order waits");
		},
		settlePending: ({ wallet }) => house().wallet(wallet).settlePending(),
		account: ({ wallet }) => house().wallet(wallet).account(house().asset),
		look: ({ wallet }) => house().look(wallet),
	};
	const line: Line<ToldMethods> = new Line(process, methods satisfies Handlers);
	process.on("disconnect", () => process.exit());
}

const peerTimeout_ms = 5_000;
const operatorTimeout_ms = 10_000;
const person = { role: "holder", class: "person", merchantCategory: null, region: null } as const;

class Household {
	readonly asset: AssetId;
	readonly trigger: Trigger;
	readonly #start: WalletsStart;
	readonly #wrap: (store: WalletStore) => WalletStore;
	readonly #told: (news: WalletNews) => void;
	readonly #open = new Map<string, { readonly wallet: Wallet; readonly server: LoopbackServer }>();
	readonly #channels = new Map<string, HttpChannel>();
	#operator: string;

	constructor(
		start: WalletsStart,
		wrap: (store: WalletStore) => WalletStore,
		told: (news: WalletNews) => void,
	) {
		this.#start = start;
		this.#wrap = wrap;
		this.#told = told;
		this.asset = start.asset;
		this.trigger = new Trigger(start.lastWords);
		this.#operator = start.operator;
	}

	wallet(name: string): Wallet {
		const found = this.#open.get(name);
		if (found === undefined) throw new Error(`no wallet ${name}`);
		return found.wallet;
	}

	addresses(): ReadonlyMap<string, string> {
		return new Map([...this.#open].map(([name, { server }]) => [name, server.url]));
	}

	async open(name: string): Promise<Wallet> {
		const { folder, deviceKey, asset } = this.#start;
		const file = must(sqliteStore(join(folder, `${name}.sqlite`)));
		const wallet = must(
			await Wallet.open({
				store: triggeredStore(this.#wrap(file), this.trigger),
				unlock: { kind: "device", key: deviceKey },
				now,
				random,
				told: ({ memo, side, news }) => this.#told({ wallet: name, operation: memo, side, news }),
			}),
		);
		wallet.connect(asset.operator, this.#client());
		const server = await listenOnLoopback(handoverApp(wallet.handle, console.error));
		this.#open.set(name, { wallet, server });
		return wallet;
	}

	async found(name: string) {
		const wallet = this.#open.get(name)?.wallet ?? (await this.open(name));
		const refusal = await wallet.join(this.#client(), this.asset.operator, person);
		if (refusal !== undefined) must(refusal);
		const [own] = wallet.module.certificates();
		if (own === undefined) throw new Error("joined without a certificate");
		return { account: own.hash, address: this.addresses().get(name) as string };
	}

	async retire(): Promise<void> {
		for (const { server } of this.#open.values()) await server.stop();
		for (const { wallet } of this.#open.values()) await wallet.close();
		this.#open.clear();
	}

	moved(operator: string): void {
		this.#operator = operator;
		for (const { wallet } of this.#open.values()) wallet.connect(this.asset.operator, this.#client());
	}

	#client() {
		return httpOperatorClient({ url: this.#operator, timeout_ms: operatorTimeout_ms });
	}

	channel(address: string): HttpChannel {
		let channel = this.#channels.get(address);
		if (channel === undefined) {
			channel = must(httpChannel(address, { rules: { loopback: true }, timeout_ms: peerTimeout_ms }));
			this.#channels.set(address, channel);
		}
		return channel;
	}

	async giveUp(name: string, request: Bytes, to: string): Promise<Paid | Refusal> {
		const wallet = this.wallet(name);
		const started = await wallet.start({ request });
		if (isRefusal(started)) return started;
		await this.channel(to).exchange(started.messages);
		const refusal = await wallet.cancel(started.attempt, this.channel(to));
		return refusal ?? { state: "safe", isOpen: false };
	}

	async look(name: string): Promise<Look> {
		const { module } = this.wallet(name);
		const attempts = module.attempts().map(({ attempt, memo, amount, isOpen, side, state }) => {
			return { attempt, operation: memo, amount, isOpen, side, state } as Sight;
		});
		const holds = module.tokens().reduce((sum, { amount }) => sum + amount, 0n);
		return { attempts, holds, pending: (await module.pendingOrders()).length };
	}
}
