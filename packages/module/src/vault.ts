/**
 * The vault: tokens, attempts and requests, durable first and in memory after.
 *
 *   machine's state + token changes ──▶ rows ──▶ one sealed commit ──▶ memory
 *
 * A token is spendable, or set aside for one attempt, or gone; an output that was owned once is remembered
 * until its token's redeem until and grace, so that nothing is taken twice. When a commit fails, what is
 * durable is not known: memory is left as it was and the sealed state refuses to go on.
 */
import {
	type Bytes,
	type Caveat,
	counterOf,
	type DraftCancel,
	type DurableHolderOrder,
	type DurablePayee,
	type DurablePayer,
	hasArrived,
	holderOrder,
	isRefusal,
	noChanges,
	payeeState,
	payerState,
	type Refusal,
	refuse,
	type Spendable,
	type TokenChanges,
	type Trust,
	toHex,
	type VerifiedToken,
	verifyToken,
} from "@tenten/protocol";
import { approvalKey } from "./approving.ts";
import { AttemptIndex } from "./attempt-index.ts";
import { DeviceCounts } from "./counts.ts";
import { shownKeys } from "./own-requests.ts";
import { documentRowsOf, keptKeys } from "./parcel.ts";
import {
	keepCancel,
	lateKey,
	ownedRow,
	questionsKey,
	type RequestRow,
	reopenCancel,
	requestRow,
	rowOf,
	type TokenRow,
	type TokenSummary,
	tokenRow,
	unclaimedOutput,
} from "./rows.ts";
import type { SealedState } from "./sealed-state.ts";
import type { StoreWrite } from "./store.ts";
import { Table } from "./table.ts";

const reopenedTokens = 512;

/** Changes to make durable in one commit. */
export type VaultWrites = {
	readonly tokens?: TokenChanges;
	/** for whom `hold` sets aside */
	readonly attempt?: Bytes;
	readonly payers?: readonly (readonly [Bytes, DurablePayer])[];
	readonly payee?: readonly [Bytes, DurablePayee];
	readonly request?: readonly [Bytes, RequestRow];
	readonly order?: readonly [Bytes, DurableHolderOrder | null];
	readonly other?: readonly StoreWrite[];
	/** rows of the key store */
	readonly keys?: readonly StoreWrite[];
};

export class Vault {
	readonly state: SealedState;
	readonly index: AttemptIndex = new AttemptIndex();
	readonly counts: DeviceCounts;
	readonly tokens: Table<TokenRow>;
	readonly payers: Table<DurablePayer>;
	readonly payees: Table<DurablePayee>;
	readonly requests: Table<RequestRow>;
	readonly orders: Table<DurableHolderOrder>;
	readonly #owned: Table<number>;
	readonly #reopened = new Map<string, VerifiedToken>();

	constructor(state: SealedState) {
		this.state = state;
		this.counts = new DeviceCounts(state.rows);
		this.tokens = new Table("token", tokenRow, state);
		this.payers = new Table("payer", payerState, state);
		this.payees = new Table("payee", payeeState, state);
		this.requests = new Table("request", requestRow, state);
		this.orders = new Table("order", holderOrder, state);
		this.#owned = new Table("owned", ownedRow, state);
		for (const payer of this.payers.entries.values()) this.index.addPayer(payer);
		for (const payee of this.payees.entries.values()) this.index.addPayee(payee);
	}

	/** Owned now, remembered to have been, or kept in an attempt, cancelled ones included. */
	everOwned(output: Bytes): boolean {
		const isOwned = this.tokens.get(output) !== undefined || this.#owned.get(output) !== undefined;
		return isOwned || this.index.keeps(output);
	}

	summaries(): readonly (TokenSummary & { readonly heldBy: Bytes | null })[] {
		// A cancel that goes with the next link is a signature, and its decider's certificate another.
		return [...this.tokens.entries.values()].map(({ summary, heldBy, after }) => ({
			...summary,
			signatures: summary.signatures + 2 * after.length,
			heldBy,
		}));
	}

	/** A token made ready to be spent. It was verified before it was sealed, so its signatures are not again. */
	spendable(output: Bytes, trust: Trust): Spendable | Refusal {
		const row = this.tokens.get(output);
		if (row === undefined) return refuse("funds-insufficient", "no such token");
		if (row.heldBy !== null) return refuse("attempt-pending", "this token is set aside");
		const id = toHex(output);
		const token = this.#reopened.get(id) ?? verifyToken(row.token, trust, { signatures: false });
		if (isRefusal(token)) return token;
		this.#remember(id, token);
		const after: DraftCancel[] = [];
		for (const kept of row.after) {
			const cancel = reopenCancel(kept, trust);
			if (isRefusal(cancel)) return cancel;
			after.push(cancel);
		}
		return { token, after };
	}

	/** What binds a token, set aside or not. */
	rulesOf(output: Bytes, trust: Trust): readonly Caveat[] | Refusal {
		const row = this.tokens.get(output);
		if (row === undefined) return refuse("funds-insufficient", "no such token");
		if (!row.summary.isBound) return [];
		const token = this.#reopened.get(toHex(output)) ?? verifyToken(row.token, trust, { signatures: false });
		return isRefusal(token) ? token : token.rules;
	}

	/** Under a newer trust list what was verified before is looked at again. */
	forgetReopened(): void {
		this.#reopened.clear();
	}

	#remember(id: string, token: VerifiedToken): void {
		if (this.#reopened.size >= reopenedTokens) this.#reopened.clear();
		this.#reopened.set(id, token);
	}

	/** All of it durable in one commit, then in memory. */
	async commit(writes: VaultWrites, keepUntil: (token: TokenSummary) => number): Promise<void> {
		const { tokens = noChanges, payers = [] } = writes;
		const rows = this.#tokenRows(tokens, writes.attempt ?? null);
		const owned = tokens.remove.flatMap((output) => {
			const row = this.tokens.get(output);
			return row === undefined ? [] : [[toHex(output), keepUntil(row.summary)] as const];
		});
		const plain = [
			...rows.map(([id, row]) => this.tokens.write(id, row)),
			...owned.map(([id, until]) => this.#owned.write(id, until)),
			...payers.map(([id, payer]) => this.payers.write(toHex(id), payer)),
			...(writes.payee ? [this.payees.write(toHex(writes.payee[0]), writes.payee[1])] : []),
			...(writes.request ? [this.requests.write(toHex(writes.request[0]), writes.request[1])] : []),
			...(writes.order ? [this.orders.write(toHex(writes.order[0]), writes.order[1])] : []),
			...this.counts.writes(tokens.counts ?? new Map()),
			...(writes.other ?? []),
		];
		await this.state.commit(plain, writes.keys ?? []);
		for (const [id, row] of rows) this.tokens.set(id, row);
		for (const [id, until] of owned) this.#owned.set(id, until);
		this.counts.set(tokens.counts ?? new Map());
		for (const token of tokens.add) this.#remember(toHex(token.outputId), token);
		for (const output of tokens.remove) this.#reopened.delete(toHex(output));
		for (const [id, payer] of payers) this.#setPayer(id, payer);
		if (writes.payee) this.#setPayee(...writes.payee);
		if (writes.request) this.requests.set(toHex(writes.request[0]), writes.request[1]);
		if (writes.order) this.orders.set(toHex(writes.order[0]), writes.order[1]);
	}

	/**
	 * Whether an attempt gives what is here no more, and is not decided: a backup brought it, and what became of its
	 * outputs an operator has said since.
	 */
	hasLost(state: DurablePayer | DurablePayee): boolean {
		const given = undecidedInputs(state);
		return given.length > 0 && given.every((output) => this.tokens.get(output) === undefined);
	}

	/** Whether an operator was told that this attempt was never released. */
	isStated(attempt: Bytes): boolean {
		return this.state.rows.has(questionsKey(attempt));
	}

	#setPayer(attempt: Bytes, payer: DurablePayer): void {
		if (this.payers.get(attempt) === undefined) this.index.addPayer(payer);
		this.payers.set(toHex(attempt), payer);
	}

	#setPayee(attempt: Bytes, payee: DurablePayee): void {
		if (this.payees.get(attempt) === undefined) this.index.addPayee(payee);
		this.payees.set(toHex(attempt), payee);
	}

	#tokenRows(changes: TokenChanges, attempt: Bytes | null): readonly (readonly [string, TokenRow | null])[] {
		const held = changes.hold.map(
			(output) => [toHex(output), this.#change(output, { heldBy: attempt })] as const,
		);
		const freed = changes.free.map(({ output, after }) => {
			const row = this.tokens.get(output);
			const cancels = [...(row?.after ?? []), ...(after === null ? [] : [keepCancel(after)])];
			return [toHex(output), this.#change(output, { heldBy: null, after: cancels })] as const;
		});
		return [
			...changes.remove.map((output) => [toHex(output), null] as const),
			...held,
			...freed,
			...changes.add.map((token) => [toHex(token.outputId), rowOf(token)] as const),
		];
	}

	/** Questions about outputs that left by another way. */
	#answered(): readonly string[] {
		return [...this.state.rows.keys()].filter((key) => {
			const output = unclaimedOutput(key);
			return output !== undefined && !this.tokens.entries.has(output);
		});
	}

	#change(output: Bytes, change: Partial<TokenRow>): TokenRow {
		const row = this.tokens.get(output);
		if (row === undefined) throw new Error(`token ${toHex(output)} is not here`);
		return { ...row, ...change };
	}

	/**
	 * Forgets requests whose time is over by one's own clock, `now`, and finished attempts and outputs whose time has
	 * surely passed. Returns how many rows went.
	 */
	async forget(now: number, surelyPast: number): Promise<number> {
		const isGone = (state: DurablePayer | DurablePayee): boolean =>
			isOver(state, surelyPast) || (state.terms.keepUntil < surelyPast && this.hasLost(state));
		const payers = [...this.payers.entries].filter(([, payer]) => isGone(payer));
		const payees = [...this.payees.entries].filter(([, payee]) => isGone(payee));
		const goingPayees = new Set(payees.map(([id]) => id));
		const requests = [...this.requests.entries].filter(([, { active, keepUntil }]) => {
			const isActive = active !== null && this.payees.get(active) !== undefined;
			return keepUntil < now && !(isActive && !goingPayees.has(toHex(active)));
		});
		const owned = [...this.#owned.entries].filter(([, until]) => until < surelyPast);
		const beside = [
			...[...payers, ...payees].flatMap(([, { terms }]) => rowsBeside(this.state.rows, terms)),
			...requests.flatMap(([id]) => [
				...shownKeys(this.state.rows, id),
				...keptKeys(this.state.rows, "answer", id),
			]),
		];
		const writes = [
			...payers.map(([id]) => this.payers.write(id, null)),
			...payees.map(([id]) => this.payees.write(id, null)),
			...requests.map(([id]) => this.requests.write(id, null)),
			...owned.map(([id]) => this.#owned.write(id, null)),
			...beside.map((key) => ({ key, value: null })),
			...this.#answered().map((key) => ({ key, value: null })),
		];
		if (writes.length === 0) return 0;
		await this.state.commit(writes);
		for (const [id, payer] of payers) {
			this.index.removePayer(payer);
			this.payers.set(id, null);
		}
		for (const [id, payee] of payees) {
			this.index.removePayee(payee);
			this.payees.set(id, null);
		}
		for (const [id] of requests) this.requests.set(id, null);
		for (const [id] of owned) this.#owned.set(id, null);
		return writes.length;
	}
}

/** The outputs that an attempt holds until it is decided. */
function undecidedInputs(state: DurablePayer | DurablePayee): readonly Bytes[] {
	switch (state.kind) {
		case "locked":
			return state.terms.inputs;
		case "lockedForeign":
		case "resolving":
			return counterOf(state)?.inputs ?? [];
		default:
			return [];
	}
}

/** Whether an attempt is decided and its time over. One that is in doubt stays until it is ruled. */
function isOver(state: DurablePayer | DurablePayee, now: number): boolean {
	if (state.terms.keepUntil >= now) return false;
	switch (state.kind) {
		case "locked":
		case "reserved":
		case "lockedForeign":
		case "resolving":
			return false;
		case "sent":
			return hasArrived(state);
		case "released":
		case "owned":
		case "cancelled":
		case "returned":
		case "ruled":
			return true;
		default:
			return state satisfies never;
	}
}

/** Rows that only serve one attempt: documents, and what an operator was asked about it. */
function rowsBeside(
	rows: ReadonlyMap<string, Bytes>,
	terms: (DurablePayer | DurablePayee)["terms"],
): readonly string[] {
	const { attempt } = terms;
	const sent = documentRowsOf("data" in terms ? terms.data : terms.reply);
	const came = (["offered", "received"] as const).flatMap((kept) => keptKeys(rows, kept, toHex(attempt)));
	const beside = [questionsKey(attempt), lateKey(attempt), approvalKey(attempt)];
	return [...sent, ...came, ...beside].filter((key) => rows.has(key));
}
