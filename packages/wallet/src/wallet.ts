/**
 * The wallet: the app layer over one secure module. Screens, servers and the command line call it.
 *
 *   request ──▶ payee's module           pay ──▶ select tokens ──▶ module signs and locks ──▶ channel
 *   handle  ◀── messages from a channel            ▲ answers, releases, done ◀─────────────────┘
 *
 * It decides nothing about money: what is spent, reserved or free, the module says. A payment whose channel
 * fails is neither paid nor failed: it is in flight, and `recover` asks the other side.
 */
import {
	type Answer,
	type MadeRequest,
	type NewUnlock,
	type RequestOptions,
	SecureModule,
	type TokenSummary,
	type Told,
} from "@tenten/module";
import {
	type AskedProfile,
	type AssetId,
	type Bytes,
	type Caveat,
	type ClaimResult,
	type Document,
	holdingOf,
	isRefusal,
	mayCredit,
	type Offer,
	type OperatorClient,
	type Refusal,
	refuse,
	type SuiteName,
	sameAsset,
	toHex,
} from "@tenten/protocol";
import { accountBalance, join, type Operators, runOrder, settlePending } from "./operators.ts";
import { type Redeemed, redeem } from "./redeeming.ts";
import { selectTokens } from "./selection.ts";
import type { HistoryKind } from "./store/history.ts";
import type { WalletStore } from "./store/wallet-store.ts";
import type { Channel } from "./transport/index.ts";
import { planUpkeep, type UpkeepPolicy } from "./upkeep.ts";

export type WalletOptions = {
	readonly store: WalletStore;
	readonly unlock: NewUnlock;
	/** unix seconds */
	readonly now: () => number;
	readonly random: (bytes: number) => Bytes;
	/** what to answer to a payment that passed every check; takes all of them without */
	readonly consider?: (offer: Offer) => Promise<Answer | Refusal>;
	/** told of what became durable */
	readonly told?: (told: Told) => void;
};

/** Amounts in minor units. */
export type Balance = {
	readonly available: bigint;
	/** received, not yet ours to spend */
	readonly reserved: bigint;
	/** set aside for payments whose outcome is open */
	readonly locked: bigint;
	/** of what is available, spendable for less than a week */
	readonly expiring: bigint;
};

export type PayRequest = {
	/** the payee's signed request, encoded */
	readonly request: Bytes;
	/** the messages in which it came, where it lists documents */
	readonly messages?: readonly Bytes[];
	/** minor units; the request's own amount without */
	readonly amount?: bigint;
	readonly documents?: readonly Document[];
	readonly caveats?: readonly Caveat[];
	readonly patience?: number;
};

/** Where the money is after an attempt. `inFlight` is not failed: ask again with `recover`. */
export type Payment = {
	readonly attempt: Bytes;
	readonly fundsState: "spent" | "inFlight" | "safe";
	/** tokens that were spent */
	readonly tokens: number;
	readonly madeChange: boolean;
	/** what the payee answered with */
	readonly documents: readonly Document[];
};

const week = 7 * 86_400;
const rounds = 8;

export class Wallet {
	readonly module: SecureModule;
	readonly #options: WalletOptions;
	readonly #operators = new Map<string, OperatorClient>();
	readonly #replies = new Map<string, readonly Document[]>();
	#journaled: Promise<void> = Promise.resolve();

	private constructor(module: SecureModule, options: WalletOptions) {
		this.module = module;
		this.#options = options;
	}

	static async open(options: WalletOptions): Promise<Wallet | Refusal> {
		let journal: (told: Told) => void = () => undefined;
		const module = await SecureModule.open({ ...options, told: (told) => journal(told) });
		if (isRefusal(module)) return module;
		const wallet = new Wallet(module, options);
		journal = (told) => wallet.#journal(told);
		return wallet;
	}

	get operators(): Operators {
		return this.#operators;
	}

	/**
	 * Makes an operator known and opens an account with it. The first one's trust list is pinned; others must be
	 * on it.
	 */
	async join(
		client: OperatorClient,
		operatorId: Bytes,
		asked: AskedProfile,
		suite?: SuiteName,
	): Promise<Refusal | undefined> {
		this.#operators.set(toHex(operatorId), client);
		return join(this.module, client, operatorId, asked, suite);
	}

	/** A way to an operator that the pinned trust list names. */
	connect(operatorId: Bytes, client: OperatorClient): void {
		this.#operators.set(toHex(operatorId), client);
	}

	/** Amounts of one asset, by where they are. */
	balance(asset: AssetId): Balance {
		const now = this.#options.now();
		const own = this.module.tokens().filter((token) => sameAsset(token.asset, asset));
		const free = own.filter(({ heldBy, spendUntil }) => heldBy === null && spendUntil > now);
		const reserved = this.module.reservations().filter((entry) => sameAsset(entry.asset, asset));
		return {
			available: sum(free),
			reserved: sum(reserved),
			locked: sum(own.filter(({ heldBy }) => heldBy !== null)),
			expiring: sum(free.filter(({ spendUntil }) => spendUntil - now < week)),
		};
	}

	request(options: RequestOptions): Promise<MadeRequest | Refusal> {
		return this.module.request(options);
	}

	/** Pays a request over a channel, as far as the channel lets it. */
	async pay(paid: PayRequest, channel: Channel): Promise<Payment | Refusal> {
		const started = await this.start(paid);
		if (isRefusal(started)) return started;
		await this.#drive(channel, started.messages);
		return this.#outcome(started.attempt, started.inputs, started.amount);
	}

	/** Signs and sets aside; the messages are for the payee, over whatever channel there is. */
	async start(paid: PayRequest): Promise<
		| {
				readonly attempt: Bytes;
				readonly messages: readonly Bytes[];
				readonly inputs: readonly TokenSummary[];
				readonly amount: bigint;
		  }
		| Refusal
	> {
		const request = this.module.readRequest(paid.request);
		if (isRefusal(request)) return request;
		const amount = paid.amount ?? request.body.amount;
		if (amount <= 0n) return refuse("amount-invalid");
		const candidates = this.module.candidates(paid.request, amount);
		if (isRefusal(candidates)) return candidates;
		const inputs = selectTokens(candidates, amount);
		if (inputs === undefined) return this.#whyNot(paid.request, request.body.asset, amount);
		const { documents = [], caveats = [], patience, messages } = paid;
		const started = await this.module.pay({
			request: paid.request,
			...(messages === undefined ? {} : { messages }),
			consent: { request: request.digest, payee: request.payee.hash, amount },
			inputs: inputs.map(({ output }) => output),
			documents,
			caveats,
			...(patience === undefined ? {} : { patience }),
		});
		if (isRefusal(started)) return started;
		return { attempt: started.attempt, messages: started.messages, inputs, amount };
	}

	#whyNot(request: Bytes, asset: AssetId, amount: bigint): Refusal {
		const { available, reserved } = this.balance(asset);
		if (available < amount)
			return refuse("funds-insufficient", `${available} available, ${reserved} reserved, ${amount} asked`);
		const objections = this.module.objections(request, amount);
		if (isRefusal(objections)) return objections;
		const [first] = objections;
		return first === undefined
			? refuse("too-many", "it would take too many tokens for one payment: refresh them, or pay less")
			: refuse(first.code, first.detail);
	}

	#outcome(attempt: Bytes, inputs: readonly TokenSummary[], amount: bigint): Payment {
		const state = this.module.payer(attempt);
		const isSafe = state === "cancelled" || state === "returned";
		const isSpent = state === "released" || state === "sent";
		const id = toHex(attempt);
		const documents = this.#replies.get(id) ?? [];
		this.#replies.delete(id);
		return {
			attempt,
			fundsState: isSpent ? "spent" : isSafe ? "safe" : "inFlight",
			tokens: inputs.length,
			madeChange: sum(inputs) > amount,
			documents,
		};
	}

	/** Passes messages to and fro until neither side has anything to say. */
	async #drive(channel: Channel, first: readonly Bytes[]): Promise<void> {
		let outgoing = first;
		for (let round = 0; round < rounds && outgoing.length > 0; round++) {
			const answers = await channel.exchange(outgoing);
			if (isRefusal(answers)) return;
			outgoing = await this.handle(answers);
		}
	}

	/** What this wallet answers to messages that came over any channel. */
	readonly handle = async (messages: readonly Bytes[]): Promise<readonly Bytes[]> => {
		const answers = await this.module.handle(messages, {
			consider: this.#options.consider ?? (async (offer) => this.#takes(offer)),
		});
		await this.#journaled;
		return answers;
	};

	/** Without a word from the app: a merchant takes only what its account could be credited with. */
	#takes({ request, accepted }: Offer): Answer | Refusal {
		const { payee } = request;
		if (payee.profile.role !== "merchant") return {};
		const now = this.#options.now();
		const isStuck = accepted.tokens.some((token) => !mayCredit(holdingOf(token), payee, now));
		return isStuck ? refuse("condition-payee", "conditions on it would keep us from redeeming it") : {};
	}

	/** The app's record of what the module made durable. */
	#journal(told: Told): void {
		if (told.documents.length > 0) this.#replies.set(toHex(told.attempt), told.documents);
		this.#options.told?.(told);
		const kind = historyKind(told);
		if (kind === undefined) return;
		const { attempt, asset, amount, party, memo } = told;
		this.#journaled = this.#journaled.then(() => this.#record(kind, attempt, asset, amount, party, memo));
	}

	/** Asks the other side about one attempt, or says our last word again; where the money is now. */
	async recover(attempt: Bytes, channel: Channel): Promise<Payment["fundsState"] | Refusal> {
		const messages = await this.module.contact(attempt);
		if (isRefusal(messages)) return messages;
		await this.#drive(channel, messages);
		return this.#outcome(attempt, [], 0n).fundsState;
	}

	/** Gives up an attempt that is still open, and says so to the payee if it can be reached. */
	async cancel(attempt: Bytes, channel?: Channel): Promise<Refusal | undefined> {
		const messages = await this.module.cancel(attempt);
		if (isRefusal(messages)) return messages;
		if (channel !== undefined) await this.#drive(channel, messages);
		return undefined;
	}

	/** Takes from one's account with the operator; `split` into that many tokens as even as can be. */
	async topUp(asset: AssetId, amount: bigint, split = 1): Promise<readonly ClaimResult[] | Refusal> {
		const results = await runOrder(this.module, this.#operators, {
			asset,
			action: { kind: "withdraw", outputs: parts(amount, split) },
			inputs: [],
		});
		if (!isRefusal(results))
			await this.#record("issued", this.#options.random(16), asset, amount, asset.operator, "");
		return results;
	}

	/** Returns tokens to one's account; all of them without an amount. */
	async redeem(asset: AssetId, amount?: bigint): Promise<Redeemed | Refusal> {
		const redeemed = await redeem(this.module, this.#operators, asset, amount);
		if (isRefusal(redeemed)) return redeemed;
		const credited = redeemed.credited + redeemed.drawn;
		await this.#record("redeemed", this.#options.random(16), asset, credited, asset.operator, "");
		return redeemed;
	}

	/** What one's account with the asset's operator holds. Asks the operator. */
	account(asset: AssetId): Promise<bigint | Refusal> {
		return accountBalance(this.module, this.#operators, asset);
	}

	/** Refreshes what nears its limits and merges small change; how many orders it took. */
	async upkeep(policy?: UpkeepPolicy): Promise<number | Refusal> {
		const free = this.module.tokens().filter(({ heldBy }) => heldBy === null);
		const plans = planUpkeep(free, this.#options.now(), policy);
		for (const { asset, inputs } of plans) {
			const results = await runOrder(this.module, this.#operators, {
				asset,
				action: { kind: "refresh" },
				inputs: inputs.map(({ output }) => output),
			});
			if (isRefusal(results)) return results;
		}
		return plans.length;
	}

	/** Sends again what an operator has not answered. */
	settlePending(): Promise<number> {
		return settlePending(this.module, this.#operators);
	}

	async #record(
		kind: HistoryKind,
		id: Bytes,
		asset: AssetId,
		amount: bigint,
		party: Bytes,
		note: string,
	): Promise<void> {
		await this.#options.store.history.append({
			id: `${kind}/${toHex(id)}`,
			at: this.#options.now(),
			kind,
			asset: `${toHex(asset.operator)}/${asset.code}`,
			amount,
			party: toHex(party),
			note,
		});
	}

	async close(): Promise<void> {
		await this.#journaled;
		await this.module.close();
	}
}

/** What a person would look for in the history, of all that is told. */
function historyKind({ news, side }: Told): HistoryKind | undefined {
	switch (news) {
		case "owned":
			return "received";
		case "sent":
		case "released":
			return "paid";
		case "returned":
			return "returned";
		case "cancelled":
			return side === "payer" ? "cancelled" : undefined;
		case "ruled":
			return side === "payer" ? "refunded" : undefined;
		case "locked":
		case "reserved":
		case "refused":
		case "double-decision":
			return undefined;
		default:
			return news satisfies never;
	}
}

function sum(entries: readonly { readonly amount: bigint }[]): bigint {
	return entries.reduce((total, { amount }) => total + amount, 0n);
}

function parts(amount: bigint, count: number): readonly bigint[] {
	const even = amount / BigInt(count);
	if (even === 0n) return [amount];
	return Array.from({ length: count }, (_, i) => (i === 0 ? amount - even * BigInt(count - 1) : even));
}
