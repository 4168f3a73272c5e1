/**
 * Payments across operators of which a side is tokens: this operator's gateway takes them in, or hands them out.
 *
 *   in    ask ─▶ the payer's module locks ─▶ held ─▶ (locked, reserved there) ─▶ released: owned ─▶ (committed) kept
 *                                                                                        └ over without it ─▶ back
 *   out   a request is an account of its digest ─▶ (credited to it) ─▶ handed over in two phases ─▶ paid
 *                                                        └ its owner asks anew ─▶ the account of that request has it
 *
 * The gateway's module has a store of its own. What it does is durable there before a row here says so, and asked again
 * it answers as it stands: whatever a crash leaves between the two stores is found by asking it. The money of a step
 * moves with the row that says it is done.
 */
import {
	assetHash,
	type Bytes,
	equalBytes,
	fromHex,
	isRefusal,
	keyId,
	type Message,
	parseMessage,
	type Quote,
	type Refusal,
	refuse,
	requestDigest,
	requestIsOpen,
	requestPayload,
	toHex,
	type VerifiedRequest,
	verifyRequest,
} from "@tenten/protocol";
import type { Bundle, PurseCommand, PurseReport } from "@tenten/protocol/rail";
import type { OperatorContext } from "../context.ts";
import type { Purse } from "../rail/exchange-host.ts";
import { takeLastSeal } from "../seal/last-seal.ts";
import type { Transaction } from "../store/store.ts";
import { eachOf } from "./each-of.ts";
import { gatewayAccount, moveOnce } from "./money.ts";
import { peerStateOf } from "./peer-rows.ts";
import { quoteIn } from "./quoting.ts";
import { heldIn, openGateway, openRequest, refuseRenewal, renewalOf, renewIn } from "./request-accounts.ts";
import { agreementOf, crossingOf, undamaged } from "./rows.ts";
import {
	changeTokensIn,
	insertTokensIn,
	noteHandedOut,
	owingAccounts,
	ownedTokens,
	type TokensIn,
	type TokensOut,
	tokensInOf,
	tokensOutOf,
} from "./token-rows.ts";

/** A gateway of this operator: the wallet that has its tokens of one asset, and is its alone. */
export type CrossingGateway = {
	/** see `assetHash` */
	readonly asset: Bytes;
	readonly purse: Purse;
};

/** How tokens stand on their way in, and what the gateway's module says to the payer's. */
export type InStanding = Omit<TokensIn, "receipt"> & { readonly messages: Bundle };
/** How a request stands that the gateway pays, and what its module says to the payee's. */
export type OutStanding = Pick<TokensOut, "account" | "state" | "asset" | "amount"> & {
	readonly messages: Bundle;
};

/** Rows of a kind that one round looks at; the next round goes on after them. */
const roundMost = 256;
const fromFirst: Bytes = new Uint8Array();

export class CrossingTokens {
	readonly #context: OperatorContext;
	readonly #gateways: readonly CrossingGateway[];
	/** one thing after another: a purse is asked what it was commanded, in that order */
	#last: Promise<unknown> = Promise.resolve();
	/** after which rows the next round begins */
	#owned = fromFirst;
	#owing = fromFirst;

	constructor(context: OperatorContext, gateways: readonly CrossingGateway[]) {
		this.#context = context;
		this.#gateways = gateways;
	}

	/** The assets that a gateway has, and whom a quote names as its payer that is paid in tokens of one. */
	gateways(): readonly { readonly asset: Bytes; readonly payer: Bytes }[] {
		return this.#gateways.map(({ asset }) => ({ asset, payer: gatewayAccount(asset) }));
	}

	/** Asks the payer of a quote for its tokens; `back` asks for them, in case its release comes too late. */
	ask(transfer: Bytes, back: Bundle): Promise<InStanding | Refusal> {
		return this.#run(async () => {
			const { store, now } = this.#context;
			const kept = await store.read((transaction) => tokensInOf(transaction, transfer));
			if (kept !== undefined) return this.#standing(kept);
			const paid = await this.#paid(transfer);
			if (isRefusal(paid)) return paid;
			const returned = await this.#request(back);
			if (isRefusal(returned)) return returned;
			if (!equalBytes(returned.asset, paid.asset)) return refuse("asset-mismatch", "the payer's own request");
			if (returned.amount !== paid.amount) return refuse("amount-mismatch", `it pays ${paid.amount}`);
			const asked = await this.#act(paid.asset, toHex(transfer), {
				kind: "makeRequest",
				amount: paid.amount,
			});
			if (asked.kind !== "requested") throw new Error(`a gateway that asks for nothing: ${asked.kind}`);
			const fresh = { transfer, state: "asked", asks: asked.messages, receipt: [] } as const;
			const written = await store.run(async (transaction) => {
				const isNew = (await tokensOutOf(transaction, returned.account)) === undefined;
				if (!isNew) return refuse("request-reused", "others may pay it");
				const wrong = await openRequest(transaction, { ...returned, state: "back" }, now());
				if (wrong !== undefined) return wrong;
				const request = digestIn(asked.request);
				return insertTokensIn(transaction, { ...fresh, request, back: returned.account });
			});
			return isRefusal(written) ? written : this.#standing(written);
		});
	}

	/** Takes what the payer's module says: its transfer, its release, its cancel. */
	take(transfer: Bytes, messages: Bundle): Promise<InStanding | Refusal> {
		return this.#run(async () => {
			const { store } = this.#context;
			const kept = await store.read((transaction) => tokensInOf(transaction, transfer));
			if (kept === undefined) return refuse("attempt-unknown", "nothing was asked for this payment");
			if (messages.length > 0 && (kept.state === "asked" || kept.state === "held")) {
				const paid = await this.#paid(transfer);
				if (isRefusal(paid)) return paid;
				await this.#takeIn(kept, paid.asset, messages);
			}
			return this.#standing((await store.read((each) => tokensInOf(each, transfer))) as TokensIn);
		});
	}

	async #takeIn(kept: TokensIn, asset: Bytes, messages: Bundle): Promise<void> {
		const { store } = this.#context;
		const [payment, request] = [toHex(kept.transfer), toHex(kept.request)];
		let before = kept;
		if (kept.state === "asked") {
			const report = await this.#act(asset, payment, { kind: "reserve", request, messages });
			if (report.kind === "holding") {
				const held = { state: "held", receipt: report.messages } as const;
				await store.run((transaction) => changeTokensIn(transaction, kept, held));
				before = { ...kept, ...held };
			}
		}
		const taking = { kind: "take", request, messages, release: null, mayFree: true } as const;
		if ((await this.#act(asset, payment, taking)).kind !== "owned") return;
		await store.run(async (transaction) => {
			await changeTokensIn(transaction, before, { state: "owned" });
			await this.#settleIn(transaction, kept.transfer);
		});
	}

	/** Makes a request of a holder an account, to which others pay; it is the digest of the request. */
	open(asks: Bundle): Promise<OutStanding | Refusal> {
		return this.#run(async () => {
			const asked = await this.#request(asks);
			if (isRefusal(asked)) return asked;
			const { store, now } = this.#context;
			const wrong = await store.run((transaction) => openRequest(transaction, asked, now()));
			return wrong ?? this.#hand(asked.account, []);
		});
	}

	/** Hands over what is credited to a request; takes what the payee's module says. */
	hand(account: Bytes, messages: Bundle): Promise<OutStanding | Refusal> {
		return this.#run(() => this.#hand(account, messages));
	}

	/** `mayBegin`: its payee is there; else only what the module has begun is looked at. */
	async #hand(account: Bytes, messages: Bundle, mayBegin = true): Promise<OutStanding | Refusal> {
		const { store } = this.#context;
		const known = await store.read(async (transaction) => {
			const tokens = await tokensOutOf(transaction, account);
			return tokens && { tokens, held: await heldIn(transaction, account) };
		});
		if (known === undefined) return refuse("attempt-unknown", "no such request");
		const { tokens, held } = known;
		const { asset, amount, memo, asks } = tokens;
		const stands = { account, asset, amount };
		const isOver = tokens.state === "paid" || tokens.state === "renewed";
		if (!isOver && held < amount) return { ...stands, state: tokens.state, messages: [] };
		// As it stands: locked, or released by now. The credit is final: what was cancelled is owed all the same.
		const begins = isOver || !mayBegin ? "never" : "again";
		let report = await this.#act(asset, memo, { kind: "lock", amount, messages: asks, begins });
		const receipt = messages.filter((each) => isReceipt(each, account));
		if (report.kind === "locked" && receipt.length > 0) {
			const release = { kind: "release", request: toHex(account), messages: receipt, keeps: true } as const;
			const released = await this.#act(asset, memo, release);
			if (released.kind === "released") report = released;
		}
		if (report.kind !== "released") return { ...stands, state: tokens.state, messages: saidIn(report) };
		if (tokens.state !== "paid") await this.#paidOut(tokens);
		return { ...stands, state: "paid", messages: report.messages };
	}

	/**
	 * Takes a fresh request of the same owner in place of one whose money waits, as where that expired before it was handed
	 * over. The gateway's module decides against the first before the money moves: released by then, it is paid.
	 */
	renew(account: Bytes, asks: Bundle): Promise<OutStanding | Refusal> {
		return this.#run(async () => {
			const { store, now } = this.#context;
			const before = await store.read((transaction) => renewalOf(transaction, account));
			if (before !== undefined && isDigestOf(asks, before)) return this.#hand(before, []);
			const fresh = await this.#request(asks);
			if (isRefusal(fresh)) return fresh;
			const owner = await this.#ownerOf(account);
			if (isRefusal(owner)) return owner;
			if (!equalBytes(owner, fresh.owner)) return refuse("request-mismatch", "another owner's");
			const old = await store.read((transaction) => refuseRenewal(transaction, account, fresh));
			if (isRefusal(old)) return old;
			const ended = await this.#act(old.asset, old.memo, { kind: "cancel", request: toHex(account) });
			if (ended.kind === "released") {
				await this.#paidOut(old);
				return refuse("request-reused", "it is handed over");
			}
			if (ended.kind !== "cancelled") throw new Error(`a gateway that does not cancel: ${ended.kind}`);
			const wrong = await store.run((transaction) => renewIn(transaction, account, fresh, now()));
			return isRefusal(wrong) ? wrong : this.#hand(fresh.account, []);
		});
	}

	/** The module has released: as much becomes the gateway's, and the row says so. */
	async #paidOut({ account, asset, amount }: TokensOut): Promise<void> {
		const { store, now } = this.#context;
		const money = { reference: account, debit: account, credit: gatewayAccount(asset), amount };
		await store.run(async (transaction) => {
			await noteHandedOut(transaction, account);
			await openGateway(transaction, asset, now());
			await moveOnce(transaction, money, now());
		});
	}

	/** What a crash left, and what ended since: to be called now and then. What fails is thrown once the rest is done. */
	async goOn(): Promise<void> {
		const { store } = this.#context;
		const [owned, owing] = await store.read(async (transaction) => [
			await ownedTokens(transaction, this.#owned, roundMost),
			await owingAccounts(transaction, this.#owing, roundMost),
		]);
		this.#owned = nextAfter(owned);
		this.#owing = nextAfter(owing);
		const settle = (transfer: Bytes) => store.run((transaction) => this.#settleIn(transaction, transfer));
		const hand = (account: Bytes) => this.#run(() => this.#hand(account, [], false));
		await eachOf([() => eachOf(owned, settle), () => eachOf(owing, hand)], (part) => part());
	}

	/** Tokens that the gateway owns paid for a commit; or the payment is over without one, and as much goes back. */
	async #settleIn(transaction: Transaction, transfer: Bytes): Promise<void> {
		const { now } = this.#context;
		const { number: lastSeal } = await takeLastSeal(transaction);
		const tokens = await tokensInOf(transaction, transfer);
		if (tokens === undefined || tokens.state !== "owned") return;
		const known = await crossingOf(transaction, transfer);
		if (known?.kept.kind === "committed") return changeTokensIn(transaction, tokens, { state: "kept" });
		const asked = await tokensOutOf(transaction, tokens.back);
		if (asked === undefined) throw new Error("the database is damaged: a way back is gone");
		const quoted = await quoteIn(transaction, transfer);
		const mayLock = known === undefined && quoted !== undefined && mayStillLock(quoted.body, now(), lastSeal);
		if (known?.kept.kind === "locked" || mayLock) return;
		await changeTokensIn(transaction, tokens, { state: "back" });
		const { account, asset, amount } = asked;
		const money = { reference: transfer, debit: gatewayAccount(asset), credit: account, amount };
		await moveOnce(transaction, money, now());
	}

	async #standing({ receipt, ...stands }: TokensIn): Promise<InStanding> {
		if (stands.state !== "held") return { ...stands, messages: [] };
		const { transfer } = stands;
		const mayRelease = await this.#context.store.read((transaction) =>
			isReservedThere(transaction, transfer),
		);
		return { ...stands, messages: mayRelease ? receipt : [] };
	}

	/** What a quote takes from the gateway of its asset. */
	async #paid(transfer: Bytes): Promise<{ readonly asset: Bytes; readonly amount: bigint } | Refusal> {
		return this.#context.store.read(async (transaction) => {
			const quoted = await quoteIn(transaction, transfer);
			if (quoted === undefined) return refuse("attempt-unknown", "no quote of this transfer is known");
			const { agreement, payer, pays } = quoted.body;
			const { paid: asset } = undamaged(await agreementOf(transaction, agreement), "an agreement").body;
			if (!equalBytes(payer, gatewayAccount(asset)))
				return refuse("request-mismatch", "the quote is paid from an account");
			return { asset, amount: pays };
		});
	}

	/** A request that the gateway may pay: of an asset that it has, of an amount, in two phases, and open. */
	async #request(asks: Bundle): Promise<(TokensOut & { readonly owner: Bytes }) | Refusal> {
		const request = await this.#verified(asks);
		if (isRefusal(request)) return request;
		const { body, digest: account, payee } = request;
		const asset = assetHash(body.asset);
		if (this.#gatewayOf(asset) === undefined) return refuse("asset-mismatch", "no gateway has it");
		if (body.mode !== "twoPhase" || body.invoice !== null)
			return refuse("request-mismatch", "in two phases, and without documents");
		if (body.amount <= 0n) return refuse("amount-invalid");
		const closed = requestIsOpen(request, this.#context.now());
		if (closed !== undefined) return closed;
		const { amount, memo, expiresAt } = body;
		const owner = keyId(payee.key);
		return { account, state: "open", asset, amount, memo, expiresAt, asks, owner };
	}

	async #verified(asks: Bundle): Promise<VerifiedRequest | Refusal> {
		const [message, ...others] = asks.map(messageIn);
		if (message?.kind !== "request" || others.length > 0) return refuse("type-unknown", "not one request");
		return verifyRequest(message.request, await this.#context.trust());
	}

	/** By the id of its key: whose request has this account. */
	async #ownerOf(account: Bytes): Promise<Bytes | Refusal> {
		const kept = await this.#context.store.read((transaction) => tokensOutOf(transaction, account));
		if (kept === undefined) return refuse("attempt-unknown", "no such request");
		const request = await this.#verified(kept.asks);
		return isRefusal(request) ? request : keyId(request.payee.key);
	}

	#act(asset: Bytes, payment: string, command: PurseCommand): Promise<PurseReport> {
		const gateway = this.#gatewayOf(asset);
		if (gateway === undefined) throw new Error("tokens of an asset that no gateway has any more");
		return gateway.purse.act(payment, command);
	}

	#gatewayOf(asset: Bytes): CrossingGateway | undefined {
		return this.#gateways.find((each) => equalBytes(each.asset, asset));
	}

	#run<T>(job: () => Promise<T>): Promise<T> {
		const done = this.#last.then(job);
		this.#last = done.catch(() => undefined);
		return done;
	}
}

/** After these; from the first row again once there are no more. */
function nextAfter(keys: readonly Bytes[]): Bytes {
	return keys.length < roundMost ? fromFirst : (keys.at(-1) as Bytes);
}

/** Whether the payer's release can still do what it is for: only then its module is given the receipt. */
async function isReservedThere(transaction: Transaction, transfer: Bytes): Promise<boolean> {
	const known = await crossingOf(transaction, transfer);
	if (known === undefined || known.kept.kind !== "locked") return false;
	const { body, agreement } = known.kept.quote;
	const shown = await peerStateOf(transaction, agreement.body.destination, transfer);
	const last = await transaction.selectFrom("last_seal").select("number").executeTakeFirst();
	return shown?.verified.state?.state === "reserved" && Number(last?.number ?? 0) < body.decides;
}

function mayStillLock({ expiresAt, decides }: Quote, now: number, lastSeal: number): boolean {
	return now < expiresAt && lastSeal + 1 < decides;
}

/** Of this request: another one's receipt among these would have its module cancel what it holds. */
function isReceipt(message: string, request: Bytes): boolean {
	const read = messageIn(message);
	return read?.kind === "reserved" && equalBytes(read.body.request, request);
}

function saidIn(report: PurseReport): Bundle {
	return report.kind === "locked" || report.kind === "cancelled" ? report.messages : [];
}

function messageIn(text: string): Message | undefined {
	const read = parseMessage(new Uint8Array(Buffer.from(text, "base64")));
	return isRefusal(read) ? undefined : read;
}

function isDigestOf(asks: Bundle, account: Bytes): boolean {
	const [message] = asks.map(messageIn);
	return (
		message?.kind === "request" && equalBytes(requestDigest(requestPayload(message.request.body)), account)
	);
}

function digestIn(text: string): Bytes {
	const digest = fromHex(text);
	if (digest === undefined) throw new Error("a purse's digest is hexadecimal");
	return digest;
}
