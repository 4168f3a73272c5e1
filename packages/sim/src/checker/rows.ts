/**
 * What a durable row of a module says about value: which outputs it carries, and what was decided.
 *
 * Rows are read with the protocol's codecs and nothing else of the product's.
 */
import {
	type Bytes,
	decodeItem,
	encodeItem,
	holderOrder,
	type Item,
	isRefusal,
	type Message,
	meterPayeeState,
	meterPayerState,
	orderDigest,
	parse,
	payeeState,
	payerState,
	type Shape,
	type Token,
	toHex,
	token,
} from "@tenten/protocol";
import { Violation } from "../violation.ts";
import type { Ledger } from "./ledger.ts";

export type Fact = {
	readonly kind: string;
	/** outputs that this row carries for somebody */
	readonly covers: readonly string[];
	/** the output that a token row holds */
	readonly holds: string | null;
	/** held for no attempt: it can be spent now */
	readonly isFree: boolean;
	/** the order whose answer it waits for */
	readonly order: string | null;
	readonly lock: string | null;
	/** its own outputs wait for the outcome, too */
	readonly givesOwn: boolean;
	/** what a payer gives */
	readonly spends: readonly string[];
	/** direct links whose payee has given word */
	readonly heard: readonly string[];
};

const nothing = {
	covers: [],
	holds: null,
	isFree: false,
	order: null,
	lock: null,
	givesOwn: false,
	spends: [],
	heard: [],
};

/** What a row says; undefined where it says nothing of value. */
export function factOf(ledger: Ledger, key: string, value: Bytes): Fact | undefined {
	const [table, id = ""] = key.split("/");
	switch (table) {
		case "token":
			return tokenFact(ledger, id, value);
		case "payer":
			return payerFact(ledger, value);
		case "payee":
			return payeeFact(ledger, value);
		case "order":
			return orderFact(ledger, value);
		case "meter-payer":
			return meteringFact(ledger, value);
		case "meter-payee":
			return meteredFact(ledger, value);
		default:
			return undefined;
	}
}

function read<T>(shape: Shape<T>, value: Bytes): T {
	const row = parse(shape, value, value.length);
	if (isRefusal(row)) throw new Violation("lost", `a row that nobody reads: ${row.detail}`);
	return row;
}

/** When the trust list of a row was signed, unix seconds: `[list, pinned signer]`, the list `[body, …]`. */
export function listedAt(value: Bytes): number {
	const [list] = decodeItem(value) as readonly Item[];
	const [body] = decodeItem(list as Bytes) as readonly Item[];
	return Number((body as readonly Item[])[1]);
}

/** `[summary, token, after, held by]`; the summary's third entry is the amount. */
function tokenFact(ledger: Ledger, id: string, value: Bytes): Fact {
	const row = decodeItem(value) as readonly Item[];
	const [summary, encoded, , heldBy] = row;
	if (ledger.finalOf(encoded as Bytes, () => read(token, encoded as Bytes)) !== id)
		throw new Violation("created", "a token under another output");
	const amount = BigInt((summary as readonly (bigint | number)[])[2] ?? -1);
	if (ledger.outputs.get(id)?.amount !== amount)
		throw new Violation("created", `a token that says ${amount}`);
	return { ...nothing, kind: "token", covers: [id], holds: id, isFree: heldBy === null };
}

function finals(ledger: Ledger, tokens: readonly Token[]): readonly string[] {
	return tokens.map((value) => ledger.walk(value).output);
}

function tokensOf(message: Message): readonly Token[] {
	return "tokens" in message ? message.tokens : [];
}

function payerFact(ledger: Ledger, value: Bytes): Fact {
	const state = read(payerState, value);
	const lock = state.terms.lock && toHex(state.terms.lock);
	const spends = state.terms.inputs.map(toHex);
	const fact = { ...nothing, kind: `payer ${state.kind}`, lock, spends };
	switch (state.kind) {
		case "locked":
			finals(ledger, [...tokensOf(state.transfer), ...state.change]);
			return fact;
		case "sent":
			return {
				...fact,
				covers: finals(ledger, tokensOf(state.transfer)),
				heard: (state.acknowledged === null ? state.passedOn : state.terms.links).map(toHex),
			};
		case "released":
			if (ledger.reveal(state.secret) !== lock) throw new Violation("created", "a release of another lock");
			return fact;
		case "returned":
			finals(ledger, tokensOf(state.returned));
			return fact;
		case "ruled":
			// Of several direct links each is ruled by itself: what is not refunded yet is still asked for.
			return {
				...fact,
				covers: [...state.terms.inputs.map(toHex), ...finals(ledger, tokensOf(state.transfer))],
			};
		case "cancelled":
			return fact;
		default:
			return state satisfies never;
	}
}

function payeeFact(ledger: Ledger, value: Bytes): Fact {
	const state = read(payeeState, value);
	const lock = state.terms.lock && toHex(state.terms.lock);
	const fact = { ...nothing, kind: `payee ${state.kind}`, lock };
	switch (state.kind) {
		case "reserved":
		case "cancelled":
			return { ...fact, covers: finals(ledger, state.tokens) };
		case "lockedForeign":
		case "resolving": {
			const change = state.counter === null ? [] : state.counter.change;
			finals(ledger, tokensOf(state.answer));
			const givesOwn = state.counter !== null;
			return { ...fact, covers: finals(ledger, [...state.tokens, ...change]), givesOwn };
		}
		case "owned":
			if (state.secret !== null) ledger.reveal(state.secret);
			return fact;
		case "returned":
			return { ...fact, covers: finals(ledger, tokensOf(state.returned)) };
		case "ruled":
			return { ...fact, covers: tokensOf(state.answer).map((given) => ledger.walk(given).link?.input ?? "") };
		default:
			return state satisfies never;
	}
}

/** Rows of meters begin with the machine's state. */
function stateIn<T>(shape: Shape<T>, value: Bytes): T {
	const [state] = decodeItem(value) as readonly Item[];
	return read(shape, encodeItem(state as Item));
}

/** What a payer's meter holds is its own until a Close counts; then it carries the payee's part until that is there. */
function meteringFact(ledger: Ledger, value: Bytes): Fact {
	const state = stateIn(meterPayerState, value);
	const fact = { ...nothing, kind: `metering ${state.kind}` };
	switch (state.kind) {
		case "locked":
			finals(ledger, [state.token, ...(state.change === null ? [] : [state.change])]);
			return { ...fact, spends: [toHex(state.input)] };
		case "open":
		case "stopped":
			ledger.reveal(state.release);
			return { ...fact, covers: finals(ledger, [state.token]) };
		case "closed":
		case "claimed":
			return { ...fact, covers: finals(ledger, [state.token]) };
		case "cancelled":
			return fact;
		default:
			return state satisfies never;
	}
}

function meteredFact(ledger: Ledger, value: Bytes): Fact {
	const state = stateIn(meterPayeeState, value);
	const fact = { ...nothing, kind: `metered ${state.kind}` };
	return state.kind === "closed" ? fact : { ...fact, covers: finals(ledger, [state.token]) };
}

function orderFact(ledger: Ledger, value: Bytes): Fact {
	const state = read(holderOrder, value);
	if (state.kind !== "ordered") return { ...nothing, kind: "order settled" };
	const order = toHex(orderDigest(state.order.order));
	return { ...nothing, kind: "order", covers: finals(ledger, state.tokens), order };
}

/** The certificate that a row keeps as the module's own, by its hash. */
export function ownCertificate(key: string): string | undefined {
	return key.startsWith("certificate/") ? key.slice("certificate/".length) : undefined;
}
