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
	type Cryptography,
	type MadeRequest,
	type MeterTold,
	type ModuleUnlock,
	type RequestOptions,
	type RulingQuestion,
	SecureModule,
	type Told,
} from "@tenten/module";
import {
	type AskedProfile,
	type AssetId,
	type Bytes,
	type ClaimResult,
	isRefusal,
	type Refusal,
	refuse,
	type SuiteName,
	serializeMessage,
	toHex,
} from "@tenten/protocol";
import { type Agreeing, agree, lackingDocument } from "./agreeing.ts";
import { type Balance, balanceOf } from "./balance.ts";
import { DueRefunds } from "./due-refunds.ts";
import { GatewayTurns } from "./fog/turns.ts";
import { pastGate } from "./foreign/gate.ts";
import { entryOf, type Happened, happened, metered } from "./journal.ts";
import { withHeldLists } from "./lists.ts";
import { Metering, meterTurnedAway } from "./metering.ts";
import {
	accountBalance,
	join,
	type KnownOperator,
	type Operators,
	runOrder,
	settlePending,
} from "./operators.ts";
import {
	consentTo,
	type FundsState,
	fundsState,
	type Payment,
	type PayRequest,
	paymentOf,
	type Started,
} from "./payment.ts";
import { Queue } from "./queue.ts";
import { type Redeemed, redeem } from "./redeeming.ts";
import { upkeep } from "./refreshing.ts";
import { Restoring } from "./restoring.ts";
import { selectTokens } from "./selection.ts";
import { ShownReleases } from "./shown-releases.ts";
import { evenParts } from "./splitting.ts";
import type { Durability } from "./store/history.ts";
import type { WalletStore } from "./store/wallet-store.ts";
import type { Channel } from "./transport/channel.ts";
import type { UpkeepPolicy } from "./upkeep.ts";
import { whyNotPaid } from "./why-not.ts";

export type WalletOptions = {
	readonly store: WalletStore;
	readonly unlock: ModuleUnlock;
	/** this many random bytes, fit for keys: every key of the wallet comes of them */
	readonly random: (bytes: number) => Bytes;
	/** Node's without */
	readonly cryptography?: Cryptography;
	/** told of what became durable */
	readonly told?: (told: Told) => void;
	/** the same of meters */
	readonly toldOfMeter?: (told: MeterTold) => void;
} & Agreeing;

const rounds = 8;

export class Wallet {
	readonly module: SecureModule;
	readonly #options: Omit<WalletOptions, "unlock">;
	readonly #operators = new Map<string, KnownOperator>();
	/** What is chosen is set aside before the next choice is made. */
	readonly #choices = new Queue();
	readonly #releases: ShownReleases;
	readonly #restoring: Restoring;
	/** One order at a time: an answer is taken once. */
	readonly #orders = new Queue();
	readonly #refunds = new DueRefunds(this);
	readonly #gateway: GatewayTurns;
	/** payments that go on, a hash a tick */
	readonly meters: Metering;
	#journaled: Promise<void> = Promise.resolve();

	private constructor(module: SecureModule, { unlock: _, ...options }: WalletOptions) {
		this.module = module;
		this.#options = options;
		this.#gateway = new GatewayTurns(module, options.gateway);
		this.#restoring = new Restoring({
			module,
			operators: this.#operators,
			now: options.now,
			resolve: (attempt) => this.resolve(attempt),
			claimMeters: () => this.meters.claimRestored(),
			record: (what) => this.#record(what),
		});
		this.#releases = new ShownReleases(module, this.#ask);
		this.meters = new Metering({
			module,
			operators: this.#operators,
			choices: this.#choices,
			handle: this.handle,
			ask: this.#ask,
			journaled: () => this.#journaled,
		});
	}

	static open(options: WalletOptions): Promise<Wallet | Refusal> {
		return Wallet.#over(options, (tell) => SecureModule.open({ ...options, ...tell }));
	}

	/**
	 * Puts a backup into an empty store. Its keys sign no link again: join its operators for new ones, then
	 * `bringBack` asks what became of what they own. `passphrase` may be a recovery code.
	 */
	static restore(options: WalletOptions, backup: Bytes, passphrase: string): Promise<Wallet | Refusal> {
		return Wallet.#over(options, (tell) => SecureModule.restore({ ...options, ...tell, backup, passphrase }));
	}

	static async #over(
		options: WalletOptions,
		open: (tell: Pick<WalletOptions, "told" | "toldOfMeter">) => Promise<SecureModule | Refusal>,
	): Promise<Wallet | Refusal> {
		let journal: (what: Happened | undefined) => void = () => undefined;
		const module = await open({
			told: (told) => {
				options.told?.(told);
				journal(happened(told));
			},
			toldOfMeter: (told) => {
				options.toldOfMeter?.(told);
				journal(metered(told));
			},
		});
		if (isRefusal(module)) return module;
		if (options.gateway !== undefined) await module.devices.keepRecords(true);
		const wallet = new Wallet(module, options);
		journal = (what) => wallet.#journal(what);
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
		client: KnownOperator,
		operatorId: Bytes,
		asked: AskedProfile,
		suite?: SuiteName,
	): Promise<Refusal | undefined> {
		this.#operators.set(toHex(operatorId), client);
		return join(this.module, client, operatorId, asked, suite);
	}

	/** A way to an operator that the pinned trust list names. */
	connect(operatorId: Bytes, client: KnownOperator): void {
		this.#operators.set(toHex(operatorId), client);
	}

	/** Amounts of one asset, by where they are. */
	balance(asset: AssetId): Balance {
		return balanceOf(this.module, asset, this.#options.now());
	}

	request(options: RequestOptions): Promise<MadeRequest | Refusal> {
		return this.module.request(options);
	}

	/** Pays a request over a channel, as far as the channel lets it. */
	async pay(paid: PayRequest, channel: Channel): Promise<Payment | Refusal> {
		const started = await this.start(paid);
		if (isRefusal(started)) return started;
		await this.#drive(channel, started.messages);
		this.#gateway.bring();
		return paymentOf(this.module, started);
	}

	/** Signs and sets aside; the messages are for the payee, over whatever channel there is. */
	start(paid: PayRequest): Promise<Started | Refusal> {
		return this.#choices.run(() => this.#start(paid));
	}

	async #start(paid: PayRequest): Promise<Started | Refusal> {
		const request = this.module.readRequest(paid.request);
		if (isRefusal(request)) return request;
		const amount = paid.amount ?? request.body.amount;
		if (amount <= 0n) return refuse("amount-invalid");
		const { documents = [], caveats = [], patience, messages } = paid;
		// Its payee would refuse the payment, and send a direct one back.
		const lacking = lackingDocument(request, documents);
		if (lacking !== undefined) return refuse("document-missing", lacking);
		const candidates = this.module.candidates(paid.request, amount);
		if (isRefusal(candidates)) return candidates;
		const inputs = selectTokens(candidates, amount);
		if (inputs === undefined) {
			const { asset } = request.body;
			return whyNotPaid(this.module, paid.request, amount, this.balance(asset), this.#options.now());
		}
		const started = await this.module.pay({
			request: paid.request,
			...(messages === undefined ? {} : { messages }),
			consent: consentTo(request, amount, paid),
			inputs: inputs.map(({ output }) => output),
			documents,
			caveats,
			...(patience === undefined ? {} : { patience }),
		});
		if (isRefusal(started)) return started;
		await this.#journaled;
		return { attempt: started.attempt, messages: started.messages, inputs, amount };
	}

	/** Passes messages to and fro until neither side has anything to say. */
	async #drive(channel: Channel, first: readonly Bytes[]): Promise<void> {
		let outgoing = withHeldLists(this.module, channel, first);
		for (let round = 0; round < rounds && outgoing.length > 0; round++) {
			const answers = await channel.exchange(outgoing);
			if (isRefusal(answers)) return;
			outgoing = await this.handle(answers);
		}
	}

	/** What this wallet answers to messages that came over any channel. */
	readonly handle = async (messages: readonly Bytes[]): Promise<readonly Bytes[]> => {
		const turnedAway = await meterTurnedAway(this.#options.foreign, messages);
		if (turnedAway !== undefined) return turnedAway;
		const answers = await this.module.handle(await pastGate(this.#options.foreign, messages), {
			consider: (offer) => agree(this.module, offer, this.#options),
			ask: this.#ask,
		});
		await this.#journaled;
		return answers;
	};

	readonly #ask = async ({ operator, request }: RulingQuestion): Promise<Bytes | Refusal> =>
		this.#operators.get(toHex(operator))?.rule(request) ??
		refuse("issuer-unknown", "no way to this operator");

	/** The app's record of what the module made durable. */
	#journal(what: Happened | undefined): void {
		this.#gateway.bringHeld();
		if (what === undefined) return;
		// The module tells it again where a loss of power took it.
		this.#journaled = this.#journaled.then(() => this.#record(what, "nextCommit"));
		// Whoever waits for the journal hears that it failed; nobody may be waiting yet.
		this.#journaled.catch(() => undefined);
	}

	/** Asks the other side about one attempt, or says our last word again; where the money is now. */
	async recover(attempt: Bytes, channel: Channel): Promise<FundsState | Refusal> {
		const messages = await this.module.contact(attempt);
		return this.#follow(attempt, messages, channel);
	}

	/** Gives up an attempt that is still open, and says so to the payee if it can be reached. */
	async cancel(attempt: Bytes, channel?: Channel): Promise<Refusal | undefined> {
		const state = await this.#follow(attempt, await this.module.cancel(attempt), channel);
		return isRefusal(state) ? state : undefined;
	}

	/** Sends an unwanted direct transfer back, whole; whoever paid it must be reached for it to arrive. */
	async sendBack(attempt: Bytes, channel?: Channel): Promise<FundsState | Refusal> {
		return this.#follow(attempt, await this.module.sendBack(attempt), channel);
	}

	/** Gives up payments that have waited too long; the cancels of each, for whoever was to be paid. */
	tick(): ReturnType<SecureModule["tick"]> {
		return this.module.tick();
	}

	/**
	 * Ends a reservation whose payer does not answer: asks operators for a release that was published, and for what
	 * they ruled without one. From now on a release that comes is taken by their word only.
	 */
	async resolve(attempt: Bytes): Promise<FundsState | Refusal> {
		const doubt = await this.module.resolve(attempt);
		if (isRefusal(doubt)) return doubt;
		await this.module.forward(attempt, this.#ask);
		for (const operator of doubt.operators) {
			const secret = await this.#operators.get(toHex(operator))?.release(doubt.lock);
			if (secret === undefined || isRefusal(secret)) continue;
			await this.handle([serializeMessage({ kind: "release", attempt, secret })]);
		}
		await this.module.askRuling(attempt, this.#ask);
		await this.#journaled;
		return fundsState(this.module, attempt);
	}

	/** From redeem until and grace to its last day: asks operators to refund what nobody can be asked about any more. */
	async askRefund(attempt: Bytes): Promise<FundsState | Refusal> {
		const asked = await this.module.askRefund(attempt, this.#ask);
		await this.#journaled;
		return isRefusal(asked) ? asked : fundsState(this.module, attempt);
	}

	async #follow(
		attempt: Bytes,
		messages: readonly Bytes[] | Refusal,
		channel: Channel | undefined,
	): Promise<FundsState | Refusal> {
		if (isRefusal(messages)) return messages;
		if (channel !== undefined) await this.#drive(channel, messages);
		await this.#journaled;
		return fundsState(this.module, attempt);
	}

	/** Takes from one's account with the operator; `split` into that many tokens as even as can be. */
	async topUp(asset: AssetId, amount: bigint, split = 1): Promise<readonly ClaimResult[] | Refusal> {
		if (amount <= 0n || split < 1) return refuse("amount-invalid");
		const action = { kind: "withdraw", outputs: evenParts(amount, split) } as const;
		const results = await this.#orders.run(() =>
			runOrder(this.module, this.#operators, { asset, action, inputs: [] }),
		);
		if (!isRefusal(results)) await this.#record({ ...this.#byOperator(asset), kind: "issued", amount });
		return results;
	}

	/** Returns tokens to one's account; all of them without an amount. */
	async redeem(asset: AssetId, amount?: bigint): Promise<Redeemed | Refusal> {
		const now = this.#options.now();
		const redeemed = await this.#orders.run(() => redeem(this.module, this.#operators, asset, now, amount));
		if (isRefusal(redeemed)) return redeemed;
		const credited = redeemed.credited + redeemed.drawn;
		await this.#record({ ...this.#byOperator(asset), kind: "redeemed", amount: credited });
		return redeemed;
	}

	/** What one's account with the asset's operator holds. Asks the operator. */
	account(asset: AssetId): Promise<bigint | Refusal> {
		return accountBalance(this.module, this.#operators, asset);
	}

	/**
	 * Refreshes what nears its limits, merges small change; how many orders. Before, shows operators the releases that
	 * must not reach them late, asks for the refunds that are due, and about what a backup brought. To be called
	 * whenever operators can be reached.
	 */
	async upkeep(policy?: UpkeepPolicy): Promise<number | Refusal> {
		await this.#gateway.tend();
		await this.showReleases();
		await this.#refunds.ask();
		await this.meters.claimDue();
		await this.#restoring.ask();
		const orders = await this.#orders.run(() =>
			upkeep(this.module, this.#operators, this.#options.now(), policy),
		);
		this.#gateway.bringHeld();
		return orders;
	}

	/** Shows operators what counts in grace only if they had it before redeem until; how many answered now. */
	showReleases(): Promise<number> {
		return this.#releases.show();
	}

	/** Once the operators of a restored backup were joined again: see `Restoring`. */
	bringBack(nothingPaidSince = false): Promise<Refusal | undefined> {
		return this.#orders.run(() => this.#restoring.bringBack(nothingPaidSince));
	}

	/** Sends again what an operator has not answered; how many are settled now, and by `tell` why others are not. */
	settlePending(tell?: (refusal: Refusal) => void): Promise<number> {
		return this.#orders.run(() => settlePending(this.module, this.#operators, tell));
	}

	#byOperator(asset: AssetId) {
		return { id: this.#options.random(16), asset, party: asset.operator, note: "" };
	}

	async #record(what: Happened, durability: Durability = "now"): Promise<void> {
		await this.#options.store.history.append(entryOf(what, this.#options.now()), durability);
		this.#gateway.bringHeld();
	}

	async close(): Promise<void> {
		await this.#journaled.finally(() => this.#gateway.settled());
		await this.module.close();
	}
}
