/** A party whose wallet is on this process's shelf. */
import {
	type AskedProfile,
	type AssetId,
	type Bytes,
	isRefusal,
	parseMessage,
	type Refusal,
} from "@tenten/protocol";
import {
	type Channel,
	handoverApp,
	httpChannel,
	inProcessChannel,
	type LoopbackServer,
	listenOnLoopback,
	type Wallet,
} from "@tenten/wallet";
import { must } from "../ecosystem.ts";
import { windowUpkeep } from "./estimate.ts";
import type { Address, AfterErrand, Errand, HandedOver, HandOver, Party } from "./party.ts";
import type { WalletName } from "./plan.ts";
import type { Shelf } from "./shelf.ts";

type ShelfPartyOptions = {
	readonly shelf: Shelf;
	readonly name: WalletName;
	readonly asset: AssetId;
	readonly profile: AskedProfile;
	/** how it listens: for function calls, or by HTTP on this machine */
	readonly listens: "channel" | "http";
};

const nothing = { drawn: 0n, evidence: [], refused: [] };

export class ShelfParty implements Party {
	readonly #options: ShelfPartyOptions;
	#server: Promise<LoopbackServer> | undefined;

	constructor(options: ShelfPartyOptions) {
		this.#options = options;
	}

	readonly join = (now: number): Promise<Bytes> =>
		this.#use(now, async (wallet) => {
			const { asset, profile } = this.#options;
			const client = wallet.operators.values().next().value;
			if (client === undefined) throw new Error("a wallet on the shelf knows its operator");
			const refusal = await wallet.join(client, asset.operator, profile);
			if (refusal !== undefined) must(refusal);
			const account = wallet.module.certificates()[0]?.hash;
			if (account === undefined) throw new Error("joined without a certificate");
			return account;
		});

	readonly runErrand = ({ now, redemption, topUp, lastsUntil }: Errand): Promise<AfterErrand> =>
		this.#use(now, async (wallet) => {
			const { asset } = this.#options;
			const amount = redemption === "all" ? [] : [redemption ?? 0n];
			const redeemed = redemption === null ? nothing : must(await wallet.redeem(asset, ...amount));
			const { drawn, evidence, refused } = redeemed;
			if (refused.length > 0) throw new Error(`redeeming was refused: ${refused.join(", ")}`);
			if (topUp !== null) must(await wallet.topUp(asset, topUp.amount, topUp.tokens));
			const policy = { ...windowUpkeep, time: (lastsUntil ?? now) - now };
			const refreshes = lastsUntil === null ? 0 : must(await wallet.upkeep(policy));
			await wallet.module.forget();
			const tokens = wallet.module.tokens();
			return {
				refreshes,
				holds: tokens.reduce((sum, { amount }) => sum + amount, 0n),
				endsAt: tokens.length === 0 ? null : Math.min(...tokens.map(({ spendUntil }) => spendUntil)),
				drawn,
				evidence,
			};
		});

	readonly request = (now: number, amount: bigint, memo: string): Promise<Bytes> =>
		this.#use(now, async (wallet) => {
			const { asset } = this.#options;
			return must(await wallet.request({ asset, amount, memo })).encoded;
		});

	readonly listen = async (): Promise<Address> => {
		const handle = (messages: readonly Bytes[]) => this.#use(null, (wallet) => wallet.handle(messages));
		if (this.#options.listens === "channel") return { kind: "channel", channel: inProcessChannel(handle) };
		this.#server ??= listenOnLoopback(handoverApp(handle));
		return { kind: "http", url: (await this.#server).url };
	};

	readonly hush = async (): Promise<void> => {
		const server = this.#server;
		this.#server = undefined;
		await (await server)?.stop();
	};

	readonly handOver = ({ now, request, documents, to }: HandOver): Promise<HandedOver | Refusal> =>
		this.#use(now, async (wallet) => {
			const { channel, close } = connect(to);
			const weighed = weigh(channel);
			const payment = await wallet.pay({ request, documents }, weighed.channel);
			close();
			if (isRefusal(payment)) return payment;
			if (payment.fundsState !== "spent") throw new Error(`a hand-over is ${payment.fundsState}`);
			return { ...weighed.weight(), hasChange: payment.madeChange, reply: payment.documents };
		});

	#use<T>(now: number | null, work: (wallet: Wallet) => Promise<T>): Promise<T> {
		return this.#options.shelf.use(this.#options.name, now, work);
	}
}

/** A way to a payee, for one hand-over. */
function connect(address: Address): { readonly channel: Channel; readonly close: () => void } {
	if (address.kind === "channel") return { channel: address.channel, close: () => undefined };
	const channel = must(httpChannel(address.url, { rules: { loopback: true } }));
	return { channel, close: channel.close };
}

/** A channel that notes what the transfer on it weighs. */
function weigh(channel: Channel): {
	readonly channel: Channel;
	readonly weight: () => Pick<HandedOver, "hops" | "bytes">;
} {
	let weight: Pick<HandedOver, "hops" | "bytes"> | undefined;
	return {
		channel: {
			exchange: (messages) => {
				// What a payer sends first is the transfer, after its documents and before what lists it holds.
				weight ??= messages.map(weightOf).find((each) => each !== undefined);
				return channel.exchange(messages);
			},
		},
		weight: () => {
			if (weight === undefined) throw new Error("no transfer was sent");
			return weight;
		},
	};
}

/** Of a transfer; undefined of any other message. */
function weightOf(encoded: Bytes): Pick<HandedOver, "hops" | "bytes"> | undefined {
	const message = parseMessage(encoded);
	if (isRefusal(message) || message.kind !== "transfer") return undefined;
	return { hops: message.tokens.map(({ hops }) => hops.length), bytes: encoded.length };
}
