/**
 * An order of a company, and the one payment that it takes.
 *
 *   open ──▶ asked ──▶ issued ──▶ reserved ──▶ paid          asked: its module makes a payment id
 *     ▲                 │  ▲          │                      issued: the payer has the id and the address
 *     └──── expired ────┘  └─ cancelled ┘                    reserved, paid: as the company's module says
 *
 * What can go wrong: two payers pay one order, or one pays twice because an answer was lost. So the first who asks
 * has the order, by a name that it made itself: the same name gets the same answer, every other is refused until
 * that payment has expired with nothing of it reserved.
 */
import {
	amount,
	assetId,
	bytes,
	enumeration,
	limits,
	list,
	record,
	type Shape,
	type TypeOf,
	text,
	union,
	unixSeconds,
} from "@tenten/protocol";

/** characters of an order's id, and of a payer's name for its payment */
const longestName = 64;

/** What is sold: amount in minor units. */
const terms = record({
	id: text(longestName),
	asset: assetId,
	amount,
	memo: text(256),
	mode: enumeration({ twoPhase: 1, direct: 2 }),
});
export type Order = TypeOf<typeof terms>;

/** `id`: the digest of the request that the company's module signed, in hexadecimal. `messages`: the request. */
const payment = record({
	id: text(64),
	messages: list(bytes(1, limits.message), 64, 1),
	expiresAt: unixSeconds,
});
export type OrderPayment = TypeOf<typeof payment>;

const taken = record({ payer: text(longestName), payment });

const state = union({
	open: [1, record({})],
	asked: [2, record({ payer: text(longestName) })],
	issued: [3, taken],
	reserved: [4, taken],
	paid: [5, taken],
});
export type OrderState = TypeOf<typeof state>;

/** An order that has its payment. */
export type OrderWithPayment = Extract<OrderState, { readonly kind: "issued" | "reserved" | "paid" }>;

/** The state where the order has its payment. */
export function withPayment(state: OrderState): OrderWithPayment | undefined {
	return state.kind === "open" || state.kind === "asked" ? undefined : state;
}

export const orderRow: Shape<{ readonly order: Order; readonly state: OrderState }> = record({
	order: terms,
	state,
});
export type OrderRow = TypeOf<typeof orderRow>;

/** Where the company's module has a payment: nothing of it has come, or what came was given up. */
export type Arrival = "nothing" | "reserved" | "paid";

/** Seconds after a payment has expired: whatever its payee's module began before is over by then. */
const settling_s = 60;

/**
 * Whoever bears this name asks to pay. The state in which it has the order, or null: another has it. A direct payment
 * is effective when it is signed and may come late, so that nobody else gets its order.
 */
export function asked({ order, state }: OrderRow, payer: string, now: number): OrderState | null {
	if (state.kind === "open") return { kind: "asked", payer };
	if (state.payer === payer) return state;
	const isOver = state.kind === "issued" && state.payment.expiresAt + settling_s <= now;
	return isOver && order.mode === "twoPhase" ? { kind: "asked", payer } : null;
}

/** The company's module has made the payment that this payer asked for. */
export function issued(state: OrderState, payer: string, made: OrderPayment): OrderState {
	return state.kind === "asked" && state.payer === payer ? { kind: "issued", payer, payment: made } : state;
}

/** The company's module says how far a payment is. Paid is the end; what is said of another payment is not of this order. */
export function arrived(state: OrderState, id: string, arrival: Arrival): OrderState {
	const has = withPayment(state);
	if (has === undefined || has.kind === "paid" || has.payment.id !== id) return state;
	const { payer, payment } = has;
	return { kind: arrival === "nothing" ? "issued" : arrival, payer, payment };
}
