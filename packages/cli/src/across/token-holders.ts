/**
 * Holders of tokens who pay, or are paid, across operators: their module's side of the hand-over with an operator's
 * gateway (docs/spec/crossing-tokens.md). Every step may be taken again, and goes on from where both sides stand.
 *
 *   payer   hold ─▶ (locked, reserved there) ─▶ release ─▶ (decided) ─▶ nothing, or what came too late comes back
 *   payee   open ─▶ (credited) ─▶ take; or, where its request expired before that, renew ─▶ take
 */
import type { Purse } from "@tenten/operator";
import type { Bundle, PurseReport } from "@tenten/protocol/rail";

/** Asks an operator: the path below `/v1/crossings/`, and what is sent. Answers what it said. */
export type AskCrossings = (path: string, body: object) => Promise<unknown>;

type InAnswer = {
	readonly state: "asked" | "held" | "owned" | "kept" | "back" | null;
	/** to which request as much goes that came too late */
	readonly back: string | null;
	/** the gateway's request, and what its module says now */
	readonly asks: Bundle;
	readonly messages: Bundle;
	readonly code: string | null;
};
type OutAnswer = {
	readonly account: string | null;
	readonly state: "open" | "back" | "paid" | "renewed" | null;
	readonly messages: Bundle;
	readonly code: string | null;
};

type Asked = Omit<Extract<PurseReport, { readonly kind: "requested" }>, "kind">;

/** All that a payee knows of its request; who goes on from it after a crash goes on from where it was kept. */
export type PayeeState = {
	readonly memo: string;
	readonly amount: bigint;
	readonly first: Asked;
	/** the request that is paid now: the first, or what took its place */
	readonly paid: Asked;
	/** made to take its place, and not known to have done so */
	readonly fresh: Asked | null;
};

type Keep<S> = (state: S) => void;
const nowhere = (): void => undefined;

/** One request of a holder, which an operator's gateway pays with what comes across. */
export class TokenPayee {
	readonly #purse: Purse;
	readonly #ask: AskCrossings;
	readonly #keep: Keep<PayeeState>;
	#state: PayeeState;

	/** `keep` is called before anybody else knows of a change. */
	constructor(purse: Purse, ask: AskCrossings, state: PayeeState, keep: Keep<PayeeState> = nowhere) {
		[this.#purse, this.#ask, this.#state, this.#keep] = [purse, ask, state, keep];
	}

	/** Makes a request; what it is for, in its memo, is its own. Nobody knows of it yet. */
	static async make(
		purse: Purse,
		ask: AskCrossings,
		memo: string,
		amount: bigint,
		keep: Keep<PayeeState> = nowhere,
	): Promise<TokenPayee> {
		const first = await requestOf(purse, memo, amount);
		const state = { memo, amount, first, paid: first, fresh: null };
		keep(state);
		return new TokenPayee(purse, ask, state, keep);
	}

	get state(): PayeeState {
		return this.#state;
	}

	/** the digest of its request: what a quote names as its payee */
	get account(): string {
		return this.#state.first.request;
	}

	/** the request, as its payer may be shown it */
	get asks(): Bundle {
		return this.#state.first.messages;
	}

	/** Has the gateway pay it; null, or why it does not. */
	async open(): Promise<string | null> {
		const { code } = (await this.#ask("tokens-out", { messages: this.asks })) as OutAnswer;
		return code;
	}

	/** Takes what was credited to it, as far as that is there; whether the tokens are its module's own. */
	take(): Promise<boolean> {
		return this.#take(this.#state.paid.request);
	}

	/** Asks anew for what waits, its request having expired before it took that; null, or why it is refused. */
	async renew(): Promise<string | null> {
		const { memo, amount, paid } = this.#state;
		const fresh = this.#state.fresh ?? (await requestOf(this.#purse, memo, amount));
		this.#change({ fresh });
		const { messages } = fresh;
		const { code } = (await this.#ask(`tokens-out/${paid.request}/renewals`, { messages })) as OutAnswer;
		// Without an answer the same is asked again: a second one would be refused where the first was taken.
		if (code === null) this.#change({ paid: fresh, fresh: null });
		else if (code === "request-expired") this.#change({ fresh: null });
		// What its module holds for the first is free once it knows that the gateway decided against it.
		if (code === null) await this.#take(paid.request);
		return code;
	}

	#change(some: Partial<PayeeState>): void {
		this.#state = { ...this.#state, ...some };
		this.#keep(this.#state);
	}

	async #take(request: string): Promise<boolean> {
		const offered = await this.#hand(request, []);
		const holding = await this.#purse.act(this.#state.memo, {
			kind: "reserve",
			request,
			messages: offered.messages,
		});
		const said = holding.kind === "holding" ? await this.#hand(request, holding.messages) : offered;
		const taking = { kind: "take", request, messages: said.messages, release: null, mayFree: true } as const;
		return (await this.#purse.act(this.#state.memo, taking)).kind === "owned";
	}

	async #hand(request: string, messages: Bundle): Promise<OutAnswer> {
		return (await this.#ask(`tokens-out/${request}/messages`, { messages })) as OutAnswer;
	}
}

async function requestOf(purse: Purse, memo: string, amount: bigint): Promise<Asked> {
	const asked = await purse.act(memo, { kind: "makeRequest", amount });
	if (asked.kind !== "requested") throw new Error(`a request cannot be made: ${asked.kind}`);
	const { request, messages } = asked;
	return { request, messages };
}

/** Whoever pays one quoted payment in tokens, at its source. */
export class TokenPayer {
	readonly #purse: Purse;
	readonly #ask: AskCrossings;
	readonly #transfer: string;
	readonly #pays: bigint;
	/** its own request, by which it has its value back after a late release */
	readonly #back: TokenPayee;

	/** `back`: of `pays`, and its own */
	constructor(purse: Purse, ask: AskCrossings, transfer: string, pays: bigint, back: TokenPayee) {
		[this.#purse, this.#ask, this.#transfer, this.#pays, this.#back] = [purse, ask, transfer, pays, back];
	}

	/** `transfer` is the quote's id, `pays` what it takes from the payer. */
	static async make(purse: Purse, ask: AskCrossings, transfer: string, pays: bigint): Promise<TokenPayer> {
		const back = await TokenPayee.make(purse, ask, `back ${transfer}`, pays);
		return new TokenPayer(purse, ask, transfer, pays, back);
	}

	/** Locks its tokens for the gateway: null once that holds them, or why it does not. */
	async hold(): Promise<string | null> {
		const asked = await this.#say("tokens-in", { transfer: this.#transfer, back: this.#back.asks });
		// Whoever asked first for this payment named the way back: nothing is locked for another's.
		if (asked.state !== null && asked.back !== this.#back.account) return "request-mismatch";
		if (asked.state !== "asked") return asked.code;
		const locked = await this.#stands(asked.asks);
		if (locked.kind !== "locked") return "funds-insufficient";
		const held = await this.#hand(locked.messages);
		return held.state === "asked" ? "attempt-pending" : held.code;
	}

	/**
	 * Releases, once the gateway has given its receipt, which it does when the other side has reserved; whether the gateway
	 * has the release. Whoever wants proof of that reservation looks at the payment's standing first.
	 */
	async release(): Promise<boolean> {
		const shown = await this.#hand([]);
		if (shown.state !== "held") return shown.state !== "asked" && shown.state !== null;
		const before = await this.#stands(shown.asks);
		const released =
			before.kind === "locked" && shown.messages.length > 0
				? await this.#purse.act(this.#transfer, {
						kind: "release",
						request: before.request,
						messages: shown.messages,
					})
				: before;
		if (released.kind !== "released") return false;
		const { state } = await this.#hand(released.messages);
		return state !== "held" && state !== null;
	}

	/** Cancels what its module has not released: its tokens are free at once. Whether they are. */
	async giveUp(): Promise<boolean> {
		const { asks } = await this.#hand([]);
		const before = await this.#stands(asks);
		if (before.kind !== "locked") return before.kind === "cancelled";
		const command = { kind: "cancel", request: before.request } as const;
		const cancelled = await this.#purse.act(this.#transfer, command);
		if (cancelled.kind !== "cancelled") return false;
		await this.#hand(cancelled.messages);
		return true;
	}

	/** What it released too late comes back to its own request; whether it is there. */
	takeBack(): Promise<boolean> {
		return this.#back.take();
	}

	/** Asks anew for what came back, its own request having expired before it took that. */
	renewBack(): Promise<string | null> {
		return this.#back.renew();
	}

	/** Asked again, a purse answers as it stands. */
	#stands(asks: Bundle): Promise<PurseReport> {
		return this.#purse.act(this.#transfer, { kind: "lock", amount: this.#pays, messages: asks });
	}

	#hand(messages: Bundle): Promise<InAnswer> {
		return this.#say(`tokens-in/${this.#transfer}/messages`, { messages });
	}

	async #say(path: string, body: object): Promise<InAnswer> {
		return (await this.#ask(path, body)) as InAnswer;
	}
}
